// Proves: a cut or damaged file is an error unless partial images are allowed, more data give a better image, a coarser
// image is one of the same size, and groups without passes show the LF image smoothly, with any number of threads.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>

#include "lib/image/image_decoder.h"
#include "tests/unit/image/image_decoder_fixture.h"

namespace jxlpool {
namespace {

TEST_F(ImageDecoderTest, ATruncatedFileIsAnErrorUnlessPartialImagesAreAllowed) {
  DecoderOptions partial;
  partial.allow_partial = true;
  for (const char* name : {"animation_full", "animation_layers", "vardct_groups", "groups_squeeze", "progressive_dc1",
                           "modular_groups", "lf_groups", "vardct_alpha", "jxlp"}) {
    const Bytes bytes = ReadImage(name);
    const DecodedImage all = Decode(bytes);
    ASSERT_TRUE(all.status.ok()) << name;
    const size_t step = 1 + bytes.size() / 23;
    size_t frames_before = 0;
    for (size_t size = 0; size < bytes.size(); size += step) {
      SCOPED_TRACE(testing::Message() << name << " cut to " << size);
      const Bytes cut(bytes.begin(), bytes.begin() + static_cast<ptrdiff_t>(size));
      const DecodedImage strict = Decode(cut);
      if (strict.status.ok()) {
        EXPECT_EQ(strict.frames, all.frames) << "nothing was lost but the end of the container";
        continue;
      }
      EXPECT_EQ(strict.status.code(), ErrorCode::kNeedMoreInput) << Describe(strict.status);
      const DecodedImage some = Decode(cut, partial);
      if (some.status.ok()) {
        EXPECT_TRUE(some.partial);
      } else {
        EXPECT_EQ(some.status.code(), ErrorCode::kNeedMoreInput) << Describe(some.status);
      }
      EXPECT_TRUE(some.status.ok() || some.frames.empty()) << "what was delivered is the result";
      EXPECT_GE(some.frames.size(), frames_before) << "more data, fewer frames";
      EXPECT_LE(some.frames.size(), all.frames.size());
      frames_before = some.frames.size();
    }
    if (all.frames.size() > 1) {
      EXPECT_GT(frames_before, 0u) << name;
    }
  }
}

TEST_F(ImageDecoderTest, MoreDataGiveABetterImage) {
  DecoderOptions partial;
  partial.allow_partial = true;
  for (const char* name : {"vardct_groups", "progressive_dc1", "groups_squeeze"}) {
    const Bytes bytes = ReadImage(name);
    const DecodedImage all = Decode(bytes, partial);
    ASSERT_TRUE(all.status.ok());
    EXPECT_FALSE(all.partial);
    double error = 1e9;
    int num_images = 0;
    for (size_t i = 1; i < 30; ++i) {
      const Bytes cut(bytes.begin(), bytes.begin() + static_cast<ptrdiff_t>(bytes.size() * i / 30));
      const DecodedImage some = Decode(cut, partial);
      if (!some.status.ok() || some.frames.empty()) continue;
      ++num_images;
      const double new_error = MeanSquare(some.frames[0], all.frames[0]);
      // The filters that come with a frame's header blur the LF image, which was shown without them before, a little.
      EXPECT_LE(new_error, error * 1.05) << name << " at " << i;
      error = new_error;
    }
    EXPECT_GT(num_images, 0) << name;
  }
}

TEST_F(ImageDecoderTest, DownsamplingGivesACoarserImageOfTheSameSize) {
  for (const char* name : {"vardct_groups", "progressive", "progressive_ac", "progressive_dc1", "vardct_d1"}) {
    const Bytes bytes = ReadImage(name);
    const DecodedImage all = Decode(bytes);
    double error = 0;
    for (const uint32_t factor : {1u, 2u, 4u, 8u}) {
      DecoderOptions options;
      options.downsampling = factor;
      const DecodedImage coarse = Decode(bytes, options);
      ASSERT_TRUE(coarse.status.ok()) << name << " " << Describe(coarse.status);
      const double new_error = MeanSquare(coarse.frames[0], all.frames[0]);
      EXPECT_GE(new_error, error * 0.98) << name << " by " << factor;
      error = new_error;
    }
    EXPECT_GT(error, 0.0);
    EXPECT_LT(error, 0.08) << name;
  }
}

TEST_F(ImageDecoderTest, AnImageReducedBy8IsSmooth) {
  // In decibels. Of blocks of one color each remain 28.7, 26.9, 30.2 and 26.9.
  const struct {
    const char* name;
    double least;
  } kCases[] = {{"jpeg_444", 30.5}, {"jpeg_420", 27.7}, {"vardct_d03", 30.7}, {"vardct_tall_420", 27.5}};
  DecoderOptions options;
  options.downsampling = 8;
  for (const auto& test : kCases) {
    const Bytes bytes = ReadImage(test.name);
    const DecodedImage all = Decode(bytes);
    const DecodedImage coarse = Decode(bytes, options);
    ASSERT_TRUE(all.status.ok() && coarse.status.ok()) << test.name;
    EXPECT_GT(-10 * std::log10(MeanSquare(coarse.frames[0], all.frames[0])), test.least) << test.name;
  }
}

TEST_F(ImageDecoderTest, GroupsWithoutPassesAreTheSameWithAnyNumberOfThreads) {
  DecoderOptions options;
  options.allow_partial = true;
  for (const char* name : {"vardct_tall", "vardct_tall_420", "vardct_groups", "progressive_dc1"}) {
    const Bytes bytes = ReadImage(name);
    for (const size_t percent : {35u, 50u, 65u, 70u, 80u, 90u, 100u}) {
      SCOPED_TRACE(testing::Message() << name << " cut to " << percent << " %");
      const Bytes cut(bytes.begin(), bytes.begin() + static_cast<ptrdiff_t>(bytes.size() * percent / 100));
      options.downsampling = percent == 100 ? 8 : 1;
      const DecodedImage one = Decode(cut, options, 1);
      for (const uint32_t num_threads : {2u, 8u}) {
        const DecodedImage several = Decode(cut, options, num_threads);
        EXPECT_EQ(several.status.code(), one.status.code());
        EXPECT_EQ(several.frames, one.frames) << num_threads << " threads";
      }
    }
  }
}

TEST_F(ImageDecoderTest, AMissingLfGroupDoesNotShowInWhatIsKnown) {
  DecoderOptions options;
  options.downsampling = 8;
  const Bytes bytes = ReadImage("vardct_tall_420");
  const DecodedImage whole = Decode(bytes, options);
  options.allow_partial = true;
  // The last of three LF groups, of 2048 rows each, is not there, and no group is.
  const Bytes cut(bytes.begin(), bytes.begin() + 3000);
  const DecodedImage some = Decode(cut, options);
  ASSERT_TRUE(whole.status.ok() && some.status.ok());
  ASSERT_TRUE(some.partial);
  constexpr size_t kRow = 24 * 3;
  const float* expected = whole.frames[0].data();
  const float* actual = some.frames[0].data();
  EXPECT_GT(MeanSquare(some.frames[0], whole.frames[0]), 0.001) << "the last part is grey";
  for (size_t i = 0; i < 4096 * kRow; ++i) {
    // Two chroma samples of the LF image reach over 32 rows, and interpolated chroma over one row more.
    ASSERT_NEAR(actual[i], expected[i], i < (4096 - 33) * kRow ? 0 : 0.085) << "row " << i / kRow;
  }
}

TEST_F(ImageDecoderTest, AnErrorInALaterFrameLeavesTheEarlierOnes) {
  const Bytes good = ReadImage("animation_full");
  const DecodedImage all = Decode(good);
  size_t num_errors = 0;
  for (size_t at = 40; at < good.size(); at += 7) {
    Bytes bytes = good;
    for (size_t i = at; i < std::min(good.size(), at + 3); ++i) bytes[i] ^= 0x5A;
    const DecodedImage image = Decode(bytes);
    if (image.status.ok()) continue;
    ++num_errors;
    EXPECT_LT(image.frames.size(), all.frames.size() + 1);
  }
  EXPECT_GT(num_errors, 0u);
}

}  // namespace
}  // namespace jxlpool
