// SharedFrame: the planes of a finished frame, kept for later frames (reference slots and LF slots of ISO/IEC 18181-1).
//
// Reference-counted: a slot, the frame that reads it and the canvas may hold the same planes; the last one frees them.
// The planes are written while a single frame is concerned with them, and read-only as long as others refer to them: a
// frame that is laid over the planes it replaces writes over them if it alone refers to them (unique), else it makes
// new ones. Copying a SharedFrame is cheap and thread-safe; one SharedFrame object belongs to one thread at a time.
#ifndef LIB_COMPOSE_SHARED_FRAME_H_
#define LIB_COMPOSE_SHARED_FRAME_H_

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <utility>

#include "lib/base/status.h"
#include "lib/pool/matrix.h"
#include "lib/pool/pooled_object.h"

namespace jxlpool {

struct FramePlanes {
  Matrix3D<float> planes;  // color 0, 1, 2, then the extra channels; an LF frame has color only
  bool before_color_transform = false;

  uint32_t width() const { return static_cast<uint32_t>(planes.columns()); }
  uint32_t height() const { return static_cast<uint32_t>(planes.rows()); }
};

class SharedFrame {
 public:
  SharedFrame() = default;
  SharedFrame(const SharedFrame& other) : block_(other.block_) {
    if (block_ != nullptr) block_->references.fetch_add(1, std::memory_order_relaxed);
  }
  SharedFrame(SharedFrame&& other) noexcept : block_(std::exchange(other.block_, nullptr)) {}
  SharedFrame& operator=(SharedFrame other) noexcept {
    std::swap(block_, other.block_);
    return *this;
  }
  ~SharedFrame() { Release(); }

  // New planes of the canvas category. Errors: kMemoryLimit.
  static Result<SharedFrame> Create(Memory* memory, size_t num_planes, size_t width, size_t height, Fill fill);

  // Bytes that Create acquires; none without planes.
  static uint64_t Bytes(size_t num_planes, size_t width, size_t height);

  bool empty() const { return block_ == nullptr; }
  // True if there are planes and no other SharedFrame refers to them.
  bool unique() const { return block_ != nullptr && block_->references.load(std::memory_order_acquire) == 1; }
  // REQUIRES: !empty().
  FramePlanes& operator*() const { return block_->planes; }
  FramePlanes* operator->() const { return &block_->planes; }
  void Release();

 private:
  struct Block {
    FramePlanes planes;
    std::atomic<uint32_t> references{1};
    PooledObject<Block> self;  // the block owns itself until the last reference goes
  };
  Block* block_ = nullptr;
};

// What frames leave for later frames.
struct FrameSlots {
  SharedFrame reference[4];
  SharedFrame lf[4];  // lf[i] holds level i + 1

  void Clear() { *this = FrameSlots(); }
};

}  // namespace jxlpool

#endif  // LIB_COMPOSE_SHARED_FRAME_H_
