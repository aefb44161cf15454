#include "lib/pool/buffer_pool.h"

#include <algorithm>
#include <cstring>
#include <limits>

#include "lib/pool/poison.h"

namespace jxlpool {
namespace {

// What a decode may add as spares at its end: bytes from the C heap, bytes of address space.
constexpr uint64_t kMaxHeapSpares = uint64_t{4} << 20;
constexpr uint64_t kMaxMappedSpares = uint64_t{64} << 20;

// Smaller blocks do not make room for others: the C heap would keep their memory, and a repetition would miss them.
// Without it memory_warm_allocation fails.
constexpr size_t kMinPressureBytes = size_t{32} << 10;

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
    : options_(options), retention_(options.retention), source_(SystemOptions(options), &retention_, &spares_) {
  ThreadDirectory::Register(this);
}

BufferPool::~BufferPool() {
  ThreadDirectory::Unregister(this);
  BlockChain blocks;
  caches_.ForEach([&](ThreadCache* cache) { cache->lists.DetachAll(&blocks); });
  depot_.Visit([&](FreeLists* lists) { lists->DetachAll(&blocks); });
  source_.Release(&blocks, Retention::kTrimmed);
  source_.ReleaseDrained();
}

BlockHeader* BufferPool::Take(size_t size, Category category, ElementType type, Fill fill) {
  return caches_.Use(id_, [&](ThreadCache* cache) -> BlockHeader* {
    BlockHeader* block = IsPooled(size) ? TakeCached(cache, size) : nullptr;
    const bool hit = block != nullptr;
    if (!hit) [[unlikely]] {
      missed_.store(true, std::memory_order_relaxed);
      MakeRoom(cache, size);
      block = TakeFresh(cache, size);
      if (block == nullptr) return nullptr;
    }
    cache->counters.Acquired(category, type, size, hit);
    retention_.Acquired(size, &cache->unpublished);
    Prepare(block, category, type, fill);
    return block;
  });
}

BlockHeader* BufferPool::TakeCached(ThreadCache* cache, size_t size) {
  if (size <= options_.max_thread_block_bytes) {
    cache->lock.LockOwner();
    BlockHeader* block = cache->lists.Pop(size);
    cache->lock.UnlockOwner();
    if (block != nullptr) return block;
  }
  BlockHeader* block = depot_.Pop(size);
  return block != nullptr ? block : TakeFromOthers(cache, size);
}

// Which thread does what varies from decode to decode, so the block may be idle in another thread's cache. A search
// interrupts all running threads, which takes some microseconds: once a decode has searched in vain, it is no
// repetition and does not search again. Without it memory_warm_allocation fails.
BlockHeader* BufferPool::TakeFromOthers(const ThreadCache* own, size_t size) {
  if (size > options_.max_thread_block_bytes || !worth_searching_.load(std::memory_order_relaxed)) return nullptr;
  BlockHeader* block = nullptr;
  caches_.Visit([&](ThreadCache* cache) {
    if (block == nullptr && cache != own) block = cache->lists.Pop(size);
  });
  if (block == nullptr) worth_searching_.store(false, std::memory_order_relaxed);
  return block;
}

// Where the system or the cap refuses, what this thread has cached makes way first, then the depot, then everything.
BlockHeader* BufferPool::TakeFresh(ThreadCache* cache, size_t size) {
  if (BlockHeader* block = source_.Create(size)) [[likely]]
    return block;
  BlockChain blocks;
  cache->lock.LockOwner();
  cache->lists.DetachAll(&blocks);
  cache->lock.UnlockOwner();
  source_.Release(&blocks, Retention::kTrimmed);
  if (BlockHeader* block = source_.Create(size)) return block;
  depot_.Visit([&](FreeLists* lists) { lists->DetachAll(&blocks); });
  source_.Release(&blocks, Retention::kTrimmed);
  if (BlockHeader* block = source_.Create(size)) return block;
  Trim();
  return source_.Create(size);
}

// Lets cached blocks go if the pool would otherwise grow too far beyond what is live.
void BufferPool::MakeRoom(ThreadCache* cache, size_t size) {
  const uint64_t excess = retention_.Excess(size, cache->unpublished);
  if (excess == 0) return;
  BlockChain blocks;
  Uncache(cache, excess, kMinPressureBytes, &blocks);
  source_.Drain(&blocks);
}

// Moves to `*out` cached blocks of `bytes` bytes, or all of at least `min_size` bytes that are within reach.
void BufferPool::Uncache(ThreadCache* cache, uint64_t bytes, size_t min_size, BlockChain* out) {
  depot_.Visit([&](FreeLists* lists) { lists->DetachOldest(bytes, min_size, out); });
  if (out->bytes >= bytes) return;
  cache->lock.LockOwner();
  cache->lists.DetachOldest(bytes - out->bytes, min_size, out);
  cache->lock.UnlockOwner();
}

void BufferPool::Give(BlockHeader* block) {
  caches_.Use(id_, [&](ThreadCache* cache) { GiveWith(cache, block); });
}

void BufferPool::GiveWith(ThreadCache* cache, BlockHeader* block) {
  const size_t size = block->size;
  cache->counters.Released(block->category, block->type, size);
  retention_.Released(size, &cache->unpublished);
  BlockChain surplus;
  if (!IsPooled(size)) [[unlikely]] {
    surplus.Add(block);
    source_.Release(&surplus, Retention::kNotPooled);
    return;
  }
  MarkReleased(block->payload, size);
  if (size > options_.max_thread_block_bytes) {
    surplus.Add(block);
  } else {
    cache->lock.LockOwner();
    FreeLists* lists = &cache->lists;
    if (!lists->Push(block)) [[unlikely]]
      surplus.Add(block);
    if (lists->bytes() > options_.max_thread_bytes) [[unlikely]] {
      lists->DetachOldest(lists->bytes() - options_.max_thread_bytes / 4 * 3, /*min_size=*/0, &surplus);
    }
    cache->lock.UnlockOwner();
  }
  if (surplus.head != nullptr) [[unlikely]]
    PutIntoDepot(&surplus);
  const uint64_t overflow = retention_.CacheOverflow(cache->unpublished);
  if (overflow != 0) [[unlikely]] {
    Uncache(cache, overflow, /*min_size=*/0, &surplus);
    source_.Release(&surplus, Retention::kOverflow);
  }
}

void BufferPool::PutIntoDepot(BlockChain* blocks) {
  depot_.Put(blocks);
  source_.Release(blocks, Retention::kOverflow);
}

void BufferPool::BeginDecode() {
  BlockChain revived;
  source_.Revive(&revived);
  PutIntoDepot(&revived);
  const std::lock_guard<std::mutex> lock(decodes_mutex_);
  ++active_decodes_;
  most_active_ = std::max(most_active_, active_decodes_);
}

void BufferPool::EndDecode(uint32_t num_threads) {
  Settle(num_threads);
  worth_searching_.store(true, std::memory_order_relaxed);
  {
    const std::lock_guard<std::mutex> lock(decodes_mutex_);
    --active_decodes_;
    // While decodes overlap, each of them counts for a fraction of one.
    if (options_.ageing_decodes == 0 || ++ended_decodes_ < options_.ageing_decodes * most_active_) return;
    ended_decodes_ = 0;
    most_active_ = active_decodes_;
  }
  ReleaseIdle(std::max(num_threads, caches_.CountBorrowed()));
}

// Gets ready for a repetition in which work falls to threads in another way: caches, room in their tables, spares.
void BufferPool::Settle(uint32_t num_threads) {
  if (!missed_.load(std::memory_order_relaxed) || !missed_.exchange(false, std::memory_order_relaxed)) return;
  const size_t sizes = spares_.num_sizes();
  caches_.Prepare(num_threads, sizes);
  depot_.Visit([&](FreeLists* lists) { lists->Reserve(sizes); });
  BlockChain spares;
  uint64_t heap_left = kMaxHeapSpares;
  uint64_t mapped_left = kMaxMappedSpares;
  spares_.Settle(std::max(num_threads, caches_.CountBorrowed()), [&](size_t size) {
    uint64_t* left = size < source_.min_drained_bytes() ? &heap_left : &mapped_left;
    if (!IsPooled(size) || size > options_.max_thread_block_bytes || size > *left) return false;
    BlockHeader* block = retention_.CacheOverflow(0) == 0 ? source_.CreateSpare(size) : nullptr;
    if (block == nullptr) return false;
    PoisonRange(block->payload, size);
    spares.Add(block);
    *left -= size;
    return true;
  });
  PutIntoDepot(&spares);
}

// Without it BufferPoolTest.UnusedBlocksAgeAndUsedOnesStay fails.
void BufferPool::ReleaseIdle(uint32_t threads) {
  BlockChain idle;
  caches_.Visit([&](ThreadCache* cache) { cache->lists.DetachIdle([](size_t, uint32_t) { return 0u; }, &idle); });
  PutIntoDepot(&idle);
  const auto keep_spares = [&](size_t size, uint32_t count) { return spares_.CountKept(threads, size, count); };
  depot_.Visit([&](FreeLists* lists) { lists->DetachIdle(keep_spares, &idle); });
  retention_.EndPeriod();
  source_.Release(&idle, Retention::kAged);
}

void BufferPool::TakeBack(ThreadCache* cache) {
  BlockChain blocks;
  cache->lock.LockOwner();
  cache->lists.DetachAll(&blocks);
  cache->lock.UnlockOwner();
  retention_.Publish(&cache->unpublished);
  PutIntoDepot(&blocks);
  caches_.Return(cache);
}

void BufferPool::Trim() {
  BlockChain blocks;
  caches_.Visit([&](ThreadCache* cache) { cache->lists.DetachAll(&blocks); });
  depot_.Visit([&](FreeLists* lists) { lists->DetachAll(&blocks); });
  source_.Release(&blocks, Retention::kTrimmed);
  source_.ReleaseDrained();
}

void BufferPool::Clear() {
  Trim();
  retention_.Forget();
  spares_.Settle(1, [](size_t) { return false; });
  missed_.store(false, std::memory_order_relaxed);
  worth_searching_.store(false, std::memory_order_relaxed);
  ResetStatistics();
}

// Everything since construction.
PoolStatistics BufferPool::CountAll() {
  PoolStatistics statistics;
  caches_.AddTo(&statistics);
  SetLive(&statistics);
  retention_.AddTo(&statistics);
  statistics.cached_blocks += depot_.blocks();
  statistics.cached_bytes += depot_.bytes();
  statistics.overhead_bytes += depot_.overhead_bytes() + source_.overhead_bytes();
  return statistics;
}

PoolStatistics BufferPool::GetStatistics() {
  const std::lock_guard<std::mutex> lock(baseline_mutex_);
  PoolStatistics statistics = CountAll();
  SubtractBaseline(baseline_, &statistics);
  return statistics;
}

void BufferPool::ResetStatistics() {
  const std::lock_guard<std::mutex> lock(baseline_mutex_);
  baseline_ = CountAll();
  retention_.ResetPeaks(static_cast<int64_t>(baseline_.total.live_bytes));
}

uint64_t BufferPool::RoomUnderCap() {
  const uint64_t cap = options_.retention.max_system_bytes;
  return cap == ~uint64_t{0} ? cap : cap - std::min(cap, GetStatistics().total.live_bytes);
}

}  // namespace jxlpool
