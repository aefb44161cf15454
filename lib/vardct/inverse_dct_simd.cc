#include <algorithm>
#include <bit>
#include <cstddef>

#include "lib/vardct/inverse_dct.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "lib/vardct/inverse_dct_simd.cc"
// clang-format off
#include "hwy/foreach_target.h"
#include "hwy/highway.h"
// clang-format on
#include "lib/vardct/dct-inl.h"
#include "lib/vardct/special_transforms-inl.h"

HWY_BEFORE_NAMESPACE();
namespace jxlpool {
namespace HWY_NAMESPACE {

// `in` has kWidth rows and kHeight columns: the row u is the horizontal frequency, the column v the vertical one.
// Entries outside of the first u_bound rows and v_bound columns are zero; both bounds are powers of two.
template <size_t kHeight, size_t kWidth>
HWY_INLINE void InverseSeparable(const float* HWY_RESTRICT in, size_t u_bound, size_t v_bound,
                                 float* HWY_RESTRICT scratch, float* HWY_RESTRICT samples, size_t stride) {
  float* half_done = scratch;  // kHeight rows (v) of kWidth samples (x)
  float* column = half_done + kHeight * kWidth;
  float* work = column + 16 * kWidth;
  const hn::CappedTag<float, std::min<size_t>(16, kHeight)> d_first;
  const size_t lanes_first = hn::Lanes(d_first);
  for (size_t v = 0; v < v_bound; v += lanes_first) {
    InverseColumn<kWidth>(d_first, in + v, kHeight, u_bound, column, lanes_first, work);
    Transpose(column, lanes_first, kWidth, lanes_first, half_done + v * kWidth, kWidth);
  }
  const hn::CappedTag<float, std::min<size_t>(16, kWidth)> d_second;
  for (size_t x = 0; x < kWidth; x += hn::Lanes(d_second)) {
    InverseColumn<kHeight>(d_second, half_done + x, kWidth, v_bound, samples + x, stride, column);
  }
}

template <size_t kHeight, size_t kWidth>
void InverseDct(float* coefficients, CoefficientBounds bounds, float* scratch, float* samples, size_t stride) {
  const size_t rows = std::bit_ceil(bounds.rows);
  const size_t columns = std::bit_ceil(bounds.columns);
  if constexpr (kWidth <= kHeight) {
    InverseSeparable<kHeight, kWidth>(coefficients, rows, columns, scratch, samples, stride);
  } else {
    constexpr size_t kTile = std::min<size_t>(16, kHeight);
    Transpose(coefficients, kWidth, std::max(rows, kTile), std::max<size_t>(columns, 8), scratch, kHeight);
    InverseSeparable<kHeight, kWidth>(scratch, columns, rows, scratch + kHeight * kWidth, samples, stride);
  }
}

void InverseDct8x8(float* coefficients, CoefficientBounds bounds, float* scratch, float* samples, size_t stride) {
  const hn::CappedTag<float, kBlockDim> d;
  if (bounds.rows == 1 && bounds.columns == 1) {
    const auto mean = hn::Set(d, coefficients[0]);
    for (size_t y = 0; y < kBlockDim; ++y) {
      for (size_t x = 0; x < kBlockDim; x += hn::Lanes(d)) hn::StoreU(mean, d, samples + y * stride + x);
    }
    return;
  }
#if HWY_TARGET != HWY_SCALAR
  if constexpr (hn::MaxLanes(hn::CappedTag<float, kBlockDim>()) == kBlockDim) {
    hn::Vec<decltype(d)> x[kBlockDim];
    HWY_UNROLL(8) for (size_t i = 0; i < kBlockDim; ++i) x[i] = hn::Load(d, coefficients + i * kBlockDim);
    InverseInRegisters<kBlockDim, kBlockDim>(d, x);
    Transpose8(d, x);
    InverseInRegisters<kBlockDim, kBlockDim>(d, x);
    HWY_UNROLL(8) for (size_t i = 0; i < kBlockDim; ++i) hn::StoreU(x[i], d, samples + i * stride);
    return;
  }
#endif
  InverseEightColumns<8>(coefficients, kBlockDim, scratch, kBlockDim);
  Transpose(scratch, kBlockDim, kBlockDim, kBlockDim, scratch + kBlockSize, kBlockDim);
  InverseEightColumns<8>(scratch + kBlockSize, kBlockDim, samples, stride);
}

const InverseTransformFunction* TransformTable() {
  static constexpr InverseTransformFunction kTable[kNumTransformTypes] = {
      InverseDct8x8,        InverseHornuss,       InverseDct2x2,       InverseDct4x4,       InverseDct<16, 16>,
      InverseDct<32, 32>,   InverseDct<16, 8>,    InverseDct<8, 16>,   InverseDct<32, 8>,   InverseDct<8, 32>,
      InverseDct<32, 16>,   InverseDct<16, 32>,   InverseDct4x8,       InverseDct8x4,       InverseAfv<0, 0>,
      InverseAfv<1, 0>,     InverseAfv<0, 1>,     InverseAfv<1, 1>,    InverseDct<64, 64>,  InverseDct<64, 32>,
      InverseDct<32, 64>,   InverseDct<128, 128>, InverseDct<128, 64>, InverseDct<64, 128>, InverseDct<256, 256>,
      InverseDct<256, 128>, InverseDct<128, 256>,
  };
  return kTable;
}

}  // namespace HWY_NAMESPACE
}  // namespace jxlpool
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace jxlpool {

HWY_EXPORT(TransformTable);

const InverseTransformFunction* InverseTransforms() { return HWY_DYNAMIC_DISPATCH(TransformTable)(); }

}  // namespace jxlpool
#endif  // HWY_ONCE
