// RenderSpec: what the row stages of one frame are to do, in plain numbers; filled from the image and frame headers.
#ifndef LIB_RENDER_RENDER_SPEC_H_
#define LIB_RENDER_RENDER_SPEC_H_

#include <algorithm>
#include <cstdint>

#include "lib/base/bits.h"
#include "lib/features/blending.h"
#include "lib/features/noise.h"
#include "lib/features/patches.h"
#include "lib/features/splines.h"
#include "lib/headers/image_header.h"
#include "lib/headers/restoration_filter.h"

namespace jxlpool {

struct RenderSpec {
  // Frame size after upsampling; at least 1 x 1.
  uint32_t width = 0;
  uint32_t height = 0;
  uint32_t upsampling = 1;  // 1, 2, 4, 8
  // 1: the color channel is half as wide (high) as the coded frame.
  uint32_t hshift[3] = {0, 0, 0};
  uint32_t vshift[3] = {0, 0, 0};
  // Gaborish and the edge-preserving filter; epf_sharp_lut, epf_quant_mul and epf_sigma_for_modular are not used here,
  // see TileInput::epf_sigma.
  RestorationFilter filter;
  // Effective upsampling factor (1, 2, 4, 8) of each of the `num_extra` extra channels; read by Create only.
  const uint32_t* extra_upsampling = nullptr;
  uint32_t num_extra = 0;

  // These must outlive the pipeline. Needed if anything is upsampled:
  const UpsamplingWeights* upsampling_weights = nullptr;
  // Null: the frame has none.
  const PatchDictionary* patches = nullptr;
  const PatchReference* patch_references = nullptr;   // kNumReferenceSlots
  const BlendExtraChannel* extra_blending = nullptr;  // num_extra
  const SplineSplats* splines = nullptr;
  const NoiseParameters* noise = nullptr;
  NoiseField noise_field;  // used with `noise`
  // Used with `noise`: those of the frame, 0 and 1 for modular frames.
  float base_correlation_x = 0.0f;
  float base_correlation_b = 1.0f;

  // Size before upsampling.
  uint32_t xsize() const { return CeilDiv(width, upsampling); }
  uint32_t ysize() const { return CeilDiv(height, upsampling); }
  // Whether extra channels are upsampled like color; then patches are drawn before that on all channels.
  bool UpsamplesAllAlike() const {
    return std::all_of(extra_upsampling, extra_upsampling + num_extra, [&](uint32_t f) { return f == upsampling; });
  }
};

}  // namespace jxlpool

#endif  // LIB_RENDER_RENDER_SPEC_H_
