// FreeLists: cached blocks, one LIFO list per exact size, found by a small open-addressed hash table.
//
// Not thread-safe: a lock of the owner (a ThreadCache, the Depot) guards everything except the three getters at the
// end, which any thread may call. Does not own the blocks. The table allocates only when more distinct sizes are in use
// than ever before; it starts with room for 48 of them. Sizes of which there have been no blocks for a while make way
// when it is full.
#ifndef LIB_POOL_FREE_LISTS_H_
#define LIB_POOL_FREE_LISTS_H_

#include <atomic>
#include <cstddef>
#include <cstdint>

#include "lib/pool/block.h"

namespace jxlpool {

class FreeLists {
 public:
  FreeLists() = default;
  ~FreeLists();
  FreeLists(const FreeLists&) = delete;
  FreeLists& operator=(const FreeLists&) = delete;

  // The block of exactly `size` bytes that was pushed last, or nullptr.
  BlockHeader* Pop(size_t size) {
    ++now_;
    Bin* bin = Find(size);
    if (bin == nullptr) return nullptr;
    bin->touched = now_;
    return bin->head == nullptr ? nullptr : Unlink(bin);
  }
  // Adds the block and returns how many of its size there are now; or 0 if a list for one more size is not to be had.
  uint32_t Push(BlockHeader* block) {
    Bin* bin = FindOrInsert(block->size);
    if (bin == nullptr) return 0;
    bin->touched = ++now_;
    block->next = bin->head;
    bin->head = block;
    Set(&blocks_, blocks() + 1);
    Set(&bytes_, bytes() + bin->size);
    return ++bin->count;
  }

  // The following move blocks to `*out`.

  // Half of the blocks of `size`.
  void DetachHalf(size_t size, BlockChain* out);
  // At least `bytes` bytes, or all there is; the sizes untouched for longest first, `keep_size` and what is smaller
  // than `min_size` not at all.
  void DetachOldest(uint64_t bytes, size_t keep_size, BlockChain* out, size_t min_size = 0);
  // The blocks that nobody wanted since the last call: those of a list that never got shorter than that many.
  void DetachIdle(BlockChain* out);
  void DetachAll(BlockChain* out);

  // Makes room for `sizes` distinct sizes, as far as the bound on the table and memory allow.
  void EnsureRoom(uint32_t sizes);

  // Remembers, until the next DetachIdle, that a block of `size` was given up for want of room.
  void NoteEvicted(size_t size);
  // Whether that happened to a block of `size`; each is reported once.
  bool TakeRegret(size_t size);

  uint64_t blocks() const { return blocks_.load(std::memory_order_relaxed); }
  uint64_t bytes() const { return bytes_.load(std::memory_order_relaxed); }
  // Heap bytes of the table.
  uint64_t overhead_bytes() const { return overhead_.load(std::memory_order_relaxed); }

 private:
  struct Bin {
    size_t size = 0;  // 0: unused slot
    BlockHeader* head = nullptr;
    uint32_t count = 0;
    uint32_t least = 0;    // smallest count since the last DetachIdle
    uint32_t touched = 0;  // value of now_ at the last use
    uint32_t evicted = 0;
  };
  static_assert(sizeof(Bin) == 32);
  static constexpr uint32_t kInlineBits = 6;
  static constexpr uint32_t kMaxBits = 14;

  static void Set(std::atomic<uint64_t>* counter, uint64_t value) { counter->store(value, std::memory_order_relaxed); }
  size_t capacity() const { return size_t{1} << bits_; }
  // First slot of a size: the top bits of a multiplicative hash.
  size_t Slot(size_t size) const { return (size * uint64_t{0x9E3779B97F4A7C15}) >> (64 - bits_); }

  Bin* Find(size_t size) {
    const size_t mask = capacity() - 1;
    for (size_t slot = Slot(size);; slot = (slot + 1) & mask) {
      Bin& bin = bins_[slot];
      if (bin.size == size) return &bin;
      if (bin.size == 0) return nullptr;
    }
  }
  Bin* FindOrInsert(size_t size) {
    Bin* bin = Find(size);
    return bin != nullptr ? bin : Insert(size);
  }
  BlockHeader* Unlink(Bin* bin) {
    BlockHeader* block = bin->head;
    bin->head = block->next;
    __builtin_prefetch(bin->head, /*rw=*/1);  // what the next Pop of this size will change
    block->next = nullptr;
    if (--bin->count < bin->least) bin->least = bin->count;
    Set(&blocks_, blocks() - 1);
    Set(&bytes_, bytes() - bin->size);
    return block;
  }
  Bin* Insert(size_t size);
  bool Rebuild(uint32_t bits);
  bool MakeSlot();
  bool IsDead(const Bin& bin) const;

  Bin* bins_ = inline_bins_;
  uint32_t bits_ = kInlineBits;
  uint32_t used_ = 0;   // bins in the table; at most 3/4 of the capacity
  uint32_t now_ = 0;    // counts operations; may wrap around
  uint32_t swept_ = 0;  // now_ at the last DetachIdle
  std::atomic<uint64_t> blocks_{0};
  std::atomic<uint64_t> bytes_{0};
  std::atomic<uint64_t> overhead_{0};
  Bin inline_bins_[size_t{1} << kInlineBits];
};

}  // namespace jxlpool

#endif  // LIB_POOL_FREE_LISTS_H_
