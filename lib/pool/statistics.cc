#include "lib/pool/statistics.h"

namespace jxlpool {
namespace {

template <typename F>
void ForEachCounts(PoolStatistics* statistics, F f) {
  f(&statistics->total);
  for (PoolCounts& counts : statistics->by_category) f(&counts);
  for (PoolCounts& counts : statistics->by_type) f(&counts);
}

void Accumulate(const PoolCounts& from, PoolCounts* to) {
  to->acquires += from.acquires;
  to->acquired_bytes += from.acquired_bytes;
  to->hits += from.hits;
  to->hit_bytes += from.hit_bytes;
  to->releases += from.releases;
  to->released_bytes += from.released_bytes;
}

// Threads count without a common clock: a release may be seen before the acquisition of its block.
uint64_t Difference(uint64_t a, uint64_t b) { return a > b ? a - b : 0; }

void Subtract(const PoolCounts& baseline, PoolCounts* counts) {
  counts->acquires -= baseline.acquires;
  counts->acquired_bytes -= baseline.acquired_bytes;
  counts->hits -= baseline.hits;
  counts->hit_bytes -= baseline.hit_bytes;
  counts->releases -= baseline.releases;
  counts->released_bytes -= baseline.released_bytes;
}

}  // namespace

void ThreadCounters::AddTo(PoolStatistics* statistics) const {
  constexpr auto kRelaxed = std::memory_order_relaxed;
  for (size_t category = 0; category < kNumCategories; ++category) {
    for (size_t type = 0; type < kNumElementTypes; ++type) {
      const Cell& cell = cells_[category][type];
      PoolCounts counts;
      counts.hits = cell.hits.load(kRelaxed);
      counts.hit_bytes = cell.hit_bytes.load(kRelaxed);
      counts.acquires = cell.acquires.load(kRelaxed);
      counts.acquired_bytes = cell.acquired_bytes.load(kRelaxed);
      counts.releases = cell.releases.load(kRelaxed);
      counts.released_bytes = cell.released_bytes.load(kRelaxed);
      Accumulate(counts, &statistics->total);
      Accumulate(counts, &statistics->by_category[category]);
      Accumulate(counts, &statistics->by_type[type]);
    }
  }
}

void SetLive(PoolStatistics* statistics) {
  ForEachCounts(statistics, [](PoolCounts* counts) {
    counts->live_blocks = Difference(counts->acquires, counts->releases);
    counts->live_bytes = Difference(counts->acquired_bytes, counts->released_bytes);
  });
}

void SubtractBaseline(const PoolStatistics& baseline, PoolStatistics* statistics) {
  Subtract(baseline.total, &statistics->total);
  for (size_t i = 0; i < kNumCategories; ++i) Subtract(baseline.by_category[i], &statistics->by_category[i]);
  for (size_t i = 0; i < kNumElementTypes; ++i) Subtract(baseline.by_type[i], &statistics->by_type[i]);
  statistics->system_allocations -= baseline.system_allocations;
  statistics->system_allocated_bytes -= baseline.system_allocated_bytes;
  statistics->system_releases -= baseline.system_releases;
  statistics->system_released_bytes -= baseline.system_released_bytes;
  statistics->aged_bytes -= baseline.aged_bytes;
  statistics->pressure_bytes -= baseline.pressure_bytes;
  statistics->overflow_bytes -= baseline.overflow_bytes;
  statistics->trimmed_bytes -= baseline.trimmed_bytes;
}

}  // namespace jxlpool
