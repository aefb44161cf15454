// Memory statistics on standard error.
#ifndef TOOLS_DJXL_POOLED_STATS_H_
#define TOOLS_DJXL_POOLED_STATS_H_

#include "tools/djxl_pooled/options.h"
#include "tools/djxl_pooled/session.h"

namespace jxlpool::tools {

void PrintStats(StatsFormat format, Session* session);

}  // namespace jxlpool::tools

#endif  // TOOLS_DJXL_POOLED_STATS_H_
