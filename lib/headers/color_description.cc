#include "lib/headers/color_description.h"

#include <cmath>

#include "lib/headers/color_matrix.h"

namespace jxlpool {
namespace {

constexpr double kMicro = 1e-6;
constexpr double kSnapDistance = 1e-3;

constexpr Chromaticity kD65White = {0.3127, 0.3290};
constexpr Chromaticity kEWhite = {1.0 / 3, 1.0 / 3};
constexpr Chromaticity kDciWhite = {0.314, 0.351};
// These are not the rounded values of the standard: they give the s15Fixed16 colorants of the usual sRGB profile.
constexpr RgbChromaticities kSrgbPrimaries = {
    {0.639998686, 0.330010138}, {0.300003784, 0.600003357}, {0.150002046, 0.059997204}};
constexpr RgbChromaticities kBt2100Primaries = {{0.708, 0.292}, {0.170, 0.797}, {0.131, 0.046}};
constexpr RgbChromaticities kP3Primaries = {{0.680, 0.320}, {0.265, 0.690}, {0.150, 0.060}};

constexpr Chromaticity FromMicro(const Customxy& xy) { return {xy.x * kMicro, xy.y * kMicro}; }
bool Same(const Customxy& a, const Customxy& b) { return a.x == b.x && a.y == b.y; }

bool Near(const Chromaticity& a, const Chromaticity& b) {
  return std::abs(a.x - b.x) <= kSnapDistance && std::abs(a.y - b.y) <= kSnapDistance;
}
bool Near(const RgbChromaticities& a, const RgbChromaticities& b) {
  return Near(a.red, b.red) && Near(a.green, b.green) && Near(a.blue, b.blue);
}

}  // namespace

ColorDescription ColorDescription::LinearSrgb(bool grey) {
  ColorDescription result = Srgb(grey);
  result.transfer = Transfer::kLinear;
  return result;
}

ColorDescription ColorDescription::Srgb(bool grey) {
  ColorDescription result;
  if (grey) result.space = ColorSpace::kGrey;
  return result;
}

Chromaticity ColorDescription::WhiteXy() const {
  switch (white_point) {
    case WhitePoint::kD65:
      return kD65White;
    case WhitePoint::kE:
      return kEWhite;
    case WhitePoint::kDci:
      return kDciWhite;
    case WhitePoint::kCustom:
      break;
  }
  return FromMicro(white);
}

RgbChromaticities ColorDescription::PrimariesXy() const {
  switch (primaries) {
    case Primaries::kSrgb:
      return kSrgbPrimaries;
    case Primaries::kBt2100:
      return kBt2100Primaries;
    case Primaries::kP3:
      return kP3Primaries;
    case Primaries::kCustom:
      break;
  }
  return {FromMicro(red), FromMicro(green), FromMicro(blue)};
}

double ColorDescription::GammaExponent() const {
  if (transfer == Transfer::kGamma) return gamma / static_cast<double>(kGammaOne);
  return transfer == Transfer::kDci ? 1 / 2.6 : 1.0;
}

bool ColorDescription::HasSrgbPrimariesAndD65() const {
  return space == ColorSpace::kRgb && primaries == Primaries::kSrgb && white_point == WhitePoint::kD65;
}

bool SameEncoding(const ColorDescription& a, const ColorDescription& b) {
  if (a.space != b.space) return false;
  if (a.space == ColorSpace::kXyb) return true;
  if (a.white_point != b.white_point || a.transfer != b.transfer) return false;
  if (a.white_point == WhitePoint::kCustom && !Same(a.white, b.white)) return false;
  if (a.transfer == ColorDescription::Transfer::kGamma && a.gamma != b.gamma) return false;
  if (a.space == ColorSpace::kGrey) return true;
  if (a.primaries != b.primaries) return false;
  return a.primaries != Primaries::kCustom || (Same(a.red, b.red) && Same(a.green, b.green) && Same(a.blue, b.blue));
}

void SnapToNames(ColorDescription* description) {
  if (description->white_point == WhitePoint::kCustom) {
    const Chromaticity white = description->WhiteXy();
    if (Near(white, kD65White)) description->white_point = WhitePoint::kD65;
    if (Near(white, kEWhite)) description->white_point = WhitePoint::kE;
    if (Near(white, kDciWhite)) description->white_point = WhitePoint::kDci;
  }
  if (description->space == ColorSpace::kRgb && description->primaries == Primaries::kCustom) {
    const RgbChromaticities primaries = description->PrimariesXy();
    if (Near(primaries, kSrgbPrimaries)) description->primaries = Primaries::kSrgb;
    if (Near(primaries, kBt2100Primaries)) description->primaries = Primaries::kBt2100;
    if (Near(primaries, kP3Primaries)) description->primaries = Primaries::kP3;
  }
  if (description->transfer == ColorDescription::Transfer::kGamma) {
    const double gamma = description->GammaExponent();
    if (std::abs(gamma - 1) <= kSnapDistance) description->transfer = ColorDescription::Transfer::kLinear;
    if (std::abs(gamma - 1 / 2.6) <= kSnapDistance) description->transfer = ColorDescription::Transfer::kDci;
  }
}

Status CheckDescription(const ColorDescription& description) {
  if (description.space == ColorSpace::kUnknown) return Corrupt("unknown color space without an ICC profile");
  if (description.space == ColorSpace::kXyb) {
    if (description.intent != RenderingIntent::kPerceptual)
      return Corrupt("XYB encoding with a wrong rendering intent");
    return OkStatus();
  }
  if (description.transfer == ColorDescription::Transfer::kUnknown) {
    return Corrupt("unknown transfer function without an ICC profile");
  }
  if (description.transfer == ColorDescription::Transfer::kGamma &&
      (description.gamma > ColorDescription::kGammaOne ||
       uint64_t{description.gamma} * 8192 < ColorDescription::kGammaOne)) {
    return Corrupt("gamma out of range");
  }
  if (description.grey()) return CheckGreyWhite(description.WhiteXy());
  return CheckChromaticities(description.PrimariesXy(), description.WhiteXy());
}

bool IsConvertible(const ColorDescription& description) {
  switch (description.space) {
    case ColorSpace::kGrey:
      if (description.white_point != WhitePoint::kD65) return false;
      break;
    case ColorSpace::kRgb:
      break;
    case ColorSpace::kXyb:
      return true;
    case ColorSpace::kUnknown:
      return false;
  }
  return description.transfer != ColorDescription::Transfer::kUnknown;
}

std::optional<Cicp> CicpOf(const ColorDescription& description) {
  using Transfer = ColorDescription::Transfer;
  if (description.space != ColorSpace::kRgb || description.transfer == Transfer::kGamma ||
      description.transfer == Transfer::kUnknown) {
    return std::nullopt;
  }
  Cicp cicp;
  cicp.transfer = static_cast<uint8_t>(description.transfer);
  if (description.primaries == Primaries::kP3) {
    if (description.white_point == WhitePoint::kD65) {
      cicp.primaries = 12;
    } else if (description.white_point == WhitePoint::kDci) {
      cicp.primaries = 11;
    } else {
      return std::nullopt;
    }
    return cicp;
  }
  if (description.primaries == Primaries::kCustom || description.white_point != WhitePoint::kD65) return std::nullopt;
  cicp.primaries = static_cast<uint8_t>(description.primaries);
  return cicp;
}

std::optional<ColorDescription> DescriptionOfCicp(Cicp cicp) {
  using Transfer = ColorDescription::Transfer;
  ColorDescription result;
  switch (cicp.primaries) {
    case 1:
      break;
    case 9:
      result.primaries = Primaries::kBt2100;
      break;
    case 11:
      result.primaries = Primaries::kP3;
      result.white_point = WhitePoint::kDci;
      break;
    case 12:
      result.primaries = Primaries::kP3;
      break;
    default:
      return std::nullopt;
  }
  switch (cicp.transfer) {
    case 1:
    case 8:
    case 13:
    case 16:
    case 17:
    case 18:
      result.transfer = static_cast<Transfer>(cicp.transfer);
      return result;
    default:
      return std::nullopt;
  }
}

}  // namespace jxlpool
