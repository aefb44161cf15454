#include "lib/api/targets.h"

#include <algorithm>
#include <cstring>
#include <limits>
#include <new>

#include "lib/api/decoder.h"
#include "lib/api/struct_io.h"
#include "lib/headers/image_header.h"

namespace jxlpool {
namespace {

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

Status CheckPixels(const JxlpoolOutput& output, size_t pixel_bytes, const ImageSize& size, size_t* stride) {
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

Status ReadOutput(const JxlpoolOutput* from, JxlpoolOutput* to) {
  const JxlpoolStatus status = ReadStruct(from, to);
  if (status == JXLPOOL_OK) return OkStatus();
  return status == JXLPOOL_UNSUPPORTED ? Unsupported("an output asks for something unknown")
                                       : InvalidArgument("an output is not initialised");
}

// What the target is to hold, not where it goes.
Status SetFormat(const JxlpoolDecoder& decoder, const JxlpoolOutput& output, OutputTarget* target) {
  if (!IsFormat(output)) return InvalidArgument("unknown output format");
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
  return OkStatus();
}

// `sink` is memory for a RowsSink that the target refers to if it wants rows.
Status ToTarget(const JxlpoolDecoder& decoder, const JxlpoolOutput& output, const ImageSize& size, RowsSink* sink,
                OutputTarget* target) {
  JXLPOOL_RETURN_IF_ERROR(SetFormat(decoder, output, target));
  if (output.pixels == nullptr && output.rows == nullptr)
    return InvalidArgument("an output has neither buffer nor callback");
  if (output.pixels != nullptr) {
    const size_t pixel_bytes = NumChannels(decoder, output.channels) * SampleBytes(output.sample_type);
    JXLPOOL_RETURN_IF_ERROR(CheckPixels(output, pixel_bytes, size, &target->stride));
    target->pixels = static_cast<uint8_t*>(output.pixels);
  } else {
    target->sink = new (sink) RowsSink(output.rows, output.rows_opaque);
  }
  return OkStatus();
}

bool IsSame(const OutputTarget& a, const OutputTarget& b) {
  if ((a.sink == nullptr) != (b.sink == nullptr) || a.pauses != b.pauses) return false;
  if (a.sink != nullptr && !a.pauses && !(*static_cast<RowsSink*>(a.sink) == *static_cast<RowsSink*>(b.sink)))
    return false;
  const bool same_format = a.channels == b.channels && a.extra_channel == b.extra_channel && a.type == b.type &&
                           a.bits == b.bits && a.big_endian == b.big_endian;
  return same_format && a.pixels == b.pixels && a.stride == b.stride;
}

}  // namespace

size_t PixelBytes(const JxlpoolDecoder& decoder, const JxlpoolOutput& output) {
  return IsFormat(output) ? NumChannels(decoder, output.channels) * SampleBytes(output.sample_type) : 0;
}

Status PulledRows::Band(uint32_t y, uint32_t num_rows, const uint8_t* rows, size_t stride) {
  if (is_abandoned_) return OkStatus();
  if (num_taken_ == num_pieces_) num_taken_ = num_pieces_ = 0;
  if (num_pieces_ != 0) {
    Rows& last = pieces_[num_pieces_ - 1];
    if (rows == last.data + last.num_rows * stride) {
      last.num_rows += num_rows;
      return OkStatus();
    }
  }
  if (num_pieces_ == kMaxPieces) return InvalidArgument("rows were overwritten before they were taken");
  pieces_[num_pieces_++] = {y, num_rows, rows, stride};
  return OkStatus();
}

bool PulledRows::Take(Rows* rows) {
  if (num_taken_ == num_pieces_) return false;
  *rows = pieces_[num_taken_++];
  return true;
}

void PulledRows::Abandon() {
  is_abandoned_ = true;
  num_taken_ = num_pieces_ = 0;
}

Status RowsSink::Band(uint32_t y, uint32_t num_rows, const uint8_t* rows, size_t stride) {
  if (rows_(opaque_, y, num_rows, rows, stride) == 0) return OkStatus();
  return Status(ErrorCode::kCancelled, "the receiver of the rows asked to stop");
}

Status Targets::Set(const JxlpoolDecoder& decoder, const JxlpoolOutput* outputs, size_t count, const ImageSize& size) {
  if (outputs == nullptr || count == 0) return InvalidArgument("no output given");
  JXLPOOL_RETURN_IF_ERROR(targets_.Resize(count));
  JXLPOOL_RETURN_IF_ERROR(sinks_.Reserve(count));
  const auto* bytes = reinterpret_cast<const uint8_t*>(outputs);
  const size_t step = StructSize(outputs);
  for (size_t i = 0; i < count; ++i) {
    const auto* given = reinterpret_cast<const JxlpoolOutput*>(bytes + i * step);
    JxlpoolOutput output;
    if (StructSize(given) != step) return InvalidArgument("outputs of different versions");
    JXLPOOL_RETURN_IF_ERROR(ReadOutput(given, &output));
    JXLPOOL_RETURN_IF_ERROR(ToTarget(decoder, output, size, sinks_.data() + i, &targets_[i]));
  }
  return OkStatus();
}

Status Targets::SetPulled(const JxlpoolDecoder& decoder, const JxlpoolOutput* given, PulledRows* rows) {
  JxlpoolOutput output;
  JXLPOOL_RETURN_IF_ERROR(ReadOutput(given, &output));
  if (output.pixels != nullptr || output.rows != nullptr) {
    return InvalidArgument("rows that are asked for go neither to a buffer nor to a callback");
  }
  JXLPOOL_RETURN_IF_ERROR(targets_.Resize(1));
  JXLPOOL_RETURN_IF_ERROR(SetFormat(decoder, output, &targets_[0]));
  targets_[0].sink = rows;
  targets_[0].pauses = true;
  return OkStatus();
}

bool operator==(const Targets& a, const Targets& b) {
  return std::equal(a.targets_.begin(), a.targets_.end(), b.targets_.begin(), b.targets_.end(), IsSame);
}

}  // namespace jxlpool
