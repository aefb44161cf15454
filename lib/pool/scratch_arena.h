// ScratchArena: short-lived working memory of one worker, handed out by moving a mark through one pooled buffer.
//
//   ScratchArena arena;                                            // one per worker, kept over all tasks
//   JXLPOOL_RETURN_IF_ERROR(arena.Reserve(&memory, ScratchArena::BytesFor<float>(n) + ...));
//   ...
//   const ScratchArena::Scope scope(&arena);                       // all that follows ends with the scope
//   JXLPOOL_ASSIGN_OR_RETURN(float* rows, arena.Allocate<float>(n));
//
// A ScratchMeter takes the place of the arena where code is to be asked what it is going to allocate.
//
// Not thread-safe. The contents of what is allocated are unspecified; AddressSanitizer builds report the use of a range
// beyond its end or its scope.
#ifndef LIB_POOL_SCRATCH_ARENA_H_
#define LIB_POOL_SCRATCH_ARENA_H_

#include <cstddef>
#include <cstdint>
#include <limits>
#include <type_traits>
#include <utility>

#include "lib/base/bits.h"
#include "lib/base/status.h"
#include "lib/pool/memory.h"
#include "lib/pool/poison.h"

namespace jxlpool {

class ScratchArena {
 public:
  // All ranges start at a multiple of this many bytes: a whole vector, a cache line.
  static constexpr size_t kAlignment = 64;

  ScratchArena() = default;
  ScratchArena(ScratchArena&& other) noexcept
      : buffer_(std::move(other.buffer_)), used_(std::exchange(other.used_, 0)) {}
  // REQUIRES: no Scope of either is open; the same for the source of the move constructor.
  ScratchArena& operator=(ScratchArena&& other) noexcept {
    buffer_ = std::move(other.buffer_);
    used_ = std::exchange(other.used_, 0);
    return *this;
  }

  // What `count` elements of T take of the capacity; the largest size_t if that is not representable.
  template <typename T>
  static constexpr size_t BytesFor(size_t count) {
    constexpr size_t kMax = std::numeric_limits<size_t>::max();
    return count > (kMax - kAlignment) / sizeof(T) ? kMax : RoundUp(count * sizeof(T), kAlignment);
  }

  // Makes the capacity at least `bytes`; does nothing if it is. `fill` is what new memory contains. Errors:
  // kMemoryLimit. REQUIRES: nothing is allocated.
  Status Reserve(Memory* memory, size_t bytes, Category category = Category::kTile, Fill fill = Fill::kUninitialized) {
    if (bytes <= capacity()) return OkStatus();
    buffer_.Release();
    JXLPOOL_ASSIGN_OR_RETURN(buffer_, memory->Acquire(bytes, category, ElementType::kOther, fill));
    PoisonRange(buffer_.data(), buffer_.size());
    return OkStatus();
  }

  // `count` uninitialised elements, valid until the innermost open Scope ends. Errors: kMemoryLimit if the capacity
  // does not suffice.
  template <typename T>
  Result<T*> Allocate(size_t count) {
    static_assert(std::is_trivially_copyable_v<T> && std::is_trivially_destructible_v<T>);
    static_assert(alignof(T) <= kAlignment);
    const size_t bytes = BytesFor<T>(count);
    if (bytes > capacity() - used_) return Status(ErrorCode::kMemoryLimit, "scratch arena is too small");
    uint8_t* start = buffer_.data() + used_;
    UnpoisonRange(start, count * sizeof(T));
    MarkUninitialized(start, count * sizeof(T));
    used_ += bytes;
    return reinterpret_cast<T*>(start);
  }

  // Everything allocated during the life of a Scope ends with it. Scopes nest.
  class Scope {
   public:
    explicit Scope(ScratchArena* arena) : arena_(arena), mark_(arena->used_) {}
    ~Scope() { arena_->Rewind(mark_); }
    Scope(const Scope&) = delete;
    Scope& operator=(const Scope&) = delete;

   private:
    ScratchArena* arena_;
    size_t mark_;
  };

  size_t capacity() const { return buffer_.size(); }
  size_t used() const { return used_; }
  // Gives the buffer back. REQUIRES: no Scope is open.
  void Release() { *this = ScratchArena(); }

 private:
  void Rewind(size_t mark) {
    PoisonRange(buffer_.data() + mark, used_ - mark);
    used_ = mark;
  }

  Buffer buffer_;
  size_t used_ = 0;
};

// Adds up what allocations take of an arena's capacity, without any memory.
class ScratchMeter {
 public:
  // Null.
  template <typename T>
  Result<T*> Allocate(size_t count) {
    const size_t bytes = ScratchArena::BytesFor<T>(count);
    used_ = bytes > std::numeric_limits<size_t>::max() - used_ ? std::numeric_limits<size_t>::max() : used_ + bytes;
    return nullptr;
  }
  size_t used() const { return used_; }

 private:
  size_t used_ = 0;
};

}  // namespace jxlpool

#endif  // LIB_POOL_SCRATCH_ARENA_H_
