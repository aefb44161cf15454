// Proves: callers of other versions are understood, and arguments that make no sense are errors, not crashes; handles
// may be moved.
#include <gtest/gtest.h>

#include <cstddef>
#include <cstring>
#include <string>
#include <utility>

#include "jxlpool/jxlpool.hpp"
#include "tests/api/api_test_util.h"

namespace jxlpool {
namespace {

using testing::Bytes;
using testing::Data;
using testing::DataPath;
using testing::Expected;
using testing::kHeight;
using testing::kWidth;
using testing::NextFrame;

TEST(Structs, OlderAndNewerCallersAreUnderstood) {
  // A newer caller has members this library does not know: fine as long as they are zero.
  struct {
    JxlpoolDecoderOptions options;
    uint64_t later[2];
  } newer;
  std::memset(&newer, 0, sizeof(newer));
  newer.options.struct_size = sizeof(newer);
  JxlpoolDecoder* decoder = nullptr;
  EXPECT_EQ(jxlpool_decoder_create(&newer.options, &decoder), JXLPOOL_OK);
  newer.later[1] = 1;
  JxlpoolDecoder* none = nullptr;
  EXPECT_EQ(jxlpool_decoder_create(&newer.options, &none), JXLPOOL_UNSUPPORTED);
  EXPECT_EQ(none, nullptr);

  // An older caller's struct ends earlier; nothing behind it is touched.
  Bytes rgb = Data("rgb8");
  ASSERT_EQ(jxlpool_decoder_open_memory(decoder, rgb.data(), rgb.size()), JXLPOOL_OK);
  auto info = Make<JxlpoolImageInfo>();
  info.struct_size = offsetof(JxlpoolImageInfo, orientation);
  info.orientation = 77;
  EXPECT_EQ(jxlpool_decoder_get_image_info(decoder, &info), JXLPOOL_OK);
  EXPECT_EQ(info.struct_size, offsetof(JxlpoolImageInfo, orientation));
  EXPECT_EQ(info.width, kWidth);
  EXPECT_EQ(info.height, kHeight);
  EXPECT_EQ(info.orientation, 77u);

  // Not initialised.
  info.struct_size = 0;
  EXPECT_EQ(jxlpool_decoder_get_image_info(decoder, &info), JXLPOOL_INVALID_ARGUMENT);
  auto frame = JxlpoolFrameInfo();
  EXPECT_EQ(jxlpool_decoder_next_frame(decoder, &frame), JXLPOOL_INVALID_ARGUMENT);
  jxlpool_decoder_destroy(decoder);
}

TEST(NullArguments, AreErrorsNotCrashes) {
  EXPECT_EQ(jxlpool_pool_create(nullptr, nullptr), JXLPOOL_INVALID_ARGUMENT);
  EXPECT_EQ(jxlpool_decoder_create(nullptr, nullptr), JXLPOOL_INVALID_ARGUMENT);
  EXPECT_EQ(jxlpool_decoder_open_memory(nullptr, "", 0), JXLPOOL_INVALID_ARGUMENT);
  EXPECT_EQ(jxlpool_decoder_open_file(nullptr, ""), JXLPOOL_INVALID_ARGUMENT);
  EXPECT_EQ(jxlpool_decoder_next_frame(nullptr, nullptr), JXLPOOL_INVALID_ARGUMENT);
  EXPECT_EQ(jxlpool_decoder_decode_frame(nullptr, nullptr, 0), JXLPOOL_INVALID_ARGUMENT);
  EXPECT_EQ(jxlpool_decoder_get_image_info(nullptr, nullptr), JXLPOOL_INVALID_ARGUMENT);
  EXPECT_EQ(jxlpool_decoder_pixel_size(nullptr, nullptr), 0u);
  jxlpool_pool_destroy(nullptr);
  jxlpool_pool_trim(nullptr);
  jxlpool_decoder_destroy(nullptr);
  jxlpool_decoder_close(nullptr);
  jxlpool_decoder_cancel(nullptr);
  Decoder decoder;
  EXPECT_EQ(jxlpool_decoder_open_memory(decoder.get(), nullptr, 5), JXLPOOL_INVALID_ARGUMENT);
  EXPECT_EQ(jxlpool_decoder_open_file(decoder.get(), nullptr), JXLPOOL_INVALID_ARGUMENT);
  EXPECT_STREQ(jxlpool_category_name(1000), "");
  EXPECT_STREQ(jxlpool_status_text(static_cast<JxlpoolStatus>(55)), "unknown status");
}

TEST(Options, BadOnesAreRefused) {
  auto options = Make<JxlpoolDecoderOptions>();
  options.downsampling = 3;
  EXPECT_EQ(Decoder(&options).creation_status(), JXLPOOL_INVALID_ARGUMENT);
  options.downsampling = 16;
  EXPECT_EQ(Decoder(&options).creation_status(), JXLPOOL_INVALID_ARGUMENT);
  options.downsampling = 0;
  options.color_encoding = "blue";
  EXPECT_EQ(Decoder(&options).creation_status(), JXLPOOL_INVALID_ARGUMENT);
  const std::string endless(1000, 'R');
  options.color_encoding = endless.c_str();
  Decoder refused(&options);
  EXPECT_EQ(refused.creation_status(), JXLPOOL_INVALID_ARGUMENT);
  EXPECT_EQ(refused.OpenMemory("", 0), JXLPOOL_INVALID_ARGUMENT);
  EXPECT_EQ(refused.LastError().status, JXLPOOL_INVALID_ARGUMENT);
  options.color_encoding = "DisplayP3";
  EXPECT_TRUE(Decoder(&options));
}

// Then it is the file that is at fault.
TEST(Options, AnEncodingThatDoesNotSuitTheImageIsNotABadArgument) {
  auto options = Make<JxlpoolDecoderOptions>();
  options.color_encoding = "DisplayP3";
  Decoder decoder(&options);
  for (const char* name : {"grey8", "vardct_grey"}) {
    EXPECT_EQ(decoder.OpenFile(testing::ImagePath(name).c_str()), JXLPOOL_UNSUPPORTED) << name;
  }
  EXPECT_EQ(decoder.OpenFile(testing::DataPath("rgb8").c_str()), JXLPOOL_OK);
}

TEST(Handles, CanBeMoved) {
  Decoder decoder;
  ASSERT_EQ(decoder.OpenFile(DataPath("rgb8").c_str()), JXLPOOL_OK);
  Decoder moved(std::move(decoder));
  EXPECT_EQ(NextFrame(&moved, JXLPOOL_CHANNELS_COLOR, 3), Expected(3));
  Decoder assigned;
  assigned = std::move(moved);
  EXPECT_TRUE(assigned.ImageInfo());
}

}  // namespace
}  // namespace jxlpool
