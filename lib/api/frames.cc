// Frames of the C interface: from public outputs to OutputTargets and back.
#include <cstring>
#include <limits>
#include <new>

#include "lib/api/decoder.h"
#include "lib/api/struct_io.h"
#include "lib/compose/output_request.h"
#include "lib/headers/frame_header.h"
#include "lib/headers/image_header.h"

using namespace jxlpool;  // NOLINT(google-build-using-namespace): this file defines functions of the C interface.

namespace {

class CallbackSink : public BandSink {
 public:
  CallbackSink(JxlpoolRowsCallback rows, void* opaque) : rows_(rows), opaque_(opaque) {}
  Status Band(uint32_t y, uint32_t num_rows, const uint8_t* rows, size_t stride) override {
    if (rows_(opaque_, y, num_rows, rows, stride) == 0) return OkStatus();
    return Status(ErrorCode::kCancelled, "the receiver of the rows asked to stop");
  }

 private:
  JxlpoolRowsCallback rows_;
  void* opaque_;
};

size_t SampleBytes(JxlpoolSampleType type) { return type == JXLPOOL_UINT8 ? 1 : type == JXLPOOL_FLOAT32 ? 4 : 2; }

// A caller in C may have put any number there, which C++ must not read as an enumerator.
template <typename Enum>
bool IsUpTo(const Enum& value, Enum last) {
  static_assert(sizeof(Enum) == sizeof(uint32_t));
  uint32_t number;
  std::memcpy(&number, &value, sizeof(number));
  return number <= static_cast<uint32_t>(last);
}

bool IsFormat(const JxlpoolOutput& output) {
  if (!IsUpTo(output.channels, JXLPOOL_CHANNELS_EXTRA) || !IsUpTo(output.sample_type, JXLPOOL_FLOAT32) ||
      !IsUpTo(output.endianness, JXLPOOL_ENDIAN_BIG)) {
    return false;
  }
  const uint32_t max_bits = output.sample_type == JXLPOOL_UINT8 ? 8 : output.sample_type == JXLPOOL_UINT16 ? 16 : 0;
  return output.bits_per_sample <= max_bits;
}

size_t NumChannels(const JxlpoolDecoder& decoder, JxlpoolChannels channels) {
  const size_t num_color = decoder.image.num_color_channels();
  switch (channels) {
    case JXLPOOL_CHANNELS_COLOR:
      return num_color;
    case JXLPOOL_CHANNELS_COLOR_ALPHA:
      return num_color + 1;
    case JXLPOOL_CHANNELS_RGB:
      return 3;
    case JXLPOOL_CHANNELS_RGBA:
      return 4;
    case JXLPOOL_CHANNELS_ALL:
      return num_color + decoder.image.header().num_extra_channels;
    case JXLPOOL_CHANNELS_EXTRA:
      return 1;
  }
  return 0;
}

struct Size {
  uint32_t width;
  uint32_t height;
};

Status CheckPixels(const JxlpoolOutput& output, size_t pixel_bytes, const Size& size, size_t* stride) {
  const size_t sample_bytes = SampleBytes(output.sample_type);
  const uint64_t row_bytes = uint64_t{size.width} * pixel_bytes;
  *stride = output.stride == 0 ? row_bytes : output.stride;
  if (*stride < row_bytes) return InvalidArgument("the stride is smaller than a row");
  if (reinterpret_cast<uintptr_t>(output.pixels) % sample_bytes != 0 || *stride % sample_bytes != 0) {
    return InvalidArgument("the output is not aligned to its samples");
  }
  const uint64_t gaps = size.height - 1;
  if (gaps != 0 && *stride > (std::numeric_limits<uint64_t>::max() - row_bytes) / gaps) {
    return InvalidArgument("the stride is too large");
  }
  if (output.pixels_size < *stride * gaps + row_bytes) return InvalidArgument("the output buffer is too small");
  return OkStatus();
}

// `sink` is memory for a CallbackSink that the target refers to if it wants rows.
Status ToTarget(const JxlpoolDecoder& decoder, const JxlpoolOutput& output, const Size& size, CallbackSink* sink,
                OutputTarget* target) {
  if (!IsFormat(output)) return InvalidArgument("unknown output format");
  if (output.pixels == nullptr && output.rows == nullptr)
    return InvalidArgument("an output has neither buffer nor callback");
  if (output.channels == JXLPOOL_CHANNELS_EXTRA && output.extra_channel >= decoder.image.header().num_extra_channels) {
    return InvalidArgument("no such extra channel");
  }
  static_assert(static_cast<int>(ChannelSet::kExtra) == JXLPOOL_CHANNELS_EXTRA);
  static_assert(static_cast<int>(OutputType::kFloat32) == JXLPOOL_FLOAT32);
  target->channels = static_cast<ChannelSet>(output.channels);
  target->extra_channel = output.extra_channel;
  target->type = static_cast<OutputType>(output.sample_type);
  target->bits = output.bits_per_sample != 0 ? output.bits_per_sample : output.sample_type == JXLPOOL_UINT8 ? 8 : 16;
  target->big_endian = output.endianness == JXLPOOL_ENDIAN_BIG;
  target->unpremultiply = decoder.options.unpremultiply;
  if (output.pixels != nullptr) {
    const size_t pixel_bytes = NumChannels(decoder, output.channels) * SampleBytes(output.sample_type);
    JXLPOOL_RETURN_IF_ERROR(CheckPixels(output, pixel_bytes, size, &target->stride));
    target->pixels = static_cast<uint8_t*>(output.pixels);
  } else {
    target->sink = new (sink) CallbackSink(output.rows, output.rows_opaque);
  }
  return OkStatus();
}

// All targets of one decode, on pooled memory.
class Targets {
 public:
  explicit Targets(Memory* memory) : targets_(memory, Category::kOther), sinks_(memory, Category::kOther) {}

