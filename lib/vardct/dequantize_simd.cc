#include <cstddef>
#include <cstdint>

#include "lib/vardct/dequantize.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "lib/vardct/dequantize_simd.cc"
// clang-format off
#include "hwy/foreach_target.h"
#include "hwy/highway.h"
// clang-format on

HWY_BEFORE_NAMESPACE();
namespace jxlpool {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

// Arrays are multiples of 8 long.
using D = hn::CappedTag<float, 8>;
using DI = hn::RebindToSigned<D>;

HWY_INLINE hn::Vec<D> LoadAndClear(D /*d*/, int32_t* from) {
  const DI di;
  const auto values = hn::Load(di, from);
  hn::Store(hn::Zero(di), di, from);
  return hn::ConvertTo(D(), values);
}

HWY_INLINE hn::Vec<D> LoadAndClear(D /*d*/, int16_t* from) {
  const hn::Rebind<int16_t, D> d16;
  const auto values = hn::Load(d16, from);
  hn::Store(hn::Zero(d16), d16, from);
  return hn::ConvertTo(D(), hn::PromoteTo(DI(), values));
}

template <typename T>
HWY_INLINE void Dequantize(T* HWY_RESTRICT quantized, const float* HWY_RESTRICT table, float scale,
                           const QuantBias& bias, size_t count, float* HWY_RESTRICT out) {
  const D d;
  const auto one = hn::Set(d, 1.0f);
  const auto of_one = hn::Set(d, bias.of_one);
  const auto numerator = hn::Set(d, bias.numerator);
  const auto factor = hn::Set(d, scale);
  for (size_t i = 0; i < count; i += hn::Lanes(d)) {
    const auto value = LoadAndClear(d, quantized + i);
    const auto large = hn::Sub(value, hn::Div(numerator, value));
    const auto adjusted = hn::IfThenElse(hn::Gt(hn::Abs(value), one), large, hn::Mul(value, of_one));
    hn::Store(hn::Mul(adjusted, hn::Mul(hn::Load(d, table + i), factor)), d, out + i);
  }
}

void Dequantize16(int16_t* quantized, const float* table, float scale, const QuantBias& bias, size_t count,
                  float* out) {
  Dequantize(quantized, table, scale, bias, count, out);
}

void Dequantize32(int32_t* quantized, const float* table, float scale, const QuantBias& bias, size_t count,
                  float* out) {
  Dequantize(quantized, table, scale, bias, count, out);
}

void AddScaledKernel(const float* HWY_RESTRICT in, float factor, size_t count, float* HWY_RESTRICT out) {
  const D d;
  const auto multiplier = hn::Set(d, factor);
  for (size_t i = 0; i < count; i += hn::Lanes(d)) {
    hn::Store(hn::Add(hn::Mul(hn::Load(d, in + i), multiplier), hn::Load(d, out + i)), d, out + i);
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace jxlpool
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace jxlpool {

HWY_EXPORT(Dequantize16);
HWY_EXPORT(Dequantize32);
HWY_EXPORT(AddScaledKernel);

float AdjustQuantBias(int32_t quantized, const QuantBias& bias) {
  const float value = static_cast<float>(quantized);
  if (quantized >= -1 && quantized <= 1) return value * bias.of_one;
  return value - bias.numerator / value;
}

void DequantizeCoefficients(int16_t* quantized, const float* table, float scale, const QuantBias& bias, size_t count,
                            float* out) {
  HWY_DYNAMIC_DISPATCH(Dequantize16)(quantized, table, scale, bias, count, out);
}

void DequantizeCoefficients(int32_t* quantized, const float* table, float scale, const QuantBias& bias, size_t count,
                            float* out) {
  HWY_DYNAMIC_DISPATCH(Dequantize32)(quantized, table, scale, bias, count, out);
}

void AddScaled(const float* in, float factor, size_t count, float* out) {
  HWY_DYNAMIC_DISPATCH(AddScaledKernel)(in, factor, count, out);
}

}  // namespace jxlpool
#endif  // HWY_ONCE
