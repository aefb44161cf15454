#include "lib/color/encoding_matrix.h"

namespace jxlpool {

Result<ColorMatrix> SrgbToRgbMatrix(const ColorDescription& to) {
  if (to.HasSrgbPrimariesAndD65()) return ColorMatrix();
  const ColorDescription srgb = ColorDescription::Srgb();
  JXLPOOL_ASSIGN_OR_RETURN(const ColorMatrix from_srgb, RgbToXyzD50Matrix(srgb.PrimariesXy(), srgb.WhiteXy()));
  JXLPOOL_ASSIGN_OR_RETURN(const ColorMatrix from_rgb, RgbToXyzD50Matrix(to.PrimariesXy(), to.WhiteXy()));
  JXLPOOL_ASSIGN_OR_RETURN(const ColorMatrix to_rgb, Invert(from_rgb));
  return Multiply(to_rgb, from_srgb);
}

Result<LuminanceWeights> LuminanceOf(const ColorDescription& description) {
  if (description.space != ColorSpace::kRgb || description.HasSrgbPrimariesAndD65()) return LuminanceWeights();
  JXLPOOL_ASSIGN_OR_RETURN(const ColorMatrix to_xyz, RgbToXyzMatrix(description.PrimariesXy(), description.WhiteXy()));
  return LuminanceWeights{to_xyz.m[1][0], to_xyz.m[1][1], to_xyz.m[1][2]};
}

}  // namespace jxlpool
