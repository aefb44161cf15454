#include <cstdint>
#include <cstring>

#include "lib/color/sample_input_kernels.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "lib/color/sample_input_kernels_simd.cc"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace jxlpool {
namespace HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

using Int32Vector = hn::Vec<hn::ScalableTag<int32_t>>;
using FloatVector = hn::Vec<hn::ScalableTag<float>>;

HWY_INLINE Int32Vector LoadInt32(const int32_t* in) { return hn::LoadU(hn::ScalableTag<int32_t>(), in); }
HWY_INLINE Int32Vector LoadInt32(const int16_t* in) {
  const hn::ScalableTag<int32_t> d;
  return hn::PromoteTo(d, hn::LoadU(hn::Rebind<int16_t, decltype(d)>(), in));
}

// out[i] = convert(vector of in[i], ...) for all i; what is left at the end goes through buffers.
template <typename In, class Convert, size_t kRows>
HWY_INLINE void ForIntegers(const In* const (&in)[kRows], size_t n, float* out, const Convert& convert) {
  const hn::ScalableTag<float> d;
  const size_t lanes = hn::Lanes(d);
  Int32Vector v[kRows];
  size_t x = 0;
  for (; x + lanes <= n; x += lanes) {
    for (size_t i = 0; i < kRows; ++i) v[i] = LoadInt32(in[i] + x);
    hn::StoreU(convert(v), d, out + x);
  }
  const size_t rest = n - x;
  if (rest == 0) return;
  HWY_ALIGN In samples[kRows][hn::MaxLanes(d)] = {};
  HWY_ALIGN float results[hn::MaxLanes(d)];
  for (size_t i = 0; i < kRows; ++i) {
    std::memcpy(samples[i], in[i] + x, rest * sizeof(In));
    v[i] = LoadInt32(samples[i]);
  }
  hn::StoreU(convert(v), d, results);
  std::memcpy(out + x, results, rest * sizeof(float));
}

template <typename In>
void ScaleToFloat(const In* in, size_t n, float factor, float* out) {
  const hn::ScalableTag<float> d;
  ForIntegers<In>({in}, n, out, [&](const Int32Vector(&v)[1]) HWY_ATTR {
    return hn::Mul(hn::ConvertTo(d, v[0]), hn::Set(d, factor));
  });
}

template <typename In>
void ScaleSumsToFloat(const In* a, const In* b, size_t n, float factor, float* out) {
  const hn::ScalableTag<float> d;
  ForIntegers<In>({a, b}, n, out, [&](const Int32Vector(&v)[2]) HWY_ATTR {
    return hn::Mul(hn::ConvertTo(d, hn::Add(v[0], v[1])), hn::Set(d, factor));
  });
}

// The fields of the small float keep their places relative to the top of the mantissa; only the exponent's bias
// changes.
template <typename In>
void ExpandPatterns(const In* in, size_t n, uint32_t bits, uint32_t exp_bits, float* out) {
  const hn::ScalableTag<float> d;
  const hn::ScalableTag<int32_t> di;
  const uint32_t mant_bits = bits - exp_bits - 1;
  const int32_t bias = (1 << (exp_bits - 1)) - 1;
  const auto magnitude_mask = hn::Set(di, static_cast<int32_t>((1u << (bits - 1)) - 1));
  const auto first_normal = hn::Set(di, 1 << mant_bits);
  const auto first_special = hn::Set(di, static_cast<int32_t>(((1u << exp_bits) - 1) << mant_bits));
  const auto rebias = hn::Set(di, (127 - bias) * (1 << 23));
  const auto special_exponent = hn::Set(di, 0x7F800000);
  // Of the subnormals: 2^(1 - bias - mant_bits).
  const int32_t unit_exponent = 1 - bias - static_cast<int32_t>(mant_bits);
  const auto unit = hn::BitCast(d, hn::Set(di, (127 + unit_exponent) * (1 << 23)));
  const int mantissa_shift = static_cast<int>(23 - mant_bits);
  const int sign_shift = static_cast<int>(32 - bits);
  const bool same_exponents = exp_bits == 8;
  ForIntegers<In>({in}, n, out, [&](const Int32Vector(&v)[1]) HWY_ATTR {
    const auto sign = hn::And(hn::ShiftLeftSame(v[0], sign_shift), hn::Set(di, INT32_MIN));
    const auto magnitude = hn::And(v[0], magnitude_mask);
    const auto shifted = hn::ShiftLeftSame(magnitude, mantissa_shift);
    if (same_exponents) return hn::BitCast(d, hn::Or(shifted, sign));
    const auto subnormal = hn::BitCast(di, hn::Mul(hn::ConvertTo(d, magnitude), unit));
    const auto special = hn::Or(shifted, special_exponent);
    auto result = hn::IfThenElse(hn::Lt(magnitude, first_normal), subnormal, hn::Add(shifted, rebias));
    result = hn::IfThenElse(hn::Lt(magnitude, first_special), result, special);
    return hn::BitCast(d, hn::Or(result, sign));
  });
}

