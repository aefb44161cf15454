// FreeLists: cached blocks, one list for each exact size; the block that came last leaves first.
//
// Not thread-safe: the lock of a ThreadCache or of the Depot guards everything except blocks(), bytes() and
// overhead_bytes(), which any thread may call. It does not own the blocks.
#ifndef LIB_POOL_FREE_LISTS_H_
#define LIB_POOL_FREE_LISTS_H_

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>

#include "lib/pool/block.h"
#include "lib/pool/size_table.h"

namespace jxlpool {

class FreeLists {
 public:
  // The block of exactly `size` bytes that was pushed last, or nullptr.
  BlockHeader* Pop(size_t size) {
    ++now_;
    List* list = lists_.Find(size);
    if (list == nullptr) return nullptr;
    list->touched = now_;
    return list->head == nullptr ? nullptr : Unlink(list);
  }
  // Adds the block; false if there is no memory for one more size.
  bool Push(BlockHeader* block) {
    List* list = lists_.FindOrInsert(block->size);
    if (list == nullptr) [[unlikely]]
      return false;
    list->touched = ++now_;
    Link(list, block);
    return true;
  }

  // The following move blocks to `*out`.

  // Blocks of at least `min_size` bytes, until they are `bytes` bytes together or none is left; those of the size that
  // was untouched for longest first.
  void DetachOldest(uint64_t bytes, size_t min_size, BlockChain* out);
  // As many blocks of each size as were there at all times since the last call, except for keep(size, number of them).
  template <typename F>
  void DetachIdle(F keep, BlockChain* out) {
    lists_.ForEach([&](size_t size, List* list) {
      uint32_t idle = list->least;
      if (idle != 0) idle -= std::min<uint32_t>(idle, keep(size, idle));
      if (idle != 0) {
        // The idle blocks are at the far end of the list.
        BlockChain rest;
        while (list->count > idle) rest.Add(Unlink(list));
        while (list->head != nullptr) out->Add(Unlink(list));
        while (rest.head != nullptr) Link(list, rest.Take());
      }
      list->least = list->count;
    });
  }
  void DetachAll(BlockChain* out);

  // Makes room for lists of `sizes` different sizes, so that Push needs no memory.
  void Reserve(size_t sizes) { lists_.Reserve(sizes); }

  uint64_t blocks() const { return blocks_.load(std::memory_order_relaxed); }
  uint64_t bytes() const { return bytes_.load(std::memory_order_relaxed); }
  uint64_t overhead_bytes() const { return lists_.overhead_bytes(); }

 private:
  struct List {
    BlockHeader* head;
    uint32_t count;
    uint32_t least;    // smallest count since the last DetachIdle
    uint32_t touched;  // value of now_ at the last use
    bool empty() const { return head == nullptr; }
  };

  static void Set(std::atomic<uint64_t>* counter, uint64_t value) { counter->store(value, std::memory_order_relaxed); }
  void Link(List* list, BlockHeader* block) {
    block->next = list->head;
    list->head = block;
    ++list->count;
    Set(&blocks_, blocks() + 1);
    Set(&bytes_, bytes() + block->size);
  }
  BlockHeader* Unlink(List* list) {
    BlockHeader* block = list->head;
    list->head = block->next;
    __builtin_prefetch(list->head, /*rw=*/1);  // what the next Pop of this size will change
    block->next = nullptr;
    if (--list->count < list->least) list->least = list->count;
    Set(&blocks_, blocks() - 1);
    Set(&bytes_, bytes() - block->size);
    return block;
  }

  SizeTable<List> lists_;
  uint32_t now_ = 0;  // counts operations; may wrap around
  std::atomic<uint64_t> blocks_{0};
  std::atomic<uint64_t> bytes_{0};
};

}  // namespace jxlpool

#endif  // LIB_POOL_FREE_LISTS_H_
