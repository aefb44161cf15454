// 3x3 matrices between RGB, XYZ and XYZ adapted to D50. Elements are float, sums are accumulated in double, as the
// format's derived constants (ICC colorants, folded opsin matrices) require.
#ifndef LIB_COLOR_COLOUR_MATRIX_H_
#define LIB_COLOR_COLOUR_MATRIX_H_

#include "lib/base/status.h"
#include "lib/color/colour_description.h"

namespace jxlpool {

struct ColourMatrix {
  float m[3][3] = {{1, 0, 0}, {0, 1, 0}, {0, 0, 1}};
};

// a * b.
ColourMatrix Multiply(const ColourMatrix& a, const ColourMatrix& b);
// out = a * v.
void Multiply(const ColourMatrix& a, const float v[3], float out[3]);
// Errors: kCorrupt if |determinant| < 1e-10.
Result<ColourMatrix> Invert(const ColourMatrix& a);

// Linear RGB to XYZ; the middle row holds the luminances of red, green and blue. Errors: kCorrupt for a white point
// outside 0 <= x <= 1, 0 < y <= 1 or singular primaries.
Result<ColourMatrix> RgbToXyzMatrix(const RgbChromaticities& primaries, Chromaticity white);
// Bradford adaptation from `white` to D50. Errors: kCorrupt.
Result<ColourMatrix> AdaptToD50Matrix(Chromaticity white);
// AdaptToD50Matrix(white) * RgbToXyzMatrix(primaries, white).
Result<ColourMatrix> RgbToXyzD50Matrix(const RgbChromaticities& primaries, Chromaticity white);
// From linear sRGB to the linear RGB of `to`. REQUIRES: to.space == kRgb.
Result<ColourMatrix> SrgbToRgbMatrix(const ColourDescription& to);

// Weights of red, green and blue in the luminance of an encoding: BT.709's for sRGB primaries with D65, for grey and
// for XYB, else the middle row of RgbToXyzMatrix. Errors: kCorrupt.
struct LuminanceWeights {
  float r = 0.2126f;
  float g = 0.7152f;
  float b = 0.0722f;
};
Result<LuminanceWeights> LuminanceOf(const ColourDescription& description);

}  // namespace jxlpool

#endif  // LIB_COLOR_COLOUR_MATRIX_H_
