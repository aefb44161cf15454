// ModularChannel and ModularImage: lists of integer channels, as modular sub-bitstreams code them (ISO/IEC 18181-1,
// modular image sub-bitstream).
//
// Samples are signed. They are stored in 32 bits, or in 16 bits where the image header promises that 16 suffice; a
// value that does not fit its storage is reduced modulo 2^16 or 2^32, never an error. A channel owns its samples (one
// pooled block, Category::kModular) or borrows those of a larger channel, whose owner must outlive it.
//
// Not thread-safe; different channels may be written by different threads.
#ifndef LIB_MODULAR_MODULAR_IMAGE_H_
#define LIB_MODULAR_MODULAR_IMAGE_H_

#include <cstddef>
#include <cstdint>

#include "lib/base/rect.h"
#include "lib/base/status.h"
#include "lib/pool/matrix.h"
#include "lib/pool/memory.h"
#include "lib/pool/pool_vector.h"

namespace jxlpool {

enum class SampleType : uint8_t { kInt16, kInt32 };

// Size of a channel and how much smaller it is than the frame: 2^hshift times horizontally, 2^vshift times vertically.
// Palettes have shifts of -1. The shifts say where a channel is coded, not how large it is.
struct ChannelShape {
  uint32_t width = 0;
  uint32_t height = 0;
  int32_t hshift = 0;
  int32_t vshift = 0;

  bool empty() const { return width == 0 || height == 0; }
  uint64_t area() const { return uint64_t{width} * height; }
  // Returns the shape of a rectangle of the channel.
  ChannelShape Of(const Rect& rect) const {
    return {static_cast<uint32_t>(rect.width), static_cast<uint32_t>(rect.height), hshift, vshift};
  }
  // Channels whose shapes are equal are alike.
  friend bool operator==(const ChannelShape&, const ChannelShape&) = default;
};

class ModularChannel {
 public:
  ModularChannel() = default;
  // A channel that has no samples yet.
  explicit ModularChannel(const ChannelShape& shape) : shape_(shape) {}
  ModularChannel(ModularChannel&&) noexcept = default;
  ModularChannel& operator=(ModularChannel&&) noexcept = default;

  // Makes a channel with samples of its own; an empty one owns no memory. Errors: kMemoryLimit.
  static Result<ModularChannel> Create(Memory* memory, const ChannelShape& shape, SampleType type,
                                       Fill fill = Fill::kUninitialized) {
    return CreateWithRoom(memory, shape, shape, type, fill);
  }
  // Does the same with the block that a channel of shape `room` would have, if that is larger. So channels of different
  // size, such as those of the groups at the edges of a frame, use each other's blocks.
  static Result<ModularChannel> CreateWithRoom(Memory* memory, const ChannelShape& shape, const ChannelShape& room,
                                               SampleType type, Fill fill = Fill::kUninitialized);

  const ChannelShape& shape() const { return shape_; }
  void set_shifts(int32_t hshift, int32_t vshift) {
    shape_.hshift = hshift;
    shape_.vshift = vshift;
  }
  uint32_t width() const { return shape_.width; }
  uint32_t height() const { return shape_.height; }
  bool empty() const { return shape_.empty(); }
  SampleType type() const { return type_; }
  // Tells whether there is storage; empty channels never have any.
  bool has_samples() const { return data_ != nullptr; }

  // REQUIRES: T is what type() says; has_samples() or empty().
  template <typename T>
  View2D<T> View() {
    return View2D<T>{static_cast<T*>(data_), stride_, shape_.width, shape_.height};
  }
  template <typename T>
  View2D<const T> View() const {
    return View2D<const T>{static_cast<const T*>(data_), stride_, shape_.width, shape_.height};
  }
  // Returns the start of row y. REQUIRES: T is what type() says, y < height(), has_samples().
  template <typename T>
  T* Row(size_t y) {
    return static_cast<T*>(data_) + y * stride_;
  }
  template <typename T>
  const T* Row(size_t y) const {
    return static_cast<const T*>(data_) + y * stride_;
  }
  // Returns a sample of either type; this is slow. REQUIRES: x < width(), y < height(), has_samples().
  int32_t Get(size_t x, size_t y) const {
    return type_ == SampleType::kInt16 ? Row<int16_t>(y)[x] : Row<int32_t>(y)[x];
  }

  // Borrows a rectangle of this channel. REQUIRES: it is empty, or lies inside and has_samples().
  ModularChannel BorrowRegion(const Rect& rect);
  // Borrows this channel for a list that is only read.
  ModularChannel BorrowConst() const {
    return const_cast<ModularChannel*>(this)->BorrowRegion(Rect{0, 0, shape_.width, shape_.height});
  }
  // Sets all samples to `value` (reduced to the storage). REQUIRES: has_samples() or empty().
  void FillWith(int32_t value);
  // Copies the samples of a channel of the same size, converting the storage if need be.
  void CopyFrom(const ModularChannel& from);

 private:
  ChannelShape shape_;
  void* data_ = nullptr;
  size_t stride_ = 0;  // in samples
  Buffer buffer_;      // empty if borrowed
  SampleType type_ = SampleType::kInt32;
};

// An ordered list of channels, the first num_meta of which are meta-channels (palettes).
class ModularImage {
 public:
  // An image without memory, which can only be assigned to.
  ModularImage() = default;
  // `type` is the storage of every channel that is allocated for this image.
  ModularImage(Memory* memory, SampleType type) : memory_(memory), channels_(memory, Category::kModular), type_(type) {}
  ModularImage(ModularImage&&) noexcept = default;
  ModularImage& operator=(ModularImage&&) noexcept = default;

  // Appends a channel without samples; DecodeModularStream or Allocate provides them.
  Status Add(const ChannelShape& shape) { return channels_.PushBack(ModularChannel(shape)); }
  // Appends a channel. REQUIRES: it has no samples or samples of type().
  Status Add(ModularChannel channel) { return channels_.PushBack(std::move(channel)); }
  // Gives every channel that has none its samples. Errors: kMemoryLimit.
  Status Allocate(Fill fill = Fill::kUninitialized);

  size_t size() const { return channels_.size(); }
  ModularChannel& operator[](size_t i) { return channels_[i]; }
  const ModularChannel& operator[](size_t i) const { return channels_[i]; }
  PoolVector<ModularChannel>& channels() { return channels_; }
  SampleType type() const { return type_; }
  Memory* memory() const { return memory_; }
  size_t num_meta() const { return num_meta_; }
  void set_num_meta(size_t num_meta) { num_meta_ = num_meta; }

 private:
  Memory* memory_ = nullptr;
  PoolVector<ModularChannel> channels_;
  size_t num_meta_ = 0;
  SampleType type_ = SampleType::kInt32;
};

}  // namespace jxlpool

#endif  // LIB_MODULAR_MODULAR_IMAGE_H_
