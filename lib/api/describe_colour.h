// Colour encodings as the C interface shows them.
#ifndef LIB_API_DESCRIBE_COLOUR_H_
#define LIB_API_DESCRIBE_COLOUR_H_

#include "jxlpool/jxlpool.h"
#include "lib/color/colour_description.h"

namespace jxlpool {

// All members but struct_size.
JxlpoolColorEncoding DescribeColour(const ColourDescription& colour, bool from_icc);

}  // namespace jxlpool

#endif  // LIB_API_DESCRIBE_COLOUR_H_
