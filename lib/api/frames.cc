// Frames of the C interface.
#include <utility>

#include "lib/api/decoder.h"
#include "lib/api/struct_io.h"
#include "lib/api/targets.h"
#include "lib/headers/frame_header.h"

using namespace jxlpool;  // NOLINT(google-build-using-namespace): this file defines functions of the C interface.

namespace {

JxlpoolFrameInfo Describe(const FrameInfo& frame, bool layers) {
  JxlpoolFrameInfo info = {};
  info.index = frame.index;
  info.width = frame.width;
  info.height = frame.height;
  info.x0 = frame.x0;
  info.y0 = frame.y0;
  info.duration = frame.duration;
  info.timecode = frame.timecode;
  info.is_last = frame.is_last ? 1 : 0;
  info.name = frame.name;
  info.name_length = frame.header->name.size();
  if (layers) {
    info.blend_mode = static_cast<JxlpoolBlendMode>(frame.header->blending_info.mode);
    info.blend_source = frame.header->blending_info.source;
    info.blend_alpha = frame.header->blending_info.alpha_channel;
    info.blend_clamp = frame.header->blending_info.clamp ? 1 : 0;
    info.save_slot = frame.header->save_as_reference;
  }
  return info;
}

JxlpoolRows Describe(const PulledRows::Rows& rows) {
  JxlpoolRows description = {};
  description.y = rows.y;
  description.num_rows = rows.num_rows;
  description.data = rows.data;
  description.stride = rows.stride;
  return description;
}

// The current frame goes to `given`. If its decode has begun, those are the targets that it began with.
Status BeginOrGoOn(JxlpoolDecoder* decoder, Targets given) {
  if (!decoder->image.frame_has_begun()) {
    decoder->targets = std::move(given);
    return OkStatus();
  }
  return decoder->targets == given ? OkStatus() : InvalidArgument("the frame's decode began with other outputs");
}

}  // namespace

JxlpoolStatus jxlpool_decoder_next_frame(JxlpoolDecoder* decoder, JxlpoolFrameInfo* info) {
  const Call call(decoder, Needs::kFrames);
  if (!call.ok()) return call.status();
  if (decoder->state == DecoderState::kEnd) return JXLPOOL_END;
  if (info != nullptr && StructSize(info) < kSmallestStruct)
    return decoder->Misuse("the frame info is not initialised");
  if (decoder->image.frame_has_begun()) {
    if (!decoder->targets.are_pulled()) return decoder->Misuse("the decode of a frame has begun and is not over");
    decoder->pulled_rows.Abandon();
  }
  FrameInfo frame;
  // Whatever has to be awaited now, the current frame is given up.
  decoder->state = DecoderState::kBetweenFrames;
  const MemoryProfile::StageScope stage(&decoder->profile, "next frame");
  bool more = false;
  const Status status = decoder->Await([&]() -> Status {
    JXLPOOL_ASSIGN_OR_RETURN(more, decoder->image.NextFrame(&frame));
    return OkStatus();
  });
  if (!status.ok()) return decoder->Fail(status);
  decoder->ForgetTargets();
  decoder->state = more ? DecoderState::kAtFrame : DecoderState::kEnd;
  if (!more) return decoder->image.frame_is_partial() ? JXLPOOL_PARTIAL : JXLPOOL_END;
  decoder->frame_index = frame.index;
  decoder->frame_width = frame.width;
  decoder->frame_height = frame.height;
  return info == nullptr ? JXLPOOL_OK : WriteStruct(Describe(frame, !decoder->options.coalescing), info);
}

size_t jxlpool_decoder_pixel_size(const JxlpoolDecoder* decoder, const JxlpoolOutput* output) {
  JxlpoolOutput given;
  if (decoder == nullptr || !decoder->has_headers() || ReadStruct(output, &given) != JXLPOOL_OK) return 0;
  return PixelBytes(*decoder, given);
}

