#include <cstddef>

#include "lib/render/epf_kernels.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "lib/render/epf_simd.cc"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace jxlpool {
namespace HWY_NAMESPACE {
namespace {
namespace hn = hwy::HWY_NAMESPACE;
using Samples = hn::ScalableTag<float>;
using V = hn::Vec<Samples>;

template <int kPass>
constexpr size_t NumDisplacements() {
  return kPass == 0 ? 6 : 2;
}
template <int kPass>
constexpr EpfDisplacement Displacement(size_t k) {
  return kPass == 0 ? kEpfDisplacements0[k] : kEpfDisplacements1[k];
}

template <int kPass>
void DistanceRow(const float* HWY_RESTRICT channel_scale, const float* const rows[3][3], ptrdiff_t begin, ptrdiff_t end,
                 float* const* distances) {
  const Samples d;
  constexpr size_t kCount = NumDisplacements<kPass>();
  for (ptrdiff_t x = begin; x < end; x += static_cast<ptrdiff_t>(hn::Lanes(d))) {
    V sums[kCount];
    for (size_t c = 0; c < 3; ++c) {
      const V scale = hn::Set(d, channel_scale[c]);
      const V center = hn::Load(d, rows[c][0] + x);
      HWY_UNROLL(6)
      for (size_t k = 0; k < kCount; ++k) {
        const EpfDisplacement to = Displacement<kPass>(k);
        const V difference = hn::Abs(hn::Sub(center, hn::LoadU(d, rows[c][to.dy] + x + to.dx)));
        sums[k] = c == 0 ? hn::Mul(scale, difference) : hn::MulAdd(scale, difference, sums[k]);
      }
    }
    for (size_t k = 0; k < kCount; ++k) hn::Store(sums[k], d, distances[k] + x);
  }
}

void DistanceRowImpl(int pass, const float* channel_scale, const float* const rows[3][3], ptrdiff_t begin,
                     ptrdiff_t end, float* const* distances) {
  if (pass == 0) return DistanceRow<0>(channel_scale, rows, begin, end, distances);
  DistanceRow<1>(channel_scale, rows, begin, end, distances);
}

void SumRowImpl(const float* HWY_RESTRICT above, const float* HWY_RESTRICT row, const float* HWY_RESTRICT below,
                ptrdiff_t begin, ptrdiff_t end, float* HWY_RESTRICT sums) {
  const Samples d;
  for (ptrdiff_t x = begin; x < end; x += static_cast<ptrdiff_t>(hn::Lanes(d))) {
    const V horizontal = hn::Add(hn::LoadU(d, row + x - 1), hn::LoadU(d, row + x + 1));
    const V vertical = hn::Add(hn::Load(d, above + x), hn::Load(d, below + x));
    hn::Store(hn::Add(hn::Add(horizontal, vertical), hn::Load(d, row + x)), d, sums + x);
  }
}

// The running weighted average of one vector of pixels.
struct Average {
  V step;
  V weight;
  V sums[3];

  HWY_INLINE void Add(const EpfFilterArguments& a, ptrdiff_t x, int dx, int dy, V distance) {
    const Samples d;
    const V w = hn::Max(hn::MulAdd(distance, step, hn::Set(d, 1.0f)), hn::Zero(d));
    weight = hn::Add(weight, w);
    for (size_t c = 0; c < 3; ++c) sums[c] = hn::MulAdd(w, hn::LoadU(d, a.rows[c][3 + dy] + x + dx), sums[c]);
  }
};

// Distance of single samples, for pass 2.
HWY_INLINE V PointDistance(const EpfFilterArguments& a, ptrdiff_t x, int dx, int dy) {
  const Samples d;
  V sum = hn::Zero(d);
  for (size_t c = 0; c < 3; ++c) {
    const V difference = hn::Abs(hn::Sub(hn::Load(d, a.rows[c][3] + x), hn::LoadU(d, a.rows[c][3 + dy] + x + dx)));
    sum = c == 0 ? hn::Mul(hn::Set(d, a.channel_scale[c]), difference)
                 : hn::MulAdd(hn::Set(d, a.channel_scale[c]), difference, sum);
  }
  return sum;
}

template <int kPass>
void FilterRow(const EpfFilterArguments& a, ptrdiff_t begin, ptrdiff_t end) {
  const Samples d;
  for (ptrdiff_t x = begin; x < end; x += static_cast<ptrdiff_t>(hn::Lanes(d))) {
    Average average;
    average.step = hn::Load(d, a.step + x);
    average.weight = hn::Set(d, 1.0f);
    for (size_t c = 0; c < 3; ++c) average.sums[c] = hn::Load(d, a.rows[c][3] + x);
    for (size_t k = 0; k < NumDisplacements<kPass>(); ++k) {
      const EpfDisplacement to = Displacement<kPass>(k);
      if constexpr (kPass == 2) {
        average.Add(a, x, to.dx, to.dy, PointDistance(a, x, to.dx, to.dy));
        average.Add(a, x, -to.dx, -to.dy, PointDistance(a, x, -to.dx, -to.dy));
      } else {
        average.Add(a, x, to.dx, to.dy, hn::Load(d, a.sums[k][0] + x));
        average.Add(a, x, -to.dx, -to.dy, hn::LoadU(d, a.sums[k][1] + x - to.dx));
      }
    }
    const auto skip = hn::Ge(average.step, hn::Set(d, kEpfSkipStep));
    const V inverse = hn::Div(hn::Set(d, 1.0f), average.weight);
    for (size_t c = 0; c < 3; ++c) {
      const V center = hn::Load(d, a.rows[c][3] + x);
      hn::Store(hn::IfThenElse(skip, center, hn::Mul(average.sums[c], inverse)), d, a.out[c] + x);
    }
  }
}

void FilterRowImpl(int pass, const EpfFilterArguments& a, ptrdiff_t begin, ptrdiff_t end) {
  if (pass == 0) return FilterRow<0>(a, begin, end);
  if (pass == 1) return FilterRow<1>(a, begin, end);
  FilterRow<2>(a, begin, end);
}

}  // namespace
// NOLINTNEXTLINE(google-readability-namespace-comments)
}  // namespace HWY_NAMESPACE
}  // namespace jxlpool
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace jxlpool {

HWY_EXPORT(DistanceRowImpl);
HWY_EXPORT(SumRowImpl);
HWY_EXPORT(FilterRowImpl);

void EpfDistanceRow(int pass, const float channel_scale[3], const float* const rows[3][3], ptrdiff_t begin,
                    ptrdiff_t end, float* const* distances) {
  HWY_DYNAMIC_DISPATCH(DistanceRowImpl)(pass, channel_scale, rows, begin, end, distances);
}
void EpfSumRow(const float* above, const float* row, const float* below, ptrdiff_t begin, ptrdiff_t end, float* sums) {
  HWY_DYNAMIC_DISPATCH(SumRowImpl)(above, row, below, begin, end, sums);
}
void EpfFilterRow(int pass, const EpfFilterArguments& arguments, ptrdiff_t begin, ptrdiff_t end) {
  HWY_DYNAMIC_DISPATCH(FilterRowImpl)(pass, arguments, begin, end);
}

}  // namespace jxlpool
#endif  // HWY_ONCE
