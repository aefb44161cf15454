// Blending of one row of samples onto another: the arithmetic shared by patches and by the composition of frames
// (ISO/IEC 18181-1 "Patches", "Frame blending").
//
// Channels 0..2 are color, channel 3 + e is extra channel e. All functions are pure and thread-safe.
#ifndef LIB_FEATURES_BLENDING_H_
#define LIB_FEATURES_BLENDING_H_

#include <cstddef>
#include <cstdint>

namespace jxlpool {

// The values are the codes of patch blend modes. "Above" puts the foreground on top of the background, "below"
// exchanges the roles of the two. A frame's modes map to kReplace, kAdd, kMul, kBlendAbove (Blend) and kMulAddAbove
// (AlphaWeightedAdd).
enum class BlendOperation : uint8_t {
  kKeep = 0,  // the background stays
  kReplace = 1,
  kAdd = 2,
  kMul = 3,
  kBlendAbove = 4,
  kBlendBelow = 5,
  kMulAddAbove = 6,
  kMulAddBelow = 7,
};
inline constexpr bool UsesAlpha(BlendOperation operation) { return operation >= BlendOperation::kBlendAbove; }

// How one channel (or the three color channels together) is blended.
struct ChannelBlending {
  BlendOperation operation = BlendOperation::kReplace;
  bool clamp = false;  // kMul: the factor, otherwise the alpha of the upper layer is clamped to [0, 1]
  uint16_t alpha = 0;  // the extra channel that serves as alpha, whatever its type
};

// What blending has to know about an extra channel.
struct BlendExtraChannel {
  bool is_alpha = false;
  bool premultiplied = false;  // alpha_associated of a channel of type alpha; false for other types
};

struct BlendRules {
  const ChannelBlending* channels = nullptr;  // 1 + num_extra: [0] color, [1 + e] extra channel e
  const BlendExtraChannel* extra = nullptr;   // num_extra
  uint32_t num_extra = 0;
};

// Samples that BlendRow handles at a time.
inline constexpr size_t kBlendChunk = 64;
// Floats of scratch memory that BlendRow needs.
inline constexpr size_t BlendScratchFloats(uint32_t num_extra) { return (3 + size_t{num_extra}) * kBlendChunk; }

// Blends `size` samples of 3 + num_extra channels: out = blend(background, foreground). All channels are computed from
// the values before the call, including the rule that a blending color (kBlendAbove, kBlendBelow) also rewrites its
// alpha channel, whatever that channel's own operation, if the image has a channel of type alpha. Without one, color
// kBlend* replaces and kMulAdd* adds.
// out[c] may be equal to background[c] or foreground[c]. Rows need no alignment; nothing outside [0, size) is touched.
// REQUIRES: channels[i].alpha < num_extra where it is used; `scratch` has BlendScratchFloats(num_extra) floats (it may
// be null if no channel UsesAlpha).
void BlendRow(const BlendRules& rules, size_t size, const float* const* background, const float* const* foreground,
              float* const* out, float* scratch);

}  // namespace jxlpool

#endif  // LIB_FEATURES_BLENDING_H_
