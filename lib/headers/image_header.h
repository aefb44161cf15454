// ImageHeader: everything between the codestream signature and the ICC stream or the first frame
// (ISO/IEC 18181-1 "Image headers").
//
// It is plain data with the field names of the standard; a default-constructed bundle holds the defaults of the
// standard. Nothing changes after ReadImageHeader, so that any thread may read it.
#ifndef LIB_HEADERS_IMAGE_HEADER_H_
#define LIB_HEADERS_IMAGE_HEADER_H_

#include <cstddef>
#include <cstdint>

#include "lib/base/status.h"
#include "lib/bitstream/bit_reader.h"
#include "lib/headers/color_encoding.h"
#include "lib/headers/size_limits.h"
#include "lib/pool/memory.h"
#include "lib/pool/pool_vector.h"

namespace jxlpool {

// A frame has three planes of color and at most 256 extra channels; more are refused.
inline constexpr size_t kMaxPlanes = 3 + 256;

// Dimensions in pixels as coded, before orientation; both >= 1, the height <= 2^30, the width <= 2^31.
struct SizeHeader {
  uint32_t width = 1;
  uint32_t height = 1;
};

// What to do with the decoded image for display, with Exif's numbers. The last four swap width and height.
enum class Orientation : uint8_t {
  kIdentity = 1,
  kFlipHorizontal = 2,  // left <-> right
  kRotate180 = 3,
  kFlipVertical = 4,  // top <-> bottom
  kTranspose = 5,
  kRotate90 = 6,  // clockwise
  kAntiTranspose = 7,
  kRotate270 = 8,  // clockwise
};
inline constexpr bool SwapsDimensions(Orientation orientation) { return orientation >= Orientation::kTranspose; }
// FlipsX: the stored columns come in reverse order in the oriented image, as columns or as rows. FlipsY: the stored
// rows do.
inline constexpr bool FlipsX(Orientation orientation) {
  return orientation == Orientation::kFlipHorizontal || orientation == Orientation::kRotate180 ||
         orientation == Orientation::kAntiTranspose || orientation == Orientation::kRotate270;
}
inline constexpr bool FlipsY(Orientation orientation) {
  return orientation == Orientation::kRotate180 || orientation == Orientation::kFlipVertical ||
         orientation == Orientation::kRotate90 || orientation == Orientation::kAntiTranspose;
}
// True if rows of the oriented image become complete from top to bottom where stored rows do.
inline constexpr bool KeepsRowOrder(Orientation orientation) {
  return !SwapsDimensions(orientation) && !FlipsY(orientation);
}

struct AnimationHeader {
  // Ticks per second: numerator / denominator; both >= 1.
  uint32_t tps_numerator = 1;
  uint32_t tps_denominator = 1;
  uint32_t num_loops = 0;  // 0: forever
  bool have_timecodes = false;
};

struct BitDepth {
  bool float_sample = false;
  uint32_t bits_per_sample = 8;  // integer: 1..31; float: 5..32, including the sign
  uint32_t exp_bits = 0;         // float: 2..8; integer: 0
};

enum class ExtraChannelType : uint8_t {
  kAlpha = 0,
  kDepth = 1,
  kSpotColor = 2,
  kSelectionMask = 3,
  kBlack = 4,  // the K of CMYK
  kCfa = 5,
  kThermal = 6,
  kNonOptional = 15,  // never seen by users of ImageHeader: the image cannot be rendered without knowing it
  kOptional = 16,
};

struct ExtraChannelInfo {
  ExtraChannelType type = ExtraChannelType::kAlpha;
  BitDepth bit_depth;
  uint32_t dim_shift = 0;         // log2 of the subsampling, 0..3
  PoolVector<char> name;          // UTF-8 as coded (not validated), without terminator
  bool alpha_associated = false;  // kAlpha: color is premultiplied
  float spot_color[4] = {};       // kSpotColor: linear red, green, blue, and solidity
  uint32_t cfa_channel = 1;       // kCfa
};

struct ToneMapping {
  float intensity_target = 255.0f;  // nits, > 0
  float min_nits = 0.0f;            // 0..intensity_target
  bool relative_to_max_display = false;
  float linear_below = 0.0f;  // nits, or a ratio 0..1 if relative_to_max_display; >= 0
};

struct OpsinInverseMatrix {
  bool all_default = true;
  float inv_mat[3][3] = {{11.031566901960783f, -9.866943921568629f, -0.16462299647058826f},
                         {-3.254147380392157f, 4.418770392156863f, -0.16462299647058826f},
                         {-3.6588512862745097f, 2.7129230470588235f, 1.9459282392156863f}};
  float opsin_bias[3] = {-0.0037930732552754493f, -0.0037930732552754493f, -0.0037930732552754493f};
  // Used by VarDCT frames of all images.
  float quant_bias[3] = {1.0f - 0.05465007330715401f, 1.0f - 0.07005449891748593f, 1.0f - 0.049935103337343655f};
  float quant_bias_numerator = 0.145f;
};

// Weights of the upsampling filters as coded: the upper triangle of a symmetric matrix, see upsampling_weights.h.
struct UpsamplingWeights {
  UpsamplingWeights();   // the default weights
  uint32_t cw_mask = 0;  // bit 0, 1, 2: custom weights for factor 2, 4, 8
  float up2_weight[15];
  float up4_weight[55];
  float up8_weight[210];
};

struct ImageHeader {
  SizeHeader size;
  bool all_default = true;
  bool extra_fields = false;
  Orientation orientation = Orientation::kIdentity;
  bool have_intr_size = false;
  SizeHeader intrinsic_size;  // advisory display size; equal to `size` unless have_intr_size
  bool have_preview = false;
  SizeHeader preview;  // have_preview: size of the preview frame
  bool have_animation = false;
  AnimationHeader animation;  // have_animation
  BitDepth bit_depth;
  bool modular_16bit_buffers = true;     // int16_t suffices for all modular samples and intermediate values
  uint32_t num_extra_channels = 0;       // == ec_info.size()
  PoolVector<ExtraChannelInfo> ec_info;  // in channel order
  bool xyb_encoded = true;               // frames are XYB; color_encoding is only the preferred output
  ColorEncoding color_encoding;
  ToneMapping tone_mapping;
  bool default_m = true;
  OpsinInverseMatrix opsin_inverse_matrix;
  UpsamplingWeights upsampling_weights;

  // Color channels of the image: 1 (grey) or 3.
  uint32_t NumColorChannels() const { return color_encoding.description.num_channels(); }
  // Index of the first extra channel of this type, or -1.
  int32_t FindExtraChannel(ExtraChannelType type) const;
};

// Reads signature, SizeHeader and ImageMetadata from the start of the codestream and replaces *header. `reader` is left
// behind the last bit: before the ICC stream if color_encoding.want_icc, else before the padding to the first frame.
// Names and ec_info are taken from `memory`. Errors: kCorrupt, kUnsupported (a non-optional unknown extra channel),
// kSizeLimit (before anything that depends on the dimensions or on the number of channels is allocated),
// kNeedMoreInput, kMemoryLimit.
Status ReadImageHeader(BitReader* reader, Memory* memory, const SizeLimits& limits, ImageHeader* header);

}  // namespace jxlpool

#endif  // LIB_HEADERS_IMAGE_HEADER_H_
