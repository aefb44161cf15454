// FrameHeader: how one frame is coded and what becomes of it (ISO/IEC 18181-1 "FrameHeader").
//
// It is plain data with the field names of the standard. Fields that are not coded hold the value that the standard
// gives them. Nothing changes after ReadFrameHeader, so that any thread may read it.
#ifndef LIB_HEADERS_FRAME_HEADER_H_
#define LIB_HEADERS_FRAME_HEADER_H_

#include <cstddef>
#include <cstdint>

#include "lib/base/status.h"
#include "lib/bitstream/bit_reader.h"
#include "lib/headers/image_header.h"
#include "lib/headers/restoration_filter.h"
#include "lib/headers/size_limits.h"
#include "lib/pool/memory.h"
#include "lib/pool/pool_vector.h"

namespace jxlpool {

enum class FrameType : uint8_t { kRegularFrame = 0, kLFFrame = 1, kReferenceOnly = 2, kSkipProgressive = 3 };
enum class FrameColorTransform : uint8_t { kNone, kXyb, kYCbCr };
enum class BlendMode : uint8_t { kReplace = 0, kAdd = 1, kBlend = 2, kAlphaWeightedAdd = 3, kMul = 4 };

// Bits of FrameHeader::flags. Other bits are reserved and ignored.
enum FrameFlags : uint64_t {
  kFlagNoise = 1,
  kFlagPatches = 2,
  kFlagSplines = 16,
  kFlagUseLfFrame = 32,  // the LF image is that of the LF frame of level lf_level + 1
  kFlagSkipAdaptiveLfSmoothing = 128,
};

inline constexpr uint32_t kMaxPasses = 11;
inline constexpr uint32_t kMaxDownsampleSteps = 4;

struct Passes {
  uint32_t num_passes = 1;                        // 1..kMaxPasses
  uint32_t num_ds = 0;                            // 0..min(num_passes, kMaxDownsampleSteps)
  uint32_t shift[kMaxPasses] = {};                // coefficients of pass p are shifted left by shift[p]; 0..3
  uint32_t downsample[kMaxDownsampleSteps] = {};  // 1, 2, 4 or 8; strictly decreasing
  uint32_t last_pass[kMaxDownsampleSteps] = {};   // strictly increasing, < num_passes
};

// Modular channels with min_shift <= shift <= max_shift are coded in a pass; none if max_shift < min_shift.
struct ShiftRange {
  int32_t min_shift = 0;
  int32_t max_shift = 2;
};
// REQUIRES: pass < passes.num_passes.
ShiftRange PassShiftRange(const Passes& passes, uint32_t pass);

struct BlendingInfo {
  BlendMode mode = BlendMode::kReplace;
  uint32_t alpha_channel = 0;  // extra channel that holds alpha, < num_extra_channels if that is > 0
  bool clamp = false;          // clamp alpha (or the factor of kMul) to 0..1
  uint32_t source = 0;         // reference slot to blend with, 0..3
};

struct FrameHeader {
  bool all_default = true;
  FrameType frame_type = FrameType::kRegularFrame;
  bool is_modular = false;  // `encoding`: VarDCT or Modular
  uint64_t flags = 0;       // FrameFlags
  bool do_ycbcr = false;
  FrameColorTransform color_transform = FrameColorTransform::kXyb;  // from xyb_encoded and do_ycbcr
  // Codes 0..3 for Cb, Y, Cr; see hshift and vshift of FrameDimensions for what they mean.
  uint32_t jpeg_upsampling[3] = {0, 0, 0};
  uint32_t upsampling = 1;            // 1, 2, 4 or 8
  PoolVector<uint8_t> ec_upsampling;  // per extra channel: 1, 2, 4 or 8, as coded
  // Per extra channel: ec_upsampling << dim_shift, the factor from its samples to the frame's pixels; upsampling..8 if
  // coded, else 1 << dim_shift.
  PoolVector<uint8_t> ec_factor;
  uint32_t group_size_shift = 1;  // group_dim = 128 << group_size_shift; 0..3
  uint32_t x_qm_scale = 3;        // 0..7
  uint32_t b_qm_scale = 2;        // 0..7
  Passes passes;
  uint32_t lf_level = 0;  // 1..4 for an LF frame, else 0
  bool have_crop = false;
  int32_t x0 = 0, y0 = 0;                     // position on the canvas in pixels; may be negative
  uint32_t width = 0, height = 0;             // frame size on the canvas in pixels (LF frames: size of the image); >= 1
  BlendingInfo blending_info;                 // color channels
  PoolVector<BlendingInfo> ec_blending_info;  // per extra channel
  uint32_t duration = 0;                      // ticks
  uint32_t timecode = 0;                      // SMPTE timecode
  bool is_last = true;
  uint32_t save_as_reference = 0;  // reference slot, 0..3
  bool save_before_ct = false;     // save before the color transform
  PoolVector<char> name;           // UTF-8 as coded (not validated), without terminator
  RestorationFilter restoration_filter;

  bool HasFlag(FrameFlags flag) const { return (flags & flag) != 0; }
  // True for types that are blended on the canvas.
  bool IsNormalFrame() const {
    return frame_type == FrameType::kRegularFrame || frame_type == FrameType::kSkipProgressive;
  }
  // The composed canvas is shown after this frame.
  bool IsShown() const { return IsNormalFrame() && (is_last || duration > 0); }
  // The frame is stored in slot save_as_reference.
  bool CanReference() const {
    return !is_last && frame_type != FrameType::kLFFrame && (duration == 0 || save_as_reference != 0);
  }
  // The frame has a crop that leaves a part of the canvas uncovered.
  bool IsPartial(const SizeHeader& canvas) const;
  // The canvas after this frame depends on a reference slot: some channel is not Replace, or the frame is partial.
  bool NeedsBlending(const SizeHeader& canvas) const;
};

// Previews have their own size and stricter rules.
enum class FrameRole : uint8_t { kMain, kPreview };

// The size that a frame without crop has.
inline const SizeHeader& CanvasSize(const ImageHeader& image, FrameRole role) {
  return role == FrameRole::kPreview ? image.preview : image.size;
}

// Reads a FrameHeader (byte aligned start) and replaces *frame; the TOC follows at once, not aligned. The arrays are
// taken from `memory`. Whether the LF frame that kFlagUseLfFrame refers to exists is for the caller to check.
// Errors: kCorrupt, kSizeLimit, kNeedMoreInput, kMemoryLimit.
Status ReadFrameHeader(BitReader* reader, Memory* memory, const ImageHeader& image, FrameRole role,
                       const SizeLimits& limits, FrameHeader* frame);

}  // namespace jxlpool

#endif  // LIB_HEADERS_FRAME_HEADER_H_
