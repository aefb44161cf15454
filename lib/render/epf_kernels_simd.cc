#include <cstddef>

#include "lib/render/epf_kernels.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "lib/render/epf_kernels_simd.cc"
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
void DistanceRow(const float* HWY_RESTRICT channel_scale, const float* const* HWY_RESTRICT rows,
                 const EpfChannelOffsets& channels, ptrdiff_t begin, ptrdiff_t end,
                 float* const* HWY_RESTRICT distances) {
  const Samples d;
  constexpr size_t kCount = NumDisplacements<kPass>();
  const ptrdiff_t offset[3] = {0, channels.offset[1], channels.offset[2]};
  const V scale[3] = {hn::Set(d, channel_scale[0]), hn::Set(d, channel_scale[1]), hn::Set(d, channel_scale[2])};
  const float* row[3] = {rows[0], rows[1], rows[2]};
  float* out[kCount];
  for (size_t k = 0; k < kCount; ++k) out[k] = distances[k];
  for (ptrdiff_t x = begin; x < end; x += static_cast<ptrdiff_t>(hn::Lanes(d))) {
    V sums[kCount];
    for (size_t c = 0; c < 3; ++c) {
      const V center = hn::Load(d, row[0] + x + offset[c]);
      HWY_UNROLL(6)
      for (size_t k = 0; k < kCount; ++k) {
        const EpfDisplacement to = Displacement<kPass>(k);
        const V difference = hn::Abs(hn::Sub(center, hn::LoadU(d, row[to.dy] + x + to.dx + offset[c])));
        sums[k] = c == 0 ? hn::Mul(scale[c], difference) : hn::MulAdd(scale[c], difference, sums[k]);
      }
    }
    for (size_t k = 0; k < kCount; ++k) hn::Store(sums[k], d, out[k] + x);
  }
}

