// How much memory a frame takes to decode, judged by its header and TOC, and a look at its first section.
//
// What the headers determine (planes, tiles, borders, bands, slots) is computed as the decoder will acquire it; what
// only the sections tell (entropy codes, transforms, varblock sizes) is taken at the most that encoders make of it. So
// the estimate is an upper bound for files as encoders write them. A file that was built to need more can exceed it; a
// decode of such a file with the estimate as its limit stops with kMemoryLimit. Only the limit of the Budget bounds
// every file.
#ifndef LIB_IMAGE_MEMORY_ESTIMATE_H_
#define LIB_IMAGE_MEMORY_ESTIMATE_H_

#include <cstdint>

#include "lib/base/status.h"
#include "lib/compose/output_request.h"
#include "lib/frame/group_schedule.h"
#include "lib/headers/frame_dimensions.h"
#include "lib/headers/frame_header.h"
#include "lib/headers/image_header.h"
#include "lib/headers/toc.h"
#include "lib/pool/memory.h"

namespace jxlpool {

struct EstimateSettings {
  const ImageHeader* image = nullptr;
  SizeHeader canvas;
  Orientation orientation = Orientation::kIdentity;  // to be applied
  bool coalescing = true;
  uint32_t num_workers = 1;
  ScheduleMode mode = ScheduleMode::kParallel;
  uint64_t streamed_pixel_bytes = 0;  // bytes per pixel of all outputs that are sinks
};

// A frame before its sections.
struct FrameOutline {
  const FrameHeader* header = nullptr;
  const FrameDimensions* dimensions = nullptr;
  const Toc* toc = nullptr;
  // FrameDecoder::HasIndependentGroups: otherwise planes of the whole frame may be needed.
  bool independent_groups = false;
};

// Bytes that decoding the frame takes, without what slots hold before and after it. `memory` serves for passing needs.
// Errors: kMemoryLimit.
Result<uint64_t> EstimateFrame(const FrameOutline& frame, const EstimateSettings& settings, Memory* memory);

// Bytes of what the frame leaves in its slot; 0 if it is not kept.
uint64_t SavedBytes(const FrameOutline& frame, const EstimateSettings& settings);

// Sum of the bytes per pixel of the targets that are sinks.
uint64_t StreamedPixelBytes(const OutputTarget* targets, size_t num_targets, uint32_t num_extra);

}  // namespace jxlpool

#endif  // LIB_IMAGE_MEMORY_ESTIMATE_H_
