#include "lib/bitstream/frame_index.h"

#include "lib/bitstream/varint.h"

namespace jxlpool {
namespace {

// An entry is three integers of at least a byte each.
constexpr uint64_t kMinEntryBytes = 3;

// False if the sum overflows.
bool Add(uint64_t a, uint64_t b, uint64_t* sum) { return !__builtin_add_overflow(a, b, sum); }

}  // namespace

Status ReadFrameIndex(std::span<const uint8_t> contents, Memory* memory, FrameIndex* index) {
  index->entries = PoolVector<FrameIndexEntry>(memory, Category::kOther);
  ByteCursor cursor(contents);
  const uint64_t count = cursor.Varint();
  index->tick_numerator = static_cast<uint32_t>(cursor.BigEndian(4));
  index->tick_denominator = static_cast<uint32_t>(cursor.BigEndian(4));
  if (!cursor.ok()) return Corrupt("the frame index is too short");
  if (index->tick_denominator == 0) return Corrupt("the frame index has ticks without a duration");
  if (count == 0) return Corrupt("the frame index is empty");
  if (count > cursor.rest().size() / kMinEntryBytes) return Corrupt("the frame index is shorter than it says");
  JXLPOOL_RETURN_IF_ERROR(index->entries.Reserve(static_cast<size_t>(count)));
  FrameIndexEntry entry;
  for (uint64_t i = 0; i < count; ++i) {
    const uint64_t step = cursor.Varint();
    const uint64_t frames_before = entry.num_frames;
    entry.duration = cursor.Varint();
    entry.num_frames = cursor.Varint();
    if (!cursor.ok()) return Corrupt("the frame index is shorter than it says");
    if (i != 0 && step == 0) return Corrupt("the entries of the frame index are not in order");
    if (entry.num_frames == 0) return Corrupt("the frame index has an entry without frames");
    if (!Add(entry.offset, step, &entry.offset) || !Add(entry.first_frame, frames_before, &entry.first_frame)) {
      return Corrupt("the frame index overflows");
    }
    JXLPOOL_RETURN_IF_ERROR(index->entries.PushBack(entry));
  }
  if (!cursor.at_end()) return Corrupt("the frame index is longer than it says");
  return OkStatus();
}

}  // namespace jxlpool
