// 3x3 matrices between RGB, XYZ and XYZ adapted to D50, and a check which chromaticities have them. Elements are float,
// sums are accumulated in double, as the format's derived constants (ICC colorants, folded opsin matrices) require.
#ifndef LIB_HEADERS_COLOR_MATRIX_H_
#define LIB_HEADERS_COLOR_MATRIX_H_

#include "lib/base/status.h"
#include "lib/headers/color_description.h"

namespace jxlpool {

struct ColorMatrix {
  float m[3][3] = {{1, 0, 0}, {0, 1, 0}, {0, 0, 1}};
};

// XYZ of D50, to which ICC profiles are adapted.
inline constexpr float kD50Xyz[3] = {0.96422f, 1.0f, 0.82521f};

// a * b.
ColorMatrix Multiply(const ColorMatrix& a, const ColorMatrix& b);
// out = a * v.
void Multiply(const ColorMatrix& a, const float v[3], float out[3]);
// Errors: kCorrupt if |determinant| < 1e-10.
Result<ColorMatrix> Invert(const ColorMatrix& a);

// Linear RGB to XYZ; the middle row holds the luminances of red, green and blue. Errors: kCorrupt for a white point
// outside 0 <= x <= 1, 0 < y <= 1 or singular primaries.
Result<ColorMatrix> RgbToXyzMatrix(const RgbChromaticities& primaries, Chromaticity white);
// Bradford adaptation from `white` to D50. Errors: kCorrupt.
Result<ColorMatrix> AdaptToD50Matrix(Chromaticity white);
// AdaptToD50Matrix(white) * RgbToXyzMatrix(primaries, white).
Result<ColorMatrix> RgbToXyzD50Matrix(const RgbChromaticities& primaries, Chromaticity white);
// Ok if an encoding may have these chromaticities: RgbToXyzD50Matrix exists and an ICC profile can hold it. Errors:
// kCorrupt.
Status CheckChromaticities(const RgbChromaticities& primaries, Chromaticity white);
// Ok if a grey encoding may have this white point: an ICC profile can hold it. Errors: kCorrupt.
Status CheckGreyWhite(Chromaticity white);

}  // namespace jxlpool

#endif  // LIB_HEADERS_COLOR_MATRIX_H_
