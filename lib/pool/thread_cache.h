// ThreadCache: what one thread keeps of one BufferPool: free lists and counters. ThreadDirectory: how a thread finds
// its caches, and how they outlive it.
//
// Caches belong to their pool, which lends them to threads: a thread that ends (or works with too many pools) empties
// its cache into the depot and leaves it for the next one. Threads and pools may come and go in any order.
#ifndef LIB_POOL_THREAD_CACHE_H_
#define LIB_POOL_THREAD_CACHE_H_

#include <cstddef>
#include <cstdint>

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
  ThreadCache* next = nullptr;  // all caches of the pool; guarded by the pool's mutex
  bool vacant = false;          // no thread owns it; guarded by the pool's mutex
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

}  // namespace jxlpool

#endif  // LIB_POOL_THREAD_CACHE_H_
