// Inverse transforms of the subdivided 8x8 types: Hornuss, DCT2x2, DCT4x4, DCT4x8, DCT8x4, AFV. Per-target code for
// inverse_dct_simd.cc; all have the signature of InverseTransformFunction and overwrite the coefficients.
#if defined(LIB_VARDCT_SPECIAL_TRANSFORMS_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef LIB_VARDCT_SPECIAL_TRANSFORMS_INL_H_
#undef LIB_VARDCT_SPECIAL_TRANSFORMS_INL_H_
#else
#define LIB_VARDCT_SPECIAL_TRANSFORMS_INL_H_
#endif

#include <cstddef>
#include <cstring>

#include "hwy/highway.h"
#include "lib/vardct/dct-inl.h"
#include "lib/vardct/inverse_dct.h"
#include "lib/vardct/vardct_tables.h"

HWY_BEFORE_NAMESPACE();
namespace jxlpool {
namespace HWY_NAMESPACE {

// Does inverse DCTs of size N over `kBlockDim` columns.
template <size_t N>
HWY_INLINE void InverseEightColumns(const float* HWY_RESTRICT in, size_t in_stride, float* HWY_RESTRICT out,
                                    size_t out_stride) {
  const hn::CappedTag<float, kBlockDim> d;
  for (size_t c = 0; c < kBlockDim; c += hn::Lanes(d)) {
    InverseSmallColumn<N, N>(d, in + c, in_stride, out + c, out_stride);
  }
}

HWY_INLINE void CopyFour(const float* from, float* to) { std::memcpy(to, from, 4 * sizeof(float)); }

// Does one step of the Haar-like transform on the top-left N x N entries: four entries, one from each quadrant, become
// a 2x2 square.
template <size_t N>
HWY_INLINE void InverseHaarStep(const float* HWY_RESTRICT in, float* HWY_RESTRICT out, size_t out_stride) {
  constexpr size_t kHalf = N / 2;
  for (size_t y = 0; y < kHalf; ++y) {
    const float* top = in + y * kBlockDim;
    const float* bottom = top + kHalf * kBlockDim;
    float* out0 = out + 2 * y * out_stride;
    float* out1 = out0 + out_stride;
    for (size_t x = 0; x < kHalf; ++x) {
      const float sum_top = top[x] + top[x + kHalf];
      const float difference_top = top[x] - top[x + kHalf];
      const float sum_bottom = bottom[x] + bottom[x + kHalf];
      const float difference_bottom = bottom[x] - bottom[x + kHalf];
      out0[2 * x] = sum_top + sum_bottom;
      out0[2 * x + 1] = sum_top - sum_bottom;
      out1[2 * x] = difference_top + difference_bottom;
      out1[2 * x + 1] = difference_top - difference_bottom;
    }
  }
}

void InverseDct2x2(float* coefficients, CoefficientBounds /*bounds*/, float* scratch, float* samples, size_t stride) {
  InverseHaarStep<2>(coefficients, scratch, kBlockDim);
  std::memcpy(coefficients, scratch, 2 * sizeof(float));
  std::memcpy(coefficients + kBlockDim, scratch + kBlockDim, 2 * sizeof(float));
  InverseHaarStep<4>(coefficients, scratch, kBlockDim);
  for (size_t y = 0; y < 4; ++y) CopyFour(scratch + y * kBlockDim, coefficients + y * kBlockDim);
  InverseHaarStep<8>(coefficients, samples, stride);
}

void InverseHornuss(float* coefficients, CoefficientBounds /*bounds*/, float* scratch, float* samples, size_t stride) {
  InverseHaarStep<2>(coefficients, scratch, 2);
  for (size_t quadrant_y = 0; quadrant_y < 2; ++quadrant_y) {
    for (size_t quadrant_x = 0; quadrant_x < 2; ++quadrant_x) {
      const float* in = coefficients + quadrant_y * kBlockDim + quadrant_x;
      float* out = samples + 4 * (quadrant_y * stride + quadrant_x);
      float sum = 0.0f;
      for (size_t y = 0; y < 4; ++y) {
        for (size_t x = 0; x < 4; ++x) sum += in[2 * (y * kBlockDim + x)];
      }
      const float base = scratch[2 * quadrant_y + quadrant_x] - (sum - in[0]) * (1.0f / 16);
      for (size_t y = 0; y < 4; ++y) {
        for (size_t x = 0; x < 4; ++x) out[y * stride + x] = base + in[2 * (y * kBlockDim + x)];
      }
      out[0] = out[stride + 1];
      out[stride + 1] = base;
    }
  }
}

void InverseDct4x4(float* coefficients, CoefficientBounds /*bounds*/, float* scratch, float* samples, size_t stride) {
  float* means = scratch;
  InverseHaarStep<2>(coefficients, means, kBlockDim);
  std::memcpy(coefficients, means, 2 * sizeof(float));
  std::memcpy(coefficients + kBlockDim, means + kBlockDim, 2 * sizeof(float));
  // Rows of one parity belong to the upper or lower quadrants, columns of one parity to the left or right ones.
  float* first = scratch;
  float* second = scratch + kBlockSize;
  for (size_t half = 0; half < 2; ++half) {
    InverseEightColumns<4>(coefficients + half * kBlockDim, 2 * kBlockDim, first + half * 4 * kBlockDim, kBlockDim);
  }
  Transpose(first, kBlockDim, kBlockDim, kBlockDim, second, kBlockDim);
  for (size_t half = 0; half < 2; ++half) {
    InverseEightColumns<4>(second + half * kBlockDim, 2 * kBlockDim, first + half * 4 * kBlockDim, kBlockDim);
  }
  for (size_t y = 0; y < 4; ++y) {
    CopyFour(first + y * kBlockDim, samples + y * stride);
    CopyFour(first + (4 + y) * kBlockDim, samples + y * stride + 4);
    CopyFour(first + y * kBlockDim + 4, samples + (4 + y) * stride);
    CopyFour(first + (4 + y) * kBlockDim + 4, samples + (4 + y) * stride + 4);
  }
}

// Transforms the first axis of DCT4x8 and DCT8x4, with size 4 on the rows of each parity. Results go to row
// 4 * half + i, column k of `out`.
HWY_INLINE void InverseHalves(float* coefficients, float* out) {
  const float mean = coefficients[0];
  const float difference = coefficients[kBlockDim];
  coefficients[0] = mean + difference;
  coefficients[kBlockDim] = mean - difference;
  InverseEightColumns<4>(coefficients, 2 * kBlockDim, out, kBlockDim);
  InverseEightColumns<4>(coefficients + kBlockDim, 2 * kBlockDim, out + 4 * kBlockDim, kBlockDim);
}

void InverseDct4x8(float* coefficients, CoefficientBounds /*bounds*/, float* scratch, float* samples, size_t stride) {
  float* first = scratch;
  float* second = scratch + kBlockSize;
  InverseHalves(coefficients, first);
  Transpose(first, kBlockDim, kBlockDim, kBlockDim, second, kBlockDim);
  InverseEightColumns<8>(second, kBlockDim, first, kBlockDim);
  Transpose(first, kBlockDim, kBlockDim, kBlockDim, samples, stride);
}

void InverseDct8x4(float* coefficients, CoefficientBounds /*bounds*/, float* scratch, float* samples, size_t stride) {
  float* first = scratch;
  float* second = scratch + kBlockSize;
  InverseHalves(coefficients, first);
  Transpose(first, kBlockDim, kBlockDim, kBlockDim, second, kBlockDim);
  InverseEightColumns<8>(second, kBlockDim, samples, stride);
}

// Makes the 4x4 corner, a product with the basis matrix. `out` has 16 entries in raster order.
HWY_INLINE void InverseAfvCorner(const float* HWY_RESTRICT coefficients, float dc, float* HWY_RESTRICT out) {
  const hn::CappedTag<float, 16> d;
  for (size_t i = 0; i < 16; i += hn::Lanes(d)) {
    auto even = hn::Mul(hn::Set(d, dc), hn::LoadU(d, kAfvBasis[0] + i));
    auto odd = hn::Mul(hn::Set(d, coefficients[2]), hn::LoadU(d, kAfvBasis[1] + i));
    for (size_t k = 2; k < 16; k += 2) {
      const float* from = coefficients + (k / 4) * 2 * kBlockDim + 2 * (k % 4);
      even = hn::MulAdd(hn::Set(d, from[0]), hn::LoadU(d, kAfvBasis[k] + i), even);
      odd = hn::MulAdd(hn::Set(d, from[2]), hn::LoadU(d, kAfvBasis[k + 1] + i), odd);
    }
    hn::StoreU(hn::Add(even, odd), d, out + i);
  }
}

// The corner is at the right if kFlipX, at the bottom if kFlipY.
template <size_t kFlipX, size_t kFlipY>
void InverseAfv(float* coefficients, CoefficientBounds /*bounds*/, float* scratch, float* samples, size_t stride) {
  float* first = scratch;
  float* second = scratch + kBlockSize;
  float* corner = scratch + 2 * kBlockSize;
  const float s00 = coefficients[0];
  const float s01 = coefficients[1];
  const float s10 = coefficients[kBlockDim];
  InverseAfvCorner(coefficients, 4.0f * (s00 + s10 + s01), corner);
  for (size_t y = 0; y < 4; ++y) {
    const float* from = corner + 4 * (kFlipY ? 3 - y : y);
    float* to = samples + (4 * kFlipY + y) * stride + 4 * kFlipX;
    for (size_t x = 0; x < 4; ++x) to[x] = from[kFlipX ? 3 - x : x];
  }
  // Even rows: odd columns belong to the square beside the corner, transposed. Odd rows: the other half, 4x8.
  coefficients[1] = s00 + s10 - s01;
  coefficients[kBlockDim] = s00 - s10;
  InverseEightColumns<4>(coefficients, 2 * kBlockDim, first, kBlockDim);
  InverseEightColumns<4>(coefficients + kBlockDim, 2 * kBlockDim, first + 4 * kBlockDim, kBlockDim);
  Transpose(first, kBlockDim, kBlockDim, kBlockDim, second, kBlockDim);
  InverseEightColumns<4>(second + kBlockDim, 2 * kBlockDim, corner, kBlockDim);
  for (size_t y = 0; y < 4; ++y) {
    CopyFour(corner + y * kBlockDim, samples + (4 * kFlipY + y) * stride + 4 * (1 - kFlipX));
  }
  InverseEightColumns<8>(second, kBlockDim, first, kBlockDim);
  Transpose(first, kBlockDim, kBlockDim, kBlockDim, second, kBlockDim);
  for (size_t y = 0; y < 4; ++y) {
    std::memcpy(samples + (4 * (1 - kFlipY) + y) * stride, second + (4 + y) * kBlockDim, kBlockDim * sizeof(float));
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace jxlpool
HWY_AFTER_NAMESPACE();

#endif  // LIB_VARDCT_SPECIAL_TRANSFORMS_INL_H_
