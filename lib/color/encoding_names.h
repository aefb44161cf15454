// Text names of color encodings: "RGB_D65_SRG_Rel_SRG", "Gra_D65_Rel_g0.45455", "XYB_Per", and short ones like "sRGB".
//
// Options, the descriptions inside synthesised profiles and messages use them.
#ifndef LIB_COLOR_ENCODING_NAMES_H_
#define LIB_COLOR_ENCODING_NAMES_H_

#include <string_view>

#include "lib/base/status.h"
#include "lib/headers/color_description.h"

namespace jxlpool {

// A name with its terminating zero.
struct EncodingName {
  char text[192] = {};
  std::string_view view() const { return std::string_view(text); }
};

// Makes <space>_<white>_<primaries>_<intent>_<transfer>; numbers have 6 significant digits.
EncodingName FullEncodingName(const ColorDescription& description);
// Makes sRGB, DisplayP3, Rec2100PQ, Rec2100HLG, Adobe98 or ProPhoto where one applies, else the full name.
EncodingName ShortEncodingName(const ColorDescription& description);
// Reads either kind of name and applies SnapToNames. Errors: kInvalidArgument for anything else, also with trailing
// text or a gamma outside (0, 1] or below 1/8192.
Result<ColorDescription> ParseEncodingName(std::string_view name);

}  // namespace jxlpool

#endif  // LIB_COLOR_ENCODING_NAMES_H_
