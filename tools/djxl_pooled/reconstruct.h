// The JPEG file that an image was made from, byte by byte.
#ifndef TOOLS_DJXL_POOLED_RECONSTRUCT_H_
#define TOOLS_DJXL_POOLED_RECONSTRUCT_H_

#include <optional>
#include <string>

#include "tools/djxl_pooled/options.h"
#include "tools/djxl_pooled/output_set.h"
#include "tools/djxl_pooled/session.h"

namespace jxlpool::tools {

// Writes the JPEG that the open file was made from to options.output, which stays to be committed, and returns a line
// about how fast that was; with options.num_reps > 1, how fast so many repetitions are that write nothing. Where there
// is no such JPEG: an Error if options.reconstruct_jpeg, else a warning and nothing; *outputs is of no use then.
std::optional<std::string> ReconstructJpeg(const Options& options, Session* session, OutputSet* outputs);

}  // namespace jxlpool::tools

#endif  // TOOLS_DJXL_POOLED_RECONSTRUCT_H_
