// Proves: what is saved for later frames and what is delivered are the frame before or after the color transform, with
// or without spot colors, composed or not, just as the headers say.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "lib/compose/frame_composer.h"
#include "tests/unit/compose/frame_composer_fixture.h"

namespace jxlpool {
namespace {

TEST_F(FrameComposerTest, FullFramesWithoutBlendingPassThrough) {
  AddExtra(ExtraChannelType::kDepth);
  SetFullFrame();
  CheckComposition(1);
  frame_.is_last = true;
  FrameComposer composer;
  FrameOutput output;
  ASSERT_TRUE(composer.Begin(Settings(&output), &memory_).ok());
  EXPECT_TRUE(composer.passes_samples_through());
  frame_.is_last = false;
  ASSERT_TRUE(composer.Begin(Settings(&output), &memory_).ok());
  EXPECT_FALSE(composer.passes_samples_through()) << "it is saved";
  frame_.is_last = true;
  frame_.color_transform = FrameColorTransform::kYCbCr;
  ASSERT_TRUE(composer.Begin(Settings(&output), &memory_).ok());
  EXPECT_FALSE(composer.passes_samples_through());
  frame_.color_transform = FrameColorTransform::kNone;
  AddExtra(ExtraChannelType::kSpotColor);
  ASSERT_TRUE(composer.Begin(Settings(&output), &memory_).ok());
  EXPECT_FALSE(composer.passes_samples_through());
}

TestPlanes AfterYcbcr(TestPlanes planes) {
  ColorTransform::Ycbcr().Apply(planes.planes[0].data(), planes.planes[1].data(), planes.planes[2].data(),
                                planes.planes[0].size());
  return planes;
}

TEST_F(FrameComposerTest, SavesBeforeOrAfterTheColorTransform) {
  AddExtra(ExtraChannelType::kAlpha);
  SetFullFrame();
  frame_.color_transform = FrameColorTransform::kYCbCr;
  const TestPlanes frame = TestPlanes::Random(4, kWidth, kHeight, 8);
  for (const bool before : {false, true}) {
    frame_.save_before_ct = before;
    TestPlanes delivered;
    ASSERT_TRUE(Compose(frame, true, &delivered).ok());
    ExpectNear(AfterYcbcr(frame), delivered);
    ASSERT_FALSE(saved_.empty());
    EXPECT_EQ(saved_->before_color_transform, before);
    ExpectNear(before ? frame : AfterYcbcr(frame), SavedPlanes());
  }
}

TEST_F(FrameComposerTest, ReferenceOnlyFramesKeepTheirOwnSize) {
  AddExtra(ExtraChannelType::kAlpha);
  SetCrop(0, 0, 47, 5);
  frame_.frame_type = FrameType::kReferenceOnly;
  frame_.save_before_ct = true;
  frame_.color_transform = FrameColorTransform::kYCbCr;
  const TestPlanes frame = TestPlanes::Random(4, 47, 5, 9);
  ASSERT_TRUE(Compose(frame, true, nullptr).ok());
  ExpectNear(frame, SavedPlanes());
  frame_.save_before_ct = false;
  ASSERT_TRUE(Compose(frame, true, nullptr).ok());
  ExpectNear(AfterYcbcr(frame), SavedPlanes());
}

TEST_F(FrameComposerTest, LfFramesKeepTheirColorOnly) {
  AddExtra(ExtraChannelType::kAlpha);
  SetCrop(0, 0, 4, 3);
  frame_.have_crop = false;
  frame_.frame_type = FrameType::kLFFrame;
  frame_.lf_level = 1;
  frame_.color_transform = FrameColorTransform::kXyb;
  TestPlanes frame = TestPlanes::Random(4, 4, 3, 10);
  ASSERT_TRUE(Compose(frame, true, nullptr).ok());
  ASSERT_FALSE(saved_.empty());
  EXPECT_TRUE(saved_->before_color_transform);
  frame.planes.pop_back();
  ExpectNear(frame, SavedPlanes());
}

TEST_F(FrameComposerTest, WhatIsSavedFollowsTheFrameHeader) {
  SetFullFrame();
  const TestPlanes frame = TestPlanes::Random(3, kWidth, kHeight, 11);
  const auto is_saved = [&](bool is_last, uint32_t duration, uint32_t slot) {
    frame_.is_last = is_last;
    frame_.duration = duration;
    frame_.save_as_reference = slot;
    TestPlanes delivered;
    EXPECT_TRUE(Compose(frame, true, &delivered).ok());
    return !saved_.empty();
  };
  EXPECT_TRUE(is_saved(false, 0, 0));
  EXPECT_TRUE(is_saved(false, 5, 1));
  EXPECT_FALSE(is_saved(false, 5, 0));
  EXPECT_FALSE(is_saved(true, 0, 1));
}

TEST_F(FrameComposerTest, SpotColorsAreMixedIntoWhatIsDeliveredOnly) {
  AddExtra(ExtraChannelType::kSpotColor);
  const float ink[4] = {0.9f, 0.1f, 0.4f, 0.7f};
  std::copy_n(ink, 4, image_.ec_info[0].spot_color);
  SetFullFrame();
  const TestPlanes frame = TestPlanes::Random(4, kWidth, kHeight, 12);
  TestPlanes delivered;
  ASSERT_TRUE(Compose(frame, true, &delivered).ok());
  ExpectNear(frame, SavedPlanes());
  TestPlanes expected = frame;
  for (size_t c = 0; c < 3; ++c) {
    for (size_t i = 0; i < expected.planes[c].size(); ++i) {
      const float mix = ink[3] * frame.planes[3][i];
      expected.planes[c][i] = mix * ink[c] + (1 - mix) * frame.planes[c][i];
    }
  }
  ExpectNear(expected, delivered);
}

TEST_F(FrameComposerTest, LayersAreDeliveredAsTheyAre) {
  AddExtra(ExtraChannelType::kAlpha);
  coalescing_ = false;
  SetCrop(-4, 9, 13, 7);
  frame_.blending_info = {BlendMode::kBlend, 0, false, 1};
  FillSlot(1, 3, true, 2, 2);  // could not be blended with
  const TestPlanes frame = TestPlanes::Random(4, 13, 7, 13);
  TestPlanes delivered;
  ASSERT_TRUE(Compose(frame, true, &delivered).ok());
  ExpectNear(frame, delivered);
  EXPECT_TRUE(saved_.empty()) << "compositions are not made";
}

TEST_F(FrameComposerTest, MemoryLimitIsAnError) {
  AddExtra(ExtraChannelType::kAlpha);
  SetCrop(1, 1, 5, 5);
  bool succeeded = false;
  for (size_t limit = 1; !succeeded; limit += 512) {
    ASSERT_LT(limit, 1u << 20);
    Budget small;
    small.set_limit(limit);
    Memory memory(&pool_, &small);
    FrameComposer composer;
    const Status status = composer.Begin(Settings(nullptr), &memory);
    succeeded = status.ok();
    if (!succeeded) {
      EXPECT_EQ(status.code(), ErrorCode::kMemoryLimit);
    }
  }
}

}  // namespace
}  // namespace jxlpool
