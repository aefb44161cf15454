// The parts of a description of a file (see info.h) that tell what its colors mean.
#ifndef TOOLS_DJXL_POOLED_INFO_COLOR_H_
#define TOOLS_DJXL_POOLED_INFO_COLOR_H_

#include <jxlpool/jxlpool.hpp>
#include <nlohmann/json_fwd.hpp>

namespace jxlpool::tools {

nlohmann::ordered_json DescribeEncoding(const JxlpoolColorEncoding& encoding);

// Of the original samples and of the decoded ones. REQUIRES: a file is open.
nlohmann::ordered_json DescribeColor(Decoder* decoder);

}  // namespace jxlpool::tools

#endif  // TOOLS_DJXL_POOLED_INFO_COLOR_H_
