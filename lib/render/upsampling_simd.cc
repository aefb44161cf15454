#include <cstddef>
#include <cstdint>

#include "lib/render/upsampling.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "lib/render/upsampling_simd.cc"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace jxlpool {
namespace HWY_NAMESPACE {
namespace {
namespace hn = hwy::HWY_NAMESPACE;
using Samples = hn::ScalableTag<float>;
using V = hn::Vec<Samples>;

// Columns before column 0 of the vertical parts.
constexpr size_t kMargin = 16;

// What all output samples share, per input column: the even (1, 2) and odd (1, 2) combinations of five rows, and their
// range. The even combination 0 is the middle row itself.
struct VerticalParts {
  const float* parts[5];
  const float* low;
  const float* high;
};

VerticalParts CombineRows(const float* const* HWY_RESTRICT rows, size_t size, float* HWY_RESTRICT scratch) {
  const Samples d;
  const size_t stride = (size + 15) / 16 * 16 + 2 * kMargin;
  float* out[6];
  for (size_t p = 0; p < 6; ++p) out[p] = scratch + p * stride;
  for (size_t i = 0; i < stride; i += hn::Lanes(d)) {
    const auto at = [&](size_t row) HWY_ATTR {
      return hn::LoadU(d, rows[row] + static_cast<ptrdiff_t>(i) - static_cast<ptrdiff_t>(kMargin));
    };
    const V a = at(0);
    const V b = at(1);
    const V c = at(2);
    const V e = at(3);
    const V f = at(4);
    hn::Store(hn::Add(b, e), d, out[0] + i);
    hn::Store(hn::Add(a, f), d, out[1] + i);
    hn::Store(hn::Sub(b, e), d, out[2] + i);
    hn::Store(hn::Sub(a, f), d, out[3] + i);
    hn::Store(hn::Min(c, hn::Min(hn::Min(a, f), hn::Min(b, e))), d, out[4] + i);
    hn::Store(hn::Max(c, hn::Max(hn::Max(a, f), hn::Max(b, e))), d, out[5] + i);
  }
  return VerticalParts{{rows[2], out[0] + kMargin, out[1] + kMargin, out[2] + kMargin, out[3] + kMargin},
                       out[4] + kMargin,
                       out[5] + kMargin};
}

// Combinations in x of a vertical part around a column: even 0, 1, 2 and odd 1, 2.
HWY_INLINE void CombineColumns(const float* part, V even[3], V odd[2]) {
  const Samples d;
  const V left1 = hn::LoadU(d, part - 1);
  const V right1 = hn::LoadU(d, part + 1);
  const V left2 = hn::LoadU(d, part - 2);
  const V right2 = hn::LoadU(d, part + 2);
  even[0] = hn::LoadU(d, part);
  even[1] = hn::Add(left1, right1);
  even[2] = hn::Add(left2, right2);
  odd[0] = hn::Sub(left1, right1);
  odd[1] = hn::Sub(left2, right2);
}

template <size_t kCount>
HWY_INLINE V Dot(const float* HWY_RESTRICT taps, const V* values) {
  const Samples d;
  V sum = hn::Mul(hn::Set(d, taps[0]), values[0]);
  for (size_t i = 1; i < kCount; ++i) sum = hn::MulAdd(hn::Set(d, taps[i]), values[i], sum);
  return sum;
}

template <size_t kFactor>
HWY_INLINE void StoreRow(const V* v, float* HWY_RESTRICT out) {
  const Samples d;
  if constexpr (kFactor == 2) {
    hn::StoreInterleaved2(v[0], v[1], d, out);
  } else if constexpr (kFactor == 4) {
    hn::StoreInterleaved4(v[0], v[1], v[2], v[3], d, out);
  } else {
    const hn::CappedTag<float, 4> d4;
    HWY_ALIGN float halves[2][4 * hn::MaxLanes(d)];
    hn::StoreInterleaved4(v[0], v[1], v[2], v[3], d, halves[0]);
    hn::StoreInterleaved4(v[4], v[5], v[6], v[7], d, halves[1]);
    for (size_t i = 0; i < hn::Lanes(d); ++i) {
      for (size_t h = 0; h < 2; ++h) {
        for (size_t k = 0; k < 4; k += hn::Lanes(d4)) {
          hn::StoreU(hn::Load(d4, halves[h] + 4 * i + k), d4, out + 8 * i + 4 * h + k);
        }
      }
    }
  }
}

template <size_t kFactor>
void Upsample(const UpsamplingKernels& kernels, const VerticalParts& vertical, size_t size, float* const* out) {
  const Samples d;
  constexpr size_t kHalf = kFactor / 2;
  for (size_t i = 0; i < size; i += hn::Lanes(d)) {
    V even_even[9];
    V even_odd[6];
    V odd_even[6];
    V odd_odd[4];
    for (size_t p = 0; p < 3; ++p) CombineColumns(vertical.parts[p] + i, even_even + 3 * p, even_odd + 2 * p);
    for (size_t p = 0; p < 2; ++p) CombineColumns(vertical.parts[3 + p] + i, odd_even + 3 * p, odd_odd + 2 * p);
    V low = hn::LoadU(d, vertical.low + i);
    V high = hn::LoadU(d, vertical.high + i);
    for (const ptrdiff_t x : {-2, -1, 1, 2}) {
      low = hn::Min(low, hn::LoadU(d, vertical.low + static_cast<ptrdiff_t>(i) + x));
      high = hn::Max(high, hn::LoadU(d, vertical.high + static_cast<ptrdiff_t>(i) + x));
    }
    const auto limit = [&](V v) HWY_ATTR { return hn::Min(hn::Max(v, low), high); };
    for (size_t ky = 0; ky < kHalf; ++ky) {
      V top[kFactor];
      V bottom[kFactor];
      for (size_t kx = 0; kx < kHalf; ++kx) {
        const float* taps = kernels.taps[ky * kHalf + kx];
        const V ee = Dot<9>(taps, even_even);
        const V eo = Dot<6>(taps + 9, even_odd);
        const V oe = Dot<6>(taps + 15, odd_even);
        const V oo = Dot<4>(taps + 21, odd_odd);
        const V even_x = hn::Add(ee, oe);
        const V odd_x = hn::Add(eo, oo);
        const V even_x_below = hn::Sub(ee, oe);
        const V odd_x_below = hn::Sub(eo, oo);
        top[kx] = limit(hn::Add(even_x, odd_x));
        top[kFactor - 1 - kx] = limit(hn::Sub(even_x, odd_x));
        bottom[kx] = limit(hn::Add(even_x_below, odd_x_below));
        bottom[kFactor - 1 - kx] = limit(hn::Sub(even_x_below, odd_x_below));
      }
      StoreRow<kFactor>(top, out[ky] + kFactor * i);
      StoreRow<kFactor>(bottom, out[kFactor - 1 - ky] + kFactor * i);
    }
  }
}

void UpsampleRowImpl(const UpsamplingKernels& kernels, const float* const* rows, size_t size, float* const* out,
                     float* scratch) {
  const VerticalParts vertical = CombineRows(rows, size, scratch);
  if (kernels.factor == 2) return Upsample<2>(kernels, vertical, size, out);
  if (kernels.factor == 4) return Upsample<4>(kernels, vertical, size, out);
  Upsample<8>(kernels, vertical, size, out);
}

}  // namespace
// NOLINTNEXTLINE(google-readability-namespace-comments)
}  // namespace HWY_NAMESPACE
}  // namespace jxlpool
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace jxlpool {

HWY_EXPORT(UpsampleRowImpl);

void UpsampleRow(const UpsamplingKernels& kernels, const float* const rows[5], size_t size, float* const* out,
                 float* scratch) {
  HWY_DYNAMIC_DISPATCH(UpsampleRowImpl)(kernels, rows, size, out, scratch);
}

}  // namespace jxlpool
#endif  // HWY_ONCE
