// ImageDecoder: how much memory an image takes, and in which mode its frames are decoded.
#include <algorithm>
#include <iterator>

#include "lib/frame/frame_decoder.h"
#include "lib/image/frame_table.h"
#include "lib/image/image_decoder_state.h"
#include "lib/image/memory_estimate.h"
#include "lib/pool/buffer_pool.h"
#include "lib/pool/prewarm.h"
#include "lib/pool/size_recorder.h"

namespace jxlpool {
namespace {

constexpr int kMaxRehearsedFrames = 8;

EstimateSettings SettingsFor(const FrameContext& context, uint64_t streamed_pixel_bytes) {
  EstimateSettings settings;
  settings.image = context.image;
  settings.canvas = context.image->size;
  settings.orientation = context.orientation;
  settings.coalescing = context.coalescing;
  settings.streamed_pixel_bytes = streamed_pixel_bytes;
  return settings;
}

// Valid as long as the decoder.
FrameOutline OutlineOf(FrameDecoder* decoder) {
  const FrameState& frame = decoder->state();
  return {&frame.header, &frame.dimensions, &frame.toc, decoder->HasIndependentGroups()};
}

}  // namespace

Result<ImageMemoryEstimate> ImageDecoder::EstimateMemory(uint64_t streamed_pixel_bytes) {
  const uint64_t live = memory_->budget()->total().live;
  EstimateSettings settings = SettingsFor(state_->context, streamed_pixel_bytes);
  ImageMemoryEstimate estimate;
  const auto raise = [&](const FrameOutline& frame, uint32_t workers, ScheduleMode mode, uint64_t kept,
                         uint64_t* total) -> Status {
    settings.num_workers = workers;
    settings.mode = mode;
    JXLPOOL_ASSIGN_OR_RETURN(const uint64_t bytes, EstimateFrame(frame, settings, memory_));
    *total = std::max(*total, live + kept + bytes);
    return OkStatus();
  };
  uint64_t slots[8] = {};
  for (uint64_t index = 0;; ++index) {
    const auto exists = state_->table.Reach(index);
    if (!exists.ok()) {
      const bool ends_early = exists.status().code() == ErrorCode::kNeedMoreInput && state_->options.allow_partial;
      if (index != 0 && ends_early) break;
      return exists.status();
    }
    if (!exists.value()) break;
    JXLPOOL_ASSIGN_OR_RETURN(const PooledObject<FrameDecoder> decoder,
                             ReadFrame(FrameRole::kMain, state_->table[index].offset));
    const FrameOutline frame = OutlineOf(decoder.get());
    const uint64_t saved = SavedBytes(frame, settings);
    // The table of frames grows by doubling.
    uint64_t kept = saved + 4 * (index + 64) * sizeof(FrameEntry);
    for (const uint64_t slot : slots) kept += slot;
    const uint32_t workers = threads_->num_workers();
    JXLPOOL_RETURN_IF_ERROR(raise(frame, workers, ScheduleMode::kParallel, kept, &estimate.parallel));
    JXLPOOL_RETURN_IF_ERROR(raise(frame, workers, ScheduleMode::kStreaming, kept, &estimate.streaming));
    JXLPOOL_RETURN_IF_ERROR(raise(frame, 1, ScheduleMode::kStreaming, kept, &estimate.one_thread));
    for (size_t i = 0; i < 8; ++i) {
      if ((SlotWritten(*frame.header) >> i & 1) != 0) slots[i] = saved;
    }
  }
  return estimate;
}

uint64_t ImageDecoder::StreamedPixelBytesOf(const OutputTarget* targets, size_t num_targets) const {
  return StreamedPixelBytes(targets, num_targets, state_->header.num_extra_channels);
}

// What may be acquired besides what is live, by the limit of the decode and the cap of its pool.
uint64_t ImageDecoder::Room() const {
  const uint64_t limit = memory_->budget()->limit();
  const uint64_t room = memory_->pool()->RoomUnderCap();
  if (limit == Budget::kUnlimited) return room;
  return std::min(room, limit - std::min(limit, memory_->budget()->total().live));
}

Status ImageDecoder::ChooseMode(FrameDecoder* decoder, uint64_t streamed_pixel_bytes) {
  FrameContext* context = &state_->context;
  context->threads = threads_;
  context->schedule_mode =
      state_->options.mode == DecodeMode::kStreaming ? ScheduleMode::kStreaming : ScheduleMode::kParallel;
  if (state_->options.mode != DecodeMode::kAutomatic) return OkStatus();
  const uint64_t room = Room();
  if (room == Budget::kUnlimited) return OkStatus();
  EstimateSettings settings = SettingsFor(*context, streamed_pixel_bytes);
  const FrameOutline outline = OutlineOf(decoder);
  const uint64_t saved = SavedBytes(outline, settings);
  for (const ScheduleMode mode : {ScheduleMode::kParallel, ScheduleMode::kStreaming}) {
    settings.num_workers = threads_->num_workers();
    settings.mode = context->schedule_mode = mode;
    JXLPOOL_ASSIGN_OR_RETURN(const uint64_t bytes, EstimateFrame(outline, settings, memory_));
    if (saved + bytes <= room) return OkStatus();
  }
  context->threads = &no_threads_;
  return OkStatus();
}

Status ImageDecoder::Prewarm(uint64_t streamed_pixel_bytes) {
  SizeRecorder recorder(memory_->budget());
  JXLPOOL_RETURN_IF_ERROR(RehearseFrames(streamed_pixel_bytes, &recorder));
  return jxlpool::Prewarm(memory_->pool(), recorder.Requests(state_->context.threads->num_workers() - 1));
}

Status ImageDecoder::RehearseFrames(uint64_t streamed_pixel_bytes, SizeRecorder* recorder) {
  // What the interface takes for itself: names, targets.
  Buffer small[4];
  for (size_t i = 0; i < std::size(small); ++i) {
    JXLPOOL_ASSIGN_OR_RETURN(small[i], memory_->Acquire((1 + i % 2) * kBufferAlignment, Category::kOther,
                                                        ElementType::kOther, Fill::kUninitialized));
  }
  uint64_t offset = state_->first_frame_offset;
  for (int i = 0; i < kMaxRehearsedFrames; ++i) {
    JXLPOOL_ASSIGN_OR_RETURN(const PooledObject<FrameDecoder> decoder, ReadFrame(FrameRole::kMain, offset));
    const FrameState& frame = decoder->state();
    const bool is_delivered = IsDelivered(frame.header);
    if (SlotsRead(frame.header) == 0) {
      FrameDelivery delivery;
      delivery.canvas = state_->header.size;
      delivery.is_rehearsal = is_delivered;
      delivery.streamed_pixel_bytes = streamed_pixel_bytes;
      JXLPOOL_RETURN_IF_ERROR(ChooseMode(decoder.get(), is_delivered ? streamed_pixel_bytes : 0));
      JXLPOOL_RETURN_IF_ERROR(decoder->Rehearse(delivery, recorder));
    }
    if (is_delivered || frame.header.is_last) break;
    offset = frame.sections_offset + frame.toc.total_size;
  }
  return OkStatus();
}

}  // namespace jxlpool
