// ColorEncoding: how the decoded samples (or, for XYB images, the preferred output) are to be interpreted
// (ISO/IEC 18181-1 "ColorEncoding").
#ifndef LIB_HEADERS_COLOR_ENCODING_H_
#define LIB_HEADERS_COLOR_ENCODING_H_

#include <cstdint>

#include "lib/base/status.h"
#include "lib/bitstream/fields.h"

namespace jxlpool {

enum class ColorSpace : uint8_t { kRgb = 0, kGrey = 1, kXyb = 2, kUnknown = 3 };
enum class WhitePoint : uint8_t { kD65 = 1, kCustom = 2, kE = 10, kDci = 11 };
enum class Primaries : uint8_t { kSrgb = 1, kCustom = 2, kBt2100 = 9, kP3 = 11 };
enum class TransferFunction : uint8_t {
  kBt709 = 1,
  kUnknown = 2,
  kLinear = 8,
  kSrgb = 13,
  kPq = 16,
  kDci = 17,
  kHlg = 18
};
enum class RenderingIntent : uint8_t { kPerceptual = 0, kRelative = 1, kSaturation = 2, kAbsolute = 3 };

// A chromaticity as coded: x and y in millionths, -2097152..2097151 each.
struct Customxy {
  int32_t x = 0;
  int32_t y = 0;
};

// The field defaults are sRGB.
struct ColorEncoding {
  bool all_default = true;
  bool want_icc = false;  // an ICC profile follows the image header; then only color_space of the rest is meaningful
  ColorSpace color_space = ColorSpace::kRgb;  // with want_icc it still fixes the number of color channels
  WhitePoint white_point = WhitePoint::kD65;
  Customxy white;                          // white_point == kCustom
  Primaries primaries = Primaries::kSrgb;  // not for kGrey and kXyb
  Customxy red, green, blue;               // primaries == kCustom
  bool have_gamma = false;                 // `gamma` replaces transfer_function
  uint32_t gamma = 0;                      // encoding exponent * 10^7, 1221..10000000
  // XYB has neither: its transfer is the cube root, its white D65.
  TransferFunction transfer_function = TransferFunction::kSrgb;
  RenderingIntent rendering_intent = RenderingIntent::kRelative;

  // Color channels of an image with this encoding: 1 or 3.
  uint32_t NumColorChannels() const { return color_space == ColorSpace::kGrey ? 1 : 3; }
};

// CIE 1931 xy.
struct Chromaticity {
  double x = 0;
  double y = 0;
};
struct RgbChromaticities {
  Chromaticity red, green, blue;
};

// The white point of an encoding, whether named or custom. REQUIRES: !want_icc.
Chromaticity WhiteChromaticity(const ColorEncoding& encoding);
// REQUIRES: !want_icc, color_space == kRgb.
RgbChromaticities PrimaryChromaticities(const ColorEncoding& encoding);

// Reads the bundle into `encoding` and validates it; errors end up in `reader`.
void ReadColorEncoding(FieldReader* reader, ColorEncoding* encoding);

}  // namespace jxlpool

#endif  // LIB_HEADERS_COLOR_ENCODING_H_
