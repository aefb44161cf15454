#include <cstddef>

#include "lib/render/chroma_upsampling.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "lib/render/chroma_upsampling_simd.cc"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace jxlpool {
namespace HWY_NAMESPACE {
namespace {
namespace hn = hwy::HWY_NAMESPACE;
using Samples = hn::ScalableTag<float>;

void HorizontalImpl(const float* HWY_RESTRICT in, size_t size, float* HWY_RESTRICT out) {
  const Samples d;
  const auto quarter = hn::Set(d, 0.25f);
  for (size_t i = 0; i < size; i += hn::Lanes(d)) {
    const auto near = hn::Mul(hn::LoadU(d, in + i), hn::Set(d, 0.75f));
    const auto left = hn::MulAdd(quarter, hn::LoadU(d, in + i - 1), near);
    const auto right = hn::MulAdd(quarter, hn::LoadU(d, in + i + 1), near);
    hn::StoreInterleaved2(left, right, d, out + 2 * i);
  }
}

void VerticalImpl(const float* HWY_RESTRICT near, const float* HWY_RESTRICT far, size_t size, float* HWY_RESTRICT out) {
  const Samples d;
  for (size_t i = 0; i < size; i += hn::Lanes(d)) {
    const auto weighted = hn::Mul(hn::LoadU(d, near + i), hn::Set(d, 0.75f));
    hn::StoreU(hn::MulAdd(hn::Set(d, 0.25f), hn::LoadU(d, far + i), weighted), d, out + i);
  }
}

}  // namespace
// NOLINTNEXTLINE(google-readability-namespace-comments)
}  // namespace HWY_NAMESPACE
}  // namespace jxlpool
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace jxlpool {

HWY_EXPORT(HorizontalImpl);
HWY_EXPORT(VerticalImpl);

void ChromaUpsampleRowHorizontally(const float* in, size_t size, float* out) {
  HWY_DYNAMIC_DISPATCH(HorizontalImpl)(in, size, out);
}
void ChromaUpsampleRowVertically(const float* near, const float* far, size_t size, float* out) {
  HWY_DYNAMIC_DISPATCH(VerticalImpl)(near, far, size, out);
}

}  // namespace jxlpool
#endif  // HWY_ONCE
