#include "lib/render/upsampling.h"

#include "lib/headers/upsampling_weights.h"

namespace jxlpool {
namespace {

// Splits five taps into the even part (centre, distance 1, distance 2) and the odd part (distance 1, distance 2).
void SplitTaps(const float* taps, size_t step, float even[3], float odd[2]) {
  const auto at = [&](size_t i) { return taps[i * step]; };
  even[0] = at(2);
  for (size_t i = 1; i <= 2; ++i) {
    even[i] = 0.5f * (at(2 - i) + at(2 + i));
    odd[i - 1] = 0.5f * (at(2 - i) - at(2 + i));
  }
}

void SplitKernel(const float kernel[kUpsamplingTaps], float out[25]) {
  float even_y[3][5];
  float odd_y[2][5];
  for (size_t px = 0; px < 5; ++px) {
    float even[3];
    float odd[2];
    SplitTaps(kernel + px, 5, even, odd);
    for (size_t i = 0; i < 3; ++i) even_y[i][px] = even[i];
    for (size_t i = 0; i < 2; ++i) odd_y[i][px] = odd[i];
  }
  for (size_t i = 0; i < 3; ++i) SplitTaps(even_y[i], 1, out + 3 * i, out + 9 + 2 * i);
  for (size_t i = 0; i < 2; ++i) SplitTaps(odd_y[i], 1, out + 15 + 3 * i, out + 21 + 2 * i);
}

}  // namespace

void MakeUpsamplingKernels(const UpsamplingWeights& weights, uint32_t factor, UpsamplingKernels* kernels) {
  float expanded[kMaxUpsamplingKernels][kUpsamplingTaps];
  ExpandUpsamplingKernels(weights, factor, expanded);
  kernels->factor = factor;
  for (uint32_t y = 0; y < factor / 2; ++y) {
    for (uint32_t x = 0; x < factor / 2; ++x) {
      SplitKernel(expanded[y * factor + x], kernels->taps[y * (factor / 2) + x]);
    }
  }
}

}  // namespace jxlpool
