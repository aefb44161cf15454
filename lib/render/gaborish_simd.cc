#include <cstddef>

#include "lib/render/gaborish.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "lib/render/gaborish_simd.cc"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace jxlpool {
namespace HWY_NAMESPACE {
namespace {
namespace hn = hwy::HWY_NAMESPACE;
using Samples = hn::ScalableTag<float>;

void GaborishRowImpl(const GaborishWeights& weights, const float* HWY_RESTRICT above, const float* HWY_RESTRICT row,
                     const float* HWY_RESTRICT below, size_t size, float* HWY_RESTRICT out) {
  const Samples d;
  const auto center = hn::Set(d, weights.center);
  const auto edge = hn::Set(d, weights.edge);
  const auto corner = hn::Set(d, weights.corner);
  for (size_t i = 0; i < size; i += hn::Lanes(d)) {
    const auto vertical = [&](ptrdiff_t shift) HWY_ATTR {
      return hn::Add(hn::LoadU(d, above + i + shift), hn::LoadU(d, below + i + shift));
    };
    const auto horizontal = hn::Add(hn::LoadU(d, row + i - 1), hn::LoadU(d, row + i + 1));
    const auto corners = hn::Add(vertical(-1), vertical(1));
    const auto edges = hn::Add(horizontal, vertical(0));
    hn::StoreU(hn::MulAdd(center, hn::LoadU(d, row + i), hn::MulAdd(edge, edges, hn::Mul(corner, corners))), d,
               out + i);
  }
}

}  // namespace
// NOLINTNEXTLINE(google-readability-namespace-comments)
}  // namespace HWY_NAMESPACE
}  // namespace jxlpool
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace jxlpool {

HWY_EXPORT(GaborishRowImpl);

void GaborishRow(const GaborishWeights& weights, const float* above, const float* row, const float* below, size_t size,
                 float* out) {
  HWY_DYNAMIC_DISPATCH(GaborishRowImpl)(weights, above, row, below, size, out);
}

}  // namespace jxlpool
#endif  // HWY_ONCE
