// Proves: limits and cancellation are errors of their own that leave nothing behind, and threads do not change pixels.
#include <gtest/gtest.h>

#include <atomic>
#include <cstdint>

#include "lib/image/image_decoder.h"
#include "tests/unit/image/image_decoder_fixture.h"

namespace jxlpool {
namespace {

TEST_F(ImageDecoderTest, LimitsAreErrorsOfTheirOwn) {
  const Bytes bytes = ReadImage("rgb16");
  DecoderOptions small;
  small.max_samples = 100;
  EXPECT_EQ(Decode(bytes, small).status.code(), ErrorCode::kSizeLimit);
  const std::atomic<bool> cancelled = true;
  DecoderOptions stopped;
  stopped.cancelled = &cancelled;
  EXPECT_EQ(Decode(bytes, stopped).status.code(), ErrorCode::kCancelled);
  EXPECT_EQ(Decode(ReadImage("vardct_groups"), stopped, 3).status.code(), ErrorCode::kCancelled);
}

TEST_F(ImageDecoderTest, EveryMemoryLimitIsACleanError) {
  for (const char* name : {"vardct_groups", "animation_layers", "groups_squeeze", "palette_alpha", "preview",
                           "progressive_dc1", "text_patches", "orientation8_alpha", "extra_six", "noise"}) {
    const Bytes bytes = ReadImage(name);
    budget_.set_limit(Budget::kUnlimited);
    budget_.ResetPeaks();
    const DecodedImage all = Decode(bytes);
    ASSERT_TRUE(all.status.ok()) << name;
    const uint64_t peak = budget_.total().peak;
    for (uint64_t i = 1; i <= 40; ++i) {
      budget_.set_limit(peak * i / 40);
      const DecodedImage image = Decode(bytes, {}, 1 + i % 2);
      if (image.status.ok()) {
        EXPECT_EQ(image.frames, all.frames);
      } else {
        EXPECT_EQ(image.status.code(), ErrorCode::kMemoryLimit) << name << ": " << Describe(image.status);
      }
      EXPECT_EQ(budget_.total().live, 0u) << name;
    }
    budget_.set_limit(Budget::kUnlimited);
    EXPECT_EQ(Decode(bytes).frames, all.frames) << "failures leave nothing behind";
  }
}

TEST_F(ImageDecoderTest, ThreadsDoNotChangePixels) {
  for (const char* name : {"vardct_groups", "groups_squeeze", "modular_groups", "animation_layers", "lf_groups",
                           "progressive_dc1", "noise", "text_patches", "upsampling_mixed", "orientation6_groups"}) {
    const Bytes bytes = ReadImage(name);
    const DecodedImage one = Decode(bytes);
    ASSERT_TRUE(one.status.ok());
    for (const uint32_t threads : {2u, 5u}) EXPECT_EQ(Decode(bytes, {}, threads).frames, one.frames) << name;
  }
}

}  // namespace
}  // namespace jxlpool
