// ImageDecoder: how much memory an image takes, and in which mode its frames are decoded.
#include <algorithm>
#include <iterator>

#include "lib/frame/frame_decoder.h"
#include "lib/image/frame_table.h"
#include "lib/image/image_decoder_state.h"
#include "lib/pool/buffer_pool.h"
#include "lib/pool/prewarm.h"
#include "lib/pool/size_recorder.h"

namespace jxlpool {
namespace {

constexpr int kMaxRehearsedFrames = 8;

// The slots as they will be before a frame, for looking at its sections before the frames before it are decoded.
class ExpectedSlots {
 public:
  void Describe(FrameState* frame) const { std::copy(std::begin(shapes_), std::end(shapes_), frame->reference_shapes); }

  void Replace(uint8_t written, const FrameComposer::Saved& saved) {
    for (size_t i = 0; i < std::size(bytes_); ++i) {
      if ((written >> i & 1) == 0) continue;
      bytes_[i] = SharedFrame::Bytes(saved.num_planes, saved.width, saved.height);
      if (i < kNumReferenceSlots) {
        shapes_[i] = {saved.num_planes != 0, saved.before_color_transform, saved.width, saved.height};
      }
    }
  }

  uint64_t bytes() const {
    uint64_t sum = 0;
    for (const uint64_t bytes : bytes_) sum += bytes;
    return sum;
  }

 private:
  PatchEnvironment::Slot shapes_[kNumReferenceSlots];
  uint64_t bytes_[8] = {};
};

}  // namespace

Result<ImageMemoryEstimate> ImageDecoder::EstimateMemory(uint64_t streamed_pixel_bytes) {
  ImageMemoryEstimate estimate;
  ExpectedSlots slots;
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
    FrameState* frame = &decoder->state();
    slots.Describe(frame);
    const Status looked = decoder->ReadGlobals();
    if (looked.code() == ErrorCode::kCancelled || looked.code() == ErrorCode::kWaiting) return looked;
    const uint64_t live = memory_->budget()->total().live + slots.bytes();
    FrameRequest request = RequestFor(IsDelivered(frame->header), {});
    request.streamed_pixel_bytes = streamed_pixel_bytes;
    const auto raise = [&](ThreadPool* threads, ScheduleMode mode, uint64_t* total) -> Status {
      JXLPOOL_ASSIGN_OR_RETURN(const uint64_t bytes, decoder->Needs(request, {threads, mode}));
      *total = std::max(*total, live + bytes);
      return OkStatus();
    };
    JXLPOOL_RETURN_IF_ERROR(raise(threads_, ScheduleMode::kParallel, &estimate.parallel));
    JXLPOOL_RETURN_IF_ERROR(raise(threads_, ScheduleMode::kStreaming, &estimate.streaming));
    JXLPOOL_RETURN_IF_ERROR(raise(&no_threads_, ScheduleMode::kStreaming, &estimate.one_thread));
    slots.Replace(SlotWritten(frame->header), FrameDelivery::SavedBy(*frame, request));
  }
  return estimate;
}

FrameRequest ImageDecoder::RequestFor(bool is_delivered, std::span<const OutputTarget> targets) const {
  FrameRequest request;
  request.canvas = state_->header.size;
  request.is_delivered = is_delivered;
  request.targets = targets;
  return request;
}

// What may be acquired besides what is live, by the limit of the decode and the cap of its pool.
uint64_t ImageDecoder::Room() const {
  const uint64_t limit = memory_->budget()->limit();
  const uint64_t room = memory_->pool()->RoomUnderCap();
  if (limit == Budget::kUnlimited) return room;
  return std::min(room, limit - std::min(limit, memory_->budget()->total().live));
}

Result<Workforce> ImageDecoder::ChooseWorkforce(FrameDecoder* decoder, const FrameRequest& request) {
  const DecodeMode mode = state_->options.mode;
  if (mode == DecodeMode::kStreaming) return Workforce{threads_, ScheduleMode::kStreaming};
  const Workforce parallel{threads_, ScheduleMode::kParallel};
  const uint64_t room = Room();
  if (mode == DecodeMode::kParallel || room == Budget::kUnlimited) return parallel;
  JXLPOOL_RETURN_IF_ERROR(decoder->ReadGlobals());
  for (const Workforce& workforce : {parallel, Workforce{threads_, ScheduleMode::kStreaming}}) {
    JXLPOOL_ASSIGN_OR_RETURN(const uint64_t bytes, decoder->Needs(request, workforce));
    if (bytes <= room) return workforce;
  }
  return Workforce{&no_threads_, ScheduleMode::kStreaming};
}

Status ImageDecoder::Prewarm(uint64_t streamed_pixel_bytes) {
  SizeRecorder recorder(memory_->budget());
  JXLPOOL_ASSIGN_OR_RETURN(const uint32_t num_workers, RehearseFrames(streamed_pixel_bytes, &recorder));
  return jxlpool::Prewarm(memory_->pool(), recorder.Requests(num_workers - 1));
}

Result<uint32_t> ImageDecoder::RehearseFrames(uint64_t streamed_pixel_bytes, SizeRecorder* recorder) {
  // What the interface takes for itself: names, targets.
  Buffer small[4];
  for (size_t i = 0; i < std::size(small); ++i) {
    JXLPOOL_ASSIGN_OR_RETURN(small[i], memory_->Acquire((1 + i % 2) * kBufferAlignment, Category::kOther,
                                                        ElementType::kOther, Fill::kUninitialized));
  }
  uint32_t num_workers = 1;
  uint64_t offset = state_->first_frame_offset;
  for (int i = 0; i < kMaxRehearsedFrames; ++i) {
    JXLPOOL_ASSIGN_OR_RETURN(const PooledObject<FrameDecoder> decoder, ReadFrame(FrameRole::kMain, offset));
    const FrameState& frame = decoder->state();
    const bool is_delivered = IsDelivered(frame.header);
    if (SlotsRead(frame.header) == 0) {
      FrameRequest request = RequestFor(is_delivered, {});
      if (is_delivered) request.streamed_pixel_bytes = streamed_pixel_bytes;
      JXLPOOL_ASSIGN_OR_RETURN(const Workforce workforce, ChooseWorkforce(decoder.get(), request));
      JXLPOOL_RETURN_IF_ERROR(decoder->Rehearse(request, workforce, recorder));
      num_workers = std::max(num_workers, workforce.num_workers());
    }
    if (is_delivered || frame.header.is_last) break;
    offset = frame.end();
  }
  return num_workers;
}

}  // namespace jxlpool
