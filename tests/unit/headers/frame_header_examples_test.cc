// Proves: the worked examples are read as they were written, and cut anywhere they need more input; whatever the bits
// are, headers are read within the documented ranges or rejected.
#include <gtest/gtest.h>

#include <cstdint>
#include <random>

#include "lib/headers/frame_dimensions.h"
#include "lib/headers/frame_header.h"
#include "tests/unit/headers/frame_header_fixture.h"

namespace jxlpool {
namespace {

TEST_F(FrameHeaderTest, ModularFile) {
  ImageHeader image;
  ReadExample(kModularFile, 8, &image);
  EXPECT_EQ(position_, 95u);
  EXPECT_TRUE(frame_.is_modular);
  EXPECT_EQ(frame_.color_transform, FrameColorTransform::kNone);
  EXPECT_EQ(frame_.group_size_shift, 3u);
  EXPECT_EQ(frame_.passes.num_passes, 1u);
  EXPECT_TRUE(frame_.is_last);
  EXPECT_EQ(frame_.save_as_reference, 0u);
  EXPECT_FALSE(frame_.restoration_filter.gab);
  EXPECT_EQ(frame_.restoration_filter.epf_iters, 0u);
  EXPECT_EQ(frame_.x_qm_scale, 2u);
}

TEST_F(FrameHeaderTest, NamedFrame) {
  ImageHeader image;
  ReadExample(kNamedFrame, 5, &image);
  EXPECT_EQ(position_, 186u);
  EXPECT_EQ(Text(frame_.name), "TestFrameName");
  EXPECT_EQ(frame_.x_qm_scale, 3u);
  EXPECT_EQ(frame_.b_qm_scale, 2u);
  EXPECT_TRUE(frame_.restoration_filter.gab);
  EXPECT_EQ(frame_.restoration_filter.epf_iters, 1u);
}

TEST_F(FrameHeaderTest, SubsampledYCbCr) {
  ImageHeader image;
  ReadExample(kYCbCr, 6, &image);
  EXPECT_EQ(position_, 87u);
  EXPECT_EQ(frame_.flags, 128u);
  EXPECT_EQ(frame_.color_transform, FrameColorTransform::kYCbCr);
  const FrameDimensions dimensions = ComputeFrameDimensions(image, frame_);
  EXPECT_TRUE(dimensions.subsampled);
  EXPECT_EQ(dimensions.xblocks, 2u);
  for (int c = 0; c < 3; ++c) {
    EXPECT_EQ(dimensions.hshift[c], c == 1 ? 0u : 1u);
    EXPECT_EQ(dimensions.vshift[c], c == 1 ? 0u : 1u);
  }
}

TEST_F(FrameHeaderTest, UpsampledAlpha) {
  ImageHeader image;
  ReadExample(kFiveSections, 7, &image);
  EXPECT_EQ(position_, 94u);
  EXPECT_EQ(frame_.ec_factor[0], 8u);
  const FrameDimensions dimensions = ComputeFrameDimensions(image, frame_);
  EXPECT_EQ(dimensions.groups_x, 1u);
  EXPECT_EQ(dimensions.groups_y, 2u);
  EXPECT_EQ(ExtraChannelSize(dimensions, frame_, 0).width, 26u);
  EXPECT_EQ(ExtraChannelSize(dimensions, frame_, 0).height, 45u);
  EXPECT_EQ(ExtraChannelShift(frame_, 0), 3u);
}

TEST_F(FrameHeaderTest, AllDefault) {
  Image image(&memory_, 2, 1);
  ASSERT_TRUE(Read({1}, image.header).ok());
  EXPECT_EQ(position_, 1u);
  EXPECT_TRUE(frame_.is_last);
  EXPECT_FALSE(frame_.save_before_ct);
  EXPECT_FALSE(frame_.CanReference());
  EXPECT_EQ(frame_.x_qm_scale, 3u);
  EXPECT_EQ(frame_.b_qm_scale, 2u);
  EXPECT_EQ(frame_.width, 300u);
  EXPECT_EQ(frame_.height, 200u);
  EXPECT_TRUE(frame_.restoration_filter.gab);
  EXPECT_EQ(frame_.restoration_filter.epf_iters, 2u);
  EXPECT_EQ(frame_.ec_factor[1], 2u);
  EXPECT_EQ(frame_.ec_blending_info[1].mode, BlendMode::kReplace);
  ASSERT_TRUE(Read({1}, image.header, FrameRole::kPreview).ok());
  EXPECT_EQ(frame_.width, 16u);
}

// Whatever the bits are, headers are read or rejected, and what is read obeys the documented ranges.
TEST_F(FrameHeaderTest, RandomBits) {
  std::mt19937 random(7);
  int good = 0;
  for (int repeat = 0; repeat < 30000; ++repeat) {
    Image image(&memory_, static_cast<uint32_t>(random() % 3), static_cast<uint32_t>(random() % 4));
    image.header.xyb_encoded = random() % 2 == 0;
    image.header.have_animation = random() % 2 == 0;
    Bytes bytes(random() % 80);
    for (uint8_t& byte : bytes) byte = static_cast<uint8_t>(random() & (repeat % 2 == 0 ? random() : ~0u));
    if (!bytes.empty()) bytes[0] &= 0xFE;
    const FrameRole role = random() % 4 == 0 ? FrameRole::kPreview : FrameRole::kMain;
    if (!Read(bytes, image.header, role).ok()) continue;
    ++good;
    EXPECT_GE(frame_.width, 1u);
    EXPECT_LE(frame_.passes.num_passes, kMaxPasses);
    EXPECT_LE(frame_.lf_level, 4u);
    EXPECT_LE(frame_.save_as_reference, 3u);
    for (const uint8_t factor : frame_.ec_factor) EXPECT_LE(factor, 8u);
    for (const BlendingInfo& info : frame_.ec_blending_info)
      EXPECT_LT(info.alpha_channel, image.header.num_extra_channels);
    for (uint32_t p = 0; p < frame_.passes.num_passes; ++p) EXPECT_LE(PassShiftRange(frame_.passes, p).min_shift, 3);
    const FrameDimensions dimensions = ComputeFrameDimensions(image.header, frame_);
    EXPECT_GE(dimensions.num_groups, dimensions.num_lf_groups);
  }
  EXPECT_GT(good, 1000);
}

}  // namespace
}  // namespace jxlpool
