// Proves: every rule that fields have to obey together is checked, at its limits.
#include <gtest/gtest.h>

#include <cstdint>
#include <vector>

#include "lib/headers/frame_dimensions.h"
#include "lib/headers/frame_header.h"
#include "tests/unit/headers/frame_header_fixture.h"

namespace jxlpool {
namespace {

TEST_F(FrameHeaderTest, UpsamplingRules) {
  for (uint32_t up = 0; up < 4; ++up) {
    for (uint32_t ec = 0; ec < 4; ++ec) {
      for (uint32_t dim_shift = 0; dim_shift < 4; ++dim_shift) {
        Fields fields;
        fields.num_extra = 1;
        fields.upsampling_code = up;
        fields.ec_upsampling_code = ec;
        const bool is_good = ec + dim_shift >= up && ec + dim_shift <= 3;
        EXPECT_EQ(Code(fields, dim_shift), is_good ? ErrorCode::kOk : ErrorCode::kCorrupt);
        if (!is_good) continue;
        EXPECT_EQ(frame_.ec_factor[0], 1u << (ec + dim_shift));
        EXPECT_EQ(ExtraChannelShift(frame_, 0), ec + dim_shift - up);
        // Patches need one grid for all channels.
        fields.flags = kFlagPatches;
        EXPECT_EQ(Code(fields, dim_shift), up == 0 || ec + dim_shift == up ? ErrorCode::kOk : ErrorCode::kCorrupt);
      }
    }
  }
}

TEST_F(FrameHeaderTest, LfFrames) {
  for (uint32_t level = 1; level <= 4; ++level) {
    Fields fields;
    fields.type = 1;
    fields.lf_level = level;
    ASSERT_EQ(Code(fields), ErrorCode::kOk);
    EXPECT_EQ(frame_.lf_level, level);
    Image image(&memory_, 0);
    const FrameDimensions dimensions = ComputeFrameDimensions(image.header, frame_);
    const uint64_t divisor = uint64_t{1} << (3 * level);
    EXPECT_EQ(dimensions.width, (300 + divisor - 1) / divisor);
    fields.flags = kFlagUseLfFrame;
    EXPECT_EQ(Code(fields), level < 4 ? ErrorCode::kOk : ErrorCode::kCorrupt);
  }
}

TEST_F(FrameHeaderTest, SubsampledChromaIsNotSmoothed) {
  for (uint32_t code = 0; code < 4; ++code) {
    Fields fields;
    fields.xyb = false;
    fields.ycbcr = true;
    fields.jpeg_upsampling[1] = code;
    EXPECT_EQ(Code(fields), code == 0 ? ErrorCode::kOk : ErrorCode::kCorrupt);
    fields.flags = kFlagSkipAdaptiveLfSmoothing;
    EXPECT_EQ(Code(fields), ErrorCode::kOk);
    fields.flags = 0;
    fields.modular = true;
    EXPECT_EQ(Code(fields), ErrorCode::kOk);
    fields.modular = false;
    for (uint32_t& each : fields.jpeg_upsampling) each = code;  // equal factors subsample nothing
    EXPECT_EQ(Code(fields), ErrorCode::kOk);
  }
}

TEST_F(FrameHeaderTest, PassRules) {
  const auto code = [&](uint32_t num_passes, std::vector<uint32_t> downsample, std::vector<uint32_t> last_pass) {
    Fields fields;
    fields.passes = [&](FieldWriter* w) {
      if (num_passes < 4) w->U32(num_passes - 1);
      if (num_passes >= 4) w->U32(3, 3, num_passes - 4);
      if (num_passes == 1) return;
      const uint32_t num_ds = static_cast<uint32_t>(downsample.size());
      if (num_ds < 3) w->U32(num_ds);
      if (num_ds >= 3) w->U32(3, 1, num_ds - 3);
      for (uint32_t p = 0; p + 1 < num_passes; ++p) w->U(2, p % 4);
      for (const uint32_t d : downsample) w->U32(d == 1 ? 0 : d == 2 ? 1 : d == 4 ? 2 : 3);
      for (const uint32_t l : last_pass) {
        if (l < 3) w->U32(l);
        if (l >= 3) w->U32(3, 3, l);
      }
    };
    return Code(fields);
  };
  EXPECT_EQ(code(1, {}, {}), ErrorCode::kOk);
  EXPECT_EQ(PassShiftRange(frame_.passes, 0).min_shift, 0);
  EXPECT_EQ(PassShiftRange(frame_.passes, 0).max_shift, 2);
  for (uint32_t n = 2; n <= 11; ++n) {
    EXPECT_EQ(code(n, {}, {}), ErrorCode::kOk);
    EXPECT_EQ(frame_.passes.num_passes, n);
    EXPECT_EQ(frame_.passes.shift[n - 1], 0u);
    EXPECT_EQ(frame_.passes.shift[n - 2], (n - 2) % 4);
  }
  EXPECT_EQ(code(3, {4, 2}, {0, 1}), ErrorCode::kOk);
  const int32_t expected[3][2] = {{2, 2}, {1, 1}, {0, 0}};
  for (uint32_t p = 0; p < 3; ++p) {
    EXPECT_EQ(PassShiftRange(frame_.passes, p).min_shift, expected[p][0]);
    EXPECT_EQ(PassShiftRange(frame_.passes, p).max_shift, expected[p][1]);
  }
  // Downsampling by 8 after pass 0: nothing is that small, so pass 0 has no channels.
  EXPECT_EQ(code(3, {8}, {0}), ErrorCode::kOk);
  EXPECT_EQ(PassShiftRange(frame_.passes, 0).min_shift, 3);
  EXPECT_EQ(PassShiftRange(frame_.passes, 1).max_shift, 2);
  EXPECT_EQ(PassShiftRange(frame_.passes, 1).min_shift, 3);
  EXPECT_EQ(PassShiftRange(frame_.passes, 2).min_shift, 0);
  // Everything after the first pass: the second has none.
  EXPECT_EQ(code(2, {1}, {0}), ErrorCode::kOk);
  EXPECT_EQ(PassShiftRange(frame_.passes, 1).max_shift, -1);
  EXPECT_EQ(code(5, {8, 4, 2, 1}, {0, 1, 2, 4}), ErrorCode::kOk);
  EXPECT_EQ(code(2, {8, 4}, {0, 1}), ErrorCode::kOk);

  EXPECT_EQ(code(2, {8, 4, 2}, {0, 1, 2}), ErrorCode::kCorrupt);  // more steps than passes
  EXPECT_EQ(code(3, {4, 4}, {0, 1}), ErrorCode::kCorrupt);
  EXPECT_EQ(code(3, {2, 4}, {0, 1}), ErrorCode::kCorrupt);
  EXPECT_EQ(code(3, {4, 2}, {1, 1}), ErrorCode::kCorrupt);
  EXPECT_EQ(code(3, {4, 2}, {1, 0}), ErrorCode::kCorrupt);
  EXPECT_EQ(code(3, {4, 2}, {1, 3}), ErrorCode::kCorrupt);
  EXPECT_EQ(code(2, {4}, {2}), ErrorCode::kCorrupt);
}

TEST_F(FrameHeaderTest, PreviewsArePlain) {
  const auto code = [&](const Fields& fields) { return Code(fields, 0, FrameRole::kPreview); };
  Fields fields;
  fields.num_extra = 1;
  EXPECT_EQ(code(fields), ErrorCode::kOk);
  EXPECT_EQ(frame_.width, 16u);
  Fields bad = fields;
  bad.type = 3;
  EXPECT_EQ(code(bad), ErrorCode::kCorrupt);
  bad = fields;
  bad.crop = true;
  bad.crop_fields = [](FieldWriter* w) { w->U32(0, 8, 0).U32(0, 8, 0).U32(0, 8, 16).U32(0, 8, 16); };
  EXPECT_EQ(code(bad), ErrorCode::kCorrupt);
  bad = fields;
  bad.blending = [](FieldWriter* w) { w->U32(1).U(2, 0); };
  EXPECT_EQ(code(bad), ErrorCode::kCorrupt);
  bad = fields;
  bad.ec_blending = [](FieldWriter* w) { w->U32(1).U(2, 0); };
  EXPECT_EQ(code(bad), ErrorCode::kCorrupt);
}

TEST_F(FrameHeaderTest, RestorationFilterRules) {
  Fields fields;
  // 1 + 4 * (-0.25 + 0) is 0.
  for (int zero_channel = -1; zero_channel < 3; ++zero_channel) {
    fields.filter = [&](FieldWriter* w) {
      w->Bool(false).Bool(true).Bool(true);
      for (int c = 0; c < 3; ++c) w->U(16, c == zero_channel ? 0xB400 : 0x3400).U(16, 0);
      w->U(2, 0).U64(0);
    };
    EXPECT_EQ(Code(fields), zero_channel < 0 ? ErrorCode::kOk : ErrorCode::kCorrupt);
  }
  fields.modular = true;
  for (const uint32_t sigma : {0u, 0x8000u, 0xBC00u, 0x7C00u, 1u, 0x3C00u}) {
    fields.filter = [&](FieldWriter* w) {
      w->Bool(false).Bool(false).U(2, 1).Bool(false).Bool(false).U(16, sigma).U64(0);
    };
    const bool is_good = sigma == 1 || sigma == 0x3C00;
    EXPECT_EQ(Code(fields), is_good ? ErrorCode::kOk : ErrorCode::kCorrupt) << sigma;
  }
}

TEST_F(FrameHeaderTest, FramesBeyondTheLimits) {
  Fields fields;
  fields.crop = true;
  fields.crop_fields = [](FieldWriter* w) { w->U32(0, 8, 0).U32(0, 8, 0).U32(3, 30, 100000).U32(3, 30, 100000); };
  fields.blending = [](FieldWriter* w) { w->U32(0); };
  EXPECT_EQ(Code(fields), ErrorCode::kSizeLimit);
  limits_.max_samples = ~uint64_t{0};
  EXPECT_EQ(Code(fields), ErrorCode::kOk);
  limits_.max_dimension = 100000;
  EXPECT_EQ(Code(fields), ErrorCode::kSizeLimit);
}

}  // namespace
}  // namespace jxlpool
