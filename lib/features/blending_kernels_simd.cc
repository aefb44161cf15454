#include <cstddef>
#include <cstdint>

#include "lib/features/blending_kernels.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "lib/features/blending_kernels_simd.cc"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace jxlpool {
namespace HWY_NAMESPACE {
namespace {
namespace hn = hwy::HWY_NAMESPACE;

// Calls sample(d, i) for all i < size: whole vectors first, then single lanes, so that nothing beyond is touched. Both
// compute the same bits.
template <class F>
HWY_INLINE void ForEach(size_t size, const F& sample) {
  const hn::ScalableTag<float> d;
  const hn::CappedTag<float, 1> d1;
  const size_t n = hn::Lanes(d);
  size_t i = 0;
  for (; i + n <= size; i += n) sample(d, i);
  for (; i < size; ++i) sample(d1, i);
}

template <class D, class V>
HWY_INLINE V Clamp01(D d, V v) {
  return hn::Min(hn::Max(v, hn::Zero(d)), hn::Set(d, 1.0f));
}

void BlendAddRowImpl(const float* bottom, const float* top, float* out, size_t size) {
  ForEach(size, [&](auto d, size_t i)
                    HWY_ATTR { hn::StoreU(hn::Add(hn::LoadU(d, bottom + i), hn::LoadU(d, top + i)), d, out + i); });
}

template <bool kClamp>
void MulRow(const BlendKernelArguments& a) {
  ForEach(a.size, [&](auto d, size_t i) HWY_ATTR {
    auto factor = hn::LoadU(d, a.top + i);
    if (kClamp) factor = Clamp01(d, factor);
    hn::StoreU(hn::Mul(hn::LoadU(d, a.bottom + i), factor), d, a.out + i);
  });
}

template <bool kClamp, bool kPremultiplied>
void OverRow(const BlendKernelArguments& a) {
  ForEach(a.size, [&](auto d, size_t i) HWY_ATTR {
    const auto one = hn::Set(d, 1.0f);
    const auto bottom = hn::LoadU(d, a.bottom + i);
    const auto top = hn::LoadU(d, a.top + i);
    auto top_alpha = hn::LoadU(d, a.top_alpha + i);
    if (kClamp) top_alpha = Clamp01(d, top_alpha);
    const auto rest = hn::Sub(one, top_alpha);
    if (kPremultiplied) {
      hn::StoreU(hn::Add(top, hn::Mul(bottom, rest)), d, a.out + i);
    } else {
      const auto bottom_alpha = hn::LoadU(d, a.bottom_alpha + i);
      const auto alpha = hn::Sub(one, hn::Mul(rest, hn::Sub(one, bottom_alpha)));
      const auto inverse = hn::IfThenElseZero(hn::Gt(alpha, hn::Zero(d)), hn::Div(one, alpha));
      const auto sum = hn::Add(hn::Mul(top, top_alpha), hn::Mul(hn::Mul(bottom, bottom_alpha), rest));
      hn::StoreU(hn::Mul(sum, inverse), d, a.out + i);
    }
  });
}

template <bool kClamp>
void MixRow(const BlendKernelArguments& a) {
  ForEach(a.size, [&](auto d, size_t i) HWY_ATTR {
    const auto one = hn::Set(d, 1.0f);
    auto top_alpha = hn::LoadU(d, a.top_alpha + i);
    if (kClamp) top_alpha = Clamp01(d, top_alpha);
    const auto rest = hn::Mul(hn::Sub(one, top_alpha), hn::Sub(one, hn::LoadU(d, a.bottom_alpha + i)));
    hn::StoreU(hn::Sub(one, rest), d, a.out + i);
  });
}

template <bool kClamp>
void MulAddRow(const BlendKernelArguments& a) {
  ForEach(a.size, [&](auto d, size_t i) HWY_ATTR {
    auto top_alpha = hn::LoadU(d, a.top_alpha + i);
    if (kClamp) top_alpha = Clamp01(d, top_alpha);
    hn::StoreU(hn::Add(hn::LoadU(d, a.bottom + i), hn::Mul(hn::LoadU(d, a.top + i), top_alpha)), d, a.out + i);
  });
}

void BlendMulRowImpl(const BlendKernelArguments& a) { a.clamp ? MulRow<true>(a) : MulRow<false>(a); }
void BlendMixRowImpl(const BlendKernelArguments& a) { a.clamp ? MixRow<true>(a) : MixRow<false>(a); }
void BlendMulAddRowImpl(const BlendKernelArguments& a) { a.clamp ? MulAddRow<true>(a) : MulAddRow<false>(a); }
void BlendOverRowImpl(const BlendKernelArguments& a, bool premultiplied) {
  if (premultiplied) return a.clamp ? OverRow<true, true>(a) : OverRow<false, true>(a);
  return a.clamp ? OverRow<true, false>(a) : OverRow<false, false>(a);
}

}  // namespace
// NOLINTNEXTLINE(google-readability-namespace-comments)
}  // namespace HWY_NAMESPACE
}  // namespace jxlpool
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace jxlpool {

HWY_EXPORT(BlendAddRowImpl);
HWY_EXPORT(BlendMulRowImpl);
HWY_EXPORT(BlendMixRowImpl);
HWY_EXPORT(BlendMulAddRowImpl);
HWY_EXPORT(BlendOverRowImpl);

void BlendAddRow(const float* bottom, const float* top, float* out, size_t size) {
  HWY_DYNAMIC_DISPATCH(BlendAddRowImpl)(bottom, top, out, size);
}
void BlendMulRow(const BlendKernelArguments& arguments) { HWY_DYNAMIC_DISPATCH(BlendMulRowImpl)(arguments); }
void BlendMixRow(const BlendKernelArguments& arguments) { HWY_DYNAMIC_DISPATCH(BlendMixRowImpl)(arguments); }
void BlendMulAddRow(const BlendKernelArguments& arguments) { HWY_DYNAMIC_DISPATCH(BlendMulAddRowImpl)(arguments); }
void BlendOverRow(const BlendKernelArguments& arguments, bool premultiplied) {
  HWY_DYNAMIC_DISPATCH(BlendOverRowImpl)(arguments, premultiplied);
}

}  // namespace jxlpool
#endif  // HWY_ONCE
