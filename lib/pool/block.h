// BlockHeader: the bookkeeping record of one block; kept apart from the payload, so that moving a block in and out of
// the free lists leaves the payload's cache lines alone. HeaderSlabs: where these records come from.
#ifndef LIB_POOL_BLOCK_H_
#define LIB_POOL_BLOCK_H_

#include <cstddef>
#include <cstdint>
#include <mutex>

#include "lib/pool/category.h"

namespace jxlpool {

// One cache line. It belongs to the holder of the block: a Buffer, or the free list that `next` links.
struct alignas(64) BlockHeader {
  uint8_t* payload = nullptr;
  size_t size = 0;              // payload bytes, a multiple of kBufferAlignment
  BlockHeader* next = nullptr;  // in a free list or chain
  Category category = Category::kOther;
  ElementType type = ElementType::kOther;
  bool is_matrix = false;  // the holder is a matrix
  bool is_zero = false;    // the payload is fresh from the system and known to be all zero
};
static_assert(sizeof(BlockHeader) == 64 && alignof(BlockHeader) == 64);

// A singly linked list of blocks on its way from one place to another.
struct BlockChain {
  BlockHeader* head = nullptr;
  size_t blocks = 0;
  uint64_t bytes = 0;

  void Add(BlockHeader* block) {
    block->next = head;
    head = block;
    ++blocks;
    bytes += block->size;
  }
  // The block added last. REQUIRES: head != nullptr.
  BlockHeader* Take() {
    BlockHeader* block = head;
    head = block->next;
    block->next = nullptr;
    --blocks;
    bytes -= block->size;
    return block;
  }
};

// Allocates BlockHeaders in slabs and recycles them; slabs are freed with the object. Thread-safe.
class HeaderSlabs {
 public:
  HeaderSlabs() = default;
  HeaderSlabs(const HeaderSlabs&) = delete;
  HeaderSlabs& operator=(const HeaderSlabs&) = delete;
  ~HeaderSlabs();

  // nullptr if the system has no more memory.
  BlockHeader* Allocate();
  void Free(BlockHeader* header);
  // Bytes of all slabs.
  uint64_t bytes();

 private:
  static constexpr size_t kHeadersPerSlab = 64;  // one page; the first one links the slabs

  std::mutex mutex_;
  BlockHeader* free_ = nullptr;   // guarded by mutex_
  BlockHeader* slabs_ = nullptr;  // guarded by mutex_
  uint64_t bytes_ = 0;            // guarded by mutex_
};

}  // namespace jxlpool

#endif  // LIB_POOL_BLOCK_H_
