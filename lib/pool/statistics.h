// PoolStatistics: what a BufferPool did, in plain numbers. ThreadCounters: how they are collected.
#ifndef LIB_POOL_STATISTICS_H_
#define LIB_POOL_STATISTICS_H_

#include <atomic>
#include <cstddef>
#include <cstdint>

#include "lib/pool/category.h"

namespace jxlpool {

// All bytes are payload bytes; every acquisition is either a hit or a miss.
struct PoolCounts {
  uint64_t acquires = 0;
  uint64_t acquired_bytes = 0;
  uint64_t hits = 0;       // served from a free list: the system allocations that the pool saved
  uint64_t hit_bytes = 0;  // the bytes of those
  uint64_t releases = 0;
  uint64_t released_bytes = 0;
  uint64_t live_blocks = 0;  // held now; not affected by a reset
  uint64_t live_bytes = 0;

  uint64_t misses() const { return acquires - hits; }
};

struct PoolStatistics {
  PoolCounts total;
  PoolCounts by_category[kNumCategories];
  PoolCounts by_type[kNumElementTypes];

  // Largest number of bytes live at a time, over all threads. Exact for one thread; several threads may together hide
  // up to 256 KiB per thread of it.
  uint64_t peak_live_bytes = 0;

  // In the free lists now.
  uint64_t cached_blocks = 0;
  uint64_t cached_bytes = 0;

  // Traffic with the system; `system_bytes` (now) = live + cached.
  uint64_t system_bytes = 0;
  uint64_t peak_system_bytes = 0;
  uint64_t system_allocations = 0;
  uint64_t system_allocated_bytes = 0;
  uint64_t system_releases = 0;
  uint64_t system_released_bytes = 0;

  // Why cached bytes went back to the system.
  uint64_t aged_bytes = 0;      // unused for several decodes
  uint64_t pressure_bytes = 0;  // to make room for a fresh block of another size
  uint64_t overflow_bytes = 0;  // beyond a bound on what is cached
  uint64_t trimmed_bytes = 0;   // by Trim or at a memory cap

  // Memory the pool needs for itself (headers, free lists) now; not part of any of the above.
  uint64_t overhead_bytes = 0;
};

// Counts of one thread. Only the owner thread writes; any thread may read.
class ThreadCounters {
 public:
  void Acquired(Category category, ElementType type, size_t size, bool hit) {
    Cell& cell = At(category, type);
    Add(&cell.acquires, 1);
    Add(&cell.acquired_bytes, size);
    if (hit) {
      Add(&cell.hits, 1);
      Add(&cell.hit_bytes, size);
    }
  }
  void Released(Category category, ElementType type, size_t size) {
    Cell& cell = At(category, type);
    Add(&cell.releases, 1);
    Add(&cell.released_bytes, size);
  }
  // Adds everything counted so far to the totals of `statistics`, except what is live.
  void AddTo(PoolStatistics* statistics) const;

 private:
  using Counter = std::atomic<uint64_t>;
  struct alignas(64) Cell {
    Counter acquires{0};
    Counter acquired_bytes{0};
    Counter hits{0};
    Counter hit_bytes{0};
    Counter releases{0};
    Counter released_bytes{0};
  };
  static void Add(Counter* counter, uint64_t value) {
    counter->store(counter->load(std::memory_order_relaxed) + value, std::memory_order_relaxed);
  }
  Cell& At(Category category, ElementType type) {
    return cells_[static_cast<size_t>(category)][static_cast<size_t>(type)];
  }

  Cell cells_[kNumCategories][kNumElementTypes];
};

// Sets what is live from the counts so far.
void SetLive(PoolStatistics* statistics);
// Subtracts the counts of `baseline`, an earlier state, from `*statistics`; leaves what is live, cached or a peak
// alone.
void SubtractBaseline(const PoolStatistics& baseline, PoolStatistics* statistics);

}  // namespace jxlpool

#endif  // LIB_POOL_STATISTICS_H_
