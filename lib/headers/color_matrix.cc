#include "lib/headers/color_matrix.h"

#include <cmath>

namespace jxlpool {
namespace {

constexpr ColorMatrix kBradford = {
    {{0.8951f, 0.2664f, -0.1614f}, {-0.7502f, 1.7135f, 0.0367f}, {0.0389f, -0.0685f, 1.0296f}}};
constexpr ColorMatrix kBradfordInverse = {{{0.9869929f, -0.1470543f, 0.1599627f},
                                           {0.4323053f, 0.5183603f, 0.0492912f},
                                           {-0.0085287f, 0.0400428f, 0.9684867f}}};

// The largest number that a profile can hold, less a rounding margin.
constexpr double kLargest = 32767.99;

Result<Chromaticity> CheckWhite(const Chromaticity& white) {
  // The comparisons are written so that NaN fails, too.
  if (!(white.x >= 0 && white.x <= 1 && white.y > 0 && white.y <= 1)) return Corrupt("white point out of range");
  return white;
}

void WhiteXyz(const Chromaticity& white, float xyz[3]) {
  const float x = static_cast<float>(white.x);
  const float y = static_cast<float>(white.y);
  xyz[0] = x / y;
  xyz[1] = 1;
  xyz[2] = (1 - x - y) / y;
}

ColorMatrix Diagonal(const float d[3]) {
  ColorMatrix result;
  for (int i = 0; i < 3; ++i) result.m[i][i] = d[i];
  return result;
}

}  // namespace

ColorMatrix Multiply(const ColorMatrix& a, const ColorMatrix& b) {
  ColorMatrix result;
  for (int y = 0; y < 3; ++y) {
    for (int x = 0; x < 3; ++x) {
      double sum = 0;
      for (int k = 0; k < 3; ++k) sum += static_cast<double>(a.m[y][k]) * b.m[k][x];
      result.m[y][x] = static_cast<float>(sum);
    }
  }
  return result;
}

void Multiply(const ColorMatrix& a, const float v[3], float out[3]) {
  for (int y = 0; y < 3; ++y) {
    double sum = 0;
    for (int k = 0; k < 3; ++k) sum += static_cast<double>(a.m[y][k]) * v[k];
    out[y] = static_cast<float>(sum);
  }
}

Result<ColorMatrix> Invert(const ColorMatrix& a) {
  double cofactors[3][3];
  for (int y = 0; y < 3; ++y) {
    for (int x = 0; x < 3; ++x) {
      const double p = static_cast<double>(a.m[(y + 1) % 3][(x + 1) % 3]) * a.m[(y + 2) % 3][(x + 2) % 3];
      const double q = static_cast<double>(a.m[(y + 1) % 3][(x + 2) % 3]) * a.m[(y + 2) % 3][(x + 1) % 3];
      cofactors[y][x] = p - q;
    }
  }
  const double determinant = a.m[0][0] * cofactors[0][0] + a.m[0][1] * cofactors[0][1] + a.m[0][2] * cofactors[0][2];
  if (!(std::abs(determinant) >= 1e-10)) return Corrupt("singular color matrix");
  ColorMatrix result;
  for (int y = 0; y < 3; ++y) {
    for (int x = 0; x < 3; ++x) result.m[y][x] = static_cast<float>(cofactors[x][y] / determinant);
  }
  return result;
}

Result<ColorMatrix> RgbToXyzMatrix(const RgbChromaticities& primaries, Chromaticity white) {
  JXLPOOL_RETURN_IF_ERROR(CheckWhite(white).status());
  ColorMatrix columns;
  const Chromaticity* xy[3] = {&primaries.red, &primaries.green, &primaries.blue};
  for (int i = 0; i < 3; ++i) {
    columns.m[0][i] = static_cast<float>(xy[i]->x);
    columns.m[1][i] = static_cast<float>(xy[i]->y);
    columns.m[2][i] = 1 - columns.m[0][i] - columns.m[1][i];
  }
  JXLPOOL_ASSIGN_OR_RETURN(const ColorMatrix inverse, Invert(columns));
  float white_xyz[3];
  float scale[3];
  WhiteXyz(white, white_xyz);
  Multiply(inverse, white_xyz, scale);
  return Multiply(columns, Diagonal(scale));
}

Result<ColorMatrix> AdaptToD50Matrix(Chromaticity white) {
  JXLPOOL_RETURN_IF_ERROR(CheckWhite(white).status());
  float white_xyz[3];
  float white_cones[3];
  float d50_cones[3];
  WhiteXyz(white, white_xyz);
  Multiply(kBradford, white_xyz, white_cones);
  Multiply(kBradford, kD50Xyz, d50_cones);
  float ratio[3];
  for (int i = 0; i < 3; ++i) {
    ratio[i] = d50_cones[i] / white_cones[i];
    if (white_cones[i] == 0 || !std::isfinite(ratio[i])) return Corrupt("white point without cone response");
  }
  return Multiply(kBradfordInverse, Multiply(Diagonal(ratio), kBradford));
}

Result<ColorMatrix> RgbToXyzD50Matrix(const RgbChromaticities& primaries, Chromaticity white) {
  JXLPOOL_ASSIGN_OR_RETURN(const ColorMatrix to_xyz, RgbToXyzMatrix(primaries, white));
  JXLPOOL_ASSIGN_OR_RETURN(const ColorMatrix adapt, AdaptToD50Matrix(white));
  return Multiply(adapt, to_xyz);
}

Status CheckChromaticities(const RgbChromaticities& primaries, Chromaticity white) {
  JXLPOOL_ASSIGN_OR_RETURN(const ColorMatrix matrix, RgbToXyzD50Matrix(primaries, white));
  for (const auto& row : matrix.m) {
    for (const float element : row) {
      if (!(std::abs(element) <= kLargest)) return Corrupt("primaries out of range");
    }
  }
  return OkStatus();
}

Status CheckGreyWhite(Chromaticity white) {
  if (std::abs(white.y) < 1e-12 || std::abs(white.x / white.y) > kLargest ||
      std::abs((1 - white.x - white.y) / white.y) > kLargest) {
    return Corrupt("unusable white point");
  }
  return OkStatus();
}

}  // namespace jxlpool
