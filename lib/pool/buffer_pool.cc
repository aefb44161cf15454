#include "lib/pool/buffer_pool.h"

#include <algorithm>
#include <cstring>
#include <limits>

#include "lib/pool/memory.h"
#include "lib/pool/poison.h"

namespace jxlpool {
namespace {

// How many bytes of cached blocks of the C heap may stay within reach though Retention asks for room.
constexpr uint64_t kHeapSlack = uint64_t{3} << 20;

SystemMemoryOptions SystemOptions(const BufferPoolOptions& options) {
  SystemMemoryOptions system = options.system;
  if (!options.pooling) system.map_bytes = system.huge_bytes = std::numeric_limits<size_t>::max();
  return system;
}

void Prepare(BlockHeader* block, Category category, ElementType type, Fill fill) {
  UnpoisonRange(block->payload, block->size);
  switch (fill) {
    case Fill::kUninitialized:
      MarkUninitialized(block->payload, block->size);
      break;
    case Fill::kZero:
      if (!block->is_zero) std::memset(block->payload, 0, block->size);
      break;
    case Fill::kDirty:
      MarkInitialized(block->payload, block->size);
      break;
  }
  block->is_zero = false;
  block->is_matrix = false;
  block->category = category;
  block->type = type;
}

}  // namespace

BufferPool::BufferPool(const BufferPoolOptions& options)
    : options_(options),
      system_(SystemOptions(options)),
      depot_(options.max_depot_bytes, options.max_depot_blocks),
      retention_(options.retention),
      caches_(&shared_cache_) {
  ThreadDirectory::Register(this);
}

BlockHeader* BufferPool::Take(size_t size, Category category, ElementType type, Fill fill) {
  ThreadCache* cache = ThreadDirectory::Find(id_);
  if (cache == nullptr) [[unlikely]] {
    cache = Borrow();
    if (cache == nullptr) {
      const std::lock_guard<std::mutex> lock(shared_cache_mutex_);
      return TakeWith(&shared_cache_, size, category, type, fill);
    }
  }
  return TakeWith(cache, size, category, type, fill);
}

void BufferPool::Give(BlockHeader* block) {
  ThreadCache* cache = ThreadDirectory::Find(id_);
  if (cache == nullptr) [[unlikely]] {
    cache = Borrow();
    if (cache == nullptr) {
      const std::lock_guard<std::mutex> lock(shared_cache_mutex_);
      GiveWith(&shared_cache_, block);
      return;
    }
  }
  GiveWith(cache, block);
}

BlockHeader* BufferPool::TakeCached(ThreadCache* cache, size_t size) {
  BlockHeader* block = nullptr;
  if (size <= options_.max_thread_block_bytes) {
    cache->lock.LockOwner();
    block = cache->lists.Pop(size);
    cache->lock.UnlockOwner();
  }
  return block != nullptr ? block : depot_.Pop(size);
}

BlockHeader* BufferPool::TakeWith(ThreadCache* cache, size_t size, Category category, ElementType type, Fill fill) {
  BlockHeader* block = nullptr;
  if (IsPooled(size)) [[likely]] {
    block = TakeCached(cache, size);
    if (block == nullptr && futile_searches_left_.load(std::memory_order_relaxed) > 0) [[unlikely]]
      block = TakeFromOthers(cache, size);
  }
  const bool hit = block != nullptr;
  if (!hit) [[unlikely]] {
    if (options_.pooling) {
      MakeRoom(cache, size);
      if (!missed_.load(std::memory_order_relaxed)) missed_.store(true, std::memory_order_relaxed);
    }
    block = TakeFresh(cache, size);
    if (block == nullptr) return nullptr;
  }
  cache->counters.Acquired(category, type, size, hit);
  retention_.Acquired(size, &cache->unpublished);
  Prepare(block, category, type, fill);
  return block;
}

void BufferPool::GiveWith(ThreadCache* cache, BlockHeader* block) {
  const size_t size = block->size;
  cache->counters.Released(block->category, block->type, size);
  retention_.Released(size, &cache->unpublished);
  if (!IsPooled(size)) {
    ReleaseToSystem(block);
    return;
  }
  MarkReleased(block->payload, size);
  BlockChain surplus;
  if (size > options_.max_thread_block_bytes) {
    surplus.Add(block);
  } else {
    cache->lock.LockOwner();
    FreeLists* lists = &cache->lists;
    const uint32_t count = lists->Push(block);
    if (count == 0) [[unlikely]] {
      surplus.Add(block);
    } else if (count > options_.max_thread_blocks_per_size) [[unlikely]] {
      lists->DetachHalf(size, &surplus);
    }
    if (lists->bytes() > options_.max_thread_bytes) [[unlikely]] {
      lists->DetachOldest(lists->bytes() - options_.max_thread_bytes / 4 * 3, /*keep_size=*/0, &surplus);
    }
    cache->lock.UnlockOwner();
  }
  if (surplus.head != nullptr) [[unlikely]]
    PutIntoDepot(&surplus);
  const uint64_t overflow = retention_.CacheOverflow(cache->unpublished);
  if (overflow != 0) [[unlikely]] {
    BlockChain blocks;
    Uncache(cache, overflow, /*keep_size=*/0, &blocks);
    ReleaseAll(&blocks, kOverflow);
  }
}

// Lets cached blocks of other sizes go if the pool would otherwise grow too far beyond what is live.
void BufferPool::MakeRoom(ThreadCache* cache, size_t size) {
  if (depot_.TakeRegret(size)) retention_.Regret(size);
  const uint64_t excess = retention_.Excess(size, cache->unpublished);
  if (excess == 0) return;
  BlockChain blocks;
  Uncache(cache, excess, size, &blocks, system_.min_drained_bytes());
  // What is left within reach are small blocks. They cannot be drained, so that a repetition would miss them; they stay
  // unless they are many, whatever other threads or spare blocks contribute to the excess.
  const uint64_t small = depot_.bytes() + cache->lists.bytes();
  if (blocks.bytes < excess && small > kHeapSlack) {
    Uncache(cache, blocks.bytes + std::min(excess - blocks.bytes, small - kHeapSlack), size, &blocks);
  }
  if (blocks.head == nullptr) return;
  depot_.NoteEvicted(blocks);
  DrainAll(&blocks);
}

// Gives the memory of the blocks back to the system, and the address ranges of those that can be drained to the depot:
// a decode of the same shape gets all its blocks without a system call.
void BufferPool::DrainAll(BlockChain* blocks) {
  released_bytes_[kPressure].fetch_add(blocks->bytes, std::memory_order_relaxed);
  BlockChain drained;
  while (blocks->head != nullptr) {
    BlockHeader* block = blocks->Take();
    if (block->size < system_.min_drained_bytes()) {
      ReleaseToSystem(block);
      continue;
    }
    SystemMemory::Drain(block->payload, block->size);
    block->is_zero = true;
    CountSystemRelease(block->size);
    drained.Add(block);
  }
  BlockChain overflow;
  depot_.PutDrained(&drained, &overflow);
  ReleaseDrained(&overflow);
}

BlockHeader* BufferPool::TakeDrained(size_t size) {
  BlockHeader* block = options_.pooling ? depot_.PopDrained(size) : nullptr;
  if (block != nullptr) system_.Refill(block->payload, size);
  return block;
}

void BufferPool::ReleaseDrained(BlockChain* blocks) {
  while (blocks->head != nullptr) {
    BlockHeader* block = blocks->Take();
    census_.Left(block->size);
    system_.Free(block->payload, block->size);
    headers_.Free(block);
  }
}

// Room under the cap of the pool: what this thread has cached makes way first, then the depot, then all other threads.
bool BufferPool::ReserveUnderPressure(ThreadCache* cache, size_t size) {
  if (retention_.ReserveSystem(size)) return true;
  if (!options_.pooling) return false;
  BlockChain blocks;
  cache->lock.LockOwner();
  cache->lists.DetachAll(&blocks);
  cache->lock.UnlockOwner();
  ReleaseAll(&blocks, kTrimmed);
  if (retention_.ReserveSystem(size)) return true;
  depot_.DetachAll(&blocks);
  ReleaseAll(&blocks, kTrimmed);
  if (retention_.ReserveSystem(size)) return true;
  Trim();
  return retention_.ReserveSystem(size);
}

BlockHeader* BufferPool::TakeFresh(ThreadCache* cache, size_t size) {
  if (!ReserveUnderPressure(cache, size)) return nullptr;
  BlockHeader* block = TakeDrained(size);
  if (block == nullptr) block = Allocate(size);
  if (block == nullptr) {
    retention_.ReturnSystem(size);
    return nullptr;
  }
  CountSystemAllocation(size);
  return block;
}

BlockHeader* BufferPool::Allocate(size_t size) {
  BlockHeader* block = headers_.Allocate();
  if (block == nullptr) return nullptr;
  block->size = size;
  block->payload = system_.Allocate(size, &block->is_zero);
  if (block->payload == nullptr && options_.pooling) {
    Trim();
    block->payload = system_.Allocate(size, &block->is_zero);
  }
  if (block->payload != nullptr) {
    if (options_.pooling) census_.Came(size);
    return block;
  }
  headers_.Free(block);
  return nullptr;
}

void BufferPool::CountSystemAllocation(size_t size) {
  system_allocations_.fetch_add(1, std::memory_order_relaxed);
  system_allocated_bytes_.fetch_add(size, std::memory_order_relaxed);
}

void BufferPool::CountSystemRelease(size_t size) {
  retention_.ReturnSystem(size);
  system_releases_.fetch_add(1, std::memory_order_relaxed);
  system_released_bytes_.fetch_add(size, std::memory_order_relaxed);
}

// Fills `*out` up to `bytes` cached bytes, or all within reach, from the depot and this thread's cache.
void BufferPool::Uncache(ThreadCache* cache, uint64_t bytes, size_t keep_size, BlockChain* out, size_t min_size) {
  if (out->bytes < bytes) depot_.Evict(bytes - out->bytes, keep_size, out, min_size);
  if (out->bytes >= bytes) return;
  cache->lock.LockOwner();
  cache->lists.DetachOldest(bytes - out->bytes, keep_size, out, min_size);
  cache->lock.UnlockOwner();
}

void BufferPool::PutIntoDepot(BlockChain* blocks) {
  BlockChain overflow;
  depot_.Put(blocks, &overflow);
  ReleaseAll(&overflow, kOverflow);
}

void BufferPool::ReleaseAll(BlockChain* blocks, Reason reason) {
  if (blocks->head == nullptr) return;
  released_bytes_[reason].fetch_add(blocks->bytes, std::memory_order_relaxed);
  while (blocks->head != nullptr) ReleaseToSystem(blocks->Take());
}

void BufferPool::ReleaseToSystem(BlockHeader* block) {
  if (options_.pooling) census_.Left(block->size);
  system_.Free(block->payload, block->size);
  CountSystemRelease(block->size);
  headers_.Free(block);
}

}  // namespace jxlpool
