// Proves: frames come in order, described as the file says, and are the same after others were skipped, after
// rewinding, and in a decoder that had other images before.
#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "lib/image/image_decoder.h"
#include "tests/unit/image/image_decoder_fixture.h"

namespace jxlpool {
namespace {

TEST_F(ImageDecoderTest, DescribesTheFramesOfAnAnimation) {
  const DecodedImage image = Decode(ReadImage("animation_timecodes"));
  ASSERT_TRUE(image.status.ok()) << Describe(image.status);
  ASSERT_EQ(image.frames.size(), 4u);
  EXPECT_EQ(image.names, (std::vector<std::string>{"f0", "f1", "f2", "f3"}));
  for (uint32_t i = 0; i < 4; ++i) {
    EXPECT_EQ(image.infos[i].index, i);
    EXPECT_EQ(image.infos[i].width, 12u);
    EXPECT_EQ(image.infos[i].height, 9u);
    EXPECT_EQ(image.infos[i].is_last, i == 3);
    EXPECT_GT(image.infos[i].duration, 0u);
    if (i > 0) {
      EXPECT_GT(image.infos[i].timecode, image.infos[i - 1].timecode);
    }
  }
}

TEST_F(ImageDecoderTest, SkippedFramesLeaveWhatLaterOnesNeed) {
  for (const char* name : {"animation_layers", "animation_full", "animation_lossy", "animation_timecodes"}) {
    const Bytes bytes = ReadImage(name);
    const DecodedImage all = Decode(bytes);
    ASSERT_TRUE(all.status.ok()) << name;
    ImageDecoder decoder(&memory_, &threads_);
    ASSERT_TRUE(decoder.Open(bytes.data(), bytes.size(), {}).ok());
    for (size_t wanted = 0; wanted < all.frames.size(); ++wanted) {
      ASSERT_TRUE(decoder.Rewind().ok());
      FrameInfo info;
      for (size_t i = 0; i <= wanted; ++i) {
        const auto more = decoder.NextFrame(&info);
        ASSERT_TRUE(more.ok() && more.value());
        EXPECT_EQ(info.index, i);
        if (i < wanted && i % 2 == 0) {
          ASSERT_TRUE(decoder.SkipFrame().ok());
        }
      }
      const auto pixels = DecodeFrame(&decoder, info.width, info.height);
      ASSERT_TRUE(pixels.ok());
      EXPECT_EQ(pixels.value(), all.frames[wanted]) << name << " frame " << wanted;
    }
  }
}

TEST_F(ImageDecoderTest, RewindsInTheMiddleAndAfterTheEnd) {
  const Bytes bytes = ReadImage("animation_layers");
  const DecodedImage all = Decode(bytes);
  ImageDecoder decoder(&memory_, &threads_);
  ASSERT_TRUE(decoder.Open(bytes.data(), bytes.size(), {}).ok());
  FrameInfo info;
  ASSERT_TRUE(decoder.NextFrame(&info).ok());
  for (int round = 0; round < 2; ++round) {
    ASSERT_TRUE(decoder.Rewind().ok());
    DecodedImage again;
    ASSERT_TRUE(DecodeInto(&decoder, &again).ok());
    EXPECT_EQ(again.frames, all.frames);
    const auto more = decoder.NextFrame(&info);
    EXPECT_TRUE(more.ok() && !more.value()) << "the end stays the end";
  }
}

TEST_F(ImageDecoderTest, OneDecoderOpensManyImages) {
  ImageDecoder decoder(&memory_, &threads_);
  for (const char* name : {"rgb16", "vardct_d1", "animation_full", "rgb16"}) {
    const Bytes bytes = ReadImage(name);
    ASSERT_TRUE(decoder.Open(bytes.data(), bytes.size(), {}).ok());
    DecodedImage image;
    ASSERT_TRUE(DecodeInto(&decoder, &image).ok());
    EXPECT_EQ(image.frames, Decode(bytes).frames);
    EXPECT_FALSE(decoder.Open(bytes.data(), 5, {}).ok());
  }
  decoder.Close();
  EXPECT_EQ(budget_.total().live, 0u);
}

TEST_F(ImageDecoderTest, CallsOutOfOrderAreErrors) {
  const Bytes bytes = ReadImage("rgb16");
  ImageDecoder decoder(&memory_, &threads_);
  ASSERT_TRUE(decoder.Open(bytes.data(), bytes.size(), {}).ok());
  EXPECT_EQ(decoder.DecodeFrame(nullptr, 0).code(), ErrorCode::kInvalidArgument);
  EXPECT_EQ(decoder.DecodePreview(nullptr, 0).code(), ErrorCode::kInvalidArgument) << "it has none";
  EXPECT_TRUE(decoder.SkipFrame().ok());
  FrameInfo info;
  ASSERT_TRUE(decoder.NextFrame(&info).ok());
  ASSERT_TRUE(decoder.DecodeFrame(nullptr, 0).ok());
  EXPECT_EQ(decoder.DecodeFrame(nullptr, 0).code(), ErrorCode::kInvalidArgument);
}

}  // namespace
}  // namespace jxlpool
