#include "lib/color/color_transform.h"

#include <cmath>

#include "lib/color/encoding_matrix.h"

namespace jxlpool {
namespace {

// Returns the matrix from cone responses to linear light of `output`, where 1.0 is intensity_target nits.
Result<ColorMatrix> FoldedMatrix(const OpsinInverseMatrix& opsin, float intensity_target,
                                 const ColorDescription& output) {
  ColorMatrix matrix;
  for (int y = 0; y < 3; ++y) {
    for (int x = 0; x < 3; ++x) matrix.m[y][x] = opsin.inv_mat[y][x];
  }
  if (output.grey()) {
    const LuminanceWeights weights;
    ColorMatrix to_grey;
    for (float(&row)[3] : to_grey.m) {
      row[0] = weights.r;
      row[1] = weights.g;
      row[2] = weights.b;
    }
    matrix = Multiply(to_grey, matrix);
  } else if (!output.HasSrgbPrimariesAndD65()) {
    JXLPOOL_ASSIGN_OR_RETURN(const ColorMatrix to_output, SrgbToRgbMatrix(output));
    matrix = Multiply(to_output, matrix);
  }
  // The plain matrix gives 1.0 for 255 nits.
  const float scale = 255.0f / intensity_target;
  for (float(&row)[3] : matrix.m) {
    for (float& element : row) element *= scale;
  }
  return matrix;
}

XybParameters MakeXybParameters(const ColorMatrix& matrix, const float (&bias)[3]) {
  double square[3];
  double linear[3];
  for (int i = 0; i < 3; ++i) {
    const double root = std::cbrt(double{bias[i]});
    square[i] = -3 * root;
    linear[i] = 3 * root * root;
  }
  const auto cone = [](double s, double l) {
    return XybParameters::Cone{static_cast<float>(s), static_cast<float>(l)};
  };
  XybParameters xyb;
  xyb.mean = cone((square[0] + square[1]) / 2, (linear[0] + linear[1]) / 2);
  xyb.half_difference = cone((square[0] - square[1]) / 2, (linear[0] - linear[1]) / 2);
  xyb.s = cone(square[2], linear[2]);
  for (int y = 0; y < 3; ++y) {
    const double l = matrix.m[y][0];
    const double m = matrix.m[y][1];
    xyb.weights[y][0] = static_cast<float>(l + m);
    xyb.weights[y][1] = static_cast<float>(l - m);
    xyb.weights[y][2] = matrix.m[y][2];
  }
  return xyb;
}

}  // namespace

ColorDescription DefaultXybOutput(const ColorDescription* signalled, bool grey) {
  if (signalled != nullptr && IsConvertible(*signalled)) return *signalled;
  return ColorDescription::LinearSrgb(grey);
}

ColorTransform ColorTransform::Ycbcr() {
  ColorTransform transform;
  transform.kind_ = Kind::kYcbcr;
  return transform;
}

Result<ColorTransform> ColorTransform::Xyb(const OpsinInverseMatrix& opsin, float intensity_target,
                                           const ColorDescription& output) {
  return Xyb(opsin, intensity_target, output, intensity_target);
}

Result<ColorTransform> ColorTransform::Xyb(const OpsinInverseMatrix& opsin, float intensity_target,
                                           const ColorDescription& output, float output_intensity_target) {
  if (!(intensity_target > 0)) return InvalidArgument("intensity target must be positive");
  ColorTransform transform;
  if (output.space == ColorSpace::kXyb) {
    transform.kind_ = Kind::kScaledXyb;
    return transform;
  }
  if (output.space == ColorSpace::kUnknown) return InvalidArgument("unknown output color space");
  transform.kind_ = Kind::kXyb;
  transform.grey_ = output.grey();
  JXLPOOL_ASSIGN_OR_RETURN(const ColorMatrix matrix, FoldedMatrix(opsin, intensity_target, output));
  transform.xyb_ = MakeXybParameters(matrix, opsin.opsin_bias);
  JXLPOOL_ASSIGN_OR_RETURN(transform.transfer_, EncodeParameters(output, output_intensity_target));
  return transform;
}

void ColorTransform::Apply(float* p0, float* p1, float* p2, size_t n) const {
  if (kind_ != Kind::kXyb) return ApplyInverse(p0, p1, p2, n);
  if (grey_) {
    XybToGreySignalRow(xyb_, transfer_, p0, p1, p2, n);
  } else {
    XybToSignalRow(xyb_, transfer_, p0, p1, p2, n);
  }
}

void ColorTransform::ApplyInverse(float* p0, float* p1, float* p2, size_t n) const {
  switch (kind_) {
    case Kind::kNone:
      return;
    case Kind::kYcbcr:
      return YcbcrToRgbRow(p0, p1, p2, n);
    case Kind::kScaledXyb:
      return XybToScaledXybRow(p0, p1, p2, n);
    case Kind::kXyb:
      break;
  }
  const TransferParameters linear;
  if (grey_) {
    XybToGreySignalRow(xyb_, linear, p0, p1, p2, n);
  } else {
    XybToSignalRow(xyb_, linear, p0, p1, p2, n);
  }
}

void ColorTransform::ApplyTransferFunction(float* p0, float* p1, float* p2, size_t n) const {
  if (grey_) {
    EncodeRow(transfer_, p0, nullptr, nullptr, n);
  } else {
    EncodeRow(transfer_, p0, p1, p2, n);
  }
}

}  // namespace jxlpool
