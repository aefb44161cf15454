#include "lib/api/pool.h"

#include <algorithm>
#include <cstdint>
#include <new>

#include "lib/api/struct_io.h"

using namespace jxlpool;  // NOLINT(google-build-using-namespace): this file defines functions of the C interface.

namespace {

static_assert(kNumCategories <= JXLPOOL_MAX_CATEGORIES);
static_assert(kNumElementTypes <= JXLPOOL_MAX_ELEMENT_TYPES);

JxlpoolPoolCounts ToPublicCounts(const PoolCounts& counts) {
  return {counts.acquires, counts.acquired_bytes, counts.hits,      counts.hit_bytes,
          counts.releases, counts.live_blocks,    counts.live_bytes};
}

}  // namespace

JxlpoolStatus jxlpool_pool_create(const JxlpoolPoolOptions* options, JxlpoolPool** pool) {
  if (pool == nullptr) return JXLPOOL_INVALID_ARGUMENT;
  BufferPoolOptions buffer_options;
  if (options != nullptr) {
    JxlpoolPoolOptions given;
    if (const JxlpoolStatus status = ReadStruct(options, &given); status != JXLPOOL_OK) return status;
    buffer_options.pooling = given.disable_caching == 0;
    if (given.max_cached_bytes != 0) buffer_options.retention.max_cached_bytes = given.max_cached_bytes;
    if (given.max_total_bytes != 0) buffer_options.retention.max_system_bytes = given.max_total_bytes;
    buffer_options.min_pooled_bytes = static_cast<size_t>(std::min<uint64_t>(given.min_cached_size, SIZE_MAX));
    if (given.max_cached_size != 0) {
      buffer_options.max_pooled_bytes = static_cast<size_t>(std::min<uint64_t>(given.max_cached_size, SIZE_MAX));
    }
  }
  auto* created = new (std::nothrow) JxlpoolPool(buffer_options);
  if (created == nullptr) return JXLPOOL_MEMORY_LIMIT;
  *pool = created;
  return JXLPOOL_OK;
}

void jxlpool_pool_destroy(JxlpoolPool* pool) {
  if (pool != nullptr) pool->LetGo();
}

void jxlpool_pool_trim(JxlpoolPool* pool) {
  if (pool != nullptr) pool->buffers.Trim();
}

void jxlpool_pool_clear(JxlpoolPool* pool) {
  if (pool != nullptr) pool->buffers.Clear();
}

JxlpoolStatus jxlpool_pool_get_statistics(const JxlpoolPool* pool, JxlpoolPoolStatistics* statistics) {
  if (pool == nullptr) return JXLPOOL_INVALID_ARGUMENT;
  const PoolStatistics counted = const_cast<JxlpoolPool*>(pool)->buffers.GetStatistics();
  JxlpoolPoolStatistics result = {};
  result.hits = counted.total.hits;
  result.misses = counted.total.misses();
  result.live_bytes = counted.total.live_bytes;
  result.peak_bytes = counted.peak_live_bytes;
  result.cached_bytes = counted.cached_bytes;
  result.system_bytes = counted.system_bytes;
  result.peak_system_bytes = counted.peak_system_bytes;
  result.system_allocations = counted.system_allocations;
  result.system_allocated_bytes = counted.system_allocated_bytes;
  result.system_releases = counted.system_releases;
  result.overhead_bytes = counted.overhead_bytes;
  result.total = ToPublicCounts(counted.total);
  result.num_categories = kNumCategories;
  result.num_types = kNumElementTypes;
  for (size_t i = 0; i < kNumCategories; ++i) result.categories[i] = ToPublicCounts(counted.by_category[i]);
  for (size_t i = 0; i < kNumElementTypes; ++i) result.types[i] = ToPublicCounts(counted.by_type[i]);
  result.cached_blocks = counted.cached_blocks;
  result.system_released_bytes = counted.system_released_bytes;
  result.aged_bytes = counted.aged_bytes;
  result.pressure_bytes = counted.pressure_bytes;
  result.overflow_bytes = counted.overflow_bytes;
  result.trimmed_bytes = counted.trimmed_bytes;
  return WriteStruct(result, statistics);
}

void jxlpool_pool_reset_statistics(JxlpoolPool* pool) {
  if (pool != nullptr) pool->buffers.ResetStatistics();
}
