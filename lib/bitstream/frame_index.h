// FrameIndex: entry points into an animation, as the jxli box lists them (ISO/IEC 18181-2 "Frame index box").
//
// What the box says is a hint of the program that wrote the file: nothing here has been compared with the codestream.
#ifndef LIB_BITSTREAM_FRAME_INDEX_H_
#define LIB_BITSTREAM_FRAME_INDEX_H_

#include <cstdint>
#include <span>

#include "lib/base/status.h"
#include "lib/pool/memory.h"
#include "lib/pool/pool_vector.h"

namespace jxlpool {

struct FrameIndexEntry {
  uint64_t offset = 0;       // of the frame header, in bytes from the start of the codestream
  uint64_t duration = 0;     // ticks until the next entry; often wrong in files
  uint64_t num_frames = 0;   // displayed frames until the next entry, or all that remain; >= 1
  uint64_t first_frame = 0;  // displayed frames before this entry: the sum of num_frames of the entries before
};

struct FrameIndex {
  // A tick lasts tick_numerator / tick_denominator seconds; the denominator is not 0.
  uint32_t tick_numerator = 0;
  uint32_t tick_denominator = 1;
  PoolVector<FrameIndexEntry> entries;  // at least one; offsets and first_frame strictly increase
};

// Reads the contents of a jxli box and replaces *index. Errors: kCorrupt (also: bytes behind the last entry, entries
// out of order, sums beyond 64 bits), kMemoryLimit.
Status ReadFrameIndex(std::span<const uint8_t> contents, Memory* memory, FrameIndex* index);

}  // namespace jxlpool

#endif  // LIB_BITSTREAM_FRAME_INDEX_H_
