// ImageDecoder: pictures of a frame that has not come to its end.
#include <utility>

#include "lib/frame/frame_progress.h"
#include "lib/frame/lf_picture.h"
#include "lib/image/image_decoder_state.h"

namespace jxlpool {

FrameProgress ImageDecoder::Progress() const {
  if (!state_->current) return FrameProgress();
  return ProgressOf(state_->current->state(), state_->container.codestream());
}

uint32_t ImageDecoder::final_rows() const { return state_->current ? state_->current->final_rows() : 0; }

Status ImageDecoder::RunProvisionally(const FrameState& running, FrameRequest request, FrameSlots* slots) {
  FrameContext context = state_->context;
  context.provisional = true;
  context.allow_partial = true;
  JXLPOOL_ASSIGN_OR_RETURN(const PooledObject<FrameDecoder> decoder, ReadFrame(FrameRole::kMain, running.offset));
  FrameState* frame = &decoder->state();
  frame->context = &context;
  frame->keeps_sections = true;
  frame->visible_frames = running.visible_frames;
  frame->invisible_frames = running.invisible_frames;
  frame->SetSlots(*slots);
  JXLPOOL_RETURN_IF_ERROR(decoder->ReadGlobals());
  JXLPOOL_ASSIGN_OR_RETURN(const Workforce workforce, ChooseWorkforce(decoder.get(), request));
  SharedFrame saved;
  JXLPOOL_RETURN_IF_ERROR(decoder->Decode(request, workforce, &saved));
  if (frame->header.frame_type == FrameType::kLFFrame) slots->lf[frame->header.lf_level - 1] = std::move(saved);
  return OkStatus();
}

Result<PooledObject<FrameDecoder>> ImageDecoder::MakeLfPicture(FrameSlots* slots) {
  uint32_t level = 0;
  while (level < 4 && slots->lf[level].empty()) ++level;
  if (level == 4 || !MayShowLfFrame(state_->header)) return PooledObject<FrameDecoder>();
  for (;; --level) {
    JXLPOOL_ASSIGN_OR_RETURN(PooledObject<FrameDecoder> decoder, MakePooled<FrameDecoder>(memory_, Category::kOther));
    decoder->state().context = &state_->context;
    JXLPOOL_RETURN_IF_ERROR(jxlpool::MakeLfPicture(level, &decoder->state()));
    if (level == 0) return decoder;
    FrameRun run;
    JXLPOOL_RETURN_IF_ERROR(RunFrame(decoder.get(), {}, slots, &run));
  }
}

Status ImageDecoder::FlushLfFrame(std::span<const OutputTarget> targets) {
  FrameSlots slots = state_->slots;
  const bool is_coming = state_->current && state_->current->state().header.frame_type == FrameType::kLFFrame;
  if (is_coming && state_->current->MayShow()) {
    const Status status = RunProvisionally(state_->current->state(), RequestFor(false, {}), &slots);
    if (!status.ok() && status.code() != ErrorCode::kNeedMoreInput) return status;
  }
  JXLPOOL_ASSIGN_OR_RETURN(const PooledObject<FrameDecoder> picture, MakeLfPicture(&slots));
  if (!picture) return state_->container.codestream().Missing();
  FrameRun run;
  return RunFrame(picture.get(), targets, &slots, &run);
}

Status ImageDecoder::Flush(const OutputTarget* targets, size_t num_targets) {
  const std::span<const OutputTarget> wanted = {targets, num_targets};
  const uint64_t work_left = memory_->work()->left();
  Status status;
  const bool at_frame = state_->current && IsDelivered(state_->current->state().header);
  const uint32_t frames_before = state_->display_index - (at_frame ? 1 : 0);
  if (at_frame && state_->current->MayShow()) {
    const FrameState& running = state_->current->state();
    FrameSlots slots = state_->run.has_begun ? running.slots : state_->slots;
    FrameRequest request = RequestFor(true, wanted);
    request.first_row = final_rows();
    status = RunProvisionally(running, request, &slots);
  } else if (frames_before == 0 && state_->options.coalescing) {
    status = FlushLfFrame(wanted);
  } else {
    return state_->container.codestream().Missing();
  }
  memory_->work()->Restore(work_left);
  const Codestream& codestream = state_->container.codestream();
  const bool has_too_little = status.code() == ErrorCode::kNeedMoreInput && codestream.is_growing();
  return has_too_little ? codestream.Missing() : status;
}

}  // namespace jxlpool
