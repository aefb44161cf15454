// Row kernels from decoded integers to samples. For users: sample_conversion.h.
#ifndef LIB_COLOR_SAMPLE_INPUT_KERNELS_H_
#define LIB_COLOR_SAMPLE_INPUT_KERNELS_H_

#include <cstddef>
#include <cstdint>

namespace jxlpool {

// One vector loop each; `factor` in float, in may be int16_t or int32_t.
void ScaleToFloatKernel(const int16_t* in, size_t n, float factor, float* out);
void ScaleToFloatKernel(const int32_t* in, size_t n, float factor, float* out);
void ScaleSumsToFloatKernel(const int16_t* a, const int16_t* b, size_t n, float factor, float* out);
void ScaleSumsToFloatKernel(const int32_t* a, const int32_t* b, size_t n, float factor, float* out);
// REQUIRES: as FloatPatternsToFloat.
void ExpandPatternsKernel(const int16_t* in, size_t n, uint32_t bits, uint32_t exp_bits, float* out);
void ExpandPatternsKernel(const int32_t* in, size_t n, uint32_t bits, uint32_t exp_bits, float* out);
void DivideByAlphaKernel(float* color, const float* alpha, size_t n);

}  // namespace jxlpool

#endif  // LIB_COLOR_SAMPLE_INPUT_KERNELS_H_
