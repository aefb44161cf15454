// Gaborish: the 3x3 smoothing that undoes the encoder's sharpening (ISO/IEC 18181-1 "Gabor-like transform").
#ifndef LIB_RENDER_GABORISH_H_
#define LIB_RENDER_GABORISH_H_

#include <cstddef>

namespace jxlpool {

// Weights of one channel, normalised so that center + 4 * edge + 4 * corner = 1.
struct GaborishWeights {
  float center = 1.0f;
  float edge = 0.0f;
  float corner = 0.0f;
};
// From the coded weights relative to the centre. REQUIRES: 1 + 4 * (weight1 + weight2) is not 0.
inline GaborishWeights NormalizeGaborish(float weight1, float weight2) {
  const float center = 1.0f / (1.0f + 4.0f * (weight1 + weight2));
  return GaborishWeights{center, weight1 * center, weight2 * center};
}

// One row: above, row and below point at column x0 of three successive rows, of which columns [x0 - 1, x0 + size]
// count; whole vectors (64 bytes) are read and written beyond `size`, and 64 bytes before x0 are readable.
void GaborishRow(const GaborishWeights& weights, const float* above, const float* row, const float* below, size_t size,
                 float* out);

}  // namespace jxlpool

#endif  // LIB_RENDER_GABORISH_H_
