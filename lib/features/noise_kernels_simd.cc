#include <cstddef>
#include <cstdint>

#include "lib/features/noise_kernels.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "lib/features/noise_kernels_simd.cc"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace jxlpool {
namespace HWY_NAMESPACE {
namespace {
namespace hn = hwy::HWY_NAMESPACE;

using States = hn::CappedTag<uint64_t, 8>;

template <class V>
void Step(V& s0, V& s1) {
  const V b = s1;
  const V a = hn::Xor(s0, hn::ShiftLeft<23>(s0));
  s0 = b;
  s1 = hn::Xor(hn::Xor(a, b), hn::Xor(hn::ShiftRight<18>(a), hn::ShiftRight<5>(b)));
}

void MakeNoiseBatchesImpl(size_t skip, size_t store, size_t drop, NoiseState* HWY_RESTRICT state,
                          float* HWY_RESTRICT out) {
  const States d;
  for (size_t lane = 0; lane < 8; lane += hn::Lanes(d)) {
    auto s0 = hn::Load(d, state->s0 + lane);
    auto s1 = hn::Load(d, state->s1 + lane);
    for (size_t i = 0; i < skip; ++i) Step(s0, s1);
    for (size_t i = 0; i < store; ++i) {
      // Two values of 23 bits with the exponent of 1.
      const auto bits = hn::And(hn::ShiftRight<9>(hn::Add(s0, s1)), hn::Set(d, 0x007FFFFF007FFFFFu));
      hn::Store(hn::Or(bits, hn::Set(d, 0x3F8000003F800000u)), d, reinterpret_cast<uint64_t*>(out + 16 * i + 2 * lane));
      Step(s0, s1);
    }
    for (size_t i = 0; i < drop; ++i) Step(s0, s1);
    hn::Store(s0, d, state->s0 + lane);
    hn::Store(s1, d, state->s1 + lane);
  }
}

void CombineNoiseStatesImpl(const uint64_t* HWY_RESTRICT polynomial, NoiseState* HWY_RESTRICT state) {
  const States d;
  for (size_t lane = 0; lane < 8; lane += hn::Lanes(d)) {
    auto s0 = hn::Load(d, state->s0 + lane);
    auto s1 = hn::Load(d, state->s1 + lane);
    auto sum0 = hn::Zero(d);
    auto sum1 = hn::Zero(d);
    for (size_t i = 0; i < 128; ++i) {
      const auto mask = hn::Set(d, uint64_t{0} - (polynomial[i >> 6] >> (i & 63) & 1));
      sum0 = hn::Xor(sum0, hn::And(mask, s0));
      sum1 = hn::Xor(sum1, hn::And(mask, s1));
      Step(s0, s1);
    }
    hn::Store(sum0, d, state->s0 + lane);
    hn::Store(sum1, d, state->s1 + lane);
  }
}

using Samples = hn::ScalableTag<float>;

void FilterNoiseRowImpl(const float* const* HWY_RESTRICT rows, size_t size, float* HWY_RESTRICT sums,
                        float* HWY_RESTRICT out) {
  const Samples d;
  const size_t n = hn::Lanes(d);
  // Sums of columns from -16 on, so that whole vectors suffice on both sides.
  for (size_t i = 0; i < size + 32; i += n) {
    const auto at = [&](size_t row) HWY_ATTR { return hn::LoadU(d, rows[row] + static_cast<ptrdiff_t>(i) - 16); };
    const auto outer = hn::Add(at(0), at(4));
    const auto inner = hn::Add(at(1), at(3));
    hn::Store(hn::Add(hn::Add(outer, inner), at(2)), d, sums + i);
  }
  const auto weight = hn::Set(d, 0.16f);
  const auto center_weight = hn::Set(d, -4.0f);
  for (size_t i = 0; i < size; i += n) {
    const float* at = sums + 16 + i;
    const auto outer = hn::Add(hn::LoadU(d, at - 2), hn::LoadU(d, at + 2));
    const auto inner = hn::Add(hn::LoadU(d, at - 1), hn::LoadU(d, at + 1));
    const auto sum = hn::Add(hn::Add(outer, inner), hn::Load(d, at));
    hn::Store(hn::MulAdd(weight, sum, hn::Mul(center_weight, hn::LoadU(d, rows[2] + i))), d, out + i);
  }
}

// The strength for a brightness: the table interpolated linearly at 6 * v.
template <class D, class V>
V Level(D d, const float* HWY_RESTRICT lut, const float* HWY_RESTRICT steps, V v) {
  const hn::RebindToSigned<D> di;
  v = hn::Max(hn::Mul(v, hn::Set(d, 6.0f)), hn::Zero(d));
  const V whole = hn::Min(hn::Floor(v), hn::Set(d, 6.0f));
  const V fraction = hn::Min(hn::Sub(v, whole), hn::Set(d, 1.0f));
  const auto index = hn::ConvertTo(di, whole);
  if constexpr (hn::MaxLanes(d) >= 8) {
    const auto indices = hn::IndicesFromVec(d, index);
    return hn::MulAdd(fraction, hn::TableLookupLanes(hn::Load(d, steps), indices),
                      hn::TableLookupLanes(hn::Load(d, lut), indices));
  } else {
    return hn::MulAdd(fraction, hn::GatherIndex(d, steps, index), hn::GatherIndex(d, lut, index));
  }
}

void AddNoiseRowImpl(const NoiseParameters& parameters, float base_correlation_x, float base_correlation_b,
                     const float* const* noise, size_t size, float* const* color) {
  const Samples d;
  const size_t n = hn::Lanes(d);
  HWY_ALIGN float lut[16] = {};
  HWY_ALIGN float steps[16] = {};
  for (size_t i = 0; i < 7; ++i) {
    lut[i] = parameters.lut[i];
    steps[i] = parameters.lut[i + 1] - parameters.lut[i];
  }
  const auto half = hn::Set(d, 0.5f);
  const auto own = hn::Set(d, 0.22f * 0.0078125f);
  const auto common = hn::Set(d, 0.22f * 0.9921875f);
  const auto correlation_x = hn::Set(d, base_correlation_x);
  const auto correlation_b = hn::Set(d, base_correlation_b);
  for (size_t i = 0; i < size; i += n) {
    const auto x = hn::LoadU(d, color[0] + i);
    const auto y = hn::LoadU(d, color[1] + i);
    const auto b = hn::LoadU(d, color[2] + i);
    const auto shared = hn::Mul(common, hn::LoadU(d, noise[2] + i));
    const auto red = hn::MulAdd(own, hn::LoadU(d, noise[0] + i), shared);
    const auto green = hn::MulAdd(own, hn::LoadU(d, noise[1] + i), shared);
    const auto red_noise = hn::Mul(red, Level(d, lut, steps, hn::Mul(hn::Add(y, x), half)));
    const auto green_noise = hn::Mul(green, Level(d, lut, steps, hn::Mul(hn::Sub(y, x), half)));
    const auto sum = hn::Add(red_noise, green_noise);
    const auto difference = hn::Sub(red_noise, green_noise);
    hn::StoreU(hn::Add(x, hn::MulAdd(correlation_x, sum, difference)), d, color[0] + i);
    hn::StoreU(hn::Add(y, sum), d, color[1] + i);
    hn::StoreU(hn::MulAdd(correlation_b, sum, b), d, color[2] + i);
  }
}

}  // namespace
// NOLINTNEXTLINE(google-readability-namespace-comments)
}  // namespace HWY_NAMESPACE
}  // namespace jxlpool
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace jxlpool {

HWY_EXPORT(MakeNoiseBatchesImpl);
HWY_EXPORT(CombineNoiseStatesImpl);
HWY_EXPORT(FilterNoiseRowImpl);
HWY_EXPORT(AddNoiseRowImpl);

void MakeNoiseBatches(size_t skip, size_t store, size_t drop, NoiseState* state, float* out) {
  HWY_DYNAMIC_DISPATCH(MakeNoiseBatchesImpl)(skip, store, drop, state, out);
}
void CombineNoiseStates(const uint64_t polynomial[2], NoiseState* state) {
  HWY_DYNAMIC_DISPATCH(CombineNoiseStatesImpl)(polynomial, state);
}
void FilterNoiseRow(const float* const rows[5], size_t size, float* sums, float* out) {
  HWY_DYNAMIC_DISPATCH(FilterNoiseRowImpl)(rows, size, sums, out);
}
void AddNoiseRow(const NoiseParameters& parameters, float base_correlation_x, float base_correlation_b,
                 const float* const noise[3], size_t size, float* const color[3]) {
  HWY_DYNAMIC_DISPATCH(AddNoiseRowImpl)
  (parameters, base_correlation_x, base_correlation_b, noise, size, color);
}

}  // namespace jxlpool
#endif  // HWY_ONCE
