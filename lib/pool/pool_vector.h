// PoolVector<T>: a growable array on pooled memory. Like std::vector, except that growing can fail with a Status.
//
// T must be nothrow move constructible; elements are destroyed properly. Not thread-safe.
#ifndef LIB_POOL_POOL_VECTOR_H_
#define LIB_POOL_POOL_VECTOR_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>
#include <new>
#include <type_traits>
#include <utility>

#include "lib/base/status.h"
#include "lib/pool/memory.h"

namespace jxlpool {

template <typename T>
class PoolVector {
  static_assert(std::is_nothrow_move_constructible_v<T>);
  static_assert(alignof(T) <= kBufferAlignment);

 public:
  // Without memory: stays empty; assign or move a vector with memory into it before growing.
  PoolVector() = default;
  PoolVector(Memory* memory, Category category) : memory_(memory), category_(category) {}
  PoolVector(PoolVector&& other) noexcept
      : memory_(other.memory_),
        category_(other.category_),
        buffer_(std::move(other.buffer_)),
        size_(std::exchange(other.size_, 0)) {}
  PoolVector& operator=(PoolVector&& other) noexcept {
    if (this != &other) {
      clear();
      memory_ = other.memory_;
      category_ = other.category_;
      buffer_ = std::move(other.buffer_);
      size_ = std::exchange(other.size_, 0);
    }
    return *this;
  }
  PoolVector(const PoolVector&) = delete;
  PoolVector& operator=(const PoolVector&) = delete;
  ~PoolVector() { clear(); }

  // Makes room for `capacity` elements without changing the size.
  Status Reserve(size_t capacity) {
    if (capacity <= this->capacity()) return OkStatus();
    if (capacity > std::numeric_limits<size_t>::max() / sizeof(T)) {
      return Status(ErrorCode::kMemoryLimit, "vector size overflows");
    }
    JXLPOOL_ASSIGN_OR_RETURN(Buffer grown, memory_->Acquire(RepeatableSize(capacity * sizeof(T)), category_,
                                                            ElementTypeOf<T>(), Fill::kUninitialized));
    T* to = reinterpret_cast<T*>(grown.data());
    if constexpr (std::is_trivially_copyable_v<T>) {
      if (size_ != 0) std::memcpy(to, data(), size_ * sizeof(T));
    } else {
      for (size_t i = 0; i < size_; ++i) {
        new (to + i) T(std::move(data()[i]));
        data()[i].~T();
      }
    }
    buffer_ = std::move(grown);
    return OkStatus();
  }

  // Value-initialised elements are added, or surplus ones destroyed.
  Status Resize(size_t size) {
    JXLPOOL_RETURN_IF_ERROR(Reserve(size));
    for (size_t i = size_; i < size; ++i) new (data() + i) T();
    for (size_t i = size; i < size_; ++i) data()[i].~T();
    size_ = size;
    return OkStatus();
  }

  // As Resize, but new elements are left uninitialised.
  Status ResizeUninitialized(size_t size) {
    static_assert(std::is_trivially_copyable_v<T>);
    JXLPOOL_RETURN_IF_ERROR(Reserve(size));
    size_ = size;
    return OkStatus();
  }

  Status PushBack(T value) {
    if (size_ == capacity()) {
      JXLPOOL_RETURN_IF_ERROR(Reserve(std::max<size_t>(2 * size_, std::max<size_t>(1, 256 / sizeof(T)))));
    }
    new (data() + size_) T(std::move(value));
    ++size_;
    return OkStatus();
  }

  // REQUIRES: !empty().
  void PopBack() { data()[--size_].~T(); }
  // Inserts before element `at`. REQUIRES: at <= size().
  Status Insert(size_t at, T value) {
    JXLPOOL_RETURN_IF_ERROR(PushBack(std::move(value)));
    std::rotate(begin() + at, end() - 1, end());
    return OkStatus();
  }
  // Removes `count` elements from `at`. REQUIRES: at + count <= size().
  void Erase(size_t at, size_t count) {
    std::move(begin() + at + count, end(), begin() + at);
    for (size_t i = 0; i < count; ++i) PopBack();
  }
  // Destroys the elements; keeps the memory.
  void clear() {
    for (size_t i = 0; i < size_; ++i) data()[i].~T();
    size_ = 0;
  }
  // Destroys the elements and gives the memory back.
  void Release() {
    clear();
    buffer_.Release();
  }

  T* data() { return reinterpret_cast<T*>(buffer_.data()); }
  const T* data() const { return reinterpret_cast<const T*>(buffer_.data()); }
  size_t size() const { return size_; }
  size_t capacity() const { return buffer_.size() / sizeof(T); }
  bool empty() const { return size_ == 0; }
  T& operator[](size_t i) { return data()[i]; }
  const T& operator[](size_t i) const { return data()[i]; }
  T& back() { return data()[size_ - 1]; }
  const T& back() const { return data()[size_ - 1]; }
  T* begin() { return data(); }
  T* end() { return data() + size_; }
  const T* begin() const { return data(); }
  const T* end() const { return data() + size_; }

 private:
  Memory* memory_ = nullptr;
  Category category_ = Category::kOther;
  Buffer buffer_;
  size_t size_ = 0;
};

}  // namespace jxlpool

#endif  // LIB_POOL_POOL_VECTOR_H_
