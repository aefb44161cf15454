#include "lib/image/image_decoder.h"

#include <algorithm>
#include <utility>

#include "lib/bitstream/codestream.h"
#include "lib/compose/image_color.h"
#include "lib/frame/frame_decoder.h"
#include "lib/headers/icc_stream.h"
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

SizeLimits LimitsOf(const DecoderOptions& options) {
  SizeLimits limits;
  limits.max_samples = options.max_samples;
  return limits;
}

// Nothing of a frame can be shown without its first section.
bool HasFirstSection(const FrameState& state) {
  const TocEntry& first = state.toc.entries[0];
  return state.sections_offset + first.offset + first.size <= state.context->source.codestream->size();
}

}  // namespace

ImageDecoder::ImageDecoder(Memory* memory, ThreadPool* threads) : memory_(memory), threads_(threads) {}
ImageDecoder::~ImageDecoder() { Close(); }

void ImageDecoder::Close() { state_ = PooledObject<State>(); }

Status ImageDecoder::Open(const uint8_t* data, size_t size, const DecoderOptions& options) {
  Close();
  JXLPOOL_ASSIGN_OR_RETURN(state_, MakePooled<State>(memory_, Category::kOther));
  const Status status = ReadImage(data, size, options);
  if (!status.ok()) Close();
  return status;
}

Status ImageDecoder::ReadImage(const uint8_t* data, size_t size, const DecoderOptions& options) {
  State* state = state_.get();
  memory_->work()->Renew();
  state->options = options;
  state->limits = LimitsOf(options);
  JXLPOOL_ASSIGN_OR_RETURN(state->container, Container::Open({data, size}, memory_));
  const Codestream* codestream = &state->container.codestream();
  PoolVector<uint8_t> icc(memory_, Category::kInput);
  JXLPOOL_RETURN_IF_ERROR(ParseHeader(*codestream, 0, [&](BitReader* reader) -> Status {
    JXLPOOL_RETURN_IF_ERROR(ReadImageHeader(reader, memory_, state->limits, &state->header));
    if (state->header.color_encoding.want_icc) {
      PoolVector<uint8_t> encoded(memory_, Category::kInput);
      JXLPOOL_RETURN_IF_ERROR(ReadIccStream(reader, memory_, state->limits, &encoded));
      JXLPOOL_RETURN_IF_ERROR(ReconstructIccProfile({encoded.data(), encoded.size()}, memory_, state->limits, &icc));
    }
    JXLPOOL_RETURN_IF_ERROR(reader->ZeroPadToByte());
    state->first_frame_offset = reader->Position() / 8;
    return reader->Check();
  }));
  JXLPOOL_RETURN_IF_ERROR(SetUpImageColor(state->header, std::move(icc), options.color_space, memory_, &state->color));

  FrameContext* context = &state->context;
  context->source = {memory_, codestream, &state->header, state->limits, options.cancelled};
  context->color = &state->color;
  state->container.mutable_codestream()->set_releaser(options.input_releaser);
  context->render_spot_colors = options.render_spot_colors;
  context->coalescing = options.coalescing;
  context->orientation = options.keep_orientation ? Orientation::kIdentity : state->header.orientation;
  context->allow_partial = options.allow_partial;
  context->downsampling = options.downsampling;
  if (state->header.have_preview) {
    state->preview_offset = state->first_frame_offset;
    JXLPOOL_ASSIGN_OR_RETURN(const PooledObject<FrameDecoder> preview,
                             ReadFrame(FrameRole::kPreview, state->preview_offset));
    state->first_frame_offset = preview->state().end();
  }
  state->table.Begin(context->source, state->first_frame_offset, 0, state->header.have_preview ? 1 : 0);
  state->Restart();
  return OkStatus();
}

