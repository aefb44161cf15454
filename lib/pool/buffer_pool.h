// BufferPool: where blocks come from and go back to. README.md tells the whole story.
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

#include "lib/pool/block.h"
#include "lib/pool/block_source.h"
#include "lib/pool/buffer_pool_options.h"
#include "lib/pool/category.h"
#include "lib/pool/depot.h"
#include "lib/pool/retention.h"
#include "lib/pool/spares.h"
#include "lib/pool/statistics.h"
#include "lib/pool/thread_cache.h"

namespace jxlpool {

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

  // Releases all that is cached, in all threads.
  void Trim();
  // As new: Trim, and what was learned about the shapes of decodes and all statistics are forgotten.
  void Clear();

  PoolStatistics GetStatistics();
  // Starts counting anew. Peaks restart from what is live now.
  void ResetStatistics();

  // What can still be acquired under max_system_bytes if everything cached makes way; ~0 without a cap. Other decodes
  // may take it first.
  uint64_t RoomUnderCap();
  // Live and cached now: what a cap would have to leave room for.
  uint64_t system_bytes() const { return retention_.system_bytes(); }

 private:
  friend class DecodeScope;
  friend class Prewarmer;
  friend class ThreadDirectory;

  bool IsPooled(size_t size) const {
    return options_.pooling && size >= options_.min_pooled_bytes && size <= options_.max_pooled_bytes;
  }
  BlockHeader* TakeCached(ThreadCache* cache, size_t size);
  BlockHeader* TakeFromOthers(const ThreadCache* own, size_t size);
  BlockHeader* TakeFresh(ThreadCache* cache, size_t size);
  void GiveWith(ThreadCache* cache, BlockHeader* block);
  void PutIntoDepot(BlockChain* blocks);

  void MakeRoom(ThreadCache* cache, size_t size);
  void Uncache(ThreadCache* cache, uint64_t bytes, size_t min_size, BlockChain* out);

  void BeginDecode();
  void EndDecode(uint32_t num_threads);
  void Settle(uint32_t num_threads);
  void ReleaseIdle(uint32_t num_threads);
  // Empties the cache of the calling thread, for others to borrow.
  void TakeBack(ThreadCache* cache);

  PoolStatistics CountAll();

  const BufferPoolOptions options_;
  uint64_t id_ = 0;                  // set by ThreadDirectory
  BufferPool* next_pool_ = nullptr;  // guarded by ThreadDirectory
  Retention retention_;
  Spares spares_;
  BlockSource source_;
  Depot depot_;
  ThreadCaches caches_;

  std::mutex decodes_mutex_;
  uint32_t active_decodes_ = 0;  // guarded by decodes_mutex_, as the following
  uint32_t most_active_ = 0;     // since the last release of idle blocks
  uint32_t ended_decodes_ = 0;   // since then

  std::atomic<bool> missed_{false};           // since the last Settle
  std::atomic<bool> worth_searching_{false};  // the caches of other threads; see TakeFromOthers

  std::mutex baseline_mutex_;
  PoolStatistics baseline_;  // guarded by baseline_mutex_
};

}  // namespace jxlpool

#endif  // LIB_POOL_BUFFER_POOL_H_
