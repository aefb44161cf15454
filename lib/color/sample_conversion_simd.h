// Vector code behind sample_conversion.h; call that instead.
#ifndef LIB_COLOR_SAMPLE_CONVERSION_SIMD_H_
#define LIB_COLOR_SAMPLE_CONVERSION_SIMD_H_

#include <cstddef>
#include <cstdint>

#include "lib/color/sample_conversion.h"

namespace jxlpool {

// As StoreRow. REQUIRES: 1 <= format.num_channels <= 4; no channel is null.
void StoreFloatRowKernel(const OutputRowFormat& format, const float* const* channels, size_t n,
                         const OutputRowPosition& position, uint8_t* out);
// As StoreIntegerRow. REQUIRES: no channel is null.
void StoreIntegerRowKernel(const OutputRowFormat& format, const int16_t* const* channels, const uint32_t* factors,
                           size_t n, bool reversed, uint8_t* out);
void StoreIntegerRowKernel(const OutputRowFormat& format, const int32_t* const* channels, const uint32_t* factors,
                           size_t n, bool reversed, uint8_t* out);

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

#endif  // LIB_COLOR_SAMPLE_CONVERSION_SIMD_H_
