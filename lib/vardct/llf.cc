#include "lib/vardct/llf.h"

#include <algorithm>

#include "lib/vardct/dct_constants.h"
#include "lib/vardct/vardct_tables.h"

namespace jxlpool {
namespace {

// Does a forward DCT in place, without the factor 1 / N.
template <size_t N>
void ForwardDct(float* x) {
  if constexpr (N > 1) {
    constexpr size_t kHalf = N / 2;
    float sums[kHalf];
    float differences[kHalf];
    for (size_t i = 0; i < kHalf; ++i) {
      sums[i] = x[i] + x[N - 1 - i];
      differences[i] = (x[i] - x[N - 1 - i]) * kDctGains<N>[i];
    }
    ForwardDct<kHalf>(sums);
    ForwardDct<kHalf>(differences);
    differences[0] *= kSqrt2;
    for (size_t i = 0; i < kHalf; ++i) {
      x[2 * i] = sums[i];
      x[2 * i + 1] = i + 1 < kHalf ? differences[i] + differences[i + 1] : differences[i];
    }
  }
}

// Transforms kRows x kColumns LF samples into the LF corner of a stored array that is `stored_columns` wide.
template <size_t kRows, size_t kColumns>
void Llf(const float* lf, size_t lf_stride, float* coefficients, size_t stored_columns) {
  float transposed[kColumns][kRows];  // horizontal frequency, row
  for (size_t y = 0; y < kRows; ++y) {
    float row[kColumns];
    std::copy_n(lf + y * lf_stride, kColumns, row);
    ForwardDct<kColumns>(row);
    for (size_t u = 0; u < kColumns; ++u) {
      transposed[u][y] = row[u] * kLlfScale[u * (32 / kColumns)] * (1.0f / (kRows * kColumns));
    }
  }
  for (size_t u = 0; u < kColumns; ++u) {
    float* column = transposed[u];
    ForwardDct<kRows>(column);
    for (size_t v = 0; v < kRows; ++v) {
      const float value = column[v] * kLlfScale[v * (32 / kRows)];
      coefficients[kColumns > kRows ? v * stored_columns + u : u * stored_columns + v] = value;
    }
  }
}

}  // namespace

void LlfFromLf(TransformType type, const float* lf, size_t lf_stride, float* coefficients) {
  const TransformShape& shape = ShapeOf(type);
  const size_t columns = shape.StoredColumns();
  switch (shape.block_rows * 64 + shape.block_columns) {
    case 2 * 64 + 2:
      return Llf<2, 2>(lf, lf_stride, coefficients, columns);
    case 4 * 64 + 4:
      return Llf<4, 4>(lf, lf_stride, coefficients, columns);
    case 2 * 64 + 1:
      return Llf<2, 1>(lf, lf_stride, coefficients, columns);
    case 1 * 64 + 2:
      return Llf<1, 2>(lf, lf_stride, coefficients, columns);
    case 4 * 64 + 1:
      return Llf<4, 1>(lf, lf_stride, coefficients, columns);
    case 1 * 64 + 4:
      return Llf<1, 4>(lf, lf_stride, coefficients, columns);
    case 4 * 64 + 2:
      return Llf<4, 2>(lf, lf_stride, coefficients, columns);
    case 2 * 64 + 4:
      return Llf<2, 4>(lf, lf_stride, coefficients, columns);
    case 8 * 64 + 8:
      return Llf<8, 8>(lf, lf_stride, coefficients, columns);
    case 8 * 64 + 4:
      return Llf<8, 4>(lf, lf_stride, coefficients, columns);
    case 4 * 64 + 8:
      return Llf<4, 8>(lf, lf_stride, coefficients, columns);
    case 16 * 64 + 16:
      return Llf<16, 16>(lf, lf_stride, coefficients, columns);
    case 16 * 64 + 8:
      return Llf<16, 8>(lf, lf_stride, coefficients, columns);
    case 8 * 64 + 16:
      return Llf<8, 16>(lf, lf_stride, coefficients, columns);
    case 32 * 64 + 32:
      return Llf<32, 32>(lf, lf_stride, coefficients, columns);
    case 32 * 64 + 16:
      return Llf<32, 16>(lf, lf_stride, coefficients, columns);
    case 16 * 64 + 32:
      return Llf<16, 32>(lf, lf_stride, coefficients, columns);
    default:
      coefficients[0] = lf[0];
      return;
  }
}

}  // namespace jxlpool
