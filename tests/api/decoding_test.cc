// Proves: frames and previews arrive with exactly the pixels that the images were made from, in the layout and the
// orientation that the caller wants, and decoding can be refused, stopped, cancelled and taken up again.
#include <gtest/gtest.h>

#include <cstdint>
#include <cstring>
#include <vector>

#include "jxlpool/jxlpool.hpp"
#include "tests/api/api_test_util.h"

namespace jxlpool {
namespace {

using testing::BufferOutput;
using testing::Bytes;
using testing::DataPath;
using testing::Expected;
using testing::kHeight;
using testing::kWidth;
using testing::NextFrame;
using testing::Sample;

TEST(Decoding, GivesTheExactPixelsInEveryChannelSet) {
  Decoder decoder;
  ASSERT_EQ(decoder.OpenFile(DataPath("rgba8").c_str()), JXLPOOL_OK);
  const Bytes rgba = Expected(4);
  EXPECT_EQ(NextFrame(&decoder, JXLPOOL_CHANNELS_COLOR_ALPHA, 4), rgba);
  ASSERT_EQ(decoder.Rewind(), JXLPOOL_OK);
  EXPECT_EQ(NextFrame(&decoder, JXLPOOL_CHANNELS_RGBA, 4), rgba);
  ASSERT_EQ(decoder.Rewind(), JXLPOOL_OK);
  EXPECT_EQ(NextFrame(&decoder, JXLPOOL_CHANNELS_ALL, 4), rgba);
  EXPECT_EQ(decoder.NextFrame(nullptr), JXLPOOL_END);
  EXPECT_EQ(decoder.NextFrame(nullptr), JXLPOOL_END);
  // Several outputs at once: color, and alpha as a plane.
  ASSERT_EQ(decoder.Rewind(), JXLPOOL_OK);
  Bytes color, alpha;
  const JxlpoolOutput outputs[2] = {BufferOutput(JXLPOOL_CHANNELS_RGB, &color, 3),
                                    BufferOutput(JXLPOOL_CHANNELS_EXTRA, &alpha, 1)};
  ASSERT_EQ(decoder.NextFrame(nullptr), JXLPOOL_OK);
  ASSERT_EQ(decoder.DecodeFrame(outputs, 2), JXLPOOL_OK);
  for (size_t i = 0; i < alpha.size(); ++i) {
    ASSERT_EQ(alpha[i], rgba[4 * i + 3]);
    for (size_t c = 0; c < 3; ++c) ASSERT_EQ(color[3 * i + c], rgba[4 * i + c]);
  }
}

TEST(Decoding, HonoursStrideEndiannessAndBits) {
  Decoder decoder;
  ASSERT_EQ(decoder.OpenFile(DataPath("grey16").c_str()), JXLPOOL_OK);
  constexpr size_t kStride = 2 * kWidth + 6;
  for (const JxlpoolEndianness endianness : {JXLPOOL_ENDIAN_BIG, JXLPOOL_ENDIAN_LITTLE}) {
    Bytes pixels(kStride * kHeight, 0xEE);
    auto output = Make<JxlpoolOutput>();
    output.sample_type = JXLPOOL_UINT16;
    output.endianness = endianness;
    output.pixels = pixels.data();
    output.stride = kStride;
    output.pixels_size = pixels.size() - 6;
    ASSERT_EQ(decoder.Rewind(), JXLPOOL_OK);
    ASSERT_EQ(decoder.NextFrame(nullptr), JXLPOOL_OK);
    ASSERT_EQ(decoder.DecodeFrame(output), JXLPOOL_OK);
    for (uint32_t y = 0; y < kHeight; ++y) {
      for (uint32_t x = 0; x < kWidth; ++x) {
        const uint8_t* at = pixels.data() + y * kStride + 2 * x;
        const int high = endianness == JXLPOOL_ENDIAN_BIG ? 0 : 1;
        ASSERT_EQ(at[high] * 256u + at[1 - high], Sample(x, y, 0, 0, 65535));
      }
      for (size_t i = 2 * kWidth; i < kStride; ++i) ASSERT_EQ(pixels[y * kStride + i], 0xEE);
    }
  }
}

TEST(Decoding, RefusesBadOutputsAndStaysUsable) {
  Decoder decoder;
  ASSERT_EQ(decoder.OpenFile(DataPath("rgb8").c_str()), JXLPOOL_OK);
  ASSERT_EQ(decoder.NextFrame(nullptr), JXLPOOL_OK);
  Bytes pixels;
  const JxlpoolOutput good = BufferOutput(JXLPOOL_CHANNELS_COLOR, &pixels, 3);
  std::vector<JxlpoolOutput> bad(9, good);
  bad[0].pixels = nullptr;
  bad[1].pixels_size -= 1;
  bad[2].stride = 3 * kWidth - 1;
  bad[3].stride = SIZE_MAX;
  bad[4].bits_per_sample = 9;
  const int none = 77;
  std::memcpy(&bad[5].channels, &none, sizeof(none));
  std::memcpy(&bad[6].sample_type, &none, sizeof(none));
  bad[7].channels = JXLPOOL_CHANNELS_EXTRA;
  bad[8].struct_size = 3;
  for (const JxlpoolOutput& output : bad) {
    EXPECT_EQ(decoder.DecodeFrame(output), JXLPOOL_INVALID_ARGUMENT) << &output - bad.data();
    EXPECT_EQ(decoder.LastError().status, JXLPOOL_INVALID_ARGUMENT);
    EXPECT_STRNE(decoder.LastError().message, "");
  }
  EXPECT_EQ(decoder.DecodeFrame(nullptr, 1), JXLPOOL_INVALID_ARGUMENT);
  EXPECT_EQ(decoder.DecodeFrame(&good, 0), JXLPOOL_INVALID_ARGUMENT);
  EXPECT_EQ(decoder.DecodeFrame(good), JXLPOOL_OK);
  EXPECT_EQ(pixels, Expected(3));
}

TEST(Decoding, FramesOfAnAnimationAndSkipping) {
  Decoder decoder;
  ASSERT_EQ(decoder.OpenFile(DataPath("animation").c_str()), JXLPOOL_OK);
  const auto info = decoder.ImageInfo();
  ASSERT_TRUE(info);
  EXPECT_TRUE(info->have_animation);
  EXPECT_EQ(info->num_loops, 0u);  // the encoder drops the number
  const double tick = double(info->ticks_per_second_denominator) / info->ticks_per_second_numerator;
  const double seconds[3] = {0.1, 0.25, 2};
  auto frame = Make<JxlpoolFrameInfo>();
  for (uint32_t i = 0; i < 3; ++i) {
    ASSERT_EQ(decoder.NextFrame(&frame), JXLPOOL_OK);
    EXPECT_EQ(frame.index, i);
    EXPECT_EQ(frame.width, kWidth);
    EXPECT_DOUBLE_EQ(frame.duration * tick, seconds[i]);
    EXPECT_EQ(frame.is_last, i == 2);
    EXPECT_EQ(std::strlen(frame.name), frame.name_length);
  }
  EXPECT_EQ(decoder.NextFrame(&frame), JXLPOOL_END);
  ASSERT_EQ(decoder.Rewind(), JXLPOOL_OK);
  ASSERT_EQ(decoder.NextFrame(nullptr), JXLPOOL_OK);
  ASSERT_EQ(decoder.NextFrame(nullptr), JXLPOOL_OK);
  EXPECT_EQ(NextFrame(&decoder, JXLPOOL_CHANNELS_RGBA, 4), Expected(4, 2));
}

// The image turned by 90 degrees clockwise.
Bytes Turned(const Bytes& pixels) {
  Bytes turned(pixels.size());
  for (uint32_t i = 0; i < kWidth * kHeight; ++i) {
    const uint32_t x = i % kWidth, y = i / kWidth;
    for (uint32_t c = 0; c < 3; ++c) turned[3 * (x * kHeight + kHeight - 1 - y) + c] = pixels[3 * i + c];
  }
  return turned;
}

TEST(Decoding, OrientationIsAppliedUnlessKept) {
  Decoder decoder;
  ASSERT_EQ(decoder.OpenFile(DataPath("oriented_preview").c_str()), JXLPOOL_OK);
  const auto info = decoder.ImageInfo();
  ASSERT_TRUE(info);
  EXPECT_EQ(info->orientation, 6u);
  EXPECT_EQ(info->width, kHeight);
  EXPECT_EQ(info->height, kWidth);
  EXPECT_EQ(info->intrinsic_width, 2 * kHeight);
  EXPECT_EQ(info->intrinsic_height, 2 * kWidth);
  EXPECT_EQ(info->preview_width, kHeight);
  EXPECT_EQ(info->preview_height, kWidth);
  EXPECT_EQ(info->intensity_target, 1000.0f);
  EXPECT_EQ(info->min_nits, 0.25f);
  EXPECT_EQ(info->linear_below, 0.5f);
  EXPECT_EQ(NextFrame(&decoder, JXLPOOL_CHANNELS_COLOR, 3), Turned(Expected(3)));

  auto options = Make<JxlpoolDecoderOptions>();
  options.keep_orientation = 1;
  Decoder keeping(&options);
  ASSERT_EQ(keeping.OpenFile(DataPath("oriented_preview").c_str()), JXLPOOL_OK);
  EXPECT_EQ(keeping.ImageInfo()->orientation, 6u);
  EXPECT_EQ(keeping.ImageInfo()->width, kWidth);
  EXPECT_EQ(keeping.ImageInfo()->intrinsic_height, 2 * kHeight);
  EXPECT_EQ(keeping.ImageInfo()->preview_width, kWidth);
  EXPECT_EQ(NextFrame(&keeping, JXLPOOL_CHANNELS_COLOR, 3), Expected(3));
}

TEST(Decoding, PreviewsDoNotDisturbFrames) {
  Decoder decoder;
  ASSERT_EQ(decoder.OpenFile(DataPath("oriented_preview").c_str()), JXLPOOL_OK);
  Bytes preview, pixels;
  const JxlpoolOutput preview_output = BufferOutput(JXLPOOL_CHANNELS_COLOR, &preview, 3);
  const JxlpoolOutput output = BufferOutput(JXLPOOL_CHANNELS_COLOR, &pixels, 3);
  EXPECT_EQ(decoder.DecodePreview(preview_output), JXLPOOL_OK);
  EXPECT_EQ(preview, Turned(Expected(3, 1)));
  ASSERT_EQ(decoder.NextFrame(nullptr), JXLPOOL_OK);
  preview.assign(preview.size(), 0);
  EXPECT_EQ(decoder.DecodePreview(preview_output), JXLPOOL_OK);
  EXPECT_EQ(preview, Turned(Expected(3, 1)));
  ASSERT_EQ(decoder.DecodeFrame(output), JXLPOOL_OK);
  EXPECT_EQ(pixels, Turned(Expected(3)));
  EXPECT_EQ(decoder.NextFrame(nullptr), JXLPOOL_END);
}

TEST(Decoding, CallbacksCanStopIt) {
  Decoder decoder;
  ASSERT_EQ(decoder.OpenFile(DataPath("lossy").c_str()), JXLPOOL_OK);
  ASSERT_EQ(decoder.NextFrame(nullptr), JXLPOOL_OK);
  auto stop = [](uint32_t, uint32_t, const void*, size_t) { return false; };
  EXPECT_EQ(decoder.DecodeFrame(RowsTo(&stop)), JXLPOOL_CANCELLED);
  EXPECT_EQ(decoder.NextFrame(nullptr), JXLPOOL_CANCELLED);
  ASSERT_EQ(decoder.Rewind(), JXLPOOL_OK);
  EXPECT_FALSE(NextFrame(&decoder, JXLPOOL_CHANNELS_COLOR, 3).empty());
}

TEST(Decoding, CancelHoldsUntilTheNextRewind) {
  Decoder decoder;
  ASSERT_EQ(decoder.OpenFile(DataPath("lossy").c_str()), JXLPOOL_OK);
  decoder.Cancel();
  Bytes pixels;
  const JxlpoolOutput output = BufferOutput(JXLPOOL_CHANNELS_COLOR, &pixels, 3);
  JxlpoolStatus status = decoder.NextFrame(nullptr);
  if (status == JXLPOOL_OK) status = decoder.DecodeFrame(output);
  EXPECT_EQ(status, JXLPOOL_CANCELLED);
  ASSERT_EQ(decoder.Rewind(), JXLPOOL_OK);
  EXPECT_FALSE(NextFrame(&decoder, JXLPOOL_CHANNELS_COLOR, 3).empty());
}

}  // namespace
}  // namespace jxlpool
