#include <cstddef>
#include <cstdint>

#include "lib/vardct/lf_kernels.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "lib/vardct/lf_kernels_simd.cc"
// clang-format off
#include "hwy/foreach_target.h"
#include "hwy/highway.h"
// clang-format on

HWY_BEFORE_NAMESPACE();
namespace jxlpool {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

// The operations are not fused on any target: every sample of an image depends on these, so that targets that differ
// here differ everywhere.
template <class V>
HWY_INLINE V MulThenAdd(V a, V b, V c) {
  return hn::Add(hn::Mul(a, b), c);
}

template <class D>
HWY_INLINE hn::Vec<D> LoadScaled(D d, const int32_t* from, float scale) {
  return hn::Mul(hn::ConvertTo(d, hn::LoadU(hn::RebindToSigned<D>(), from)), hn::Set(d, scale));
}

// Does the columns [begin, end) as far as whole vectors go and returns where it stopped.
template <class D>
HWY_INLINE size_t DequantizePart(D d, const int32_t* const* quantized, const LfRowParameters& parameters, size_t begin,
                                 size_t end, float* const* out) {
  const size_t lanes = hn::Lanes(d);
  size_t i = begin;
  for (; i + lanes <= end; i += lanes) {
    const auto y = LoadScaled(d, quantized[1] + i, parameters.scale[1]);
    const auto x = LoadScaled(d, quantized[0] + i, parameters.scale[0]);
    const auto b = LoadScaled(d, quantized[2] + i, parameters.scale[2]);
    hn::StoreU(MulThenAdd(y, hn::Set(d, parameters.x_from_y), x), d, out[0] + i);
    hn::StoreU(y, d, out[1] + i);
    hn::StoreU(MulThenAdd(y, hn::Set(d, parameters.b_from_y), b), d, out[2] + i);
  }
  return i;
}

void DequantizeLfRowKernel(const int32_t* const* quantized, const LfRowParameters& parameters, size_t width,
                           float* const* out) {
  const size_t done = DequantizePart(hn::ScalableTag<float>(), quantized, parameters, 0, width, out);
  DequantizePart(hn::CappedTag<float, 1>(), quantized, parameters, done, width, out);
}

template <class D>
HWY_INLINE size_t ScalePart(D d, const int32_t* quantized, float scale, size_t begin, size_t end, float* out) {
  const size_t lanes = hn::Lanes(d);
  size_t i = begin;
  for (; i + lanes <= end; i += lanes) hn::StoreU(LoadScaled(d, quantized + i, scale), d, out + i);
  return i;
}

void ScaleRowKernel(const int32_t* quantized, float scale, size_t width, float* out) {
  const size_t done = ScalePart(hn::ScalableTag<float>(), quantized, scale, 0, width, out);
  ScalePart(hn::CappedTag<float, 1>(), quantized, scale, done, width, out);
}

template <class D>
HWY_INLINE size_t SmoothPart(D d, const LfSmoothingRows& rows, const float* inverse_step, size_t begin, size_t end) {
  constexpr float kSide = 0.20345139757231578f;
  constexpr float kCorner = 0.0334829185968739f;
  constexpr float kCentre = 1.0f - 4.0f * (kSide + kCorner);
  const size_t lanes = hn::Lanes(d);
  size_t i = begin;
  for (; i + lanes <= end; i += lanes) {
    hn::Vec<D> smooth[3];
    hn::Vec<D> centre[3];
    auto gap = hn::Set(d, 0.5f);
    for (size_t c = 0; c < 3; ++c) {
      const float* above = rows.above[c] + i;
      const float* at = rows.at[c] + i;
      const float* below = rows.below[c] + i;
      const auto corners = hn::Add(hn::Add(hn::LoadU(d, above - 1), hn::LoadU(d, above + 1)),
                                   hn::Add(hn::LoadU(d, below - 1), hn::LoadU(d, below + 1)));
      const auto sides = hn::Add(hn::Add(hn::LoadU(d, at - 1), hn::LoadU(d, at + 1)),
                                 hn::Add(hn::LoadU(d, above), hn::LoadU(d, below)));
      centre[c] = hn::LoadU(d, at);
      smooth[c] = MulThenAdd(corners, hn::Set(d, kCorner),
                             MulThenAdd(sides, hn::Set(d, kSide), hn::Mul(centre[c], hn::Set(d, kCentre))));
      const auto steps = hn::Mul(hn::Sub(centre[c], smooth[c]), hn::Set(d, inverse_step[c]));
      gap = hn::Max(gap, hn::Abs(steps));
    }
    const auto weight = hn::Max(hn::Zero(d), hn::Sub(hn::Set(d, 3.0f), hn::Mul(gap, hn::Set(d, 4.0f))));
    for (size_t c = 0; c < 3; ++c) {
      hn::StoreU(MulThenAdd(hn::Sub(smooth[c], centre[c]), weight, centre[c]), d, rows.out[c] + i);
    }
  }
  return i;
}

void SmoothLfRowKernel(const LfSmoothingRows& rows, const float* inverse_step, size_t width) {
  const size_t done = SmoothPart(hn::ScalableTag<float>(), rows, inverse_step, 1, width - 1);
  SmoothPart(hn::CappedTag<float, 1>(), rows, inverse_step, done, width - 1);
}

}  // namespace HWY_NAMESPACE
}  // namespace jxlpool
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace jxlpool {

HWY_EXPORT(DequantizeLfRowKernel);
HWY_EXPORT(ScaleRowKernel);
HWY_EXPORT(SmoothLfRowKernel);

void DequantizeLfRow(const int32_t* const (&quantized)[3], const LfRowParameters& parameters, size_t width,
                     float* const (&out)[3]) {
  HWY_DYNAMIC_DISPATCH(DequantizeLfRowKernel)(quantized, parameters, width, out);
}

void ScaleRow(const int32_t* quantized, float scale, size_t width, float* out) {
  HWY_DYNAMIC_DISPATCH(ScaleRowKernel)(quantized, scale, width, out);
}

void SmoothLfRow(const LfSmoothingRows& rows, const float (&inverse_step)[3], size_t width) {
  HWY_DYNAMIC_DISPATCH(SmoothLfRowKernel)(rows, inverse_step, width);
}

}  // namespace jxlpool
#endif  // HWY_ONCE
