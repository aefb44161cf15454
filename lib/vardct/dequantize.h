// SIMD kernels on the coefficients of one varblock.
#ifndef LIB_VARDCT_DEQUANTIZE_H_
#define LIB_VARDCT_DEQUANTIZE_H_

#include <cstddef>
#include <cstdint>

namespace jxlpool {

// Quantised values are moved towards zero by a bias.
struct QuantBias {
  float of_one;     // what +-1 becomes
  float numerator;  // larger values q become q - numerator / q
};
float AdjustQuantBias(int32_t quantized, const QuantBias& bias);

// out[i] = AdjustQuantBias(quantized[i]) * table[i] * scale; quantized[i] = 0. `count` is a multiple of 8; all arrays
// are aligned to 64 bytes.
void DequantizeCoefficients(int16_t* quantized, const float* table, float scale, const QuantBias& bias, size_t count,
                            float* out);
void DequantizeCoefficients(int32_t* quantized, const float* table, float scale, const QuantBias& bias, size_t count,
                            float* out);

// out[i] += factor * in[i]. `count` is a multiple of 8; both are aligned to 64 bytes.
void AddScaled(const float* in, float factor, size_t count, float* out);

}  // namespace jxlpool

#endif  // LIB_VARDCT_DEQUANTIZE_H_
