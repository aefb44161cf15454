#include "lib/color/colour_matrix.h"

namespace jxlpool {

Result<ColourMatrix> SrgbToRgbMatrix(const ColourDescription& to) {
  if (to.HasSrgbPrimariesAndD65()) return ColourMatrix();
  const ColourDescription srgb = ColourDescription::Srgb();
  JXLPOOL_ASSIGN_OR_RETURN(const ColourMatrix from_srgb, RgbToXyzD50Matrix(srgb.PrimariesXy(), srgb.WhiteXy()));
  JXLPOOL_ASSIGN_OR_RETURN(const ColourMatrix from_rgb, RgbToXyzD50Matrix(to.PrimariesXy(), to.WhiteXy()));
  JXLPOOL_ASSIGN_OR_RETURN(const ColourMatrix to_rgb, Invert(from_rgb));
  return Multiply(to_rgb, from_srgb);
}

Result<LuminanceWeights> LuminanceOf(const ColourDescription& description) {
  if (description.space != ColourSpace::kRgb || description.HasSrgbPrimariesAndD65()) return LuminanceWeights();
  JXLPOOL_ASSIGN_OR_RETURN(const ColourMatrix to_xyz, RgbToXyzMatrix(description.PrimariesXy(), description.WhiteXy()));
  return LuminanceWeights{to_xyz.m[1][0], to_xyz.m[1][1], to_xyz.m[1][2]};
}

}  // namespace jxlpool
