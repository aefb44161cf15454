// DrainedBlocks: blocks that gave their pages back to the system and kept their address range. A block that is drained
// costs no memory; taking it again costs one system call, or none after BlockSource has revived it.
//
// Without it memory_warm_allocation --attempts 1 fails: what a decode gave up to keep its peak low would be mapped anew
// by the next. Thread-safe. It does not own the blocks.
#ifndef LIB_POOL_DRAINED_BLOCKS_H_
#define LIB_POOL_DRAINED_BLOCKS_H_

#include <cstddef>
#include <cstdint>
#include <mutex>

#include "lib/pool/block.h"
#include "lib/pool/free_lists.h"
#include "lib/pool/system_memory.h"

namespace jxlpool {

class DrainedBlocks {
 public:
  explicit DrainedBlocks(const SystemMemory* system) : system_(*system) {}

  // Drains the block and keeps it. False, and the block remains the caller's, if it is too small for a mapping of its
  // own or too many are kept already.
  bool Drain(BlockHeader* block);
  // A block of exactly `size` bytes, backed by memory again and all zero; or nullptr.
  BlockHeader* Take(size_t size);
  // Moves all blocks to `*out`, without pages until they are touched.
  void DetachAll(BlockChain* out);

  uint64_t overhead_bytes() const { return lists_.overhead_bytes(); }

 private:
  // Bounds on address space and on mappings, of which a process may have some 65 thousand.
  static constexpr uint64_t kMaxBytes = uint64_t{256} << 20;
  static constexpr uint64_t kMaxBlocks = 8192;

  bool HasRoomFor(const BlockHeader& block) const {
    return lists_.blocks() < kMaxBlocks && lists_.bytes() + block.size <= kMaxBytes;
  }

  const SystemMemory& system_;
  std::mutex mutex_;
  FreeLists lists_;  // guarded by mutex_
};

}  // namespace jxlpool

#endif  // LIB_POOL_DRAINED_BLOCKS_H_
