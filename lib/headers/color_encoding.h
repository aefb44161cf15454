// ColorEncoding: how the decoded samples (or, for XYB images, the preferred output) are to be interpreted
// (ISO/IEC 18181-1 "ColorEncoding").
#ifndef LIB_HEADERS_COLOR_ENCODING_H_
#define LIB_HEADERS_COLOR_ENCODING_H_

#include "lib/bitstream/fields.h"
#include "lib/headers/color_description.h"

namespace jxlpool {

struct ColorEncoding {
  bool all_default = true;
  // An ICC profile follows the image header. Then the number of color channels is all that `description` tells.
  bool want_icc = false;
  ColorDescription description;
};

// Reads the bundle into `encoding` and validates it; errors end up in `reader`.
void ReadColorEncoding(FieldReader* reader, ColorEncoding* encoding);

}  // namespace jxlpool

#endif  // LIB_HEADERS_COLOR_ENCODING_H_
