// BufferPool: where blocks come from and go back to. The heart of the library's memory; README.md tells the whole
// story.
//
// A block taken has exactly the size asked for. A thread keeps what it gives back and gets it again when it next asks
// for that size: no lock, no atomic read-modify-write, no search, no split, nothing wasted. The surplus goes to a depot
// that all threads share, what is not wanted for some decodes goes back to the system.
//
// Decoding code does not use a BufferPool directly but a Memory (memory.h), which adds the budget; the owner of a
// decoder creates, tunes, trims and reads the pool.
//
// Thread-safe: any thread may call anything at any time, and any number of pools may exist. Destroying a pool is safe
// while threads that used it live on. REQUIRES, for the destructor: no call is in progress and no block is live.
#ifndef LIB_POOL_BUFFER_POOL_H_
#define LIB_POOL_BUFFER_POOL_H_

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <span>

#include "lib/base/status.h"
#include "lib/pool/block.h"
#include "lib/pool/category.h"
#include "lib/pool/census.h"
#include "lib/pool/depot.h"
#include "lib/pool/retention.h"
#include "lib/pool/statistics.h"
#include "lib/pool/system_memory.h"
#include "lib/pool/thread_cache.h"

namespace jxlpool {

struct BufferPoolOptions {
  // False: every block comes from the C heap and goes back to it. For comparison only.
  bool pooling = true;
  // Blocks of other sizes are taken from the system and given back to it each time.
  size_t min_pooled_bytes = 0;
  size_t max_pooled_bytes = size_t{256} << 20;

  // What a thread may keep for itself. Larger blocks than max_thread_block_bytes would not be hot in its cache anyway
  // and go to the depot, where all threads can reach them.
  size_t max_thread_block_bytes = size_t{2} << 20;
  uint64_t max_thread_bytes = uint64_t{8} << 20;
  uint32_t max_thread_blocks_per_size = 64;
  // What the depot may keep.
  uint64_t max_depot_bytes = uint64_t{256} << 20;
  uint64_t max_depot_blocks = 8192;

  // Cached blocks of all threads and the depot; the cap on everything live and cached, beyond which acquisitions fail
  // (~0: none); and how far the pool may grow beyond what is live (see retention.h).
  RetentionOptions retention;
  // What a thread keeps but does not want during this many decodes goes to the depot; what nobody takes from there
  // during as many is released. 0: never.
  uint32_t ageing_decodes = 3;

  SystemMemoryOptions system;
};

// `count` blocks of `bytes` bytes each.
struct PrewarmRequest {
  size_t bytes = 0;
  uint32_t count = 1;
};

class BufferPool {
 public:
  explicit BufferPool(const BufferPoolOptions& options = BufferPoolOptions());
  ~BufferPool();
  BufferPool(const BufferPool&) = delete;
  BufferPool& operator=(const BufferPool&) = delete;

  // A block of exactly `size` payload bytes, or nullptr if the system has no more or max_system_bytes is reached.
  // REQUIRES: size is a multiple of kBufferAlignment, not 0.
  BlockHeader* Take(size_t size, Category category, ElementType type, Fill fill);
  // Takes the block back, from any thread.
  void Give(BlockHeader* block);

  // Bracket each decode: what the decodes before had to give up for want of room is available from its beginning; its
  // end is the clock of ageing. When decodes overlap, a tick is as many ends as there were decodes at a time.
  void BeginDecode();
  void EndDecode();

  // To be called when the work that several threads share is done, a frame for instance: if it missed, the pool makes
  // sure that a repetition does not, however its work falls to threads.
  void Settle();

  // Announces that up to `num_threads` threads will work at a time. None of them has to ask the system for its
  // bookkeeping later, and the pool allows for work that falls to other threads than last time.
  void ExpectThreads(uint32_t num_threads);

  // Releases all that is cached, in all threads.
  void Trim();
  // As new: Trim, and what was learned about the shapes of decodes and all statistics are forgotten.
  void Clear();

  // Makes sure that all of these blocks can be live at a time without asking the system: takes what is missing, backs
  // it with memory and caches it in the depot. Errors: kMemoryLimit if that would exceed the bounds on caching or
  // max_system_bytes; what fits is kept.
  Status Prewarm(std::span<const PrewarmRequest> requests);

  PoolStatistics GetStatistics();
  // Starts counting anew. Peaks restart from what is live now.
  void ResetStatistics();