Status ImageDecoder::Rewind() {
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
uint64_t ImageDecoder::copied_input_bytes() const { return state_->container.codestream().copied_bytes(); }

Result<PooledObject<FrameDecoder>> ImageDecoder::ReadFrame(FrameRole role, uint64_t offset) {
  JXLPOOL_ASSIGN_OR_RETURN(PooledObject<FrameDecoder> decoder, MakePooled<FrameDecoder>(memory_, Category::kOther));
  FrameState* frame = &decoder->state();
  frame->context = &state_->context;
  JXLPOOL_RETURN_IF_ERROR(ReadFrameStart(state_->context.source, role, offset, frame));
  const uint64_t bytes_there = state_->container.codestream().size() - frame->sections_offset;
  memory_->work()->AllowFrame(frame->dimensions.xsize * frame->dimensions.ysize,
                              std::min(frame->toc.total_size, bytes_there));
  return decoder;
}

Status ImageDecoder::AdvanceTo(PooledObject<FrameDecoder> decoder) {
  FrameState* frame = &decoder->state();
  if (frame->header.IsShown()) {
    ++state_->visible_frames;
    state_->invisible_frames = 0;
  } else {
    ++state_->invisible_frames;
  }
  ++state_->position;
  frame->visible_frames = state_->visible_frames;
  frame->invisible_frames = state_->invisible_frames;
  state_->current_offset = state_->next_offset;
  state_->next_offset = frame->end();
  state_->seen_last = frame->header.is_last;
  state_->current = std::move(decoder);
  return OkStatus();
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
  const bool allow_partial = state_->options.allow_partial;
  for (;;) {
    if (state_->current) JXLPOOL_RETURN_IF_ERROR(SkipFrame());
    if (state_->seen_last) return false;
    JXLPOOL_ASSIGN_OR_RETURN(PooledObject<FrameDecoder> decoder, ReadFrame(FrameRole::kMain, state_->next_offset));
    if (allow_partial && !HasFirstSection(decoder->state())) {
      return NeedMoreInput("the file ends before the first section of a frame");
    }
    JXLPOOL_RETURN_IF_ERROR(AdvanceTo(std::move(decoder)));
    if (!IsDelivered(state_->current->state().header)) continue;
    JXLPOOL_RETURN_IF_ERROR(DescribeCurrent(info));
    return true;
  }
}

Result<bool> ImageDecoder::NextFrame(FrameInfo* info) {
  state_->partial = false;
  Result<bool> next = AdvanceToDelivered(info);
  if (next.ok() || next.status().code() != ErrorCode::kNeedMoreInput) return next;
  if (!state_->options.allow_partial || state_->display_index == 0) return next;
  // The frames that were delivered are what the file allows.
  state_->partial = true;
  return false;
}

Status ImageDecoder::RunFrame(FrameDecoder* decoder, const OutputTarget* targets, size_t num_targets,
                              FrameSlots* slots) {
  FrameState* frame = &decoder->state();
  frame->SetSlots(*slots);
  const FrameRequest request = RequestFor(num_targets != 0, {targets, num_targets});
  JXLPOOL_ASSIGN_OR_RETURN(const Workforce workforce, ChooseWorkforce(decoder, request));
  // What the frame replaces is its own from here on: if it fails, so does the whole sequence.
  const uint8_t written = SlotWritten(frame->header);
  for (int i = 0; i < 4; ++i) {
    if ((written >> i & 1) != 0) slots->reference[i].Release();
  }
  SharedFrame saved;
  JXLPOOL_RETURN_IF_ERROR(decoder->Decode(request, workforce, &saved));
  const FrameHeader& header = frame->header;
  if (header.frame_type == FrameType::kLFFrame) {
    slots->lf[header.lf_level - 1] = std::move(saved);
  } else if (header.CanReference()) {
    slots->reference[header.save_as_reference] = std::move(saved);
  }
  return OkStatus();
}

Status ImageDecoder::DecodeCurrent(const OutputTarget* targets, size_t num_targets) {
  FrameDecoder* decoder = state_->current.get();
  const FrameHeader& header = decoder->state().header;
  const uint8_t missing = SlotsRead(header) & static_cast<uint8_t>(~state_->exact_slots);
  if (missing != 0) JXLPOOL_RETURN_IF_ERROR(FillSlots(missing));
  const Status status = RunFrame(decoder, targets, num_targets, &state_->slots);
  state_->partial = decoder->state().incomplete;
  if (status.ok()) state_->exact_slots |= SlotWritten(header);
  return status;
}

Status ImageDecoder::DecodeFrame(const OutputTarget* targets, size_t num_targets) {
  if (!state_->current) return InvalidArgument("there is no frame to decode");
  const Status status = DecodeCurrent(targets, num_targets);
  state_->current = PooledObject<FrameDecoder>();
  return status;
}

Status ImageDecoder::SkipFrame() {
  if (!state_->current) return OkStatus();
  const FrameHeader& header = state_->current->state().header;
  // What a frame leaves behind may be needed by any later one.
  const bool is_kept = header.CanReference() || header.frame_type == FrameType::kLFFrame;
  const Status status = is_kept ? DecodeCurrent(nullptr, 0) : OkStatus();
  state_->current = PooledObject<FrameDecoder>();
  return status;
}

Status ImageDecoder::DecodePreview(const OutputTarget* targets, size_t num_targets) {
  if (!state_->header.have_preview) return InvalidArgument("the image has no preview");
  JXLPOOL_ASSIGN_OR_RETURN(PooledObject<FrameDecoder> decoder, ReadFrame(FrameRole::kPreview, state_->preview_offset));
  decoder->state().invisible_frames = 1;
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
  return decoder->DecodeCoefficients(sink, threads_);
}

}  // namespace jxlpool