  Status Set(const JxlpoolDecoder& decoder, const JxlpoolOutput* outputs, size_t count, const Size& size) {
    if (outputs == nullptr || count == 0) return InvalidArgument("no output given");
    JXLPOOL_RETURN_IF_ERROR(targets_.Resize(count));
    JXLPOOL_RETURN_IF_ERROR(sinks_.Reserve(count));
    const auto* bytes = reinterpret_cast<const uint8_t*>(outputs);
    const size_t step = StructSize(outputs);
    for (size_t i = 0; i < count; ++i) {
      const auto* given = reinterpret_cast<const JxlpoolOutput*>(bytes + i * step);
      JxlpoolOutput output;
      if (StructSize(given) != step) return InvalidArgument("outputs of different versions");
      if (const JxlpoolStatus status = ReadStruct(given, &output); status != JXLPOOL_OK) {
        return status == JXLPOOL_UNSUPPORTED ? Unsupported("an output asks for something unknown")
                                             : InvalidArgument("an output is not initialised");
      }
      JXLPOOL_RETURN_IF_ERROR(ToTarget(decoder, output, size, sinks_.data() + i, &targets_[i]));
    }
    return OkStatus();
  }

  const OutputTarget* data() const { return targets_.data(); }
  size_t size() const { return targets_.size(); }

 private:
  PoolVector<OutputTarget> targets_;
  PoolVector<CallbackSink> sinks_;  // room only: those needed are made by ToTarget, and have nothing to destroy
};

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

}  // namespace

JxlpoolStatus jxlpool_decoder_next_frame(JxlpoolDecoder* decoder, JxlpoolFrameInfo* info) {
  const Call call(decoder, Needs::kFrames);
  if (!call.ok()) return call.status();
  if (decoder->state == DecoderState::kEnd) return JXLPOOL_END;
  if (info != nullptr && StructSize(info) < kSmallestStruct)
    return decoder->Misuse("the frame info is not initialised");
  FrameInfo frame;
  const MemoryProfile::StageScope stage(&decoder->profile, "next frame");
  const Result<bool> more = decoder->image.NextFrame(&frame);
  if (!more.ok()) return decoder->Fail(more.status());
  decoder->state = more.value() ? DecoderState::kAtFrame : DecoderState::kEnd;
  if (!more.value()) return decoder->image.frame_is_partial() ? JXLPOOL_PARTIAL : JXLPOOL_END;
  decoder->frame_index = frame.index;
  decoder->frame_width = frame.width;
  decoder->frame_height = frame.height;
  return info == nullptr ? JXLPOOL_OK : WriteStruct(Describe(frame, !decoder->options.coalescing), info);
}

size_t jxlpool_decoder_pixel_size(const JxlpoolDecoder* decoder, const JxlpoolOutput* output) {
  JxlpoolOutput given;
  if (decoder == nullptr || !decoder->is_open() || ReadStruct(output, &given) != JXLPOOL_OK || !IsFormat(given))
    return 0;
  return NumChannels(*decoder, given.channels) * SampleBytes(given.sample_type);
}

JxlpoolStatus jxlpool_decoder_decode_frame(JxlpoolDecoder* decoder, const JxlpoolOutput* outputs, size_t num_outputs) {
  const Call call(decoder, Needs::kFrames);
  if (!call.ok()) return call.status();
  if (decoder->state != DecoderState::kAtFrame) return decoder->Misuse("there is no frame to decode");
  Targets targets(&decoder->memory);
  const Size size = {decoder->frame_width, decoder->frame_height};
  if (const Status status = targets.Set(*decoder, outputs, num_outputs, size); !status.ok()) {
    return decoder->Report(status);
  }
  const MemoryProfile::StageScope stage(&decoder->profile, "decode frame", decoder->frame_index);
  const FrameScope scope(*decoder->scope);
  if (const Status status = decoder->image.DecodeFrame(targets.data(), targets.size()); !status.ok()) {
    return decoder->Fail(status);
  }
  decoder->state = DecoderState::kBetweenFrames;
  return decoder->image.frame_is_partial() ? JXLPOOL_PARTIAL : JXLPOOL_OK;
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
  const Size size = {info.preview_width, info.preview_height};
  if (const Status status = targets.Set(*decoder, outputs, num_outputs, size); !status.ok()) {
    return decoder->Report(status);
  }
  const MemoryProfile::StageScope stage(&decoder->profile, "decode preview");
  const FrameScope scope(*decoder->scope);
  const Status status = decoder->image.DecodePreview(targets.data(), targets.size());
  if (!status.ok()) return decoder->Fail(status);
  return decoder->image.preview_is_partial() ? JXLPOOL_PARTIAL : JXLPOOL_OK;
}
