// Depot: the cached blocks that belong to no thread. It takes the surplus of the thread caches, what dying threads
// leave behind, and blocks too large to be hot in any cache; whatever exceeds its bounds goes back to the system,
// oldest first. Apart from all these, it keeps drained blocks: address ranges without memory, which spare their next
// user the mapping.
//
// Thread-safe. Does not own the blocks.
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
  Depot(uint64_t max_bytes, uint64_t max_blocks) : max_bytes_(max_bytes), max_blocks_(max_blocks) {}

  // A block of exactly `size` bytes, or nullptr.
  BlockHeader* Pop(size_t size);
  // Takes all of `*blocks`; what does not fit comes out in `*overflow`.
  void Put(BlockChain* blocks, BlockChain* overflow);

  // Gives up at least `bytes` bytes, or all there is: the sizes untouched for longest first, `keep_size` and what is
  // smaller than `min_size` not at all.
  void Evict(uint64_t bytes, size_t keep_size, BlockChain* out, size_t min_size = 0);

  // Drained blocks, under bounds of their own.
  BlockHeader* PopDrained(size_t size);
  void PutDrained(BlockChain* blocks, BlockChain* overflow);
  void DetachDrained(BlockChain* out);
  // Blocks that nobody wanted since the last call.
  void DetachIdle(BlockChain* out);
  void DetachAll(BlockChain* out);

  // Makes room for `sizes` distinct sizes.
  void EnsureRoom(uint32_t sizes);

  // Remembers the sizes of blocks that were given up for want of room until the next DetachIdle, to tell whether that
  // was regrettable.
  void NoteEvicted(const BlockChain& blocks);
  bool TakeRegret(size_t size);

  uint64_t blocks() const { return lists_.blocks(); }
  uint64_t bytes() const { return lists_.bytes(); }
  uint64_t drained_blocks() const { return drained_.blocks(); }
  uint64_t overhead_bytes() const { return lists_.overhead_bytes() + drained_.overhead_bytes(); }

 private:
  void PutInto(FreeLists* lists, BlockChain* blocks, BlockChain* overflow) const;

  const uint64_t max_bytes_;
  const uint64_t max_blocks_;
  std::mutex mutex_;
  FreeLists lists_;    // guarded by mutex_
  FreeLists drained_;  // guarded by mutex_
};

}  // namespace jxlpool

#endif  // LIB_POOL_DEPOT_H_
