// Memory: what decoding code allocates from. Buffer: one pooled block, owned.
//
// A Memory couples a BufferPool (where blocks come from and go back to; shared by any number of decoders) with a Budget
// (how much this decode may hold, by category). Decoding code receives a `Memory*` and never calls malloc, new or
// std::vector for anything whose size depends on the input. Exceeding the budget is a Status, not a crash. The budget
// of work travels with it, as what takes much memory for few bytes takes much time, too.
//
// Thread safety: Acquire may be called from any thread at any time; a Buffer may be released by another thread than the
// one that acquired it. A Memory must outlive all Buffers acquired through it.
#ifndef LIB_POOL_MEMORY_H_
#define LIB_POOL_MEMORY_H_

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <utility>

#include "lib/base/bits.h"
#include "lib/base/status.h"
#include "lib/base/work_budget.h"
#include "lib/pool/budget.h"
#include "lib/pool/category.h"

namespace jxlpool {

class BufferPool;
class Memory;
struct BlockHeader;

// Payloads start at a multiple of this many bytes: two cache lines, wide enough for every vector and against false
// sharing.
inline constexpr size_t kBufferAlignment = 128;

// What a block of `bytes` bytes counts in the budget.
constexpr uint64_t BufferBytes(uint64_t bytes) { return RoundUp(bytes, uint64_t{kBufferAlignment}); }

// For sizes that what is coded decides, not the geometry of the image: `bytes` rounded up to one of four sizes per
// octave, by at most 32 KiB. So sections with different contents use each other's blocks.
constexpr size_t RepeatableSize(size_t bytes) {
  if (bytes <= 4 * kBufferAlignment || bytes > (SIZE_MAX >> 1)) return bytes;
  const size_t step = std::min(std::bit_floor(bytes - 1) / 4, size_t{32} << 10);
  return RoundUp(bytes, step);
}

// Move-only owner of one block. An empty Buffer has data() == nullptr and size() == 0.
class Buffer {
 public:
  Buffer() = default;
  Buffer(Buffer&& other) noexcept : block_(std::exchange(other.block_, nullptr)), memory_(other.memory_) {}
  Buffer& operator=(Buffer&& other) noexcept {
    if (this != &other) {
      Release();
      block_ = std::exchange(other.block_, nullptr);
      memory_ = other.memory_;
    }
    return *this;
  }
  Buffer(const Buffer&) = delete;
  Buffer& operator=(const Buffer&) = delete;
  ~Buffer() { Release(); }

  // Start of the payload, aligned to kBufferAlignment.
  uint8_t* data() const;
  // Payload bytes: the requested size rounded up to kBufferAlignment.
  size_t size() const;
  bool empty() const { return block_ == nullptr; }
  // Gives the block back to the pool; the Buffer is empty afterwards.
  void Release();

 private:
  friend class Memory;
  Buffer(BlockHeader* block, Memory* memory) : block_(block), memory_(memory) {}

  BlockHeader* block_ = nullptr;
  Memory* memory_ = nullptr;
};

class Memory {
 public:
  // Neither is owned; both must outlive the Memory.
  Memory(BufferPool* pool, Budget* budget) : pool_(pool), budget_(budget) {}
  Memory(const Memory&) = delete;
  Memory& operator=(const Memory&) = delete;

  // A block of at least `bytes` bytes; bytes == 0 gives an empty Buffer. Errors: kMemoryLimit.
  Result<Buffer> Acquire(size_t bytes, Category category, ElementType type, Fill fill);

  // As above, for a matrix: counted as one until it is released.
  Result<Buffer> AcquireForMatrix(size_t bytes, Category category, ElementType type, Fill fill);

  Budget* budget() const { return budget_; }
  BufferPool* pool() const { return pool_; }
  WorkBudget* work() { return &work_; }

 private:
  friend class Buffer;
  Result<Buffer> AcquireFor(Budget::Holder holder, size_t bytes, Category category, ElementType type, Fill fill);

  BufferPool* pool_;
  Budget* budget_;
  WorkBudget work_;
};

}  // namespace jxlpool

#endif  // LIB_POOL_MEMORY_H_
