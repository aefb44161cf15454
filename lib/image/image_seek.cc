// Frames out of order: ImageDecoder's jumps, and a look at frames without decoding them.
#include <algorithm>
#include <utility>

#include "lib/bitstream/frame_index.h"
#include "lib/image/image_decoder_state.h"

namespace jxlpool {
namespace {

// Moves the slots of `mask` from one set to the other.
void MoveSlots(uint8_t mask, FrameSlots* from, FrameSlots* to) {
  for (int i = 0; i < 4; ++i) {
    if ((mask >> i & 1) != 0) to->reference[i] = std::move(from->reference[i]);
    if ((mask >> (4 + i) & 1) != 0) to->lf[i] = std::move(from->lf[i]);
  }
}

// The entry that frame `index` belongs to. REQUIRES: the index is not empty.
size_t EntryOf(const FrameIndex& frame_index, uint64_t index) {
  const auto& entries = frame_index.entries;
  const FrameIndexEntry* above = std::partition_point(
      entries.begin(), entries.end(), [&](const FrameIndexEntry& entry) { return entry.first_frame <= index; });
  return static_cast<size_t>(above - entries.begin()) - 1;
}

// Whether the frames of `table`, which begins at entry `number`, are as many as the index says up to the next entry.
Result<bool> AgreesWithIndex(const FrameIndex& frame_index, size_t number, FrameTable* table) {
  const FrameIndexEntry& entry = frame_index.entries[number];
  uint64_t last;
  JXLPOOL_ASSIGN_OR_RETURN(const bool complete, table->Find(entry.first_frame + entry.num_frames - 1, false, &last));
  if (!complete) return false;
  const FrameEntry& frame = (*table)[last];
  if (number + 1 == frame_index.entries.size()) return frame.is_last;
  return !frame.is_last && frame.end == frame_index.entries[number + 1].offset;
}

}  // namespace

Result<bool> ImageDecoder::InspectFrame(uint64_t index, FrameStart* frame, FrameEntry* entry) {
  JXLPOOL_ASSIGN_OR_RETURN(const bool exists, state_->table.Reach(index));
  if (!exists) return false;
  if (entry != nullptr) *entry = state_->table[index];
  if (frame != nullptr) {
    JXLPOOL_RETURN_IF_ERROR(
        ReadFrameStart(state_->context.source, FrameRole::kMain, state_->table[index].offset, frame));
  }
  return true;
}

Status ImageDecoder::InspectPreview(FrameStart* frame) {
  if (!state_->header.have_preview) return InvalidArgument("the image has no preview");
  return ReadFrameStart(state_->context.source, FrameRole::kPreview, state_->preview_offset, frame);
}

Status ImageDecoder::ReplayFrame(const FrameEntry& entry, FrameSlots* slots) {
  JXLPOOL_ASSIGN_OR_RETURN(PooledObject<FrameDecoder> decoder, ReadFrame(FrameRole::kMain, entry.offset));
  FrameState* frame = &decoder->state();
  frame->visible_frames = entry.visible_before + (entry.is_shown ? 1 : 0);
  frame->invisible_frames = entry.is_shown ? 0 : entry.invisible_before + 1;
  FrameRun run;
  return RunFrame(decoder.get(), {}, slots, &run);
}

Result<bool> ImageDecoder::Replay(const FrameTable& table, uint64_t begin, uint64_t end, uint8_t needed,
                                  FrameSlots* slots, uint8_t* exact) {
  PoolVector<uint64_t> chain(memory_, Category::kOther);  // backwards
  uint32_t open = needed;
  for (uint64_t i = end; i-- > begin;) {
    if ((open & table[i].slot_written) == 0) continue;
    open = (open & ~uint32_t{table[i].slot_written}) | table[i].slots_read;
    JXLPOOL_RETURN_IF_ERROR(chain.PushBack(i));
  }
  if ((open & ~uint32_t{*exact}) != 0) return false;
  uint32_t exact_slots = *exact;
  for (uint64_t i = begin; i < end; ++i) {
    if (!chain.empty() && chain.back() == i) {
      chain.PopBack();
      JXLPOOL_RETURN_IF_ERROR(ReplayFrame(table[i], slots));
      exact_slots |= table[i].slot_written;
    } else {
      exact_slots &= ~uint32_t{table[i].slot_written};
    }
  }
  *exact = static_cast<uint8_t>(exact_slots);
  return true;
}

Status ImageDecoder::FillSlots(uint8_t missing) {
  // The current frame is the one before `position`.
  FrameTable& table = state_->table;
  uint64_t current = state_->is_late ? 0 : state_->position - 1;
  for (;; ++current) {
    JXLPOOL_ASSIGN_OR_RETURN(const bool exists, table.Reach(current));
    if (!exists || table[current].offset > state_->current_offset) {
      return Corrupt("the frame index does not agree with the frames");
    }
    if (table[current].offset == state_->current_offset) break;
  }
  if (state_->is_late) {
    const uint32_t is_shown = state_->current->state().header.IsShown() ? 1 : 0;
    if (table[current].visible_before + is_shown != state_->visible_frames) {
      return Corrupt("the frame index does not agree with the frames");
    }
    state_->is_late = false;
    state_->position = current + 1;
  }
  FrameSlots slots;
  uint8_t exact = kAllSlots;
  JXLPOOL_ASSIGN_OR_RETURN(const bool done, Replay(table, 0, current, missing, &slots, &exact));
  if (!done) return Corrupt("a frame depends on frames that do not exist");
  MoveSlots(missing, &slots, &state_->slots);
  state_->exact_slots |= missing;
  return OkStatus();
}

void ImageDecoder::MoveTo(const FrameEntry& entry, uint64_t position, uint32_t delivered_index) {
  state_->current = PooledObject<FrameDecoder>();
  state_->position = position;
  state_->next_offset = entry.offset;
  state_->visible_frames = entry.visible_before;
  state_->invisible_frames = entry.invisible_before;
  state_->display_index = delivered_index;
  state_->seen_last = false;
  state_->partial = false;
}

Result<const FrameIndex*> ImageDecoder::LoadFrameIndex() {
  if (state_->has_frame_index) return &state_->frame_index;
  const Box* box = state_->container.Find(kFrameIndexBox);
  if (box == nullptr) {
    if (state_->container.MayStillCome(kFrameIndexBox)) return Waiting("the frame index has not come");
    return nullptr;
  }
  if (box->is_truncated) return NeedMoreInput("the file ends in the frame index");
  FrameIndex index;
  JXLPOOL_RETURN_IF_ERROR(ReadFrameIndex(box->contents, memory_, &index));
  state_->frame_index = std::move(index);
  state_->has_frame_index = true;
  return &state_->frame_index;
}

Result<bool> ImageDecoder::SeekByIndex(uint32_t index) {
  // The index counts displayed frames.
  if (!state_->options.coalescing) return false;
  JXLPOOL_ASSIGN_OR_RETURN(const FrameIndex* const loaded, LoadFrameIndex());
  if (loaded == nullptr) return false;
  const FrameIndex& frame_index = *loaded;
  const size_t number = EntryOf(frame_index, index);
  const FrameIndexEntry& start = frame_index.entries[number];
  if (number == 0 || frame_index.entries[0].offset != state_->first_frame_offset || start.first_frame > UINT32_MAX) {
    return false;
  }
  FrameTable table;
  table.Begin(state_->context.source, start.offset, static_cast<uint32_t>(start.first_frame), 0);
  uint64_t target;
  JXLPOOL_ASSIGN_OR_RETURN(const bool found, table.Find(index, false, &target));
  if (!found) return false;
  JXLPOOL_ASSIGN_OR_RETURN(const bool agrees, AgreesWithIndex(frame_index, number, &table));
  if (!agrees) return false;
  // The noise of frames before the first that is shown depends on a count that is not known.
  for (uint64_t i = 0; table[i].visible_before == start.first_frame && !table[i].is_shown; ++i) {
    if (table[i].has_noise) return false;
  }
  FrameSlots slots;
  uint8_t exact = 0;
  JXLPOOL_ASSIGN_OR_RETURN(const bool alone, Replay(table, 0, target, table[target].slots_read, &slots, &exact));
  if (!alone) return false;
  state_->slots = std::move(slots);
  state_->exact_slots = exact;
  MoveTo(table[target], target, index);
  state_->late_table = std::move(table);
  state_->is_late = true;
  return true;
}

Result<bool> ImageDecoder::SeekFrame(uint32_t index, bool use_index) {
  if (state_->is_fed && !state_->options.keep_input) return InvalidArgument("frames of a stream come in their order");
  if (state_->container.is_growing()) return Waiting("the file has not come to its end");
  memory_->work()->Renew();
  if (use_index) {
    const Result<bool> done = SeekByIndex(index);
    // Whatever else is wrong with the index, the frames themselves decide.
    const bool is_final =
        done.ok() ? done.value()
                  : done.status().code() == ErrorCode::kMemoryLimit || done.status().code() == ErrorCode::kCancelled;
    if (is_final) return done.ok() ? Result<bool>(true) : Result<bool>(done.status());
  }
  const FrameTable& table = state_->table;
  uint64_t target;
  JXLPOOL_ASSIGN_OR_RETURN(const bool found, state_->table.Find(index, !state_->options.coalescing, &target));
  if (!found) return false;
  // What a current, undecoded frame leaves is not in the slots yet.
  const uint64_t here = state_->position - (state_->current ? 1 : 0);
  // A frame whose decode has begun has emptied the slot that it will fill.
  const bool is_ahead = !state_->is_late && here <= target && !state_->run.has_begun;
  const uint8_t needed = table[target].slots_read;
  // A frame that has begun took what it replaces out of its slot.
  if (state_->current && state_->run.has_begun) {
    state_->exact_slots &= static_cast<uint8_t>(~SlotWritten(state_->current->state().header));
  }
  state_->current = PooledObject<FrameDecoder>();
  bool done = false;
  if (is_ahead) {
    JXLPOOL_ASSIGN_OR_RETURN(done, Replay(table, here, target, needed, &state_->slots, &state_->exact_slots));
  }
  if (!done) {
    state_->slots.Clear();
    state_->exact_slots = kAllSlots;
    JXLPOOL_ASSIGN_OR_RETURN(done, Replay(table, 0, target, needed, &state_->slots, &state_->exact_slots));
  }
  state_->is_late = false;
  MoveTo(table[target], target, index);
  return true;
}

}  // namespace jxlpool
