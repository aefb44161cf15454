// ColorDescription: what the numbers of an image mean, as enumerated fields (ISO/IEC 18181-1, color encodings). Headers
// and all color code use it. It is a plain value, copied freely.
//
// An encoding that is known only as an ICC profile has no ColorDescription. Callers keep the profile's bytes and, where
// RecogniseIcc (lib/color/icc_recognition.h) finds an equivalent, the description beside them.
#ifndef LIB_HEADERS_COLOR_DESCRIPTION_H_
#define LIB_HEADERS_COLOR_DESCRIPTION_H_

#include <cstdint>
#include <optional>

#include "lib/base/status.h"

namespace jxlpool {

enum class ColorSpace : uint8_t { kRgb = 0, kGrey = 1, kXyb = 2, kUnknown = 3 };
enum class WhitePoint : uint8_t { kD65 = 1, kCustom = 2, kE = 10, kDci = 11 };
enum class Primaries : uint8_t { kSrgb = 1, kCustom = 2, kBt2100 = 9, kP3 = 11 };
enum class RenderingIntent : uint8_t { kPerceptual = 0, kRelative = 1, kSaturation = 2, kAbsolute = 3 };

// A chromaticity as coded: x and y in millionths, -2097152..2097151 each.
struct Customxy {
  int32_t x = 0;
  int32_t y = 0;
};

// CIE 1931 xy.
struct Chromaticity {
  double x = 0;
  double y = 0;
};
struct RgbChromaticities {
  Chromaticity red, green, blue;
};

// The field defaults are sRGB.
struct ColorDescription {
  // Values are the code points of the codestream; kGamma has none, as a flag stands for it.
  enum class Transfer : uint8_t {
    kGamma = 0,
    k709 = 1,
    kUnknown = 2,
    kLinear = 8,
    kSrgb = 13,
    kPq = 16,
    kDci = 17,
    kHlg = 18
  };

  static constexpr uint32_t kGammaOne = 10000000;  // exponent 1

  ColorSpace space = ColorSpace::kRgb;
  WhitePoint white_point = WhitePoint::kD65;
  Primaries primaries = Primaries::kSrgb;  // meaningless unless space is kRgb
  Transfer transfer = Transfer::kSrgb;     // meaningless if space is kXyb
  RenderingIntent intent = RenderingIntent::kRelative;
  uint32_t gamma = kGammaOne;  // kGamma: the encoding exponent
  Customxy white;              // kCustom white point
  Customxy red, green, blue;   // kCustom primaries

  // Linear light with sRGB primaries and D65 (or linear grey).
  static ColorDescription LinearSrgb(bool grey = false);
  // sRGB (or grey with the sRGB curve).
  static ColorDescription Srgb(bool grey = false);

  bool grey() const { return space == ColorSpace::kGrey; }
  // Samples of color per pixel: 1 or 3.
  uint32_t num_channels() const { return grey() ? 1 : 3; }
  Chromaticity WhiteXy() const;
  RgbChromaticities PrimariesXy() const;
  // Encoding exponent of kGamma and kDci, 1 for kLinear; undefined for others.
  double GammaExponent() const;
  bool HasSrgbPrimariesAndD65() const;
};

// True if everything but the intent agrees. Custom values must be equal integers.
bool SameEncoding(const ColorDescription& a, const ColorDescription& b);

// Replaces custom values by names that they are within 10^-3 of; a gamma near 1 becomes kLinear, one near 1/2.6 kDci.
// Use it for descriptions that come from a caller or a profile; those of a codestream are kept as coded.
void SnapToNames(ColorDescription* description);

// Ok if the format allows the description, and a matrix and a profile can be computed from it. Errors: kCorrupt.
Status CheckDescription(const ColorDescription& description);

// Whether XYB images can be delivered in the encoding without a color engine.
bool IsConvertible(const ColorDescription& description);

// Coding-independent code points (ITU-T H.273), as PNG's cICP chunk holds them. The matrix is 0, the range 1 (full).
struct Cicp {
  uint8_t primaries = 0;
  uint8_t transfer = 0;
};
// Empty if the encoding has no code points (not RGB, custom or unusual combinations, gamma).
std::optional<Cicp> CicpOf(const ColorDescription& description);
// The converse of CicpOf; empty for code points that no description has. The intent is kRelative.
std::optional<ColorDescription> DescriptionOfCicp(Cicp cicp);

}  // namespace jxlpool

#endif  // LIB_HEADERS_COLOR_DESCRIPTION_H_
