#include "lib/headers/frame_header.h"

#include "lib/base/bits.h"
#include "lib/bitstream/fields.h"
#include "lib/headers/frame_dimensions.h"

namespace jxlpool {
namespace {

constexpr U32Coding kUpsamplingCoding = {{Value(1), Value(2), Value(4), Value(8)}};
constexpr U32Coding kCropCoding = {{Bits(8), BitsPlus(256, 11), BitsPlus(2304, 14), BitsPlus(18688, 30)}};

// What the fields of a frame depend on.
struct FrameContext {
  const ImageHeader& image;
  const SizeHeader& canvas;
  FieldReader* reader;
};

Passes ReadPasses(FieldReader* reader) {
  Passes passes;
  passes.num_passes = reader->U32({{Value(1), Value(2), Value(3), BitsPlus(4, 3)}});
  if (passes.num_passes == 1) return passes;
  passes.num_ds = reader->U32({{Value(0), Value(1), Value(2), BitsPlus(3, 1)}});
  reader->Expect(passes.num_ds <= passes.num_passes, "more downsampling steps than passes");
  for (uint32_t p = 0; p + 1 < passes.num_passes; ++p) passes.shift[p] = reader->U(2);
  for (uint32_t i = 0; i < passes.num_ds; ++i) {
    passes.downsample[i] = reader->U32(kUpsamplingCoding);
    reader->Expect(i == 0 || passes.downsample[i] < passes.downsample[i - 1],
                   "downsampling of passes does not decrease");
  }
  for (uint32_t i = 0; i < passes.num_ds; ++i) {
    passes.last_pass[i] = reader->U32({{Value(0), Value(1), Value(2), Bits(3)}});
    reader->Expect(i == 0 || passes.last_pass[i] > passes.last_pass[i - 1], "last passes do not increase");
    reader->Expect(passes.last_pass[i] < passes.num_passes, "a downsampling step refers to a pass that does not exist");
  }
  return passes;
}

BlendingInfo ReadBlendingInfo(FieldReader* reader, uint32_t num_extra_channels, bool is_partial) {
  BlendingInfo info;
  const uint32_t mode = reader->U32({{Value(0), Value(1), Value(2), BitsPlus(3, 2)}});
  if (mode > static_cast<uint32_t>(BlendMode::kMul)) {
    reader->Fail("undefined blend mode");
    return info;
  }
  info.mode = static_cast<BlendMode>(mode);
  const bool uses_alpha =
      num_extra_channels > 0 && (info.mode == BlendMode::kBlend || info.mode == BlendMode::kAlphaWeightedAdd);
  if (uses_alpha) {
    info.alpha_channel = reader->U32({{Value(0), Value(1), Value(2), BitsPlus(3, 3)}});
    reader->Expect(info.alpha_channel < num_extra_channels, "blending with an alpha channel that does not exist");
  }
  if (uses_alpha || info.mode == BlendMode::kMul) info.clamp = reader->Bool();
  if (info.mode != BlendMode::kReplace || is_partial) info.source = reader->U(2);
  return info;
}

void ReadUpsampling(const FrameContext& context, FrameHeader* frame) {
  FieldReader* reader = context.reader;
  frame->upsampling = reader->U32(kUpsamplingCoding);
  for (size_t i = 0; i < frame->ec_upsampling.size(); ++i) {
    const uint32_t ec_upsampling = reader->U32(kUpsamplingCoding);
    const uint32_t factor = ec_upsampling << context.image.ec_info[i].dim_shift;
    reader->Expect(factor >= frame->upsampling, "extra channel with less upsampling than the color channels");
    reader->Expect(factor <= 8, "extra channel with an upsampling of more than 8");
    frame->ec_upsampling[i] = static_cast<uint8_t>(ec_upsampling);
    frame->ec_factor[i] = static_cast<uint8_t>(factor);
  }
}

// Reads the fields from the flags to the channel scales.
void ReadCoding(const FrameContext& context, FrameHeader* frame) {
  FieldReader* reader = context.reader;
  const bool xyb_encoded = context.image.xyb_encoded;
  const bool own_lf = !frame->HasFlag(kFlagUseLfFrame);
  if (!xyb_encoded) frame->do_ycbcr = reader->Bool();
  if (frame->do_ycbcr) {
    frame->color_transform = FrameColorTransform::kYCbCr;
    if (own_lf) {
      for (uint32_t& code : frame->jpeg_upsampling) code = reader->U(2);
    }
  }
  if (own_lf) ReadUpsampling(context, frame);
  if (frame->is_modular) frame->group_size_shift = reader->U(2);
  frame->x_qm_scale = frame->b_qm_scale = 2;
  if (xyb_encoded && !frame->is_modular) {
    frame->x_qm_scale = reader->U(3);
    frame->b_qm_scale = reader->U(3);
  }
}

void ReadCrop(const FrameContext& context, FrameHeader* frame) {
  FieldReader* reader = context.reader;
  frame->have_crop = reader->Bool();
  if (!frame->have_crop) return;
  if (frame->frame_type != FrameType::kReferenceOnly) {
    frame->x0 = reader->SignedU32(kCropCoding);
    frame->y0 = reader->SignedU32(kCropCoding);
  }
  frame->width = reader->U32(kCropCoding);
  frame->height = reader->U32(kCropCoding);
  reader->Expect(frame->width != 0 && frame->height != 0, "frame without pixels");
}

void ReadBlendingAndTiming(const FrameContext& context, FrameHeader* frame) {
  FieldReader* reader = context.reader;
  const bool is_partial = frame->IsPartial(context.canvas);
  const uint32_t num_extra = context.image.num_extra_channels;
  frame->blending_info = ReadBlendingInfo(reader, num_extra, is_partial);
  for (BlendingInfo& info : frame->ec_blending_info) info = ReadBlendingInfo(reader, num_extra, is_partial);
  if (context.image.have_animation) {
    frame->duration = reader->U32({{Value(0), Value(1), Bits(8), Bits(32)}});
    if (context.image.animation.have_timecodes) frame->timecode = reader->U(32);
  }
  frame->is_last = reader->Bool();
}

void ReadReferencing(const FrameContext& context, FrameHeader* frame) {
  FieldReader* reader = context.reader;
  if (frame->frame_type == FrameType::kLFFrame) {
    frame->save_before_ct = true;
    return;
  }
  if (!frame->is_last) frame->save_as_reference = reader->U(2);
  if (frame->frame_type == FrameType::kReferenceOnly) {
    frame->save_before_ct = reader->Bool();
    const bool is_smaller =
        frame->have_crop && (frame->width < context.canvas.width || frame->height < context.canvas.height);
    reader->Expect(frame->save_before_ct || !is_smaller,
                   "reference frame smaller than the image that is saved after the color transform");
  } else if (frame->CanReference() && frame->blending_info.mode == BlendMode::kReplace &&
             !frame->IsPartial(context.canvas)) {
    frame->save_before_ct = reader->Bool();
  }
}

void ReadFields(const FrameContext& context, FrameHeader* frame) {
  FieldReader* reader = context.reader;
  frame->all_default = reader->Bool();
  if (frame->all_default) return;
  frame->frame_type = static_cast<FrameType>(reader->U(2));
  frame->is_modular = reader->Bool();
  frame->flags = reader->U64();
  ReadCoding(context, frame);
  if (frame->frame_type != FrameType::kReferenceOnly) frame->passes = ReadPasses(reader);
  if (frame->frame_type == FrameType::kLFFrame) {
    frame->lf_level = 1 + reader->U(2);
  } else {
    ReadCrop(context, frame);
  }
  if (frame->IsNormalFrame()) {
    ReadBlendingAndTiming(context, frame);
  } else {
    frame->is_last = false;
  }
  ReadReferencing(context, frame);
  reader->Name(&frame->name);
  ReadRestorationFilter(reader, frame->is_modular, &frame->restoration_filter);
  reader->Extensions();
}

// Rules that concern more than one bundle.
void Validate(const FrameContext& context, FrameRole role, const FrameHeader& frame) {
  FieldReader* reader = context.reader;
  const FrameDimensions dimensions = ComputeFrameDimensions(context.image, frame);
  if (!frame.is_modular && dimensions.subsampled) {
    reader->Expect(frame.HasFlag(kFlagSkipAdaptiveLfSmoothing), "adaptive LF smoothing of subsampled chroma");
  }
  if (frame.HasFlag(kFlagUseLfFrame)) reader->Expect(frame.lf_level < 4, "there is no LF frame of level 5");
  if (frame.HasFlag(kFlagPatches) && frame.upsampling != 1) {
    for (const uint8_t factor : frame.ec_factor) {
      reader->Expect(factor == frame.upsampling, "patches in a frame with different upsampling factors");
    }
  }
  if (role == FrameRole::kPreview) {
    bool is_replace = frame.blending_info.mode == BlendMode::kReplace;
    for (const BlendingInfo& info : frame.ec_blending_info) is_replace &= info.mode == BlendMode::kReplace;
    reader->Expect(frame.frame_type == FrameType::kRegularFrame && !frame.have_crop && is_replace,
                   "the preview is not a plain frame");
  }
}

// Gives the arrays one element per extra channel.
Status AllocateExtraChannels(const ImageHeader& image, Memory* memory, FrameHeader* frame) {
  frame->name = PoolVector<char>(memory, Category::kOther);
  frame->ec_upsampling = PoolVector<uint8_t>(memory, Category::kOther);
  frame->ec_factor = PoolVector<uint8_t>(memory, Category::kOther);
  frame->ec_blending_info = PoolVector<BlendingInfo>(memory, Category::kOther);
  JXLPOOL_RETURN_IF_ERROR(frame->ec_upsampling.Resize(image.num_extra_channels));
  JXLPOOL_RETURN_IF_ERROR(frame->ec_factor.Resize(image.num_extra_channels));
  JXLPOOL_RETURN_IF_ERROR(frame->ec_blending_info.Resize(image.num_extra_channels));
  for (size_t i = 0; i < image.num_extra_channels; ++i) {
    frame->ec_upsampling[i] = 1;
    frame->ec_factor[i] = static_cast<uint8_t>(1u << image.ec_info[i].dim_shift);
  }
  return OkStatus();
}

}  // namespace

ShiftRange PassShiftRange(const Passes& passes, uint32_t pass) {
  ShiftRange range = {3, 2};
  for (uint32_t p = 0;; ++p) {
    for (uint32_t i = 0; i < passes.num_ds; ++i) {
      if (passes.last_pass[i] == p) range.min_shift = static_cast<int32_t>(FloorLog2(passes.downsample[i]));
    }
    if (p + 1 >= passes.num_passes) range.min_shift = 0;
    if (p == pass) return range;
    range.max_shift = range.min_shift - 1;
  }
}

bool FrameHeader::IsPartial(const SizeHeader& canvas) const {
  if (!IsNormalFrame() || !have_crop) return false;
  return x0 > 0 || y0 > 0 || int64_t{x0} + width < int64_t{canvas.width} ||
         int64_t{y0} + height < int64_t{canvas.height};
}

bool FrameHeader::NeedsBlending(const SizeHeader& canvas) const {
  if (!IsNormalFrame()) return false;
  if (IsPartial(canvas) || blending_info.mode != BlendMode::kReplace) return true;
  for (const BlendingInfo& info : ec_blending_info) {
    if (info.mode != BlendMode::kReplace) return true;
  }
  return false;
}

Status ReadFrameHeader(BitReader* bits, Memory* memory, const ImageHeader& image, FrameRole role,
                       const SizeLimits& limits, FrameHeader* frame) {
  *frame = FrameHeader();
  const SizeHeader& canvas = CanvasSize(image, role);
  frame->color_transform = image.xyb_encoded ? FrameColorTransform::kXyb : FrameColorTransform::kNone;
  frame->width = canvas.width;
  frame->height = canvas.height;
  JXLPOOL_RETURN_IF_ERROR(AllocateExtraChannels(image, memory, frame));
  FieldReader reader(bits);
  const FrameContext context = {image, canvas, &reader};
  ReadFields(context, frame);
  JXLPOOL_RETURN_IF_ERROR(reader.status());
  Validate(context, role, *frame);
  JXLPOOL_RETURN_IF_ERROR(reader.status());
  JXLPOOL_RETURN_IF_ERROR(CheckSize(limits, frame->width, frame->height, image.num_extra_channels, bits->Position()));
  return OkStatus();
}

}  // namespace jxlpool
