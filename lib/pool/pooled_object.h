// PooledObject<T>: a unique owner, like std::unique_ptr<T>, of an object that lives in pooled memory.
//
//   JXLPOOL_ASSIGN_OR_RETURN(PooledObject<Decoder> decoder, MakePooled<Decoder>(&memory, Category::kOther,
//   arguments...));
//
// For objects whose number depends on the input, or which are large. Not thread-safe; the object may be destroyed by
// another thread than the one that made it. The Memory must outlive it.
#ifndef LIB_POOL_POOLED_OBJECT_H_
#define LIB_POOL_POOLED_OBJECT_H_

#include <new>
#include <type_traits>
#include <utility>

#include "lib/base/status.h"
#include "lib/pool/memory.h"

namespace jxlpool {

template <typename T>
class PooledObject {
 public:
  PooledObject() = default;
  PooledObject(PooledObject&& other) noexcept
      : buffer_(std::move(other.buffer_)), object_(std::exchange(other.object_, nullptr)) {}
  // From an owner of a derived class.
  template <typename U>
  requires(std::is_base_of_v<T, U> && !std::is_same_v<T, U> && std::has_virtual_destructor_v<T>)
      // NOLINTNEXTLINE(google-explicit-constructor): as for std::unique_ptr.
      PooledObject(PooledObject<U>&& other)
  noexcept : buffer_(std::move(other.buffer_)), object_(std::exchange(other.object_, nullptr)) {}
  PooledObject& operator=(PooledObject&& other) noexcept {
    if (this != &other) {
      Reset();
      buffer_ = std::move(other.buffer_);
      object_ = std::exchange(other.object_, nullptr);
    }
    return *this;
  }
  PooledObject(const PooledObject&) = delete;
  PooledObject& operator=(const PooledObject&) = delete;
  ~PooledObject() { Reset(); }

  // Destroys the object and gives its memory back.
  void Reset() {
    if (object_ == nullptr) return;
    std::exchange(object_, nullptr)->~T();
    buffer_.Release();
  }

  T* get() const { return object_; }
  // REQUIRES, for both: there is an object.
  T& operator*() const { return *object_; }
  T* operator->() const { return object_; }
  explicit operator bool() const { return object_ != nullptr; }

 private:
  template <typename U>
  friend class PooledObject;
  template <typename U, typename... Args>
  friend Result<PooledObject<U>> MakePooled(Memory* memory, Category category, Args&&... args);

  Buffer buffer_;
  T* object_ = nullptr;
};

// Constructs a T from `args` in memory of its own. Errors: kMemoryLimit.
template <typename T, typename... Args>
Result<PooledObject<T>> MakePooled(Memory* memory, Category category, Args&&... args) {
  static_assert(alignof(T) <= kBufferAlignment);
  PooledObject<T> owner;
  JXLPOOL_ASSIGN_OR_RETURN(owner.buffer_,
                           memory->Acquire(sizeof(T), category, ElementType::kOther, Fill::kUninitialized));
  owner.object_ = new (owner.buffer_.data()) T(std::forward<Args>(args)...);
  return owner;
}

}  // namespace jxlpool

#endif  // LIB_POOL_POOLED_OBJECT_H_
