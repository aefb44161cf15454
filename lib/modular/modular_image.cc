#include "lib/modular/modular_image.h"

#include <algorithm>
#include <cstring>

namespace jxlpool {
namespace {

template <typename T>
void FillView(const View2D<T>& view, T value) {
  for (size_t y = 0; y < view.height; ++y) std::fill_n(view.Row(y), view.width, value);
}

template <typename From, typename To>
void CopyView(const View2D<From>& from, const View2D<To>& to) {
  for (size_t y = 0; y < to.height; ++y) {
    const From* in = from.Row(y);
    To* out = to.Row(y);
    if constexpr (sizeof(From) == sizeof(To)) {
      std::memcpy(out, in, to.width * sizeof(To));
    } else {
      for (size_t x = 0; x < to.width; ++x) out[x] = static_cast<To>(in[x]);
    }
  }
}

}  // namespace

Result<ModularChannel> ModularChannel::CreateWithRoom(Memory* memory, const ChannelShape& shape,
                                                      const ChannelShape& room, SampleType type, Fill fill) {
  ModularChannel channel(shape);
  channel.type_ = type;
  if (shape.empty()) return channel;
  const size_t sample_bytes = type == SampleType::kInt16 ? sizeof(int16_t) : sizeof(int32_t);
  channel.stride_ = RoundUp(shape.width, kRowAlignment / sample_bytes);
  size_t bytes = 0;
  size_t room_bytes = 0;
  if (__builtin_mul_overflow(channel.stride_ * sample_bytes, size_t{shape.height}, &bytes) ||
      __builtin_mul_overflow(RoundUp(room.width * sample_bytes, kRowAlignment), size_t{room.height}, &room_bytes)) {
    return Status(ErrorCode::kMemoryLimit, "a modular channel is too large");
  }
  bytes = std::max(bytes, room_bytes);
  const ElementType element = type == SampleType::kInt16 ? ElementType::kInt16 : ElementType::kInt32;
  JXLPOOL_ASSIGN_OR_RETURN(channel.buffer_, memory->Acquire(bytes, Category::kModular, element, fill));
  channel.data_ = channel.buffer_.data();
  return channel;
}

ModularChannel ModularChannel::BorrowRegion(const Rect& rect) {
  ModularChannel region(shape_.Of(rect));
  region.type_ = type_;
  region.stride_ = stride_;
  if (rect.empty()) return region;
  const size_t sample_bytes = type_ == SampleType::kInt16 ? sizeof(int16_t) : sizeof(int32_t);
  region.data_ = static_cast<uint8_t*>(data_) +
                 (static_cast<size_t>(rect.y0) * stride_ + static_cast<size_t>(rect.x0)) * sample_bytes;
  return region;
}

void ModularChannel::FillWith(int32_t value) {
  if (empty()) return;
  if (type_ == SampleType::kInt16) {
    FillView(View<int16_t>(), static_cast<int16_t>(value));
  } else {
    FillView(View<int32_t>(), value);
  }
}

void ModularChannel::CopyFrom(const ModularChannel& from) {
  if (empty()) return;
  if (from.type_ == SampleType::kInt16) {
    if (type_ == SampleType::kInt16) {
      CopyView(from.View<int16_t>(), View<int16_t>());
    } else {
      CopyView(from.View<int16_t>(), View<int32_t>());
    }
  } else if (type_ == SampleType::kInt16) {
    CopyView(from.View<int32_t>(), View<int16_t>());
  } else {
    CopyView(from.View<int32_t>(), View<int32_t>());
  }
}

Status ModularImage::Allocate(Fill fill) {
  for (ModularChannel& channel : channels_) {
    if (channel.has_samples()) continue;
    JXLPOOL_ASSIGN_OR_RETURN(channel, ModularChannel::Create(memory_, channel.shape(), type_, fill));
  }
  return OkStatus();
}

}  // namespace jxlpool
