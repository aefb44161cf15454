// The part of BufferPool that is not about single blocks: lending caches to threads, ageing, trimming, pre-warming,
// statistics.
#include <algorithm>
#include <cstdlib>
#include <new>

#include "lib/base/bits.h"
#include "lib/pool/buffer_pool.h"
#include "lib/pool/memory.h"
#include "lib/pool/poison.h"

namespace jxlpool {
namespace {

// A search interrupts all running threads, which takes some microseconds. A pool that is warm rarely needs one and
// finds what it searches; a decode of another shape finds nothing and should not try for each of its blocks.
constexpr int32_t kFutileSearchesPerDecode = 16;

// For each thread but one there are as many spare blocks of a size as the demand for it has grown, up to this number;
// and what a settling may take for them, in all: bytes from the C heap, bytes of address space.
constexpr uint32_t kMaxSparesPerThread = 64;
constexpr uint64_t kMaxHeapSpares = uint64_t{4} << 20;
constexpr uint64_t kMaxMappedSpares = uint64_t{64} << 20;

}  // namespace

BufferPool::~BufferPool() {
  ThreadDirectory::Unregister(this);
  BlockChain blocks;
  depot_.DetachAll(&blocks);
  while (caches_ != nullptr) {
    ThreadCache* cache = caches_;
    caches_ = cache->next;
    cache->lists.DetachAll(&blocks);
    if (cache == &shared_cache_) continue;
    cache->~ThreadCache();
    std::free(cache);
  }
  ReleaseAll(&blocks, kTrimmed);
  depot_.DetachDrained(&blocks);
  ReleaseDrained(&blocks);
}

ThreadCache* BufferPool::Borrow() {
  if (!ThreadDirectory::MakeRoom()) return nullptr;
  const std::lock_guard<std::mutex> lock(caches_mutex_);
  ThreadCache* cache = caches_;
  while (cache != nullptr && !cache->vacant) cache = cache->next;
  if (cache == nullptr) cache = NewCache();
  if (cache == nullptr) return nullptr;
  cache->vacant = false;
  ThreadDirectory::Add(id_, cache);
  return cache;
}

// A vacant cache. REQUIRES: caches_mutex_ is held.
ThreadCache* BufferPool::NewCache() {
  void* memory = std::aligned_alloc(alignof(ThreadCache), sizeof(ThreadCache));
  if (memory == nullptr) return nullptr;
  auto* cache = new (memory) ThreadCache;
  cache->vacant = true;
  cache->next = caches_;
  caches_ = cache;
  caches_bytes_ += sizeof(ThreadCache);
  return cache;
}

void BufferPool::ExpectThreads(uint32_t num_threads) {
  const std::lock_guard<std::mutex> lock(caches_mutex_);
  expected_threads_ = std::max(expected_threads_, num_threads);
  uint32_t vacant = 0;
  for (const ThreadCache* cache = caches_; cache != nullptr; cache = cache->next) vacant += cache->vacant ? 1 : 0;
  for (; vacant < num_threads; ++vacant) {
    if (NewCache() == nullptr) return;
  }
}

uint32_t BufferPool::CountThreads() {
  const std::lock_guard<std::mutex> lock(caches_mutex_);
  uint32_t threads = 0;
  for (const ThreadCache* cache = caches_; cache != nullptr; cache = cache->next) {
    if (!cache->vacant && cache != &shared_cache_) ++threads;
  }
  return std::max(threads, expected_threads_);
}

void BufferPool::TakeBack(ThreadCache* cache) {
  BlockChain blocks;
  cache->lock.LockOwner();
  cache->lists.DetachAll(&blocks);
  cache->lock.UnlockOwner();
  retention_.Publish(&cache->unpublished);
  PutIntoDepot(&blocks);
  const std::lock_guard<std::mutex> lock(caches_mutex_);
  cache->vacant = true;
}

template <typename F>
void BufferPool::VisitCaches(F f) {
  const std::lock_guard<std::mutex> lock(caches_mutex_);
  for (ThreadCache* cache = caches_; cache != nullptr; cache = cache->next) cache->lock.Announce();
  const bool granted = BiasedLock::BarrierForVisitors();
  for (ThreadCache* cache = caches_; cache != nullptr; cache = cache->next) {
    if (granted) {
      cache->lock.WaitForOwner();
      f(cache);
    }
    cache->lock.LeaveVisitor();
  }
}

// Which thread does what varies from decode to decode, so the block wanted may be idle in another thread's cache.
BlockHeader* BufferPool::TakeFromOthers(const ThreadCache* own, size_t size) {
  if (size > options_.max_thread_block_bytes) return nullptr;
  BlockHeader* block = nullptr;
  VisitCaches([&](ThreadCache* cache) {
    if (block == nullptr && cache != own) block = cache->lists.Pop(size);
  });
  if (block == nullptr) futile_searches_left_.fetch_sub(1, std::memory_order_relaxed);
  return block;
}

void BufferPool::BeginDecode() {
  ReviveDrained();
  const std::lock_guard<std::mutex> lock(decodes_mutex_);
  ++active_decodes_;
  most_active_ = std::max(most_active_, active_decodes_);
}

// Drained blocks become cached ones again, without memory until somebody writes to them.
void BufferPool::ReviveDrained() {
  BlockChain drained;
  depot_.DetachDrained(&drained);
  BlockChain revived;
  BlockChain rest;
  while (drained.head != nullptr) {
    BlockHeader* block = drained.Take();
    const bool fits = retention_.CacheOverflow(0) == 0 && retention_.ReserveSystem(block->size);
    if (fits) CountSystemAllocation(block->size);
    (fits ? revived : rest).Add(block);
  }
  PutIntoDepot(&revived);
  ReleaseDrained(&rest);
}

void BufferPool::Settle() {
  if (!missed_.load(std::memory_order_relaxed) || !missed_.exchange(false, std::memory_order_relaxed)) return;
  const uint32_t sizes = census_.num_sizes();
  VisitCaches([&](ThreadCache* cache) { cache->lists.EnsureRoom(sizes); });
  depot_.EnsureRoom(sizes);
  const uint32_t threads = CountThreads();
  BlockChain cached;
  BlockChain drained;
  Census::Entry entry;
  for (size_t cursor = 0; census_.TakeGrown(&cursor, &entry);) {
    if (threads < 2 || entry.size > options_.max_thread_block_bytes || !IsPooled(entry.size)) continue;
    const uint32_t spares = std::min(entry.demand - entry.known_demand, kMaxSparesPerThread) * (threads - 1);
    for (uint32_t i = 0; i < spares && AddSpare(entry.size, &cached, &drained); ++i) {
    }
  }
  PutIntoDepot(&cached);
  BlockChain overflow;
  depot_.PutDrained(&drained, &overflow);
  ReleaseDrained(&overflow);
}

// One more block of `size` for the depot, if the bounds permit.
bool BufferPool::AddSpare(size_t size, BlockChain* cached, BlockChain* drained) {
  const bool on_heap = size < system_.min_drained_bytes();
  if (on_heap ? cached->bytes + size > kMaxHeapSpares : drained->bytes + size > kMaxMappedSpares) return false;
  if (on_heap && (retention_.CacheOverflow(0) != 0 || !retention_.ReserveSystem(size))) return false;
  BlockHeader* block = headers_.Allocate();
  if (block != nullptr) {
    block->size = size;
    block->payload = on_heap ? system_.Allocate(size, &block->is_zero) : system_.AllocateDrained(size);
  }
  if (block == nullptr || block->payload == nullptr) {
    if (block != nullptr) headers_.Free(block);
    if (on_heap) retention_.ReturnSystem(size);
    return false;
  }
  census_.CameAsSpare(size);
  if (on_heap) {
    CountSystemAllocation(size);
    PoisonRange(block->payload, size);
  } else {
    block->is_zero = true;
  }
  (on_heap ? cached : drained)->Add(block);
  return true;
}

void BufferPool::EndDecode() {
  retention_.EndDecode();
  futile_searches_left_.store(kFutileSearchesPerDecode, std::memory_order_relaxed);
  {
    const std::lock_guard<std::mutex> lock(decodes_mutex_);
    if (active_decodes_ > 0) --active_decodes_;
    if (++ended_decodes_ < most_active_) return;
    ended_decodes_ = 0;
    most_active_ = active_decodes_;
    if (options_.ageing_decodes == 0 || ++ticks_ < options_.ageing_decodes) return;
    ticks_ = 0;
  }
  ReleaseIdle();
}

void BufferPool::ReleaseIdle() {
  BlockChain idle;
  VisitCaches([&](ThreadCache* cache) { cache->lists.DetachIdle(&idle); });
  PutIntoDepot(&idle);
  BlockChain aged;
  depot_.DetachIdle(&aged);
  KeepSpares(&aged);
  retention_.EndPeriod();
  ReleaseAll(&aged, kAged);
}

// Puts idle blocks of sizes that are in use back into the depot: for each thread but one, as many as are in use.
void BufferPool::KeepSpares(BlockChain* idle) {
  const uint32_t threads = CountThreads();
  if (threads < 2) return;
  BlockChain kept;
  BlockChain aged;
  while (idle->head != nullptr) {
    BlockChain blocks;  // all of a size; blocks of a size come side by side
    do {
      blocks.Add(idle->Take());
    } while (idle->head != nullptr && idle->head->size == blocks.head->size);
    const uint64_t existing = census_.BlocksOf(blocks.head->size);
    const uint64_t in_use = existing > blocks.blocks ? existing - blocks.blocks : 0;
    for (uint64_t left = in_use * (threads - 1); left > 0 && blocks.head != nullptr; --left) kept.Add(blocks.Take());
    while (blocks.head != nullptr) aged.Add(blocks.Take());
  }
  PutIntoDepot(&kept);
  *idle = aged;
}

void BufferPool::Trim() {
  BlockChain blocks;
  VisitCaches([&](ThreadCache* cache) { cache->lists.DetachAll(&blocks); });
  depot_.DetachAll(&blocks);
  ReleaseAll(&blocks, kTrimmed);
  depot_.DetachDrained(&blocks);
  ReleaseDrained(&blocks);
}

void BufferPool::Clear() {
  BlockChain idle;
  depot_.DetachIdle(&idle);  // and what was given up for want of room is forgotten
  ReleaseAll(&idle, kTrimmed);
  Trim();
  retention_.Forget();
  Census::Entry entry;
  for (size_t cursor = 0; census_.TakeGrown(&cursor, &entry);) {
  }
  missed_.store(false, std::memory_order_relaxed);
  futile_searches_left_.store(0, std::memory_order_relaxed);
  ResetStatistics();
}

Status BufferPool::Prewarm(std::span<const PrewarmRequest> requests) {
  ThreadCache* cache = ThreadDirectory::Find(id_);
  if (cache == nullptr) cache = Borrow();
  if (cache != nullptr) return PrewarmWith(cache, requests);
  const std::lock_guard<std::mutex> lock(shared_cache_mutex_);
  return PrewarmWith(&shared_cache_, requests);
}

Status BufferPool::PrewarmWith(ThreadCache* cache, std::span<const PrewarmRequest> requests) {
  BlockChain warm;
  Status status;
  const uint64_t max_bytes = std::min(options_.max_depot_bytes, options_.retention.max_cached_bytes);
  for (const PrewarmRequest& request : requests) {
    if (request.bytes == 0 || request.bytes > options_.max_pooled_bytes) continue;
    const size_t size = RoundUp(request.bytes, kBufferAlignment);
    if (!IsPooled(size)) continue;
    for (uint32_t i = 0; i < request.count && status.ok(); ++i) {
      BlockHeader* block = nullptr;
      if (warm.bytes + size <= max_bytes && warm.blocks < options_.max_depot_blocks) {
        block = TakeCached(cache, size);
        if (block == nullptr) {
          block = TakeFresh(cache, size);
          if (block != nullptr) {
            SystemMemory::Touch(block->payload, size);
            PoisonRange(block->payload, size);
          }
        }
      }
      if (block == nullptr) {
        status = Status(ErrorCode::kMemoryLimit, "pre-warming exceeds what the pool may cache");
      } else {
        warm.Add(block);
      }
    }
    census_.Expect(size);
  }
  PutIntoDepot(&warm);
  retention_.ExpectAll();
  return status;
}

// Everything since construction.
PoolStatistics BufferPool::CountAll() {
  constexpr auto kRelaxed = std::memory_order_relaxed;
  PoolStatistics statistics;
  for (const ThreadCache* cache = caches_; cache != nullptr; cache = cache->next) {
    cache->counters.AddTo(&statistics);
    statistics.cached_blocks += cache->lists.blocks();
    statistics.cached_bytes += cache->lists.bytes();
    statistics.overhead_bytes += cache->lists.overhead_bytes();
  }
  SetLive(&statistics);
  statistics.peak_live_bytes = static_cast<uint64_t>(retention_.peak_live());
  statistics.cached_blocks += depot_.blocks();
  statistics.cached_bytes += depot_.bytes();
  statistics.overhead_bytes += depot_.overhead_bytes() + headers_.bytes() + caches_bytes_;
  statistics.system_bytes = retention_.system_bytes();
  statistics.peak_system_bytes = retention_.peak_system();
  statistics.system_allocations = system_allocations_.load(kRelaxed);
  statistics.system_allocated_bytes = system_allocated_bytes_.load(kRelaxed);
  statistics.system_releases = system_releases_.load(kRelaxed);
  statistics.system_released_bytes = system_released_bytes_.load(kRelaxed);
  statistics.aged_bytes = released_bytes_[kAged].load(kRelaxed);
  statistics.pressure_bytes = released_bytes_[kPressure].load(kRelaxed);
  statistics.overflow_bytes = released_bytes_[kOverflow].load(kRelaxed);
  statistics.trimmed_bytes = released_bytes_[kTrimmed].load(kRelaxed);
  return statistics;
}

PoolStatistics BufferPool::GetStatistics() {
  const std::lock_guard<std::mutex> lock(caches_mutex_);
  PoolStatistics statistics = CountAll();
  SubtractBaseline(baseline_, &statistics);
  return statistics;
}

uint64_t BufferPool::RoomUnderCap() {
  const uint64_t cap = options_.retention.max_system_bytes;
  if (cap == ~uint64_t{0}) return cap;
  return cap - std::min(cap, GetStatistics().total.live_bytes);
}

void BufferPool::ResetStatistics() {
  const std::lock_guard<std::mutex> lock(caches_mutex_);
  baseline_ = CountAll();
  retention_.ResetPeaks(static_cast<int64_t>(baseline_.total.live_bytes));
}

}  // namespace jxlpool
