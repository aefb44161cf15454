// Proves: each field is read where its conditions hold, and only there; elsewhere it has its default.
#include <gtest/gtest.h>

#include <cstdint>

#include "lib/headers/frame_header.h"
#include "tests/unit/headers/frame_header_fixture.h"

namespace jxlpool {
namespace {

TEST_F(FrameHeaderTest, ConditionalFieldsOfEveryFrameType) {
  for (uint32_t type = 0; type < 4; ++type) {
    for (const bool xyb : {false, true}) {
      for (const bool modular : {false, true}) {
        Fields fields;
        fields.type = type;
        fields.xyb = xyb;
        fields.modular = modular;
        fields.num_extra = 2;
        fields.save_before_ct = type == 2 ? 1 : -1;
        ASSERT_EQ(Code(fields), ErrorCode::kOk) << type << xyb << modular;
        EXPECT_EQ(frame_.IsNormalFrame(), type == 0 || type == 3);
        EXPECT_EQ(frame_.is_last, type == 0 || type == 3);
        EXPECT_EQ(frame_.save_before_ct, type == 1 || type == 2);
        EXPECT_EQ(frame_.lf_level, type == 1 ? 1u : 0u);
        EXPECT_EQ(frame_.CanReference(), type == 2);
        EXPECT_EQ(frame_.IsShown(), type == 0 || type == 3);
        EXPECT_EQ(frame_.group_size_shift, modular ? 2u : 1u);
        EXPECT_EQ(frame_.x_qm_scale, xyb && !modular ? 5u : 2u);
        EXPECT_EQ(frame_.b_qm_scale, xyb && !modular ? 6u : 2u);
      }
    }
  }
}

TEST_F(FrameHeaderTest, Cropping) {
  Fields fields;
  fields.crop = true;
  fields.crop_fields = [](FieldWriter* w) { w->U32(0, 8, 9).U32(1, 11, 44).U32(2, 14, 5).U32(3, 30, 0); };
  fields.blending = [](FieldWriter* w) { w->U32(0).U(2, 3); };
  ASSERT_EQ(Code(fields), ErrorCode::kOk);
  EXPECT_EQ(frame_.x0, -5);
  EXPECT_EQ(frame_.y0, 150);
  EXPECT_EQ(frame_.width, 2309u);
  EXPECT_EQ(frame_.height, 18688u);
  EXPECT_EQ(frame_.blending_info.source, 3u);
  EXPECT_TRUE(frame_.IsPartial({300, 200}));
  EXPECT_TRUE(frame_.NeedsBlending({300, 200}));

  // A crop that covers everything is not partial: no source is coded.
  fields.crop_fields = [](FieldWriter* w) { w->U32(0, 8, 1).U32(0, 8, 0).U32(1, 11, 301 - 256).U32(0, 8, 200); };
  fields.blending = [](FieldWriter* w) { w->U32(0); };
  ASSERT_EQ(Code(fields), ErrorCode::kOk);
  EXPECT_FALSE(frame_.IsPartial({300, 200}));
  EXPECT_TRUE(frame_.IsPartial({301, 200}));
  EXPECT_FALSE(frame_.NeedsBlending({300, 200}));

  for (const bool is_width : {false, true}) {
    fields.crop_fields = [&](FieldWriter* w) {
      w->U32(0, 8, 0).U32(0, 8, 0).U32(0, 8, is_width ? 0 : 9).U32(0, 8, is_width ? 9 : 0);
    };
    fields.blending = [](FieldWriter* w) { w->U32(0).U(2, 0); };
    EXPECT_EQ(Code(fields), ErrorCode::kCorrupt);
  }
}

TEST_F(FrameHeaderTest, ReferenceFramesHaveNoPosition) {
  Fields fields;
  fields.type = 2;
  fields.crop = true;
  fields.crop_fields = [](FieldWriter* w) { w->U32(0, 8, 7).U32(0, 8, 8); };
  fields.save_as_reference = 3;
  fields.save_before_ct = 1;
  ASSERT_EQ(Code(fields), ErrorCode::kOk);
  EXPECT_EQ(frame_.width, 7u);
  EXPECT_EQ(frame_.save_as_reference, 3u);
  EXPECT_TRUE(frame_.CanReference());
  EXPECT_FALSE(frame_.IsPartial({300, 200}));
  // After the color transform only whole images can be saved.
  fields.save_before_ct = 0;
  EXPECT_EQ(Code(fields), ErrorCode::kCorrupt);
  fields.crop_fields = [](FieldWriter* w) { w->U32(1, 11, 300 - 256).U32(0, 8, 200); };
  EXPECT_EQ(Code(fields), ErrorCode::kOk);
  fields.crop = false;
  EXPECT_EQ(Code(fields), ErrorCode::kOk);
}

TEST_F(FrameHeaderTest, BlendingFieldsFollowTheMode) {
  for (uint32_t num_extra : {0u, 3u}) {
    for (uint32_t mode = 0; mode < 7; ++mode) {
      Fields fields;
      fields.num_extra = num_extra;
      const bool alpha = num_extra > 0 && (mode == 2 || mode == 3);
      const auto write = [=](FieldWriter* w, uint32_t alpha_channel) {
        if (mode < 3) w->U32(mode);
        if (mode >= 3) w->U32(3, 2, mode - 3);
        if (alpha) w->U32(alpha_channel);
        if (alpha || mode == 4) w->Bool(true);
        if (mode != 0) w->U(2, 2);
      };
      fields.blending = [&](FieldWriter* w) { write(w, 2); };
      EXPECT_EQ(Code(fields), mode <= 4 ? ErrorCode::kOk : ErrorCode::kCorrupt) << mode;
      if (mode > 4) continue;
      EXPECT_EQ(static_cast<uint32_t>(frame_.blending_info.mode), mode);
      EXPECT_EQ(frame_.blending_info.alpha_channel, alpha ? 2u : 0u);
      EXPECT_EQ(frame_.blending_info.clamp, alpha || mode == 4);
      EXPECT_EQ(frame_.blending_info.source, mode != 0 ? 2u : 0u);
      EXPECT_EQ(frame_.NeedsBlending({300, 200}), mode != 0);
      // The same for extra channels, which look at their own mode.
      fields.ec_blending = fields.blending;
      fields.blending = [](FieldWriter* w) { w->U32(0); };
      EXPECT_EQ(Code(fields), ErrorCode::kOk) << mode;
      EXPECT_EQ(frame_.NeedsBlending({300, 200}), mode != 0 && num_extra != 0);
      if (!alpha) continue;
      fields.num_extra = 2;
      EXPECT_EQ(Code(fields), ErrorCode::kCorrupt) << "alpha channel 2 of 2";
    }
  }
}

TEST_F(FrameHeaderTest, TimingAndReferencing) {
  Fields fields;
  fields.animation = fields.timecodes = true;
  fields.duration = [](FieldWriter* w) { w->U32(2, 8, 77); };
  fields.is_last = false;
  fields.save_as_reference = 0;
  ASSERT_EQ(Code(fields), ErrorCode::kOk);  // shown and not saved: no save_before_ct
  EXPECT_EQ(frame_.duration, 77u);
  EXPECT_EQ(frame_.timecode, 0x01020304u);
  EXPECT_FALSE(frame_.CanReference());
  EXPECT_TRUE(frame_.IsShown());
  fields.save_as_reference = 1;
  fields.save_before_ct = 1;
  ASSERT_EQ(Code(fields), ErrorCode::kOk);
  EXPECT_TRUE(frame_.CanReference());
  EXPECT_TRUE(frame_.save_before_ct);
  fields.duration = [](FieldWriter* w) { w->U32(0); };
  fields.save_as_reference = 0;
  ASSERT_EQ(Code(fields), ErrorCode::kOk);
  EXPECT_TRUE(frame_.CanReference());
  EXPECT_FALSE(frame_.IsShown());
  // Blended frames are saved after the color transform.
  fields.blending = [](FieldWriter* w) { w->U32(1).U(2, 0); };
  fields.save_before_ct = -1;
  ASSERT_EQ(Code(fields), ErrorCode::kOk);
  EXPECT_FALSE(frame_.save_before_ct);
  // So are partial ones.
  fields.crop = true;
  fields.crop_fields = [](FieldWriter* w) { w->U32(0, 8, 0).U32(0, 8, 0).U32(0, 8, 9).U32(0, 8, 9); };
  fields.blending = [](FieldWriter* w) { w->U32(0).U(2, 0); };
  ASSERT_EQ(Code(fields), ErrorCode::kOk);
  EXPECT_TRUE(frame_.CanReference());
  EXPECT_FALSE(frame_.save_before_ct);
}

TEST_F(FrameHeaderTest, RestorationFilterFields) {
  constexpr uint32_t kHalf = 0x3800, kOne = 0x3C00;
  for (const bool modular : {false, true}) {
    Fields fields;
    fields.modular = modular;
    fields.filter = [&](FieldWriter* w) {
      w->Bool(false).Bool(true).Bool(true);
      for (int i = 0; i < 6; ++i) w->U(16, kHalf);
      w->U(2, 3);
      if (!modular) w->Bool(true);
      for (int i = 0; i < 8 && !modular; ++i) w->U(16, kOne);
      w->Bool(true).U(16, kOne).U(16, kHalf).U(16, kOne).U(16, kOne).U(16, kOne);
      w->Bool(true);
      if (!modular) w->U(16, kHalf);
      w->U(16, kOne).U(16, kHalf).U(16, kOne);
      if (modular) w->U(16, kHalf);
      w->U64(0);
    };
    ASSERT_EQ(Code(fields), ErrorCode::kOk);
    const RestorationFilter& filter = frame_.restoration_filter;
    EXPECT_EQ(filter.gab_weight2[2], 0.5f);
    EXPECT_EQ(filter.epf_iters, 3u);
    EXPECT_EQ(filter.epf_sharp_lut[3], modular ? 3.0f / 7 : 1.0f);
    EXPECT_EQ(filter.epf_channel_scale[1], 0.5f);
    EXPECT_EQ(filter.epf_quant_mul, modular ? 0.46f : 0.5f);
    EXPECT_EQ(filter.epf_pass2_sigma_scale, 0.5f);
    EXPECT_EQ(filter.epf_sigma_for_modular, modular ? 0.5f : 1.0f);
  }
}

}  // namespace
}  // namespace jxlpool
