// Matrices and luminances of the encodings that a ColorDescription names; more in lib/headers/color_matrix.h.
#ifndef LIB_COLOR_ENCODING_MATRIX_H_
#define LIB_COLOR_ENCODING_MATRIX_H_

#include "lib/base/status.h"
#include "lib/headers/color_description.h"
#include "lib/headers/color_matrix.h"

namespace jxlpool {

// Returns the matrix from linear sRGB to the linear RGB of `to`. REQUIRES: to.space == kRgb.
Result<ColorMatrix> SrgbToRgbMatrix(const ColorDescription& to);

// Weights of red, green and blue in the luminance of an encoding: BT.709's for sRGB primaries with D65, for grey and
// for XYB, else the middle row of RgbToXyzMatrix. Errors: kCorrupt.
struct LuminanceWeights {
  float r = 0.2126f;
  float g = 0.7152f;
  float b = 0.0722f;
};
Result<LuminanceWeights> LuminanceOf(const ColorDescription& description);

}  // namespace jxlpool

#endif  // LIB_COLOR_ENCODING_MATRIX_H_
