#include "lib/headers/colour_encoding.h"

#include <cmath>

namespace jxlpool {
namespace {

constexpr uint64_t kColourSpaces =
    EnumMembers(ColourSpace::kRgb, ColourSpace::kGrey, ColourSpace::kXyb, ColourSpace::kUnknown);
constexpr uint64_t kWhitePoints = EnumMembers(WhitePoint::kD65, WhitePoint::kCustom, WhitePoint::kE, WhitePoint::kDci);
constexpr uint64_t kPrimaries = EnumMembers(Primaries::kSrgb, Primaries::kCustom, Primaries::kBt2100, Primaries::kP3);
constexpr uint64_t kTransferFunctions =
    EnumMembers(TransferFunction::kBt709, TransferFunction::kUnknown, TransferFunction::kLinear,
                TransferFunction::kSrgb, TransferFunction::kPq, TransferFunction::kDci, TransferFunction::kHlg);
constexpr uint64_t kRenderingIntents = EnumMembers(RenderingIntent::kPerceptual, RenderingIntent::kRelative,
                                                   RenderingIntent::kSaturation, RenderingIntent::kAbsolute);

constexpr uint32_t kGammaOne = 10000000;  // exponent 1
constexpr uint32_t kMaxInverseGamma = 8192;

// Largest magnitude of an ICC s15Fixed16 number, less a rounding margin.
constexpr double kMaxS15Fixed16 = 32767.99;

constexpr double kD50[3] = {0.96422, 1.0, 0.82521};
constexpr double kBradford[9] = {0.8951, 0.2664, -0.1614, -0.7502, 1.7135, 0.0367, 0.0389, -0.0685, 1.0296};

Customxy ReadCustomxy(FieldReader* reader) {
  constexpr U32Coding kCoding = {{Bits(19), BitsPlus(524288, 19), BitsPlus(1048576, 20), BitsPlus(2097152, 21)}};
  Customxy xy;
  xy.x = reader->SignedU32(kCoding);
  xy.y = reader->SignedU32(kCoding);
  return xy;
}

Chromaticity FromCustomxy(const Customxy& xy) { return {xy.x * 1e-6, xy.y * 1e-6}; }

double Determinant(const double m[9]) {
  return m[0] * (m[4] * m[8] - m[5] * m[7]) - m[1] * (m[3] * m[8] - m[5] * m[6]) + m[2] * (m[3] * m[7] - m[4] * m[6]);
}

// REQUIRES: det is the determinant of m, not 0.
void Invert(const double m[9], double det, double inverse[9]) {
  const double adjugate[9] = {m[4] * m[8] - m[5] * m[7], m[2] * m[7] - m[1] * m[8], m[1] * m[5] - m[2] * m[4],
                              m[5] * m[6] - m[3] * m[8], m[0] * m[8] - m[2] * m[6], m[2] * m[3] - m[0] * m[5],
                              m[3] * m[7] - m[4] * m[6], m[1] * m[6] - m[0] * m[7], m[0] * m[4] - m[1] * m[3]};
  for (int i = 0; i < 9; ++i) inverse[i] = adjugate[i] / det;
}

void MultiplyVector(const double m[9], const double v[3], double out[3]) {
  for (int r = 0; r < 3; ++r) out[r] = m[3 * r] * v[0] + m[3 * r + 1] * v[1] + m[3 * r + 2] * v[2];
}

void MultiplyMatrix(const double a[9], const double b[9], double out[9]) {
  for (int r = 0; r < 3; ++r) {
    for (int c = 0; c < 3; ++c) out[3 * r + c] = a[3 * r] * b[c] + a[3 * r + 1] * b[3 + c] + a[3 * r + 2] * b[6 + c];
  }
}

// Bradford adaptation of XYZ values from `white` to D50. False if a cone response is 0.
bool AdaptationToD50(const double white[3], double matrix[9]) {
  double from[3];
  double to[3];
  MultiplyVector(kBradford, white, from);
  MultiplyVector(kBradford, kD50, to);
  double scaled[9];
  for (int r = 0; r < 3; ++r) {
    if (from[r] == 0) return false;
    for (int c = 0; c < 3; ++c) scaled[3 * r + c] = kBradford[3 * r + c] * to[r] / from[r];
  }
  double inverse[9];
  Invert(kBradford, Determinant(kBradford), inverse);
  MultiplyMatrix(inverse, scaled, matrix);
  return true;
}

bool FitsS15Fixed16(const double* values, int count) {
  for (int i = 0; i < count; ++i) {
    if (!(std::abs(values[i]) <= kMaxS15Fixed16)) return false;
  }
  return true;
}

void WhiteToXyz(const Chromaticity& white, double xyz[3]) {
  xyz[0] = white.x / white.y;
  xyz[1] = 1.0;
  xyz[2] = (1.0 - white.x - white.y) / white.y;
}

bool IsUsableGreyWhite(const Chromaticity& white) {
  if (std::abs(white.y) < 1e-12) return false;
  double xyz[3];
  WhiteToXyz(white, xyz);
  return FitsS15Fixed16(xyz, 3);
}

// The rules for encodings that are described by their fields, not by a profile.
void Validate(const ColourEncoding& encoding, FieldReader* reader) {
  reader->Expect(encoding.colour_space != ColourSpace::kUnknown, "unknown colour space without an ICC profile");
  reader->Expect(encoding.transfer_function != TransferFunction::kUnknown,
                 "unknown transfer function without an ICC profile");
  if (encoding.colour_space == ColourSpace::kXyb) {
    reader->Expect(encoding.rendering_intent == RenderingIntent::kPerceptual,
                   "XYB colour encoding with a rendering intent other than perceptual");
  }
  if (encoding.colour_space == ColourSpace::kGrey) {
    reader->Expect(IsUsableGreyWhite(WhiteChromaticity(encoding)), "unusable white point");
  }
  if (encoding.colour_space == ColourSpace::kRgb) {
    double matrix[9];
    reader->Expect(RgbToXyzD50(PrimaryChromaticities(encoding), WhiteChromaticity(encoding), matrix),
                   "unusable white point or primaries");
  }
}

void ReadTransferFunction(FieldReader* reader, ColourEncoding* encoding) {
  encoding->have_gamma = reader->Bool();
  if (encoding->have_gamma) {
    encoding->gamma = reader->U(24);
    reader->Expect(encoding->gamma <= kGammaOne && encoding->gamma * uint64_t{kMaxInverseGamma} >= kGammaOne,
                   "gamma out of range");
  } else {
    encoding->transfer_function = reader->Enum<TransferFunction>(kTransferFunctions, "undefined transfer function");
  }
}

}  // namespace

Chromaticity WhiteChromaticity(const ColourEncoding& encoding) {
  switch (encoding.white_point) {
    case WhitePoint::kCustom:
      return FromCustomxy(encoding.white);
    case WhitePoint::kE:
      return {1.0 / 3, 1.0 / 3};
    case WhitePoint::kDci:
      return {0.314, 0.351};
    case WhitePoint::kD65:
      break;
  }
  return {0.3127, 0.3290};
}

RgbChromaticities PrimaryChromaticities(const ColourEncoding& encoding) {
  switch (encoding.primaries) {
    case Primaries::kCustom:
      return {FromCustomxy(encoding.red), FromCustomxy(encoding.green), FromCustomxy(encoding.blue)};
    case Primaries::kBt2100:
      return {{0.708, 0.292}, {0.170, 0.797}, {0.131, 0.046}};
    case Primaries::kP3:
      return {{0.680, 0.320}, {0.265, 0.690}, {0.150, 0.060}};
    case Primaries::kSrgb:
      break;
  }
  return {{0.639998686, 0.330010138}, {0.300003784, 0.600003357}, {0.150002046, 0.059997204}};
}

bool RgbToXyzD50(const RgbChromaticities& primaries, const Chromaticity& white, double matrix[9]) {
  if (!(white.x >= 0 && white.x <= 1 && white.y > 0 && white.y <= 1)) return false;
  const Chromaticity rgb[3] = {primaries.red, primaries.green, primaries.blue};
  double unscaled[9];
  for (int c = 0; c < 3; ++c) {
    unscaled[c] = rgb[c].x;
    unscaled[3 + c] = rgb[c].y;
    unscaled[6 + c] = 1.0 - rgb[c].x - rgb[c].y;
  }
  const double determinant = Determinant(unscaled);
  if (!(std::abs(determinant) >= 1e-10)) return false;
  double inverse[9];
  Invert(unscaled, determinant, inverse);
  double white_xyz[3];
  double scale[3];
  WhiteToXyz(white, white_xyz);
  MultiplyVector(inverse, white_xyz, scale);
  for (int i = 0; i < 9; ++i) unscaled[i] *= scale[i % 3];
  double adaptation[9];
  if (!AdaptationToD50(white_xyz, adaptation)) return false;
  MultiplyMatrix(adaptation, unscaled, matrix);
  return FitsS15Fixed16(matrix, 9);
}

void ReadColourEncoding(FieldReader* reader, ColourEncoding* encoding) {
  *encoding = ColourEncoding();
  encoding->all_default = reader->Bool();
  if (encoding->all_default) return;
  encoding->want_icc = reader->Bool();
  encoding->colour_space = reader->Enum<ColourSpace>(kColourSpaces, "undefined colour space");
  if (encoding->want_icc) return;
  const bool is_xyb = encoding->colour_space == ColourSpace::kXyb;
  if (!is_xyb) {
    encoding->white_point = reader->Enum<WhitePoint>(kWhitePoints, "undefined white point");
    if (encoding->white_point == WhitePoint::kCustom) encoding->white = ReadCustomxy(reader);
    if (encoding->colour_space != ColourSpace::kGrey) {
      encoding->primaries = reader->Enum<Primaries>(kPrimaries, "undefined primaries");
      if (encoding->primaries == Primaries::kCustom) {
        encoding->red = ReadCustomxy(reader);
        encoding->green = ReadCustomxy(reader);
        encoding->blue = ReadCustomxy(reader);
      }
    }
    ReadTransferFunction(reader, encoding);
  }
  encoding->rendering_intent = reader->Enum<RenderingIntent>(kRenderingIntents, "undefined rendering intent");
  Validate(*encoding, reader);
}

}  // namespace jxlpool
