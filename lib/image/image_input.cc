// ImageDecoder: how an image is opened, and its bytes as they arrive.
#include <algorithm>
#include <utility>

#include "lib/bitstream/codestream.h"
#include "lib/compose/image_color.h"
#include "lib/headers/icc_stream.h"
#include "lib/image/image_decoder_state.h"

namespace jxlpool {

Status ImageDecoder::OpenStream(const DecoderOptions& options) {
  Close();
  JXLPOOL_ASSIGN_OR_RETURN(state_, MakePooled<State>(memory_, Category::kOther));
  memory_->work()->Renew();
  state_->options = options;
  state_->limits.max_samples = options.max_samples;
  state_->is_fed = true;
  const Status status = state_->input.Begin(memory_, &state_->container);
  if (!status.ok()) {
    Close();
    return status;
  }
  if (options.keep_input) state_->container.mutable_codestream()->KeepAll();
  return OkStatus();
}

Status ImageDecoder::Open(const uint8_t* data, size_t size, const DecoderOptions& options) {
  JXLPOOL_RETURN_IF_ERROR(OpenStream(options));
  state_->is_fed = false;
  state_->container.mutable_codestream()->set_releaser(options.input_releaser);
  Status status = state_->input.Add({data, size}, InputBytes::kStay);
  if (status.ok()) status = state_->input.End();
  if (status.ok()) status = ReadHeaders();
  if (!status.ok()) Close();
  return status;
}

Status ImageDecoder::Feed(std::span<const uint8_t> bytes) { return state_->input.Add(bytes, InputBytes::kCopy); }
uint64_t ImageDecoder::SkippableInput() const { return state_->input.MaySkip(); }
Status ImageDecoder::SkipInput(uint64_t count) { return state_->input.Skip(count); }
Status ImageDecoder::EndInput() { return state_->input.End(); }

uint64_t ImageDecoder::bytes_fed() const { return state_->input.position(); }
uint64_t ImageDecoder::FilePosition(uint64_t offset) const { return state_->input.FilePosition(offset); }
uint64_t ImageDecoder::BoxEnd() const { return state_->input.BoxEnd(); }
bool ImageDecoder::is_fed() const { return state_->is_fed; }
bool ImageDecoder::has_headers() const { return state_ && state_->has_headers; }

Status ImageDecoder::TryToParse(uint64_t offset, Status (ImageDecoder::*parse)()) {
  const Codestream& codestream = state_->container.codestream();
  const uint64_t size = codestream.size();
  const bool is_early = offset == state_->parse_offset && size < state_->parse_size;
  if (is_early && codestream.is_growing()) return codestream.MissingBefore(state_->parse_size);
  const uint64_t work_left = memory_->work()->left();
  const Status status = (this->*parse)();
  if (status.code() != ErrorCode::kWaiting) return status;
  memory_->work()->Restore(work_left);
  // A header is read from its beginning each time, so that a long one which comes in small pieces is tried now and then
  // only.
  constexpr uint64_t kOften = 16384;
  const uint64_t tried = size - std::min(size, offset);
  const uint64_t needed = status.bit_position() / 8;
  state_->parse_offset = offset;
  state_->parse_size = needed > size + 1 ? needed : size + (tried < kOften ? 1 : tried / 16);
  return codestream.MissingBefore(state_->parse_size);
}

Status ImageDecoder::MayDecodeAtOnce(const FrameStart& frame) const {
  const Codestream& codestream = state_->container.codestream();
  return codestream.is_growing() && codestream.size() < frame.end() ? codestream.MissingBefore(frame.end())
                                                                    : OkStatus();
}

Status ImageDecoder::ReadImageHeaders() {
  State* state = state_.get();
  const Codestream& codestream = state->container.codestream();
  PoolVector<uint8_t> icc(memory_, Category::kInput);
  JXLPOOL_RETURN_IF_ERROR(ParseHeader(codestream, 0, [&](BitReader* reader) -> Status {
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
  JXLPOOL_RETURN_IF_ERROR(
      SetUpImageColor(state->header, std::move(icc), state->options.color_space, memory_, &state->color));
  SetUpContext();
  state->preview_offset = state->first_frame_offset;
  state->has_image_header = true;
  return OkStatus();
}

void ImageDecoder::SetUpContext() {
  const DecoderOptions& options = state_->options;
  FrameContext* context = &state_->context;
  context->source = {memory_, &state_->container.codestream(), &state_->header, state_->limits, options.cancelled};
  context->color = &state_->color;
  context->render_spot_colors = options.render_spot_colors;
  context->coalescing = options.coalescing;
  context->orientation = options.keep_orientation ? Orientation::kIdentity : state_->header.orientation;
  context->allow_partial = options.allow_partial;
  context->downsampling = options.downsampling;
}

Status ImageDecoder::ReadPreviewStart() {
  JXLPOOL_ASSIGN_OR_RETURN(const PooledObject<FrameDecoder> preview,
                           ReadFrame(FrameRole::kPreview, state_->preview_offset));
  state_->first_frame_offset = preview->state().end();
  return OkStatus();
}

Status ImageDecoder::ReadHeaders() {
  State* state = state_.get();
  if (state->has_headers) return OkStatus();
  if (!state->has_image_header) JXLPOOL_RETURN_IF_ERROR(TryToParse(0, &ImageDecoder::ReadImageHeaders));
  if (state->header.have_preview) {
    JXLPOOL_RETURN_IF_ERROR(TryToParse(state->preview_offset, &ImageDecoder::ReadPreviewStart));
  }
  state->table.Begin(state->context.source, state->first_frame_offset, 0, state->header.have_preview ? 1 : 0);
  state->Restart();
  state->has_headers = true;
  return OkStatus();
}

void ImageDecoder::LeaveCurrent() {
  state_->current = PooledObject<FrameDecoder>();
  state_->run = FrameRun();
  if (state_->is_fed) state_->container.codestream().ReleaseBefore(state_->next_offset);
}

}  // namespace jxlpool
