// BlockSource: blocks as the system gives them and takes them back; each one is counted, and the cap on the pool holds.
//
// Thread-safe.
#ifndef LIB_POOL_BLOCK_SOURCE_H_
#define LIB_POOL_BLOCK_SOURCE_H_

#include <cstddef>
#include <cstdint>

#include "lib/pool/block.h"
#include "lib/pool/drained_blocks.h"
#include "lib/pool/retention.h"
#include "lib/pool/spares.h"
#include "lib/pool/system_memory.h"

namespace jxlpool {

class BlockSource {
 public:
  // REQUIRES: the others live as long as this.
  BlockSource(const SystemMemoryOptions& options, Retention* retention, Spares* spares)
      : system_(options), drained_(&system_), retention_(*retention), spares_(*spares) {}

  // A block for a request, drained before or new; nullptr at the cap or if the system has no more.
  BlockHeader* Create(size_t size);
  // A new block without a request, and without pages until it is written to; nullptr as above.
  BlockHeader* CreateSpare(size_t size);
  // Gives the blocks back to the system.
  void Release(BlockChain* blocks, Retention::Reason reason);

  // Gives the pages of the blocks back; what can be drained keeps its address range for Create and Revive.
  void Drain(BlockChain* blocks);
  // Moves all drained blocks to `*out`, counted as held again but without pages until they are written to; those that
  // exceed a bound go back to the system.
  void Revive(BlockChain* out);
  // Gives the address ranges of all drained blocks back.
  void ReleaseDrained();

  // Smaller blocks come from the C heap.
  size_t min_drained_bytes() const { return system_.min_drained_bytes(); }
  uint64_t overhead_bytes() { return headers_.bytes() + drained_.overhead_bytes(); }

 private:
  BlockHeader* Allocate(size_t size, SystemMemory::Backing backing);
  void Free(BlockHeader* block);

  const SystemMemory system_;
  HeaderSlabs headers_;
  DrainedBlocks drained_;
  Retention& retention_;
  Spares& spares_;
};

}  // namespace jxlpool

#endif  // LIB_POOL_BLOCK_SOURCE_H_
