// Draws what the decoder had in use by category over the time of a decode.
#ifndef TOOLS_DJXL_POOLED_MEMORY_PROFILE_H_
#define TOOLS_DJXL_POOLED_MEMORY_PROFILE_H_

#include <cstdint>
#include <string>

#include "tools/djxl_pooled/session.h"

namespace jxlpool::tools {

// Samples that a profile holds at most.
inline constexpr uint32_t kMemoryProfileSamples = 4096;

// Writes the profile of the session's decoder. By extension of `path`: .svg: a chart, stacked by category, stages below
// it, the peak labelled. .json: trace events for chrome://tracing, ui.perfetto.dev and the like.
void WriteMemoryProfile(const std::string& path, Session* session);

}  // namespace jxlpool::tools

#endif  // TOOLS_DJXL_POOLED_MEMORY_PROFILE_H_
