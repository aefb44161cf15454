// Trace event of the container; only builds with JXLPOOL_TRACE have it (see lib/base/trace.h).
#ifndef LIB_BITSTREAM_TRACE_CONTAINER_H_
#define LIB_BITSTREAM_TRACE_CONTAINER_H_

#include "lib/base/trace.h"
#include "lib/bitstream/container.h"

namespace jxlpool {

void TraceContainer(const Container& container);

}  // namespace jxlpool

#endif  // LIB_BITSTREAM_TRACE_CONTAINER_H_
