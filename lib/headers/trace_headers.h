// Trace events of the headers; only builds with JXLPOOL_TRACE have them (see lib/base/trace.h).
#ifndef LIB_HEADERS_TRACE_HEADERS_H_
#define LIB_HEADERS_TRACE_HEADERS_H_

#include <cstdint>
#include <span>

#include "lib/base/trace.h"
#include "lib/headers/frame_header.h"
#include "lib/headers/image_header.h"
#include "lib/headers/toc.h"

namespace jxlpool {

// Positions are in bits from the start of the codestream.
void TraceImageHeader(const ImageHeader& header, uint64_t metadata_position, uint64_t default_m_position,
                      uint64_t end_position);
void TraceIccStream(std::span<const uint8_t> encoded, uint64_t position, uint64_t end_position);
void TraceFrameHeader(const ImageHeader& image, FrameRole role, const FrameHeader& frame, uint64_t position,
                      uint64_t end_position);
void TraceToc(const Toc& toc, uint64_t position, uint64_t end_position);

}  // namespace jxlpool

#endif  // LIB_HEADERS_TRACE_HEADERS_H_
