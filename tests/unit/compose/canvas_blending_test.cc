// Proves: wherever a frame lies, in every mode and from every source, the canvas becomes what the naive composition
// makes of it; and frames that cannot be blended are refused.
#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <random>

#include "lib/compose/frame_composer.h"
#include "tests/unit/compose/frame_composer_fixture.h"

namespace jxlpool {
namespace {

struct Crop {
  int32_t x0, y0;
  uint32_t w, h;
};
constexpr Crop kCrops[] = {
    {0, 0, kWidth, kHeight},
    {4, 3, 11, 9},
    {-5, -4, 20, 13},
    {20, 15, 30, 30},
    {-8, 6, 60, 4},
    {7, -9, 3, 50},
    {-9, -9, 60, 60},
    {kWidth, 0, 5, 5},
    {0, kHeight, 9, 9},
    {-10, -10, 10, 10},
    {-2000000000, 0, 7, kHeight},
    {0, 1 << 30, 9, 9},
    {30, 21, 1, 1},
    {0, 0, kWidth, 1},
};

TEST_F(FrameComposerTest, CropsInEveryPlaceWithEveryMode) {
  AddExtra(ExtraChannelType::kAlpha);
  FillSlot(1, 11);
  for (uint32_t mode = 0; mode <= 4; ++mode) {
    for (const Crop& crop : kCrops) {
      SCOPED_TRACE(testing::Message() << "mode " << mode << " at " << crop.x0 << "," << crop.y0);
      SetCrop(crop.x0, crop.y0, crop.w, crop.h);
      frame_.blending_info = {static_cast<BlendMode>(mode), 0, false, 1};
      frame_.ec_blending_info[0] = frame_.blending_info;
      CheckComposition(mode);
    }
  }
}

TEST_F(FrameComposerTest, EmptySlotsAreBlackAndTransparent) {
  AddExtra(ExtraChannelType::kAlpha);
  for (uint32_t mode = 0; mode <= 4; ++mode) {
    SetCrop(-3, 5, 17, 9);
    frame_.blending_info = {static_cast<BlendMode>(mode), 0, false, 2};
    frame_.ec_blending_info[0] = frame_.blending_info;
    CheckComposition(mode);
  }
}

TEST_F(FrameComposerTest, ModesAndSourcesOfTheirOwnForEachChannel) {
  AddExtra(ExtraChannelType::kAlpha, true);
  AddExtra(ExtraChannelType::kDepth);
  AddExtra(ExtraChannelType::kAlpha, false);
  FillSlot(0, 21);
  FillSlot(2, 22);
  FillSlot(3, 23);
  std::mt19937 engine(4);
  const auto random = [&](uint32_t below) { return static_cast<uint32_t>(engine() % below); };
  for (uint32_t round = 0; round < 150; ++round) {
    const auto info = [&] {
      BlendingInfo result;
      result.mode = static_cast<BlendMode>(random(5));
      result.alpha_channel = random(3);
      result.clamp = random(2) != 0;
      result.source = random(4);
      return result;
    };
    SetCrop(static_cast<int32_t>(random(20)) - 10, static_cast<int32_t>(random(20)) - 10, 1 + random(40),
            1 + random(30));
    frame_.blending_info = info();
    for (size_t e = 0; e < 3; ++e) frame_.ec_blending_info[e] = info();
    CheckComposition(round);
    if (HasFatalFailure()) FAIL() << "round " << round;
  }
}

TEST_F(FrameComposerTest, WithoutAlphaBlendReplacesAndMulAddAdds) {
  FillSlot(0, 31);
  for (uint32_t mode = 0; mode <= 4; ++mode) {
    SetCrop(2, 2, 9, 9);
    frame_.blending_info = {static_cast<BlendMode>(mode), 0, false, 0};
    CheckComposition(mode);
  }
}

TEST_F(FrameComposerTest, RefusesSourcesThatCannotBeBlendedWith) {
  AddExtra(ExtraChannelType::kAlpha);
  SetCrop(1, 1, 5, 5);
  const TestPlanes frame = TestPlanes::Random(4, 5, 5, 14);
  frame_.blending_info.source = 0;
  frame_.ec_blending_info[0].source = 1;
  TestPlanes delivered;
  FillSlot(0, 1, true);
  EXPECT_EQ(Compose(frame, true, &delivered).code(), ErrorCode::kCorrupt);
  FillSlot(0, 1, false);
  EXPECT_TRUE(Compose(frame, true, &delivered).ok());
  FillSlot(1, 1, true);
  EXPECT_TRUE(Compose(frame, true, &delivered).ok()) << "extra channels do not change in the color transform";
  for (const uint32_t slot : {0u, 1u}) {
    FillSlot(0, 1);
    FillSlot(1, 1);
    FillSlot(slot, 1, false, kWidth - 1, kHeight);
    EXPECT_EQ(Compose(frame, true, &delivered).code(), ErrorCode::kCorrupt);
    FillSlot(slot, 1, false, kWidth, kHeight - 1);
    EXPECT_EQ(Compose(frame, true, &delivered).code(), ErrorCode::kCorrupt);
    FillSlot(slot, 1, false, kWidth, kHeight);
    EXPECT_TRUE(Compose(frame, true, &delivered).ok());
  }
}

}  // namespace
}  // namespace jxlpool
