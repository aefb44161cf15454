// Color encodings as the C interface shows them.
#ifndef LIB_API_DESCRIBE_COLOR_H_
#define LIB_API_DESCRIBE_COLOR_H_

#include "jxlpool/jxlpool.h"
#include "lib/headers/color_description.h"

namespace jxlpool {

// All members but struct_size.
JxlpoolColorEncoding DescribeColor(const ColorDescription& color, bool from_icc);

}  // namespace jxlpool

#endif  // LIB_API_DESCRIBE_COLOR_H_
