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
}

ThreadCache* BufferPool::Borrow() {
  if (!ThreadDirectory::MakeRoom()) return nullptr;
  const std::lock_guard<std::mutex> lock(caches_mutex_);
  ThreadCache* cache = caches_;
  while (cache != nullptr && !cache->vacant) cache = cache->next;
  if (cache == nullptr) {
    void* memory = std::aligned_alloc(alignof(ThreadCache), sizeof(ThreadCache));
    if (memory == nullptr) return nullptr;
    cache = new (memory) ThreadCache;
    cache->next = caches_;
    caches_ = cache;
    caches_bytes_ += sizeof(ThreadCache);
  }
  cache->vacant = false;
  ThreadDirectory::Add(id_, cache);
  return cache;
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
  const std::lock_guard<std::mutex> lock(decodes_mutex_);
  ++active_decodes_;
  most_active_ = std::max(most_active_, active_decodes_);
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
  retention_.EndPeriod();
  ReleaseAll(&aged, kAged);
}

void BufferPool::Trim() {
  BlockChain blocks;
  VisitCaches([&](ThreadCache* cache) { cache->lists.DetachAll(&blocks); });
  depot_.DetachAll(&blocks);
  ReleaseAll(&blocks, kTrimmed);
}

void BufferPool::Clear() {
  Trim();
  retention_.Forget();
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
          block = TakeFresh(size);
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

void BufferPool::ResetStatistics() {
  const std::lock_guard<std::mutex> lock(caches_mutex_);
  baseline_ = CountAll();
  retention_.ResetPeaks(static_cast<int64_t>(baseline_.total.live_bytes));
}

}  // namespace jxlpool
