#include "lib/color/encoding_names.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstring>

namespace jxlpool {
namespace {

using Transfer = ColorDescription::Transfer;

template <typename T>
struct Token {
  std::string_view text;
  T value;
};

constexpr Token<ColorSpace> kSpaces[] = {
    {"RGB", ColorSpace::kRgb}, {"Gra", ColorSpace::kGrey}, {"XYB", ColorSpace::kXyb}, {"CS?", ColorSpace::kUnknown}};
constexpr Token<WhitePoint> kWhites[] = {
    {"D65", WhitePoint::kD65}, {"EER", WhitePoint::kE}, {"DCI", WhitePoint::kDci}, {"Cst", WhitePoint::kCustom}};
constexpr Token<Primaries> kPrimaries[] = {
    {"SRG", Primaries::kSrgb}, {"202", Primaries::kBt2100}, {"DCI", Primaries::kP3}, {"Cst", Primaries::kCustom}};
constexpr Token<RenderingIntent> kIntents[] = {{"Per", RenderingIntent::kPerceptual},
                                               {"Rel", RenderingIntent::kRelative},
                                               {"Sat", RenderingIntent::kSaturation},
                                               {"Abs", RenderingIntent::kAbsolute}};
constexpr Token<Transfer> kTransfers[] = {
    {"SRG", Transfer::kSrgb}, {"Lin", Transfer::kLinear}, {"709", Transfer::k709},    {"PeQ", Transfer::kPq},
    {"HLG", Transfer::kHlg},  {"DCI", Transfer::kDci},    {"TF?", Transfer::kUnknown}};

// These encodings have no code points but names of their own.
constexpr Customxy kProPhotoWhite = {345669, 358496};
constexpr Customxy kProPhotoPrimaries[3] = {{734699, 265301}, {159597, 840403}, {36598, 105}};
constexpr Customxy kAdobePrimaries[3] = {{640000, 330000}, {210000, 710000}, {150000, 60000}};
constexpr double kAdobeGamma = 256.0 / 563;
constexpr double kProPhotoGamma = 1 / 1.8;
constexpr double kNameTolerance = 3e-5;

uint32_t GammaField(double exponent) { return static_cast<uint32_t>(std::lround(exponent * 1e7)); }

bool Near(const Chromaticity& xy, const Customxy& custom) {
  return std::abs(xy.x - custom.x * 1e-6) <= kNameTolerance && std::abs(xy.y - custom.y * 1e-6) <= kNameTolerance;
}
bool Near(const RgbChromaticities& xy, const Customxy (&custom)[3]) {
  return Near(xy.red, custom[0]) && Near(xy.green, custom[1]) && Near(xy.blue, custom[2]);
}
bool IsGamma(const ColorDescription& description, double exponent) {
  return description.transfer == Transfer::kGamma && std::abs(description.GammaExponent() - exponent) <= kNameTolerance;
}

// ---- Printing ----

void Append(EncodingName* name, std::string_view text) {
  const size_t used = std::strlen(name->text);
  const size_t count = std::min(text.size(), sizeof(name->text) - 1 - used);
  std::memcpy(name->text + used, text.data(), count);
}

void AppendNumber(EncodingName* name, double value) {
  char digits[32];
  const auto end = std::to_chars(digits, digits + sizeof(digits), value, std::chars_format::general, 6);
  Append(name, std::string_view(digits, static_cast<size_t>(end.ptr - digits)));
}

void AppendXy(EncodingName* name, const Chromaticity& xy) {
  AppendNumber(name, xy.x);
  Append(name, ";");
  AppendNumber(name, xy.y);
}

template <typename T, size_t N>
void AppendToken(EncodingName* name, const Token<T> (&tokens)[N], T value) {
  for (const Token<T>& token : tokens) {
    if (token.value == value) return Append(name, token.text);
  }
}

// ---- Parsing ----

template <typename T, size_t N>
bool Find(const Token<T> (&tokens)[N], std::string_view text, T* value) {
  for (const Token<T>& token : tokens) {
    if (token.text == text) {
      *value = token.value;
      return true;
    }
  }
  return false;
}

// Cuts the part before the first `separator`, or everything, off *text.
std::string_view Cut(std::string_view* text, char separator) {
  const size_t end = std::min(text->find(separator), text->size());
  const std::string_view part = text->substr(0, end);
  text->remove_prefix(std::min(end + 1, text->size()));
  return part;
}

bool ParseNumber(std::string_view text, double* value) {
  const char* end = text.data() + text.size();
  const auto result = std::from_chars(text.data(), end, *value);
  return result.ec == std::errc() && result.ptr == end && std::isfinite(*value);
}

bool ParseXy(std::string_view* text, Customxy* xy) {
  double values[2];
  for (double& value : values) {
    if (!ParseNumber(Cut(text, ';'), &value) || !(std::abs(value) < 2)) return false;
  }
  xy->x = static_cast<int32_t>(std::lround(values[0] * 1e6));
  xy->y = static_cast<int32_t>(std::lround(values[1] * 1e6));
  return true;
}

bool ParseWhite(std::string_view part, ColorDescription* description) {
  if (Find(kWhites, part, &description->white_point)) return description->white_point != WhitePoint::kCustom;
  description->white_point = WhitePoint::kCustom;
  if (part == "D50") {
    description->white = kProPhotoWhite;
    return true;
  }
  return std::count(part.begin(), part.end(), ';') == 1 && ParseXy(&part, &description->white);
}

void SetPrimaries(const Customxy (&primaries)[3], ColorDescription* description) {
  description->primaries = Primaries::kCustom;
  description->red = primaries[0];
  description->green = primaries[1];
  description->blue = primaries[2];
}

bool ParsePrimaries(std::string_view part, ColorDescription* description) {
  if (Find(kPrimaries, part, &description->primaries)) return description->primaries != Primaries::kCustom;
  description->primaries = Primaries::kCustom;
  if (part == "Ado") {
    SetPrimaries(kAdobePrimaries, description);
    return true;
  }
  if (part == "Pro") {
    SetPrimaries(kProPhotoPrimaries, description);
    return true;
  }
  return std::count(part.begin(), part.end(), ';') == 5 && ParseXy(&part, &description->red) &&
         ParseXy(&part, &description->green) && ParseXy(&part, &description->blue);
}

bool ParseTransfer(std::string_view part, ColorDescription* description) {
  if (Find(kTransfers, part, &description->transfer)) return description->transfer != Transfer::kUnknown;
  description->transfer = Transfer::kGamma;
  double exponent = 0;
  if (part == "Ado") {
    exponent = kAdobeGamma;
  } else if (part == "Pro") {
    exponent = kProPhotoGamma;
  } else if (part.empty() || part[0] != 'g' || !ParseNumber(part.substr(1), &exponent)) {
    return false;
  }
  if (!(exponent <= 1 && exponent >= 1.0 / 8192)) return false;
  description->gamma = GammaField(exponent);
  return true;
}

bool ParseFullName(std::string_view name, ColorDescription* description) {
  if (name.ends_with('_')) return false;
  if (!Find(kSpaces, Cut(&name, '_'), &description->space) || description->space == ColorSpace::kUnknown) return false;
  const bool xyb = description->space == ColorSpace::kXyb;
  if (!xyb && !ParseWhite(Cut(&name, '_'), description)) return false;
  if (description->space == ColorSpace::kRgb && !ParsePrimaries(Cut(&name, '_'), description)) return false;
  if (!Find(kIntents, Cut(&name, '_'), &description->intent)) return false;
  if (xyb) {
    description->transfer = Transfer::kGamma;
    description->gamma = 3333333;
  } else if (!ParseTransfer(Cut(&name, '_'), description)) {
    return false;
  }
  return name.empty();
}

bool ParseShortName(std::string_view name, ColorDescription* description) {
  if (name == "sRGB") return true;
  if (name == "DisplayP3") {
    description->primaries = Primaries::kP3;
  } else if (name == "Rec2100PQ") {
    description->primaries = Primaries::kBt2100;
    description->transfer = Transfer::kPq;
  } else if (name == "Rec2100HLG") {
    description->primaries = Primaries::kBt2100;
    description->transfer = Transfer::kHlg;
  } else if (name == "Adobe98") {
    SetPrimaries(kAdobePrimaries, description);
    description->transfer = Transfer::kGamma;
    description->gamma = GammaField(kAdobeGamma);
  } else if (name == "ProPhoto") {
    description->white_point = WhitePoint::kCustom;
    description->white = kProPhotoWhite;
    SetPrimaries(kProPhotoPrimaries, description);
    description->transfer = Transfer::kGamma;
    description->gamma = GammaField(kProPhotoGamma);
  } else {
    return false;
  }
  return true;
}

const char* FindShortName(const ColorDescription& description) {
  if (description.space != ColorSpace::kRgb) return nullptr;
  const bool d65 = description.white_point == WhitePoint::kD65;
  if (d65 && description.transfer == Transfer::kSrgb) {
    if (description.primaries == Primaries::kSrgb) return "sRGB";
    if (description.primaries == Primaries::kP3) return "DisplayP3";
  }
  if (d65 && description.primaries == Primaries::kBt2100) {
    if (description.transfer == Transfer::kPq) return "Rec2100PQ";
    if (description.transfer == Transfer::kHlg) return "Rec2100HLG";
  }
  if (description.primaries == Primaries::kCustom) {
    const RgbChromaticities primaries = description.PrimariesXy();
    if (d65 && IsGamma(description, kAdobeGamma) && Near(primaries, kAdobePrimaries)) return "Adobe98";
    if (description.white_point == WhitePoint::kCustom && Near(description.WhiteXy(), kProPhotoWhite) &&
        IsGamma(description, kProPhotoGamma) && Near(primaries, kProPhotoPrimaries)) {
      return "ProPhoto";
    }
  }
  return nullptr;
}

}  // namespace

EncodingName FullEncodingName(const ColorDescription& description) {
  EncodingName name;
  AppendToken(&name, kSpaces, description.space);
  const bool xyb = description.space == ColorSpace::kXyb;
  if (!xyb) {
    Append(&name, "_");
    if (description.white_point == WhitePoint::kCustom) {
      AppendXy(&name, description.WhiteXy());
    } else {
      AppendToken(&name, kWhites, description.white_point);
    }
  }
  if (!xyb && !description.grey()) {
    Append(&name, "_");
    if (description.primaries == Primaries::kCustom) {
      const RgbChromaticities primaries = description.PrimariesXy();
      AppendXy(&name, primaries.red);
      Append(&name, ";");
      AppendXy(&name, primaries.green);
      Append(&name, ";");
      AppendXy(&name, primaries.blue);
    } else {
      AppendToken(&name, kPrimaries, description.primaries);
    }
  }
  Append(&name, "_");
  AppendToken(&name, kIntents, description.intent);
  if (xyb) return name;
  Append(&name, "_");
  if (description.transfer == Transfer::kGamma) {
    Append(&name, "g");
    AppendNumber(&name, description.GammaExponent());
  } else {
    AppendToken(&name, kTransfers, description.transfer);
  }
  return name;
}

EncodingName ShortEncodingName(const ColorDescription& description) {
  const char* short_name = FindShortName(description);
  if (short_name == nullptr) return FullEncodingName(description);
  EncodingName name;
  Append(&name, short_name);
  return name;
}

Result<ColorDescription> ParseEncodingName(std::string_view name) {
  ColorDescription description;
  if (!ParseShortName(name, &description)) {
    description = ColorDescription();
    if (!ParseFullName(name, &description)) return InvalidArgument("not the name of a color encoding");
  }
  SnapToNames(&description);
  if (!CheckDescription(description).ok()) return InvalidArgument("color encoding without a matrix or profile");
  return description;
}

}  // namespace jxlpool
