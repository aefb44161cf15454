// FrameStart: what stands before the sections of a frame, read at once.
#ifndef LIB_FRAME_FRAME_START_H_
#define LIB_FRAME_FRAME_START_H_

#include <atomic>
#include <cstdint>

#include "lib/base/status.h"
#include "lib/bitstream/codestream.h"
#include "lib/headers/frame_dimensions.h"
#include "lib/headers/frame_header.h"
#include "lib/headers/image_header.h"
#include "lib/headers/size_limits.h"
#include "lib/headers/toc.h"
#include "lib/pool/memory.h"

namespace jxlpool {

// Everything of a frame before its sections.
struct FrameStart {
  FrameHeader header;
  FrameDimensions dimensions;
  Toc toc;
  uint64_t offset = 0;           // of the header, in bytes from the start of the codestream
  uint64_t sections_offset = 0;  // of the first section

  uint64_t end() const { return sections_offset + toc.total_size; }
};

// Where the frames of one image are read from.
struct FrameSource {
  Memory* memory = nullptr;
  const Codestream* codestream = nullptr;
  const ImageHeader* image = nullptr;
  SizeLimits limits;
  const std::atomic<bool>* cancelled = nullptr;  // may be null
};

// Reads header and TOC of the frame at byte `offset` of the codestream. Errors: kCorrupt, kNeedMoreInput, kSizeLimit,
// kMemoryLimit.
Status ReadFrameStart(const FrameSource& source, FrameRole role, uint64_t offset, FrameStart* frame);

}  // namespace jxlpool

#endif  // LIB_FRAME_FRAME_START_H_
