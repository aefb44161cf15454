// Frame headers: worked examples, conditional fields, every validity rule, truncation.
#include "lib/headers/frame_header.h"

#include <functional>
#include <random>

#include "lib/headers/frame_dimensions.h"
#include "tests/unit/headers/headers_test_util.h"

namespace jxlpool {
namespace {

// An image without anything special, 300x200.
struct Image {
  ImageHeader header;
  Image(Memory* memory, uint32_t num_extra, uint32_t dim_shift = 0) {
    header.size = {300, 200};
    header.preview = {16, 16};
    header.num_extra_channels = num_extra;
    header.ec_info = PoolVector<ExtraChannelInfo>(memory, Category::kOther);
    EXPECT_TRUE(header.ec_info.Resize(num_extra).ok());
    for (ExtraChannelInfo& info : header.ec_info) info.dim_shift = dim_shift;
  }
};

// The fields of a frame header as the test wants them; conditions are written out once more here.
struct Fields {
  bool xyb = true;
  uint32_t num_extra = 0;
  bool animation = false;
  bool timecodes = false;

  uint32_t type = 0;
  bool modular = false;
  uint64_t flags = 0;
  bool ycbcr = false;
  uint32_t jpeg_upsampling[3] = {0, 0, 0};
  uint32_t upsampling_code = 0;
  uint32_t ec_upsampling_code = 0;
  uint32_t group_size_shift = 2;
  uint32_t x_qm = 5, b_qm = 6;
  std::function<void(FieldWriter*)> passes = [](FieldWriter* w) { w->U32(0); };
  uint32_t lf_level = 1;
  bool crop = false;
  std::function<void(FieldWriter*)> crop_fields;
  // mode, and what follows it
  std::function<void(FieldWriter*)> blending = [](FieldWriter* w) { w->U32(0); };
  std::function<void(FieldWriter*)> ec_blending = [](FieldWriter* w) { w->U32(0); };
  std::function<void(FieldWriter*)> duration = [](FieldWriter* w) { w->U32(0); };
  bool is_last = true;
  uint32_t save_as_reference = 0;
  int save_before_ct = -1;  // -1: not coded
  std::function<void(FieldWriter*)> filter = [](FieldWriter* w) { w->Bool(true); };

  FieldWriter Write() const {
    FieldWriter w;
    w.Bool(false).U(2, type).Bool(modular).U64(flags);
    if (!xyb) w.Bool(ycbcr);
    const bool own_lf = (flags & 32) == 0;
    if (ycbcr && own_lf) {
      for (const uint32_t code : jpeg_upsampling) w.U(2, code);
    }
    if (own_lf) {
      w.U32(upsampling_code);
      for (uint32_t i = 0; i < num_extra; ++i) w.U32(ec_upsampling_code);
    }
    if (modular) w.U(2, group_size_shift);
    if (xyb && !modular) w.U(3, x_qm).U(3, b_qm);
    if (type != 2) passes(&w);
    if (type == 1) w.U(2, lf_level - 1);
    if (type != 1) w.Bool(crop);
    if (crop) crop_fields(&w);
    if (type == 0 || type == 3) {
      blending(&w);
      for (uint32_t i = 0; i < num_extra; ++i) ec_blending(&w);
      if (animation) duration(&w);
      if (timecodes) w.U(32, 0x01020304);
      w.Bool(is_last);
    }
    if (type != 1 && !(is_last && type != 2)) w.U(2, save_as_reference);
    if (save_before_ct >= 0) w.Bool(save_before_ct == 1);
    w.U32(0);  // name
    filter(&w);
    return w.U64(0);
  }
};

class FrameHeaderTest : public HeadersTest {
 protected:
  Status Read(const Bytes& bytes, const ImageHeader& image, FrameRole role = FrameRole::kMain) {
    BitReader reader(bytes.data(), bytes.size());
    const Status status = ReadFrameHeader(&reader, &memory_, image, role, limits_, &frame_);
    position_ = reader.Position();
    return status;
  }
  // Reads fields of a suitable image and expects that nothing is left over if they are good.
  ErrorCode Code(const Fields& fields, uint32_t dim_shift = 0, FrameRole role = FrameRole::kMain) {
    Image image(&memory_, fields.num_extra, dim_shift);
    image.header.xyb_encoded = fields.xyb;
    image.header.have_animation = fields.animation;
    image.header.animation.have_timecodes = fields.timecodes;
    const FieldWriter writer = fields.Write();
    const Status status = Read(writer.bytes(), image.header, role);
    if (status.ok()) {
      EXPECT_EQ(position_, writer.position());
    }
    return status.code();
  }
  // Reads the image header of an example, then the frame header that starts at byte `offset`.
  void ReadExample(const Bytes& bytes, size_t offset, ImageHeader* image) {
    BitReader reader(bytes.data(), bytes.size());
    ASSERT_TRUE(ReadImageHeader(&reader, &memory_, limits_, image).ok());
    ASSERT_TRUE(reader.ZeroPadToByte().ok());
    ASSERT_EQ(reader.Position(), 8 * offset);
    const Status status = ReadFrameHeader(&reader, &memory_, *image, FrameRole::kMain, limits_, &frame_);
    ASSERT_TRUE(status.ok()) << status.message();
    position_ = reader.Position();
    // Cut anywhere, the header needs more input.
    for (size_t size = offset; size < bytes.size(); ++size) {
      BitReader cut(bytes.data() + offset, size - offset, 8 * offset);
      FrameHeader other;
      const Status cut_status = ReadFrameHeader(&cut, &memory_, *image, FrameRole::kMain, limits_, &other);
      EXPECT_EQ(cut_status.code(), 8 * size < position_ ? ErrorCode::kNeedMoreInput : ErrorCode::kOk) << size;
    }
  }

  FrameHeader frame_;
  uint64_t position_ = 0;
};

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
  EXPECT_TRUE(dimensions.IsSubsampled());
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
