#include "tests/unit/vardct/reference_transform.h"

#include <cmath>
#include <cstdint>

#include "lib/vardct/vardct_tables.h"

namespace jxlpool {
namespace {

constexpr double kTestPi = 3.14159265358979323846;

double Basis(size_t n, size_t k, size_t size) {
  if (n == 0) return 1;
  return std::sqrt(2.0) * std::cos(kTestPi * static_cast<double>(n * (2 * k + 1)) / static_cast<double>(2 * size));
}

// A matrix of frequencies (v, u) or samples (y, x).
struct Grid {
  size_t rows;
  size_t columns;
  std::vector<double> values;
  Grid(size_t r, size_t c) : rows(r), columns(c), values(r * c) {}
  double& At(size_t r, size_t c) { return values[r * columns + c]; }
  double At(size_t r, size_t c) const { return values[r * columns + c]; }
};

Grid InverseDct(const Grid& frequencies) {
  const size_t rows = frequencies.rows;
  const size_t columns = frequencies.columns;
  Grid half(rows, columns);
  Grid samples(rows, columns);
  std::vector<double> basis(columns * columns);
  for (size_t n = 0; n < columns; ++n) {
    for (size_t k = 0; k < columns; ++k) basis[n * columns + k] = Basis(n, k, columns);
  }
  for (size_t v = 0; v < rows; ++v) {
    for (size_t u = 0; u < columns; ++u) {
      if (frequencies.At(v, u) == 0) continue;
      for (size_t x = 0; x < columns; ++x) half.At(v, x) += frequencies.At(v, u) * basis[u * columns + x];
    }
  }
  for (size_t v = 0; v < rows; ++v) {
    for (size_t y = 0; y < rows; ++y) {
      const double weight = Basis(v, y, rows);
      for (size_t x = 0; x < columns; ++x) samples.At(y, x) += half.At(v, x) * weight;
    }
  }
  return samples;
}

void Paste(const Grid& part, size_t y0, size_t x0, Grid* whole) {
  for (size_t y = 0; y < part.rows; ++y) {
    for (size_t x = 0; x < part.columns; ++x) whole->At(y0 + y, x0 + x) = part.At(y, x);
  }
}

Grid Transposed(const Grid& grid) {
  Grid result(grid.columns, grid.rows);
  for (size_t r = 0; r < grid.rows; ++r) {
    for (size_t c = 0; c < grid.columns; ++c) result.At(c, r) = grid.At(r, c);
  }
  return result;
}

// S[first_row + 2 i][first_column + column_step j], with `lowest` as the first entry.
Grid Subset(const Grid& stored, size_t first_row, size_t first_column, size_t column_step, size_t columns,
            double lowest) {
  Grid result(4, columns);
  for (size_t i = 0; i < 4; ++i) {
    for (size_t j = 0; j < columns; ++j) {
      result.At(i, j) = stored.At(first_row + 2 * i, first_column + column_step * j);
    }
  }
  result.At(0, 0) = lowest;
  return result;
}

Grid Afv(const Grid& s, size_t flip_x, size_t flip_y) {
  Grid samples(8, 8);
  const double s00 = s.At(0, 0), s01 = s.At(0, 1), s10 = s.At(1, 0);
  const Grid corner = Subset(s, 0, 0, 2, 4, 4 * (s00 + s10 + s01));
  for (size_t y = 0; y < 4; ++y) {
    for (size_t x = 0; x < 4; ++x) {
      double sum = 0;
      const size_t m = 4 * (flip_y ? 3 - y : y) + (flip_x ? 3 - x : x);
      for (size_t k = 0; k < 16; ++k) sum += corner.values[k] * kAfvBasis[k][m];
      samples.At(4 * flip_y + y, 4 * flip_x + x) = sum;
    }
  }
  Paste(InverseDct(Transposed(Subset(s, 0, 1, 2, 4, s00 + s10 - s01))), 4 * flip_y, 4 * (1 - flip_x), &samples);
  Paste(InverseDct(Subset(s, 1, 0, 1, 8, s00 - s10)), 4 * (1 - flip_y), 0, &samples);
  return samples;
}

Grid Special(TransformType type, const Grid& s) {
  Grid samples(8, 8);
  const double s00 = s.At(0, 0), s01 = s.At(0, 1), s10 = s.At(1, 0), s11 = s.At(1, 1);
  const double t[2][2] = {{s00 + s01 + s10 + s11, s00 + s01 - s10 - s11},
                          {s00 - s01 + s10 - s11, s00 - s01 - s10 + s11}};
  switch (type) {
    case TransformType::kHornuss:
      for (size_t qy = 0; qy < 2; ++qy) {
        for (size_t qx = 0; qx < 2; ++qx) {
          const Grid residuals = Subset(s, qy, qx, 2, 4, 0);
          double sum = 0;
          for (const double value : residuals.values) sum += value;
          const double base = t[qy][qx] - sum / 16;
          for (size_t i = 0; i < 4; ++i) {
            for (size_t j = 0; j < 4; ++j) samples.At(4 * qy + i, 4 * qx + j) = base + residuals.At(i, j);
          }
          samples.At(4 * qy + 1, 4 * qx + 1) = base;
          samples.At(4 * qy, 4 * qx) = base + residuals.At(1, 1);
        }
      }
      return samples;
    case TransformType::kDct2x2: {
      Grid now = s;
      for (const size_t n : {2, 4, 8}) {
        const Grid old = now;
        const size_t h = n / 2;
        for (size_t y = 0; y < h; ++y) {
          for (size_t x = 0; x < h; ++x) {
            const double a = old.At(y, x), b = old.At(y, x + h), d = old.At(y + h, x), e = old.At(y + h, x + h);
            now.At(2 * y, 2 * x) = a + b + d + e;
            now.At(2 * y, 2 * x + 1) = a + b - d - e;
            now.At(2 * y + 1, 2 * x) = a - b + d - e;
            now.At(2 * y + 1, 2 * x + 1) = a - b - d + e;
          }
        }
      }
      return now;
    }
    case TransformType::kDct4x4:
      for (size_t qy = 0; qy < 2; ++qy) {
        for (size_t qx = 0; qx < 2; ++qx) {
          Paste(InverseDct(Transposed(Subset(s, qy, qx, 2, 4, t[qy][qx]))), 4 * qy, 4 * qx, &samples);
        }
      }
      return samples;
    case TransformType::kDct4x8:
      Paste(InverseDct(Subset(s, 0, 0, 1, 8, s00 + s10)), 0, 0, &samples);
      Paste(InverseDct(Subset(s, 1, 0, 1, 8, s00 - s10)), 4, 0, &samples);
      return samples;
    case TransformType::kDct8x4:
      Paste(InverseDct(Transposed(Subset(s, 0, 0, 1, 8, s00 + s10))), 0, 0, &samples);
      Paste(InverseDct(Transposed(Subset(s, 1, 0, 1, 8, s00 - s10))), 0, 4, &samples);
      return samples;
    default: {
      const size_t n = static_cast<size_t>(type) - static_cast<size_t>(TransformType::kAfv0);
      return Afv(s, n & 1, n >> 1);
    }
  }
}

bool IsWide(const TransformShape& shape) { return shape.block_columns > shape.block_rows; }

}  // namespace

std::vector<double> ReferenceInverse(TransformType type, const std::vector<double>& stored) {
  const TransformShape& shape = ShapeOf(type);
  Grid s(shape.StoredRows(), shape.StoredColumns());
  s.values = stored;
  if (shape.order_id == 1) return Special(type, s).values;
  return InverseDct(IsWide(shape) ? s : Transposed(s)).values;
}

void ReferenceLlf(TransformType type, const std::vector<double>& lf, std::vector<double>* stored) {
  const TransformShape& shape = ShapeOf(type);
  const size_t rows = shape.block_rows;
  const size_t columns = shape.block_columns;
  const auto scale = [](size_t n, size_t size) {
    const double angle = static_cast<double>(n) * kTestPi / static_cast<double>(size);
    return 1 / (std::cos(angle / 16) * std::cos(angle / 8) * std::cos(angle / 4));
  };
  for (size_t v = 0; v < rows; ++v) {
    for (size_t u = 0; u < columns; ++u) {
      double sum = 0;
      for (size_t y = 0; y < rows; ++y) {
        for (size_t x = 0; x < columns; ++x) sum += lf[y * columns + x] * Basis(v, y, rows) * Basis(u, x, columns);
      }
      const size_t index = IsWide(shape) ? v * shape.StoredColumns() + u : u * shape.StoredColumns() + v;
      (*stored)[index] = sum / static_cast<double>(rows * columns) * scale(v, rows) * scale(u, columns);
    }
  }
}

}  // namespace jxlpool