void Scale16(const int16_t* in, size_t n, float factor, float* out) { ScaleToFloat(in, n, factor, out); }
void Scale32(const int32_t* in, size_t n, float factor, float* out) { ScaleToFloat(in, n, factor, out); }
void ScaleSums16(const int16_t* a, const int16_t* b, size_t n, float factor, float* out) {
  ScaleSumsToFloat(a, b, n, factor, out);
}
void ScaleSums32(const int32_t* a, const int32_t* b, size_t n, float factor, float* out) {
  ScaleSumsToFloat(a, b, n, factor, out);
}
void Expand16(const int16_t* in, size_t n, uint32_t bits, uint32_t exp_bits, float* out) {
  ExpandPatterns(in, n, bits, exp_bits, out);
}
void Expand32(const int32_t* in, size_t n, uint32_t bits, uint32_t exp_bits, float* out) {
  ExpandPatterns(in, n, bits, exp_bits, out);
}

void DivideByAlpha(float* color, const float* alpha, size_t n) {
  const hn::ScalableTag<float> d;
  const auto smallest = hn::Set(d, 0x1p-26f);
  const size_t lanes = hn::Lanes(d);
  size_t x = 0;
  for (; x + lanes <= n; x += lanes) {
    const auto factor = hn::Div(hn::Set(d, 1.0f), hn::Max(smallest, hn::LoadU(d, alpha + x)));
    hn::StoreU(hn::Mul(hn::LoadU(d, color + x), factor), d, color + x);
  }
  for (; x < n; ++x) color[x] *= 1.0f / HWY_MAX(0x1p-26f, alpha[x]);
}

// NOLINTNEXTLINE(google-readability-namespace-comments)
}  // namespace HWY_NAMESPACE
}  // namespace jxlpool
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace jxlpool {

HWY_EXPORT(Scale16);
HWY_EXPORT(Scale32);
HWY_EXPORT(ScaleSums16);
HWY_EXPORT(ScaleSums32);
HWY_EXPORT(Expand16);
HWY_EXPORT(Expand32);
HWY_EXPORT(DivideByAlpha);

void ScaleToFloatKernel(const int16_t* in, size_t n, float factor, float* out) {
  HWY_DYNAMIC_DISPATCH(Scale16)(in, n, factor, out);
}
void ScaleToFloatKernel(const int32_t* in, size_t n, float factor, float* out) {
  HWY_DYNAMIC_DISPATCH(Scale32)(in, n, factor, out);
}
void ScaleSumsToFloatKernel(const int16_t* a, const int16_t* b, size_t n, float factor, float* out) {
  HWY_DYNAMIC_DISPATCH(ScaleSums16)(a, b, n, factor, out);
}
void ScaleSumsToFloatKernel(const int32_t* a, const int32_t* b, size_t n, float factor, float* out) {
  HWY_DYNAMIC_DISPATCH(ScaleSums32)(a, b, n, factor, out);
}
void ExpandPatternsKernel(const int16_t* in, size_t n, uint32_t bits, uint32_t exp_bits, float* out) {
  HWY_DYNAMIC_DISPATCH(Expand16)(in, n, bits, exp_bits, out);
}
void ExpandPatternsKernel(const int32_t* in, size_t n, uint32_t bits, uint32_t exp_bits, float* out) {
  HWY_DYNAMIC_DISPATCH(Expand32)(in, n, bits, exp_bits, out);
}
void DivideByAlphaKernel(float* color, const float* alpha, size_t n) {
  HWY_DYNAMIC_DISPATCH(DivideByAlpha)(color, alpha, n);
}

}  // namespace jxlpool
#endif  // HWY_ONCE
