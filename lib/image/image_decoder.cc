#include "lib/image/image_decoder.h"

#include <algorithm>
#include <utility>

#include "lib/bitstream/codestream.h"
#include "lib/frame/frame_decoder.h"
#include "lib/image/image_decoder_state.h"

namespace jxlpool {

namespace {

// Size and position of a layer as delivered.
void PlaceLayer(Orientation orientation, const SizeHeader& canvas, const FrameState& frame, FrameInfo* info) {
  info->width = static_cast<uint32_t>(frame.dimensions.width);
  info->height = static_cast<uint32_t>(frame.dimensions.height);
  info->x0 = frame.header.x0;
  info->y0 = frame.header.y0;
  if (FlipsX(orientation)) info->x0 = static_cast<int32_t>(int64_t{canvas.width} - info->width - info->x0);
  if (FlipsY(orientation)) info->y0 = static_cast<int32_t>(int64_t{canvas.height} - info->height - info->y0);
  if (SwapsDimensions(orientation)) {
    std::swap(info->width, info->height);
    std::swap(info->x0, info->y0);
  }
}

// Nothing of a frame can be shown without its first section, or the beginning of a single one. REQUIRES: the frame has
// its counters and slots.
Status CheckFirstSection(FrameDecoder* decoder) {
  const FrameState& state = decoder->state();
  const Codestream& codestream = *state.context->source.codestream;
  const TocEntry& first = state.toc.entries[0];
  const uint64_t end = state.sections_offset + first.offset + first.size;
  if (end <= codestream.size()) return OkStatus();
  if (codestream.is_growing()) return codestream.MissingBefore(end);
  if (decoder->MayShow() && decoder->ReadGlobals().ok()) return OkStatus();
  return NeedMoreInput("the file ends before the first section of a frame");
}

// Bytes of the frame's sections that have come.
uint64_t BytesThere(const FrameState& frame) {
  return std::min(frame.toc.total_size, frame.context->source.codestream->size() - frame.sections_offset);
}

}  // namespace

ImageDecoder::ImageDecoder(Memory* memory, ThreadPool* threads) : memory_(memory), threads_(threads) {}
ImageDecoder::~ImageDecoder() { Close(); }

void ImageDecoder::Close() { state_ = PooledObject<State>(); }

Status ImageDecoder::Rewind() {
  if (state_->is_fed && !state_->options.keep_input) return InvalidArgument("a stream cannot be rewound");
  memory_->work()->Renew();
  state_->Restart();
  return OkStatus();
}

const Container& ImageDecoder::container() const { return state_->container; }
const ImageHeader& ImageDecoder::header() const { return state_->header; }
uint32_t ImageDecoder::width() const {
  return SwapsDimensions(state_->context.orientation) ? state_->header.size.height : state_->header.size.width;
}
uint32_t ImageDecoder::height() const {
  return SwapsDimensions(state_->context.orientation) ? state_->header.size.width : state_->header.size.height;
}
uint32_t ImageDecoder::num_color_channels() const { return state_->color.num_color; }
const PoolVector<uint8_t>& ImageDecoder::original_icc() const { return state_->color.original_icc; }
const PoolVector<uint8_t>& ImageDecoder::data_icc() const { return state_->color.data_icc; }
const ColorDescription* ImageDecoder::original_color() const {
  return state_->color.original ? &*state_->color.original : nullptr;
}
const ColorDescription* ImageDecoder::data_color() const { return state_->color.data ? &*state_->color.data : nullptr; }
bool ImageDecoder::frame_is_partial() const { return state_->partial; }
bool ImageDecoder::preview_is_partial() const { return state_->preview_partial; }
uint64_t ImageDecoder::copied_input_bytes() const {
  return state_->container.codestream().copied_bytes() + (state_->is_fed ? bytes_fed() : 0);
}

Result<PooledObject<FrameDecoder>> ImageDecoder::ReadFrame(FrameRole role, uint64_t offset) {
  JXLPOOL_ASSIGN_OR_RETURN(PooledObject<FrameDecoder> decoder, MakePooled<FrameDecoder>(memory_, Category::kOther));
  FrameState* frame = &decoder->state();
  frame->context = &state_->context;
  JXLPOOL_RETURN_IF_ERROR(ReadFrameStart(state_->context.source, role, offset, frame));
  memory_->work()->AllowFrame(frame->dimensions.xsize * frame->dimensions.ysize, BytesThere(*frame));
  return decoder;
}

Status ImageDecoder::ReadNextFrame() {
  JXLPOOL_ASSIGN_OR_RETURN(PooledObject<FrameDecoder> decoder, ReadFrame(FrameRole::kMain, state_->next_offset));
  FrameState* frame = &decoder->state();
  const bool is_shown = frame->header.IsShown();
  frame->visible_frames = state_->visible_frames + (is_shown ? 1 : 0);
  frame->invisible_frames = is_shown ? 0 : state_->invisible_frames + 1;
  if (state_->options.allow_partial) {
    frame->SetSlots(state_->slots);
    JXLPOOL_RETURN_IF_ERROR(CheckFirstSection(decoder.get()));
  }
  AdvanceTo(std::move(decoder));
  return OkStatus();
}

void ImageDecoder::AdvanceTo(PooledObject<FrameDecoder> decoder) {
  const FrameState* frame = &decoder->state();
  state_->visible_frames = frame->visible_frames;
  state_->invisible_frames = frame->invisible_frames;
  ++state_->position;
  state_->current_offset = state_->next_offset;
  state_->next_offset = frame->end();
  state_->seen_last = frame->header.is_last;
  state_->run = FrameRun();
  state_->run.allowed_bytes = BytesThere(*frame);
  state_->current = std::move(decoder);
}

bool ImageDecoder::IsDelivered(const FrameHeader& frame) const {
  return state_->options.coalescing ? frame.IsShown() : frame.IsNormalFrame();
}

Status ImageDecoder::DescribeCurrent(FrameInfo* info) {
  const FrameState& frame = state_->current->state();
  const FrameHeader& header = frame.header;
  state_->name = PoolVector<char>(memory_, Category::kOther);
  for (const char c : header.name) JXLPOOL_RETURN_IF_ERROR(state_->name.PushBack(c));
  JXLPOOL_RETURN_IF_ERROR(state_->name.PushBack('\0'));
  info->index = state_->display_index++;
  info->duration = header.duration;
  info->timecode = header.timecode;
  info->is_last = header.is_last;
  info->name = state_->name.data();
  info->header = &header;
  if (state_->options.coalescing) {
    info->width = width();
    info->height = height();
    info->x0 = 0;
    info->y0 = 0;
    return OkStatus();
  }
  PlaceLayer(state_->context.orientation, state_->header.size, frame, info);
  return OkStatus();
}

Result<bool> ImageDecoder::AdvanceToDelivered(FrameInfo* info) {
  for (;;) {
    if (state_->current) JXLPOOL_RETURN_IF_ERROR(SkipFrame());
    if (state_->seen_last) return false;
    JXLPOOL_RETURN_IF_ERROR(TryToParse(state_->next_offset, &ImageDecoder::ReadNextFrame));
    if (!IsDelivered(state_->current->state().header)) continue;
    JXLPOOL_RETURN_IF_ERROR(DescribeCurrent(info));
    return true;
  }
}

Result<bool> ImageDecoder::NextFrame(FrameInfo* info) {
  state_->partial = false;
  Result<bool> next = AdvanceToDelivered(info);
  if (next.ok() || next.status().code() != ErrorCode::kNeedMoreInput) return next;
  if (!state_->options.allow_partial) return next;
  if (state_->display_index == 0) {
    if (!state_->options.coalescing) return next;
    JXLPOOL_ASSIGN_OR_RETURN(state_->current, MakeLfPicture(&state_->slots));
    if (!state_->current) return next;
    state_->seen_last = true;
    JXLPOOL_RETURN_IF_ERROR(DescribeCurrent(info));
    return true;
  }
  // The frames that were delivered are what the file allows.
  state_->partial = true;
  return false;
}

Status ImageDecoder::BeginRun(FrameDecoder* decoder, std::span<const OutputTarget> targets, FrameSlots* slots,
                              FrameRun* run) {
  FrameState* frame = &decoder->state();
  frame->SetSlots(*slots);
  run->request = RequestFor(!targets.empty(), targets);
  JXLPOOL_ASSIGN_OR_RETURN(run->workforce, ChooseWorkforce(decoder, run->request));
  // What the frame replaces is its own from here on: if it fails, so does the whole sequence.
  const uint8_t written = SlotWritten(frame->header);
  for (int i = 0; i < 4; ++i) {
    if ((written >> i & 1) != 0) slots->reference[i].Release();
  }
  run->has_begun = true;
  return OkStatus();
}

Status ImageDecoder::RunFrame(FrameDecoder* decoder, std::span<const OutputTarget> targets, FrameSlots* slots,
                              FrameRun* run) {
  if (!run->has_begun) {
    JXLPOOL_RETURN_IF_ERROR(decoder->MayReadGlobals());
    JXLPOOL_RETURN_IF_ERROR(BeginRun(decoder, targets, slots, run));
  }
  SharedFrame saved;
  JXLPOOL_RETURN_IF_ERROR(decoder->Decode(run->request, run->workforce, &saved));
  const FrameHeader& header = decoder->state().header;
  if (header.frame_type == FrameType::kLFFrame) {
    slots->lf[header.lf_level - 1] = std::move(saved);
  } else if (header.CanReference()) {
    slots->reference[header.save_as_reference] = std::move(saved);
  }
  return OkStatus();
}

Status ImageDecoder::DecodeCurrent(std::span<const OutputTarget> targets) {
  FrameDecoder* decoder = state_->current.get();
  const FrameState& frame = decoder->state();
  const uint8_t missing = SlotsRead(frame.header) & static_cast<uint8_t>(~state_->exact_slots);
  if (missing != 0) JXLPOOL_RETURN_IF_ERROR(FillSlots(missing));
  // The more bytes a frame has, the more work it may ask for.
  const uint64_t bytes_there = BytesThere(frame);
  memory_->work()->AllowFrame(0, bytes_there - state_->run.allowed_bytes);
  state_->run.allowed_bytes = bytes_there;
  const Status status = RunFrame(decoder, targets, &state_->slots, &state_->run);
  if (status.code() == ErrorCode::kWaiting || status.code() == ErrorCode::kPaused) return status;
  state_->partial = frame.incomplete;
  if (status.ok()) state_->exact_slots |= SlotWritten(frame.header);
  LeaveCurrent();
  return status;
}

Status ImageDecoder::DecodeFrame(const OutputTarget* targets, size_t num_targets) {
  if (!state_->current) return InvalidArgument("there is no frame to decode");
  return DecodeCurrent({targets, num_targets});
}

bool ImageDecoder::frame_has_begun() const { return state_->current && !state_->run.request.targets.empty(); }

Status ImageDecoder::SkipFrame() {
  if (!state_->current) return OkStatus();
  const FrameHeader& header = state_->current->state().header;
  // What a frame leaves behind may be needed by any later one.
  if (!header.CanReference() && header.frame_type != FrameType::kLFFrame) {
    LeaveCurrent();
    return OkStatus();
  }
  for (;;) {
    const Status status = DecodeCurrent({});
    if (status.code() != ErrorCode::kPaused) return status;
  }
}

Status ImageDecoder::DecodePreview(const OutputTarget* targets, size_t num_targets) {
  if (!state_->header.have_preview) return InvalidArgument("the image has no preview");
  JXLPOOL_ASSIGN_OR_RETURN(PooledObject<FrameDecoder> decoder, ReadFrame(FrameRole::kPreview, state_->preview_offset));
  JXLPOOL_RETURN_IF_ERROR(MayDecodeAtOnce(decoder->state()));
  decoder->state().invisible_frames = 1;
  decoder->state().keeps_sections = state_->is_fed;  // the preview may be asked for again
  FrameRequest request = RequestFor(true, {targets, num_targets});
  request.canvas = state_->header.preview;
  JXLPOOL_ASSIGN_OR_RETURN(const Workforce workforce, ChooseWorkforce(decoder.get(), request));
  SharedFrame saved;
  const Status status = decoder->Decode(request, workforce, &saved);
  state_->preview_partial = decoder->state().incomplete;
  return status;
}

Status ImageDecoder::DecodeCoefficients(CoefficientSink* sink) {
  JXLPOOL_ASSIGN_OR_RETURN(PooledObject<FrameDecoder> decoder, ReadFrame(FrameRole::kMain, state_->first_frame_offset));
  JXLPOOL_RETURN_IF_ERROR(MayDecodeAtOnce(decoder->state()));
  decoder->state().keeps_sections = state_->is_fed;  // NextFrame will give the same frame
  return decoder->DecodeCoefficients(sink, threads_);
}

}  // namespace jxlpool
