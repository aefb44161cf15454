#include <cstddef>
#include <cstdint>

#include "lib/features/splines.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "lib/features/splines_simd.cc"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace jxlpool {
namespace HWY_NAMESPACE {
namespace {
namespace hn = hwy::HWY_NAMESPACE;

// The standard's approximation of the error function.
template <class D, class V>
HWY_INLINE V ApproximateErf(D d, V x) {
  const V one = hn::Set(d, 1.0f);
  const V a = hn::Abs(x);
  V q = hn::MulAdd(a, hn::Set(d, 0.0777394369f), hn::Set(d, 0.000205260015f));
  q = hn::MulAdd(a, q, hn::Set(d, 0.232120216f));
  q = hn::MulAdd(a, q, hn::Set(d, 0.277820801f));
  q = hn::MulAdd(a, q, one);
  const V e = hn::Div(one, hn::Mul(q, q));
  return hn::CopySign(hn::NegMulAdd(e, e, one), x);
}

void AddSplatToRowImpl(const Splat& splat, int32_t y, int32_t x0, size_t size, float* const* rows) {
  const hn::ScalableTag<float> d;
  const hn::RebindToSigned<decltype(d)> di;
  const size_t n = hn::Lanes(d);
  const float dy = static_cast<float>(y) - splat.center_y;
  const auto dy2 = hn::Set(d, dy * dy);
  const auto center_x = hn::Set(d, splat.center_x);
  const auto inverse_sigma = hn::Set(d, splat.inverse_sigma);
  const auto weight = hn::Set(d, splat.quarter_sigma_weight);
  const auto half = hn::Set(d, 0.5f);
  const auto offset = hn::Set(d, 0.35355338f);
  for (size_t i = 0; i < size; i += n) {
    const auto x = hn::ConvertTo(d, hn::Iota(di, x0 + static_cast<int32_t>(i)));
    const auto dx = hn::Sub(x, center_x);
    const auto distance = hn::Sqrt(hn::MulAdd(dx, dx, dy2));
    const auto outer = ApproximateErf(d, hn::Mul(hn::MulAdd(half, distance, offset), inverse_sigma));
    const auto inner = ApproximateErf(d, hn::Mul(hn::MulSub(half, distance, offset), inverse_sigma));
    const auto factor = hn::Sub(outer, inner);
    auto intensity = hn::Mul(weight, hn::Mul(factor, factor));
    intensity = hn::IfThenElseZero(hn::FirstN(d, size - i), intensity);
    for (size_t c = 0; c < 3; ++c) {
      const auto sample = hn::LoadU(d, rows[c] + i);
      hn::StoreU(hn::MulAdd(hn::Set(d, splat.color[c]), intensity, sample), d, rows[c] + i);
    }
  }
}

}  // namespace
// NOLINTNEXTLINE(google-readability-namespace-comments)
}  // namespace HWY_NAMESPACE
}  // namespace jxlpool
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace jxlpool {

HWY_EXPORT(AddSplatToRowImpl);

void AddSplatToRow(const Splat& splat, int32_t y, int32_t x0, size_t size, float* const rows[3]) {
  HWY_DYNAMIC_DISPATCH(AddSplatToRowImpl)(splat, y, x0, size, rows);
}

}  // namespace jxlpool
#endif  // HWY_ONCE
