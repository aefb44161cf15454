#include "lib/pool/thread_cache.h"

#include <pthread.h>

#include <cstdlib>
#include <new>

#include "lib/pool/buffer_pool.h"

namespace jxlpool {
namespace {

// Guards the list of pools; held while a thread hands back caches, so that their pools cannot go away meanwhile.
constinit std::mutex g_mutex;
constinit BufferPool* g_pools = nullptr;
constinit uint64_t g_last_id = 0;

// Calls ThreadDirectory::EndThread when a thread ends. Unlike a thread_local object with a destructor, arming it takes
// no memory.
class EndOfThread {
 public:
  explicit EndOfThread(void (*at_end)(void*)) : valid_(pthread_key_create(&key_, at_end) == 0) {}
  ~EndOfThread() {
    if (valid_) pthread_key_delete(key_);
  }
  EndOfThread(const EndOfThread&) = delete;
  EndOfThread& operator=(const EndOfThread&) = delete;
  // The argument is any address but null.
  bool Arm(void* argument) const { return valid_ && pthread_setspecific(key_, argument) == 0; }

 private:
  pthread_key_t key_ = 0;
  bool valid_;
};

}  // namespace

thread_local constinit ThreadDirectory::State ThreadDirectory::state_;

void ThreadDirectory::Register(BufferPool* pool) {
  const std::lock_guard<std::mutex> lock(g_mutex);
  pool->id_ = ++g_last_id;
  pool->next_pool_ = g_pools;
  g_pools = pool;
}

void ThreadDirectory::Unregister(BufferPool* pool) {
  const std::lock_guard<std::mutex> lock(g_mutex);
  BufferPool** link = &g_pools;
  while (*link != pool) link = &(*link)->next_pool_;
  *link = pool->next_pool_;
}

ThreadCache* ThreadDirectory::FindSlow(uint64_t pool_id) {
  for (const Entry& entry : state_.entries) {
    if (entry.pool_id == pool_id) {
      state_.last = entry;
      return entry.cache;
    }
  }
  return nullptr;
}

// Frees the entry; empties and returns its cache if the pool still exists. REQUIRES: g_mutex is held.
void ThreadDirectory::HandBack(Entry* entry) {
  for (BufferPool* pool = g_pools; pool != nullptr; pool = pool->next_pool_) {
    if (pool->id_ == entry->pool_id) {
      pool->TakeBack(entry->cache);
      break;
    }
  }
  *entry = Entry();
}

bool ThreadDirectory::MakeRoom() {
  if (state_.ended) return false;
  static const EndOfThread end_of_thread(&ThreadDirectory::EndThread);
  if (!end_of_thread.Arm(&state_)) return false;
  for (const Entry& entry : state_.entries) {
    if (entry.pool_id == 0) return true;
  }
  const std::lock_guard<std::mutex> lock(g_mutex);
  state_.last = Entry();
  HandBack(&state_.entries[state_.next_victim]);
  state_.next_victim = (state_.next_victim + 1) % kMaxPoolsPerThread;
  return true;
}

void ThreadDirectory::Add(uint64_t pool_id, ThreadCache* cache) {
  for (Entry& entry : state_.entries) {
    if (entry.pool_id != 0) continue;
    entry = Entry{pool_id, cache};
    state_.last = entry;
    return;
  }
}

void ThreadDirectory::EndThread(void* /*state*/) {
  state_.ended = true;
  state_.last = Entry();
  const std::lock_guard<std::mutex> lock(g_mutex);
  for (Entry& entry : state_.entries) {
    if (entry.pool_id != 0) HandBack(&entry);
  }
}

ThreadCaches::~ThreadCaches() {
  while (caches_ != &shared_) {
    ThreadCache* cache = caches_;
    caches_ = cache->next;
    cache->~ThreadCache();
    std::free(cache);
  }
}

// A vacant cache. REQUIRES: mutex_ is held.
ThreadCache* ThreadCaches::Create() {
  void* memory = std::aligned_alloc(alignof(ThreadCache), sizeof(ThreadCache));
  if (memory == nullptr) return nullptr;
  auto* cache = new (memory) ThreadCache;
  cache->vacant = true;
  cache->next = caches_;
  caches_ = cache;
  return cache;
}

ThreadCache* ThreadCaches::Borrow(uint64_t pool_id) {
  if (!ThreadDirectory::MakeRoom()) return nullptr;
  const std::lock_guard<std::mutex> lock(mutex_);
  ThreadCache* cache = caches_;
  while (cache != nullptr && !cache->vacant) cache = cache->next;
  if (cache == nullptr) cache = Create();
  if (cache == nullptr) return nullptr;
  cache->vacant = false;
  ThreadDirectory::Add(pool_id, cache);
  return cache;
}

void ThreadCaches::Return(ThreadCache* cache) {
  const std::lock_guard<std::mutex> lock(mutex_);
  cache->vacant = true;
}

void ThreadCaches::Prepare(uint32_t vacant, size_t sizes) {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    uint32_t found = 0;
    for (const ThreadCache* cache = caches_; cache != nullptr; cache = cache->next) found += cache->vacant ? 1 : 0;
    while (found < vacant && Create() != nullptr) ++found;
  }
  Visit([&](ThreadCache* cache) { cache->lists.Reserve(sizes); });
}

uint32_t ThreadCaches::CountBorrowed() {
  uint32_t count = 0;
  ForEach([&](const ThreadCache* cache) { count += cache->vacant || cache == &shared_ ? 0 : 1; });
  return count;
}

void ThreadCaches::AddTo(PoolStatistics* statistics) {
  ForEach([&](const ThreadCache* cache) {
    cache->counters.AddTo(statistics);
    statistics->cached_blocks += cache->lists.blocks();
    statistics->cached_bytes += cache->lists.bytes();
    statistics->overhead_bytes += cache->lists.overhead_bytes() + (cache == &shared_ ? 0 : sizeof(ThreadCache));
  });
}

}  // namespace jxlpool
