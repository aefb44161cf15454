// SIMD kernels on rows of the LF image. They are pure functions; rows may be unaligned.
#ifndef LIB_VARDCT_LF_KERNELS_H_
#define LIB_VARDCT_LF_KERNELS_H_

#include <cstddef>
#include <cstdint>

namespace jxlpool {

struct LfRowParameters {
  float scale[3];  // X, Y, B: multiplier of the integers
  float x_from_y;  // added multiples of Y
  float b_from_y;
};

// Makes one row of dequantised LF samples with chroma from luma. `out` must not overlap.
void DequantizeLfRow(const int32_t* const (&quantized)[3], const LfRowParameters& parameters, size_t width,
                     float* const (&out)[3]);

// out[i] = scale * quantized[i].
void ScaleRow(const int32_t* quantized, float scale, size_t width, float* out);

// Smooths one row of the three channels. Reads columns 0 ... width - 1 of the rows above, at and below, and writes
// columns 1 ... width - 2 of `out`, which must not overlap. inverse_step[c] is 1 / LF step.
struct LfSmoothingRows {
  const float* above[3];
  const float* at[3];
  const float* below[3];
  float* out[3];
};
void SmoothLfRow(const LfSmoothingRows& rows, const float (&inverse_step)[3], size_t width);

}  // namespace jxlpool

#endif  // LIB_VARDCT_LF_KERNELS_H_