JxlpoolStatus jxlpool_decoder_decode_frame(JxlpoolDecoder* decoder, const JxlpoolOutput* outputs, size_t num_outputs) {
  const Call call(decoder, Needs::kFrames);
  if (!call.ok()) return call.status();
  if (decoder->state != DecoderState::kAtFrame) return decoder->Misuse("there is no frame to decode");
  Targets given(&decoder->memory);
  const ImageSize size = {decoder->frame_width, decoder->frame_height};
  if (const Status status = given.Set(*decoder, outputs, num_outputs, size); !status.ok()) {
    return decoder->Report(status);
  }
  if (const Status status = BeginOrGoOn(decoder, std::move(given)); !status.ok()) return decoder->Report(status);
  const Targets& targets = decoder->targets;
  const MemoryProfile::StageScope stage(&decoder->profile, "decode frame", decoder->frame_index);
  const FrameScope scope(*decoder->scope);
  const Status status = decoder->Await([&] { return decoder->image.DecodeFrame(targets.data(), targets.size()); });
  if (!status.ok()) return decoder->Fail(status);
  decoder->ForgetTargets();
  decoder->state = DecoderState::kBetweenFrames;
  return decoder->image.frame_is_partial() ? JXLPOOL_PARTIAL : JXLPOOL_OK;
}

JxlpoolStatus jxlpool_decoder_next_rows(JxlpoolDecoder* decoder, const JxlpoolOutput* output, JxlpoolRows* rows) {
  const Call call(decoder, Needs::kFrames);
  if (!call.ok()) return call.status();
  if (rows == nullptr || StructSize(rows) < kSmallestStruct) return decoder->Misuse("the rows are not initialised");
  if (decoder->state != DecoderState::kAtFrame) return decoder->Misuse("there is no frame to decode");
  Targets given(&decoder->memory);
  PulledRows& pulled = decoder->pulled_rows;
  if (const Status status = given.SetPulled(*decoder, output, &pulled); !status.ok()) return decoder->Report(status);
  if (const Status status = BeginOrGoOn(decoder, std::move(given)); !status.ok()) return decoder->Report(status);
  const Targets& targets = decoder->targets;
  if (PulledRows::Rows next; pulled.Take(&next)) return WriteStruct(Describe(next), rows);
  const MemoryProfile::StageScope stage(&decoder->profile, "decode rows", decoder->frame_index);
  const Status status = decoder->Await([&] { return decoder->image.DecodeFrame(targets.data(), targets.size()); });
  if (PulledRows::Rows next; status.code() == ErrorCode::kPaused && pulled.Take(&next)) {
    return WriteStruct(Describe(next), rows);
  }
  if (!status.ok()) return decoder->Fail(status);
  const FrameScope frame_is_over(*decoder->scope);
  decoder->ForgetTargets();
  decoder->state = DecoderState::kBetweenFrames;
  return decoder->image.frame_is_partial() ? JXLPOOL_PARTIAL : JXLPOOL_END;
}

JxlpoolStatus jxlpool_decoder_decode_preview(JxlpoolDecoder* decoder, const JxlpoolOutput* outputs,
                                             size_t num_outputs) {
  const Call call(decoder, Needs::kFrames);
  if (!call.ok()) return call.status();
  JxlpoolImageInfo info;
  JXLPOOL_INIT(info);
  if (const JxlpoolStatus status = jxlpool_decoder_get_image_info(decoder, &info); status != JXLPOOL_OK) return status;
  if (!info.have_preview) return JXLPOOL_END;
  Targets targets(&decoder->memory);
  const ImageSize size = {info.preview_width, info.preview_height};
  if (const Status status = targets.Set(*decoder, outputs, num_outputs, size); !status.ok()) {
    return decoder->Report(status);
  }
  const MemoryProfile::StageScope stage(&decoder->profile, "decode preview");
  const FrameScope scope(*decoder->scope);
  const Status status = decoder->Await([&] { return decoder->image.DecodePreview(targets.data(), targets.size()); });
  if (!status.ok()) return decoder->Fail(status);
  return decoder->image.preview_is_partial() ? JXLPOOL_PARTIAL : JXLPOOL_OK;
}
