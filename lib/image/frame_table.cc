#include "lib/image/frame_table.h"

#include <algorithm>

namespace jxlpool {

uint8_t SlotsRead(const FrameHeader& frame) {
  uint32_t slots = 0;
  if (frame.IsNormalFrame()) {
    auto add = [&](const BlendingInfo& blending) {
      if (frame.have_crop || blending.mode != BlendMode::kReplace) slots |= 1u << blending.source;
    };
    add(frame.blending_info);
    for (const BlendingInfo& blending : frame.ec_blending_info) add(blending);
  }
  if (frame.HasFlag(kFlagPatches)) slots |= kReferenceSlots;
  if (frame.HasFlag(kFlagUseLfFrame) && frame.lf_level < 4) slots |= 1u << (4 + frame.lf_level);
  return static_cast<uint8_t>(slots);
}

uint8_t SlotWritten(const FrameHeader& frame) {
  if (frame.frame_type == FrameType::kLFFrame) return static_cast<uint8_t>(1u << (3 + frame.lf_level));
  return frame.CanReference() ? static_cast<uint8_t>(1u << frame.save_as_reference) : uint8_t{0};
}

void FrameTable::Begin(const FrameSource& source, uint64_t offset, uint32_t visible_before, uint32_t invisible_before) {
  source_ = source;
  entries_ = PoolVector<FrameEntry>(source.memory, Category::kOther);
  next_ = FrameEntry();
  next_.offset = offset;
  next_.visible_before = visible_before;
  next_.invisible_before = invisible_before;
}

Status FrameTable::AppendNext() {
  if (source_.cancelled != nullptr && source_.cancelled->load(std::memory_order_relaxed)) {
    return Status(ErrorCode::kCancelled, "the search for a frame was cancelled");
  }
  FrameStart frame;
  JXLPOOL_RETURN_IF_ERROR(ReadFrameStart(source_, FrameRole::kMain, next_.offset, &frame));
  FrameEntry entry = next_;
  entry.end = frame.end();
  entry.slots_read = SlotsRead(frame.header);
  entry.slot_written = SlotWritten(frame.header);
  entry.is_shown = frame.header.IsShown();
  entry.is_normal = frame.header.IsNormalFrame();
  entry.is_last = frame.header.is_last;
  entry.has_noise = frame.header.HasFlag(kFlagNoise);
  JXLPOOL_RETURN_IF_ERROR(entries_.PushBack(entry));
  next_.offset = entry.end;
  next_.visible_before = entry.visible_before + (entry.is_shown ? 1 : 0);
  next_.invisible_before = entry.is_shown ? 0 : entry.invisible_before + 1;
  next_.layers_before = entry.layers_before + (entry.is_normal ? 1 : 0);
  return OkStatus();
}

Result<bool> FrameTable::Reach(uint64_t index) {
  while (index >= entries_.size()) {
    if (!entries_.empty() && entries_.back().is_last) return false;
    JXLPOOL_RETURN_IF_ERROR(AppendNext());
  }
  return true;
}

Result<bool> FrameTable::Find(uint64_t delivered_index, bool layers, uint64_t* index) {
  auto count_before = [&](const FrameEntry& entry) { return layers ? entry.layers_before : entry.visible_before; };
  while (count_before(next_) <= delivered_index) {
    JXLPOOL_ASSIGN_OR_RETURN(const bool more, Reach(entries_.size()));
    if (!more) return false;
  }
  // Counts grow by 1 with every delivered frame: it is the last one with this count.
  const FrameEntry* above = std::partition_point(entries_.begin(), entries_.end(), [&](const FrameEntry& entry) {
    return count_before(entry) <= delivered_index;
  });
  if (above == entries_.begin()) return false;
  *index = static_cast<uint64_t>(above - entries_.begin()) - 1;
  return true;
}

}  // namespace jxlpool
