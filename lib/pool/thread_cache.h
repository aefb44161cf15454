// ThreadCache: what one thread keeps of one BufferPool: free lists and counters. ThreadCaches: all of a pool, and how
// they are lent to threads. ThreadDirectory: how a thread finds those that it has borrowed.
//
// A thread that ends, or works with too many pools, empties its cache into the pool's depot and leaves it for the next
// thread. Threads and pools may come and go in any order.
#ifndef LIB_POOL_THREAD_CACHE_H_
#define LIB_POOL_THREAD_CACHE_H_

#include <cstddef>
#include <cstdint>
#include <mutex>

#include "lib/pool/biased_lock.h"
#include "lib/pool/block.h"
#include "lib/pool/free_lists.h"
#include "lib/pool/statistics.h"

namespace jxlpool {

class BufferPool;

struct alignas(64) ThreadCache {
  BiasedLock lock;
  FreeLists lists;              // guarded by lock
  ThreadCounters counters;      // written by the owner thread only
  int64_t unpublished = 0;      // live bytes that the pool's shared total does not know yet; owner thread only
  ThreadCache* next = nullptr;  // guarded by the mutex of ThreadCaches, as the following
  bool vacant = false;          // no thread owns it
};

// Which caches this thread has borrowed. All functions concern the calling thread.
class ThreadDirectory {
 public:
  // Gives the pool its id, unique in the process for ever; threads may call Add for it from now on.
  static void Register(BufferPool* pool);
  // Waits for threads that are just handing over their caches; no thread will touch the pool's caches afterwards.
  static void Unregister(BufferPool* pool);

  // The cache for the pool with this id, or nullptr.
  static ThreadCache* Find(uint64_t pool_id) {
    if (state_.last.pool_id == pool_id) [[likely]]
      return state_.last.cache;
    return FindSlow(pool_id);
  }
  // False if the thread cannot have caches (any more), because it is ending. May hand back the cache of another pool.
  static bool MakeRoom();
  // REQUIRES: MakeRoom returned true just before.
  static void Add(uint64_t pool_id, ThreadCache* cache);

 private:
  struct Entry {
    uint64_t pool_id = 0;
    ThreadCache* cache = nullptr;
  };
  static constexpr size_t kMaxPoolsPerThread = 16;
  struct State {
    Entry last;
    Entry entries[kMaxPoolsPerThread];
    uint32_t next_victim = 0;
    bool ended = false;
  };
  static ThreadCache* FindSlow(uint64_t pool_id);
  static void HandBack(Entry* entry);
  static void EndThread(void* state);

  static thread_local constinit State state_;
};

// Thread-safe.
class ThreadCaches {
 public:
  ThreadCaches() = default;
  ThreadCaches(const ThreadCaches&) = delete;
  ThreadCaches& operator=(const ThreadCaches&) = delete;
  // REQUIRES: the caches are empty, and no thread uses them any more.
  ~ThreadCaches();

  // Returns f(cache) with the calling thread's cache, or with a shared one if the thread cannot have its own.
  template <typename F>
  auto Use(uint64_t pool_id, F f) {
    ThreadCache* cache = ThreadDirectory::Find(pool_id);
    if (cache == nullptr) [[unlikely]] {
      cache = Borrow(pool_id);
      if (cache == nullptr) {
        const std::lock_guard<std::mutex> lock(shared_mutex_);
        return f(&shared_);
      }
    }
    return f(cache);
  }
  // Leaves an empty cache for another thread.
  void Return(ThreadCache* cache);

  // Makes sure that `vacant` threads can borrow a cache, and that all caches can keep `sizes` different sizes, without
  // asking the system. Without it memory_warm_allocation fails.
  void Prepare(uint32_t vacant, size_t sizes);
  // The number of threads that have a cache.
  uint32_t CountBorrowed();

  // Calls f(cache) for each cache, locked against its owner. Does nothing if the system refuses (see biased_lock.h).
  template <typename F>
  void Visit(F f) {
    const std::lock_guard<std::mutex> lock(mutex_);
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

  // Calls f(cache) for each cache, not locked against its owner.
  template <typename F>
  void ForEach(F f) {
    const std::lock_guard<std::mutex> lock(mutex_);
    for (ThreadCache* cache = caches_; cache != nullptr; cache = cache->next) f(cache);
  }
  // Adds what the caches count and keep.
  void AddTo(PoolStatistics* statistics);

 private:
  ThreadCache* Borrow(uint64_t pool_id);
  ThreadCache* Create();

  std::mutex mutex_;
  ThreadCache* caches_ = &shared_;  // guarded by mutex_; ends with shared_

  std::mutex shared_mutex_;
  ThreadCache shared_;  // its owner is the thread that holds shared_mutex_
};

}  // namespace jxlpool

#endif  // LIB_POOL_THREAD_CACHE_H_
