// --info: what a file consists of, without decoding pixels; as text for people or as JSON for programs.
#ifndef TOOLS_DJXL_POOLED_INFO_H_
#define TOOLS_DJXL_POOLED_INFO_H_

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <string>

#include "tools/djxl_pooled/options.h"

namespace jxlpool::tools {

// How much compressed metadata is expanded to tell its size: of one box, and of all boxes of a file.
inline constexpr uint64_t kMaxDescribedBytes = uint64_t{1} << 25;

// Describes all inputs on standard output. A file that cannot be read to its end is described as far as it goes, and
// its error goes to standard error. Returns the exit status: kExitError if any file had an error.
int PrintInfo(const Options& options);

// A description (see info.cc) as text of several lines.
std::string InfoAsText(const nlohmann::ordered_json& info, bool verbose);

}  // namespace jxlpool::tools

#endif  // TOOLS_DJXL_POOLED_INFO_H_
