#include "lib/headers/color_encoding.h"

#include "lib/headers/color_matrix.h"

namespace jxlpool {
namespace {

constexpr uint64_t kColorSpaces =
    EnumMembers(ColorSpace::kRgb, ColorSpace::kGrey, ColorSpace::kXyb, ColorSpace::kUnknown);
constexpr uint64_t kWhitePoints = EnumMembers(WhitePoint::kD65, WhitePoint::kCustom, WhitePoint::kE, WhitePoint::kDci);
constexpr uint64_t kPrimaries = EnumMembers(Primaries::kSrgb, Primaries::kCustom, Primaries::kBt2100, Primaries::kP3);
constexpr uint64_t kTransferFunctions =
    EnumMembers(TransferFunction::kBt709, TransferFunction::kUnknown, TransferFunction::kLinear,
                TransferFunction::kSrgb, TransferFunction::kPq, TransferFunction::kDci, TransferFunction::kHlg);
constexpr uint64_t kRenderingIntents = EnumMembers(RenderingIntent::kPerceptual, RenderingIntent::kRelative,
                                                   RenderingIntent::kSaturation, RenderingIntent::kAbsolute);

constexpr uint32_t kGammaOne = 10000000;  // exponent 1
constexpr uint32_t kMaxInverseGamma = 8192;

Customxy ReadCustomxy(FieldReader* reader) {
  constexpr U32Coding kCoding = {{Bits(19), BitsPlus(524288, 19), BitsPlus(1048576, 20), BitsPlus(2097152, 21)}};
  Customxy xy;
  xy.x = reader->SignedU32(kCoding);
  xy.y = reader->SignedU32(kCoding);
  return xy;
}

Chromaticity FromCustomxy(const Customxy& xy) { return {xy.x * 1e-6, xy.y * 1e-6}; }

// The rules for encodings that are described by their fields, not by a profile.
void Validate(const ColorEncoding& encoding, FieldReader* reader) {
  reader->Expect(encoding.color_space != ColorSpace::kUnknown, "unknown color space without an ICC profile");
  reader->Expect(encoding.transfer_function != TransferFunction::kUnknown,
                 "unknown transfer function without an ICC profile");
  if (encoding.color_space == ColorSpace::kXyb) {
    reader->Expect(encoding.rendering_intent == RenderingIntent::kPerceptual,
                   "XYB color encoding with a rendering intent other than perceptual");
  }
  if (encoding.color_space == ColorSpace::kGrey) {
    reader->Expect(CheckGreyWhite(WhiteChromaticity(encoding)).ok(), "unusable white point");
  }
  if (encoding.color_space == ColorSpace::kRgb) {
    reader->Expect(CheckChromaticities(PrimaryChromaticities(encoding), WhiteChromaticity(encoding)).ok(),
                   "unusable white point or primaries");
  }
}

void ReadTransferFunction(FieldReader* reader, ColorEncoding* encoding) {
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

Chromaticity WhiteChromaticity(const ColorEncoding& encoding) {
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

RgbChromaticities PrimaryChromaticities(const ColorEncoding& encoding) {
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

void ReadColorEncoding(FieldReader* reader, ColorEncoding* encoding) {
  *encoding = ColorEncoding();
  encoding->all_default = reader->Bool();
  if (encoding->all_default) return;
  encoding->want_icc = reader->Bool();
  encoding->color_space = reader->Enum<ColorSpace>(kColorSpaces, "undefined color space");
  if (encoding->want_icc) return;
  const bool is_xyb = encoding->color_space == ColorSpace::kXyb;
  if (!is_xyb) {
    encoding->white_point = reader->Enum<WhitePoint>(kWhitePoints, "undefined white point");
    if (encoding->white_point == WhitePoint::kCustom) encoding->white = ReadCustomxy(reader);
    if (encoding->color_space != ColorSpace::kGrey) {
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