  // What can still be acquired under max_system_bytes if everything cached makes way; ~0 without a cap. Other decodes
  // may take it first.
  uint64_t RoomUnderCap();

  // Live and cached now: what a cap would have to leave room for.
  uint64_t system_bytes() const { return retention_.system_bytes(); }

 private:
  friend class ThreadDirectory;
  enum Reason : uint8_t { kAged, kPressure, kOverflow, kTrimmed, kNumReasons };

  bool IsPooled(size_t size) const {
    return options_.pooling && size >= options_.min_pooled_bytes && size <= options_.max_pooled_bytes;
  }
  BlockHeader* TakeWith(ThreadCache* cache, size_t size, Category category, ElementType type, Fill fill);
  void GiveWith(ThreadCache* cache, BlockHeader* block);
  BlockHeader* TakeCached(ThreadCache* cache, size_t size);
  BlockHeader* TakeFromOthers(const ThreadCache* own, size_t size);
  Status PrewarmWith(ThreadCache* cache, std::span<const PrewarmRequest> requests);

  ThreadCache* NewCache();
  // The calling thread's cache; nullptr if it cannot have one.
  ThreadCache* Borrow();
  // Empties the cache of the calling thread, for others to borrow.
  void TakeBack(ThreadCache* cache);
  // Runs f(cache) on all caches, locked.
  template <typename F>
  void VisitCaches(F f);

  void MakeRoom(ThreadCache* cache, size_t size);
  BlockHeader* TakeFresh(ThreadCache* cache, size_t size);
  bool ReserveUnderPressure(ThreadCache* cache, size_t size);
  void Uncache(ThreadCache* cache, uint64_t bytes, size_t keep_size, BlockChain* out, size_t min_size = 0);
  BlockHeader* TakeDrained(size_t size);
  void DrainAll(BlockChain* blocks);
  void ReviveDrained();
  void PutIntoDepot(BlockChain* blocks);
  void ReleaseAll(BlockChain* blocks, Reason reason);
  void ReleaseToSystem(BlockHeader* block);
  void ReleaseDrained(BlockChain* blocks);
  BlockHeader* Allocate(size_t size);
  void CountSystemAllocation(size_t size);
  void CountSystemRelease(size_t size);
  void ReleaseIdle();
  void KeepSpares(BlockChain* idle);
  bool AddSpare(size_t size, BlockChain* cached, BlockChain* drained);
  uint32_t CountThreads();

  PoolStatistics CountAll();

  const BufferPoolOptions options_;
  const SystemMemory system_;
  uint64_t id_ = 0;                  // set by ThreadDirectory
  BufferPool* next_pool_ = nullptr;  // guarded by ThreadDirectory
  alignas(64) HeaderSlabs headers_;  // apart from what each acquisition reads
  Census census_;
  Depot depot_;
  Retention retention_;

  std::mutex caches_mutex_;
  uint32_t expected_threads_ = 0;  // guarded by caches_mutex_
  ThreadCache* caches_ = nullptr;  // guarded by caches_mutex_; ends with shared_cache_
  uint64_t caches_bytes_ = 0;      // guarded by caches_mutex_
  PoolStatistics baseline_;        // guarded by caches_mutex_

  // For threads that cannot have a cache.
  std::mutex shared_cache_mutex_;
  ThreadCache shared_cache_;  // its owner is who holds shared_cache_mutex_

  std::mutex decodes_mutex_;
  uint32_t active_decodes_ = 0;  // guarded by decodes_mutex_, as the following
  uint32_t most_active_ = 0;     // since the last tick
  uint32_t ended_decodes_ = 0;   // since the last tick
  uint32_t ticks_ = 0;           // since the last release of idle blocks

  std::atomic<bool> missed_{false};  // since the last settling

  // How often searching the caches of other threads may still be in vain until the next decode ends.
  std::atomic<int32_t> futile_searches_left_{0};

  std::atomic<uint64_t> system_allocations_{0};
  std::atomic<uint64_t> system_allocated_bytes_{0};
  std::atomic<uint64_t> system_releases_{0};
  std::atomic<uint64_t> system_released_bytes_{0};
  std::atomic<uint64_t> released_bytes_[kNumReasons] = {};
};

}  // namespace jxlpool

#endif  // LIB_POOL_BUFFER_POOL_H_
