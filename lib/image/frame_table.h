// FrameTable: where the frames of a codestream are and what they need from each other, learnt from headers and TOCs
// alone. Sections are not looked at, so that a frame costs next to nothing.
//
// It grows as far as it is asked for. Not thread-safe.
#ifndef LIB_IMAGE_FRAME_TABLE_H_
#define LIB_IMAGE_FRAME_TABLE_H_

#include <cstddef>
#include <cstdint>

#include "lib/base/status.h"
#include "lib/frame/frame_start.h"
#include "lib/headers/frame_header.h"
#include "lib/pool/pool_vector.h"

namespace jxlpool {

// Slots as bits: reference slot i is bit i, the LF slot of level i is bit 3 + i.
inline constexpr uint8_t kAllSlots = 0xFF;
inline constexpr uint8_t kReferenceSlots = 0x0F;
// Slots that decoding the frame may look at. Which ones patches come from only the sections tell: all then.
uint8_t SlotsRead(const FrameHeader& frame);
// The slot that the frame is stored in; 0 or one bit.
uint8_t SlotWritten(const FrameHeader& frame);

struct FrameEntry {
  uint64_t offset = 0;            // bytes from the start of the codestream
  uint64_t end = 0;               // of its last section, where the next frame starts
  uint32_t visible_before = 0;    // frames shown before this one
  uint32_t invisible_before = 0;  // frames not shown since then
  uint32_t layers_before = 0;     // frames before this one that are shown or blended on the canvas
  uint8_t slots_read = 0;
  uint8_t slot_written = 0;
  bool is_shown = false;
  bool is_normal = false;  // shown or blended on the canvas
  bool is_last = false;
  bool has_noise = false;
};

class FrameTable {
 public:
  FrameTable() = default;

  // Forgets everything; the first entry will be the frame at byte `offset`. `visible_before` and `invisible_before`
  // count the frames before it. What `source` points to must outlive the table.
  void Begin(const FrameSource& source, uint64_t offset, uint32_t visible_before, uint32_t invisible_before);

  // True if there is a frame `index`, then operator[] knows it; false if the sequence ends before. Errors: those of
  // ReadFrameStart at the first frame that is not known yet (asking again gives the same), kCancelled.
  Result<bool> Reach(uint64_t index);
  // The frame that is the delivered_index-th (from 0) to be shown, or to be shown or blended if `layers`; the frames
  // before the first entry count as well. Sets *index. False and errors as above.
  Result<bool> Find(uint64_t delivered_index, bool layers, uint64_t* index);

  // REQUIRES: Reach(index) gave true.
  const FrameEntry& operator[](uint64_t index) const { return entries_[static_cast<size_t>(index)]; }

 private:
  Status AppendNext();

  FrameSource source_;
  PoolVector<FrameEntry> entries_;
  FrameEntry next_;  // offset and counters of the frame behind the last entry
};

}  // namespace jxlpool

#endif  // LIB_IMAGE_FRAME_TABLE_H_
