#include "lib/compose/frame_output.h"

#include <algorithm>
#include <cstring>

namespace jxlpool {
namespace {

bool HasAlphaSlot(ChannelSet channels) { return channels == ChannelSet::kColorAlpha || channels == ChannelSet::kRgba; }

// Calls f(plane) for each sample of a pixel: with the index of its plane, or -1 where the pixel is opaque.
template <typename F>
Status ForEachChannel(const OutputPlanes& planes, const OutputTarget& target, F f) {
  if (target.channels == ChannelSet::kExtra) return f(static_cast<int32_t>(3 + target.extra_channel));
  const bool rgb = target.channels == ChannelSet::kRgb || target.channels == ChannelSet::kRgba;
  const int32_t num_color = rgb ? 3 : static_cast<int32_t>(planes.num_color);
  for (int32_t c = 0; c < num_color; ++c) JXLPOOL_RETURN_IF_ERROR(f(planes.num_color == 1 ? 0 : c));
  if (HasAlphaSlot(target.channels)) return f(planes.alpha < 0 ? -1 : 3 + planes.alpha);
  if (target.channels != ChannelSet::kAll) return OkStatus();
  for (uint32_t e = 0; e < planes.num_extra; ++e) JXLPOOL_RETURN_IF_ERROR(f(static_cast<int32_t>(3 + e)));
  return OkStatus();
}

OutputRowFormat FormatOf(const OutputPlanes& planes, const OutputTarget& target) {
  OutputRowFormat format;
  format.type = target.type;
  format.bits = target.bits;
  format.big_endian = target.big_endian;
  format.num_channels = 0;
  (void)ForEachChannel(planes, target, [&](int32_t) {
    ++format.num_channels;
    return OkStatus();
  });
  return format;
}

// What is kept of the rows for a sink.
struct RowStore {
  size_t width = 0;
  uint32_t rows = 0;
  bool streams = false;  // bands of rows, not the whole image
};
RowStore RowStoreOf(const OutputSetup& setup) {
  const OutputPlanes& planes = setup.planes;
  const bool swaps = SwapsDimensions(planes.orientation);
  const uint32_t height = swaps ? planes.width : planes.height;
  const bool streams = KeepsRowOrder(planes.orientation);
  return {swaps ? planes.height : planes.width, streams ? std::min(setup.band_rows, height) : height, streams};
}

}  // namespace

Status FrameOutput::Begin(const OutputSetup& setup, std::span<const OutputTarget> targets, Memory* memory) {
  if (setup.planes.num_extra + 3 > kMaxPlanes) return Unsupported("too many extra channels");
  setup_ = setup;
  in_order_ = pauses_ = bands_are_out_ = has_given_images_ = false;
  finished_rows_ = setup.first_row;
  outputs_ = PoolVector<Output>(memory, Category::kOther);
  for (const OutputTarget& target : targets) JXLPOOL_RETURN_IF_ERROR(Add(target, memory));

  size_t pixel_bytes = 0;
  bool unpremultiplies = false;
  for (const Output& output : outputs_) {
    pixel_bytes = std::max(pixel_bytes, output.pixel_bytes);
    unpremultiplies |= output.target.unpremultiply;
  }
  JXLPOOL_RETURN_IF_ERROR(AllocateRowScratch(pixel_bytes, memory));
  if (unpremultiplies) {
    JXLPOOL_ASSIGN_OR_RETURN(
        color_scratch_, Matrix3D<float>::Create(memory, Category::kOutput, setup.num_workers, 3, setup.max_segment));
  }
  return OkStatus();
}

Status FrameOutput::Reserve(const OutputSetup& setup, uint64_t streamed_pixel_bytes, Memory* memory) {
  setup_ = setup;
  outputs_ = PoolVector<Output>(memory, Category::kOther);
  Output output;
  output.pixel_bytes = streamed_pixel_bytes;
  if (streamed_pixel_bytes != 0) JXLPOOL_RETURN_IF_ERROR(AllocateRows(memory, &output));
  JXLPOOL_RETURN_IF_ERROR(AllocateRowScratch(output.pixel_bytes, memory));
  return outputs_.PushBack(std::move(output));
}

uint64_t FrameOutput::Bytes(const OutputSetup& setup, uint64_t streamed_pixel_bytes) {
  const OutputPlanes& planes = setup.planes;
  const RowStore store = RowStoreOf(setup);
  // This is for the targets and their lists of channels.
  uint64_t bytes = uint64_t{2} << 10;
  bytes += Matrix2D<uint8_t>::Bytes(store.rows, store.width * streamed_pixel_bytes);
  // A target in the caller's memory has pixels of at most four floats, but for lists of all channels.
  const uint64_t pixel_bytes = std::max<uint64_t>(streamed_pixel_bytes, 4 * sizeof(float));
  if (SwapsDimensions(planes.orientation)) {
    bytes += Matrix2D<uint8_t>::Bytes(setup.num_workers, setup.max_segment * pixel_bytes);
  }
  if (planes.alpha_associated) bytes += Matrix3D<float>::Bytes(setup.num_workers, 3, setup.max_segment);
  return bytes;
}

uint64_t FrameOutput::StreamedPixelBytes(const OutputPlanes& planes, std::span<const OutputTarget> targets) {
  uint64_t bytes = 0;
  for (const OutputTarget& target : targets) {
    if (target.sink != nullptr) bytes += FormatOf(planes, target).PixelBytes();
  }
  return bytes;
}

Status FrameOutput::AllocateRowScratch(size_t pixel_bytes, Memory* memory) {
  if (!SwapsDimensions(setup_.planes.orientation)) return OkStatus();
  JXLPOOL_ASSIGN_OR_RETURN(row_scratch_, Matrix2D<uint8_t>::Create(memory, Category::kOutput, setup_.num_workers,
                                                                   setup_.max_segment * pixel_bytes));
  return OkStatus();
}

Status FrameOutput::AllocateRows(Memory* memory, Output* output) {
  const RowStore store = RowStoreOf(setup_);
  output->streams = store.streams;
  if (store.width > SIZE_MAX / output->pixel_bytes) return Status(ErrorCode::kMemoryLimit, "output row size overflows");
  JXLPOOL_ASSIGN_OR_RETURN(output->storage, Matrix2D<uint8_t>::Create(memory, Category::kOutput, store.rows,
                                                                      store.width * output->pixel_bytes));
  output->base = output->storage.Row(0);
  output->kept_rows = store.rows;
  output->stride = output->storage.stride();
  return OkStatus();
}

Status FrameOutput::Add(const OutputTarget& target, Memory* memory) {
  if ((target.pixels == nullptr) == (target.sink == nullptr)) return InvalidArgument("a target needs pixels or a sink");
  const uint32_t max_bits = target.type == OutputType::kUint8 ? 8 : 16;
  const bool integer = target.type == OutputType::kUint8 || target.type == OutputType::kUint16;
  if (integer && (target.bits == 0 || target.bits > max_bits))
    return InvalidArgument("bits do not fit the sample type");
  if (target.channels == ChannelSet::kExtra && target.extra_channel >= setup_.planes.num_extra) {
    return InvalidArgument("no such extra channel");
  }
  Output output;
  output.target = target;
  output.target.unpremultiply &=
      HasAlphaSlot(target.channels) && setup_.planes.alpha >= 0 && setup_.planes.alpha_associated;
  output.format = FormatOf(setup_.planes, target);
  output.channels = PoolVector<int32_t>(memory, Category::kOther);
  JXLPOOL_RETURN_IF_ERROR(
      ForEachChannel(setup_.planes, target, [&](int32_t plane) { return output.channels.PushBack(plane); }));
  output.pixel_bytes = output.format.PixelBytes();

  if (target.sink != nullptr) {
    pauses_ |= target.pauses;
    JXLPOOL_RETURN_IF_ERROR(AllocateRows(memory, &output));
    in_order_ |= output.streams;
  } else {
    const uint32_t out_width = SwapsDimensions(setup_.planes.orientation) ? setup_.planes.height : setup_.planes.width;
    if (target.stride < out_width * output.pixel_bytes) return InvalidArgument("the stride is smaller than a row");
    output.base = target.pixels;
    output.stride = target.stride;
  }
  return outputs_.PushBack(std::move(output));
}

bool FrameOutput::PrepareIntegers(const uint32_t* coded_bits) {
  for (Output& output : outputs_) {
    if (output.channels.size() > kMaxInterleaved || output.target.unpremultiply) return false;
    for (size_t c = 0; c < output.channels.size(); ++c) {
      const int32_t plane = output.channels[c];
      if (plane < 0) continue;
      const uint32_t bits = coded_bits[plane < 3 ? 0 : plane - 2];
      output.factors[c] = bits == 0 ? 0 : IntegerRowFactor(bits, output.format);
      if (output.factors[c] == 0) return false;
    }
  }
  return true;
}

FrameOutput::Place FrameOutput::PlaceOf(uint32_t y, uint32_t x, size_t n) const {
  Place place;
  place.reversed = FlipsX(setup_.planes.orientation);
  place.x = place.reversed ? setup_.planes.width - x - static_cast<uint32_t>(n) : x;
  place.y = FlipsY(setup_.planes.orientation) ? setup_.planes.height - 1 - y : y;
  return place;
}

uint8_t* FrameOutput::Destination(const Output& output, uint32_t worker, const Place& place) {
  if (SwapsDimensions(setup_.planes.orientation)) return row_scratch_.Row(worker);
  return output.base + place.y % output.kept_rows * output.stride + place.x * output.pixel_bytes;
}

void FrameOutput::Transpose(const Output& output, const Place& place, size_t n, const uint8_t* row) const {
  if (!SwapsDimensions(setup_.planes.orientation)) return;
  uint8_t* out = output.base + place.x * output.stride + place.y * output.pixel_bytes;
  TransposePixels(row, n * output.pixel_bytes, n, 1, output.pixel_bytes, out, output.stride);
}

void FrameOutput::StoreOne(const Output& output, uint32_t worker, const Place& place, size_t n,
                           const float* const* planes) {
  const float* channels[kMaxPlanes];
  for (size_t c = 0; c < output.channels.size(); ++c) {
    channels[c] = output.channels[c] < 0 ? nullptr : planes[output.channels[c]];
  }
  if (output.target.unpremultiply) {
    const size_t num_color = output.channels.size() - 1;
    float* color[3] = {};
    for (size_t c = 0; c < num_color; ++c) {
      color[c] = color_scratch_.Row(worker, c);
      std::memcpy(color[c], channels[c], n * sizeof(float));
      channels[c] = color[c];
    }
    UnpremultiplyRow(color[0], color[1], color[2], channels[num_color], n);
  }
  uint8_t* out = Destination(output, worker, place);
  StoreRow(output.format, channels, n, OutputRowPosition{place.x, place.y, place.reversed}, out);
  Transpose(output, place, n, out);
}

void FrameOutput::Store(uint32_t worker, uint32_t y, uint32_t x, size_t n, const float* const* planes) {
  const Place place = PlaceOf(y, x, n);
  for (const Output& output : outputs_) StoreOne(output, worker, place, n, planes);
}

template <typename T>
void FrameOutput::StoreIntegers(uint32_t worker, uint32_t y, uint32_t x, size_t n, const T* const* planes) {
  const Place place = PlaceOf(y, x, n);
  for (const Output& output : outputs_) {
    const T* channels[kMaxInterleaved] = {};
    for (size_t c = 0; c < output.channels.size(); ++c) {
      if (output.channels[c] >= 0) channels[c] = planes[output.channels[c]];
    }
    uint8_t* out = Destination(output, worker, place);
    StoreIntegerRow(output.format, channels, output.factors, n, place.reversed, out);
    Transpose(output, place, n, out);
  }
}

template void FrameOutput::StoreIntegers(uint32_t, uint32_t, uint32_t, size_t, const int16_t* const*);
template void FrameOutput::StoreIntegers(uint32_t, uint32_t, uint32_t, size_t, const int32_t* const*);

Status FrameOutput::GiveBand(const Output& output, uint32_t y, uint32_t num_rows, const uint8_t* rows) {
  bands_are_out_ |= output.target.pauses;
  return output.target.sink->Band(y, num_rows, rows, output.stride);
}

Status FrameOutput::FinishRows(uint32_t y) {
  if (y <= finished_rows_) return OkStatus();
  for (const Output& output : outputs_) {
    if (!output.streams) continue;
    for (uint32_t first = finished_rows_; first < y;) {
      const uint32_t place = first % output.kept_rows;
      const uint32_t rows = std::min(y - first, output.kept_rows - place);
      JXLPOOL_RETURN_IF_ERROR(GiveBand(output, first, rows, output.base + place * output.stride));
      first += rows;
    }
  }
  finished_rows_ = y;
  return OkStatus();
}

Status FrameOutput::Finish() {
  JXLPOOL_RETURN_IF_ERROR(FinishRows(setup_.planes.height));
  JXLPOOL_RETURN_IF_ERROR(Pause());
  const uint32_t out_height = SwapsDimensions(setup_.planes.orientation) ? setup_.planes.width : setup_.planes.height;
  for (const Output& output : outputs_) {
    if (output.target.sink == nullptr || output.streams || has_given_images_) continue;
    JXLPOOL_RETURN_IF_ERROR(GiveBand(output, 0, out_height, output.base));
  }
  has_given_images_ = true;
  JXLPOOL_RETURN_IF_ERROR(Pause());
  *this = FrameOutput();
  return OkStatus();
}

}  // namespace jxlpool
