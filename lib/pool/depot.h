// Depot: the cached blocks that belong to no thread. It takes the surplus of the threads' caches, what ended threads
// leave behind, and blocks that are too large to be hot in any cache.
//
// Without it BufferPoolTest.LargeBlocksAreReusedThroughTheDepot fails.
// Thread-safe. It does not own the blocks.
#ifndef LIB_POOL_DEPOT_H_
#define LIB_POOL_DEPOT_H_

#include <cstddef>
#include <cstdint>
#include <mutex>

#include "lib/pool/block.h"
#include "lib/pool/free_lists.h"

namespace jxlpool {

class Depot {
 public:
  // The block of exactly `size` bytes that came last, or nullptr.
  BlockHeader* Pop(size_t size) {
    if (lists_.blocks() == 0) return nullptr;
    const std::lock_guard<std::mutex> lock(mutex_);
    return lists_.Pop(size);
  }
  // Takes the blocks, except for those that stay in `*blocks` for want of memory for one more size.
  void Put(BlockChain* blocks) {
    if (blocks->head == nullptr) return;
    const std::lock_guard<std::mutex> lock(mutex_);
    BlockChain refused;
    while (blocks->head != nullptr) {
      BlockHeader* block = blocks->Take();
      if (!lists_.Push(block)) refused.Add(block);
    }
    *blocks = refused;
  }
  // Calls f(lists) with the lists locked.
  template <typename F>
  void Visit(F f) {
    const std::lock_guard<std::mutex> lock(mutex_);
    f(&lists_);
  }

  uint64_t blocks() const { return lists_.blocks(); }
  uint64_t bytes() const { return lists_.bytes(); }
  uint64_t overhead_bytes() const { return lists_.overhead_bytes(); }

 private:
  std::mutex mutex_;
  FreeLists lists_;  // guarded by mutex_
};

}  // namespace jxlpool

#endif  // LIB_POOL_DEPOT_H_