void DistanceRowImpl(int pass, const float* channel_scale, const float* const* rows, const EpfChannelOffsets& channels,
                     ptrdiff_t begin, ptrdiff_t end, float* const* distances) {
  if (pass == 0) return DistanceRow<0>(channel_scale, rows, channels, begin, end, distances);
  DistanceRow<1>(channel_scale, rows, channels, begin, end, distances);
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

// The rows of channel 0, moved along with the column, and the way to the other channels. So few pointers fit into
// registers.
template <int kPass>
struct Window {
  static constexpr int kReach = kPass == 0 ? 2 : 1;
  const float* rows[2 * kReach + 1];
  ptrdiff_t offset[3];

  explicit Window(const EpfFilterArguments& a, ptrdiff_t x)
      : offset{0, a.in_channels.offset[1], a.in_channels.offset[2]} {
    for (int i = 0; i < 2 * kReach + 1; ++i) rows[i] = a.rows[2 - kReach + i] + x;
  }
  HWY_INLINE const float* At(size_t c, int dx, int dy) const { return rows[kReach + dy] + offset[c] + dx; }
  HWY_INLINE void Move(size_t n) {
    for (const float*& row : rows) row += n;
  }
};

// The running weighted average of one vector of pixels.
struct Average {
  V step;
  V weight;
  V sums[3];

  template <int kPass>
  HWY_INLINE void Add(const Window<kPass>& window, int dx, int dy, V distance) {
    const Samples d;
    const V w = hn::Max(hn::MulAdd(distance, step, hn::Set(d, 1.0f)), hn::Zero(d));
    weight = hn::Add(weight, w);
    for (size_t c = 0; c < 3; ++c) sums[c] = hn::MulAdd(w, hn::LoadU(d, window.At(c, dx, dy)), sums[c]);
  }
};

// Distance of single samples, for pass 2.
HWY_INLINE V PointDistance(const Window<2>& window, const V* center, const V* scale, int dx, int dy) {
  const Samples d;
  V sum = hn::Zero(d);
  for (size_t c = 0; c < 3; ++c) {
    const V difference = hn::Abs(hn::Sub(center[c], hn::LoadU(d, window.At(c, dx, dy))));
    sum = c == 0 ? hn::Mul(scale[c], difference) : hn::MulAdd(scale[c], difference, sum);
  }
  return sum;
}

// 1 / v for v >= 1, as good as a division.
HWY_INLINE V Reciprocal(V v) {
  const Samples d;
#if HWY_ARCH_X86 && HWY_TARGET != HWY_SCALAR
  // One Newton step makes 24 bits of 12 or 14.
  const V estimate = hn::ApproximateReciprocal(v);
  return hn::MulAdd(estimate, hn::NegMulAdd(v, estimate, hn::Set(d, 1.0f)), estimate);
#else
  return hn::Div(hn::Set(d, 1.0f), v);
#endif
}

template <int kPass>
void FilterRow(const EpfFilterArguments& a, ptrdiff_t begin, ptrdiff_t end) {
  const Samples d;
  constexpr size_t kCount = NumDisplacements<kPass>();
  Window<kPass> window(a, begin);
  const float* step = a.step;
  float* out = a.out + begin;
  const ptrdiff_t out_offset[3] = {0, a.out_channels.offset[1], a.out_channels.offset[2]};
  const float* sums[kCount][2];
  V scale[3] = {hn::Zero(d), hn::Zero(d), hn::Zero(d)};
  for (size_t k = 0; k < kCount && kPass < 2; ++k) {
    sums[k][0] = a.sums[k][0];
    sums[k][1] = a.sums[k][1] - Displacement<kPass>(k).dx;
  }
  for (size_t c = 0; c < 3 && kPass == 2; ++c) scale[c] = hn::Set(d, a.channel_scale[c]);
  for (ptrdiff_t x = begin; x < end; x += static_cast<ptrdiff_t>(hn::Lanes(d))) {
    Average average;
    average.step = hn::Load(d, step + x);
    average.weight = hn::Set(d, 1.0f);
    V center[3];
    for (size_t c = 0; c < 3; ++c) average.sums[c] = center[c] = hn::Load(d, window.At(c, 0, 0));
    for (size_t k = 0; k < kCount; ++k) {
      const EpfDisplacement to = Displacement<kPass>(k);
      if constexpr (kPass == 2) {
        average.Add(window, to.dx, to.dy, PointDistance(window, center, scale, to.dx, to.dy));
        average.Add(window, -to.dx, -to.dy, PointDistance(window, center, scale, -to.dx, -to.dy));
      } else {
        average.Add(window, to.dx, to.dy, hn::Load(d, sums[k][0] + x));
        average.Add(window, -to.dx, -to.dy, hn::LoadU(d, sums[k][1] + x));
      }
    }
    const auto skip = hn::Ge(average.step, hn::Set(d, kEpfSkipStep));
    const V inverse = Reciprocal(average.weight);
    for (size_t c = 0; c < 3; ++c) {
      hn::Store(hn::IfThenElse(skip, center[c], hn::Mul(average.sums[c], inverse)), d, out + out_offset[c]);
    }
    window.Move(hn::Lanes(d));
    out += hn::Lanes(d);
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

void EpfDistanceRow(int pass, const float channel_scale[3], const float* const rows[3],
                    const EpfChannelOffsets& channels, ptrdiff_t begin, ptrdiff_t end, float* const* distances) {
  HWY_DYNAMIC_DISPATCH(DistanceRowImpl)(pass, channel_scale, rows, channels, begin, end, distances);
}
void EpfSumRow(const float* above, const float* row, const float* below, ptrdiff_t begin, ptrdiff_t end, float* sums) {
  HWY_DYNAMIC_DISPATCH(SumRowImpl)(above, row, below, begin, end, sums);
}
void EpfFilterRow(int pass, const EpfFilterArguments& arguments, ptrdiff_t begin, ptrdiff_t end) {
  HWY_DYNAMIC_DISPATCH(FilterRowImpl)(pass, arguments, begin, end);
}

}  // namespace jxlpool
#endif  // HWY_ONCE
