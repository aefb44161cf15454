// The pictures that can be shown of an image while it arrives, one file for each.
#ifndef TOOLS_DJXL_POOLED_PROGRESSIVE_H_
#define TOOLS_DJXL_POOLED_PROGRESSIVE_H_

#include <string>

#include "tools/djxl_pooled/options.h"
#include "tools/djxl_pooled/session.h"

namespace jxlpool::tools {

// The name of the step-th picture: a number instead of %d or %03d in the pattern, or before its extension.
std::string NameOfStep(const std::string& pattern, unsigned step);

// Feeds the session's decoder with the input, piece by piece as it comes, and writes each better picture of the first
// frame, the complete one last. REQUIRES: the session feeds its input, and has not opened it.
void WriteProgression(const Options& options, Session* session);

}  // namespace jxlpool::tools

#endif  // TOOLS_DJXL_POOLED_PROGRESSIVE_H_
