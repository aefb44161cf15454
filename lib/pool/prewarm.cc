#include "lib/pool/prewarm.h"

#include "lib/base/bits.h"
#include "lib/pool/memory.h"
#include "lib/pool/poison.h"

namespace jxlpool {

// The part of Prewarm that knows the pool from inside.
class Prewarmer {
 public:
  explicit Prewarmer(BufferPool* pool) : pool_(*pool) {}

  Status Take(const PrewarmRequest& request) {
    if (request.bytes == 0 || request.bytes > pool_.options_.max_pooled_bytes) return OkStatus();
    const size_t size = RoundUp(request.bytes, kBufferAlignment);
    if (!pool_.IsPooled(size)) return OkStatus();
    for (uint32_t i = 0; i < request.count; ++i) {
      BlockHeader* block = warm_.bytes + size <= pool_.options_.retention.max_cached_bytes ? TakeBlock(size) : nullptr;
      if (block == nullptr) return Status(ErrorCode::kMemoryLimit, "pre-warming exceeds what the pool may cache");
      warm_.Add(block);
    }
    pool_.spares_.Expect(size);
    return OkStatus();
  }
  void Keep() {
    pool_.PutIntoDepot(&warm_);
    pool_.retention_.ExpectAll();
  }

 private:
  // A block that is cached or, if none is, a fresh one with all of its pages.
  BlockHeader* TakeBlock(size_t size) {
    return pool_.caches_.Use(pool_.id_, [&](ThreadCache* cache) {
      BlockHeader* block = pool_.TakeCached(cache, size);
      if (block != nullptr) return block;
      block = pool_.TakeFresh(cache, size);
      if (block == nullptr) return block;
      SystemMemory::Touch(block->payload, size);
      PoisonRange(block->payload, size);
      return block;
    });
  }

  BufferPool& pool_;
  BlockChain warm_;
};

Status Prewarm(BufferPool* pool, std::span<const PrewarmRequest> requests) {
  Prewarmer prewarmer(pool);
  Status status;
  for (const PrewarmRequest& request : requests) {
    if (status.ok()) status = prewarmer.Take(request);
  }
  prewarmer.Keep();
  return status;
}

}  // namespace jxlpool
