#include "lib/headers/upsampling_weights.h"

#include <algorithm>

#include "lib/headers/upsampling_tables.h"

namespace jxlpool {

UpsamplingWeights::UpsamplingWeights() {
  std::copy(std::begin(kUpsampling2Weights), std::end(kUpsampling2Weights), up2_weight);
  std::copy(std::begin(kUpsampling4Weights), std::end(kUpsampling4Weights), up4_weight);
  std::copy(std::begin(kUpsampling8Weights), std::end(kUpsampling8Weights), up8_weight);
}

const float* CodedUpsamplingWeights(const UpsamplingWeights& weights, uint32_t factor) {
  if (factor == 2) return weights.up2_weight;
  return factor == 4 ? weights.up4_weight : weights.up8_weight;
}

void ExpandUpsamplingKernels(const UpsamplingWeights& weights, uint32_t factor, float (*kernels)[kUpsamplingTaps]) {
  const float* triangle = CodedUpsamplingWeights(weights, factor);
  const uint32_t half = factor / 2;
  const uint32_t side = 5 * half;
  const auto weight = [&](uint32_t r, uint32_t c) {
    const uint32_t row = std::min(r, c);
    // Rows 0..row-1 of the upper triangle hold side, side - 1, ... values.
    return triangle[row * (2 * side - row + 1) / 2 + (std::max(r, c) - row)];
  };
  for (uint32_t oy = 0; oy < half; ++oy) {
    for (uint32_t ox = 0; ox < half; ++ox) {
      for (uint32_t tap = 0; tap < kUpsamplingTaps; ++tap) {
        const uint32_t py = tap / 5;
        const uint32_t px = tap % 5;
        const float value = weight(5 * oy + py, 5 * ox + px);
        const uint32_t mirrored_x = factor - 1 - ox;
        const uint32_t mirrored_y = factor - 1 - oy;
        kernels[oy * factor + ox][5 * py + px] = value;
        kernels[oy * factor + mirrored_x][5 * py + 4 - px] = value;
        kernels[mirrored_y * factor + ox][5 * (4 - py) + px] = value;
        kernels[mirrored_y * factor + mirrored_x][5 * (4 - py) + 4 - px] = value;
      }
    }
  }
}

}  // namespace jxlpool
