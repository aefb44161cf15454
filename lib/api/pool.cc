#include "lib/api/pool.h"

#include <new>

#include "lib/api/struct_io.h"

using namespace jxlpool;  // NOLINT(google-build-using-namespace): this file defines functions of the C interface.

JxlpoolStatus jxlpool_pool_create(const JxlpoolPoolOptions* options, JxlpoolPool** pool) {
  if (pool == nullptr) return JXLPOOL_INVALID_ARGUMENT;
  BufferPoolOptions buffer_options;
  if (options != nullptr) {
    JxlpoolPoolOptions given;
    if (const JxlpoolStatus status = ReadStruct(options, &given); status != JXLPOOL_OK) return status;
    buffer_options.pooling = given.disable_caching == 0;
    if (given.max_cached_bytes != 0) buffer_options.retention.max_cached_bytes = given.max_cached_bytes;
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

JxlpoolStatus jxlpool_pool_get_statistics(const JxlpoolPool* pool, JxlpoolPoolStatistics* statistics) {
  if (pool == nullptr) return JXLPOOL_INVALID_ARGUMENT;
  const PoolStatistics counted = const_cast<JxlpoolPool*>(pool)->buffers.GetStatistics();
  JxlpoolPoolStatistics result = {};
  result.hits = counted.total.hits;
  result.misses = counted.total.misses();
  result.live_bytes = counted.total.live_bytes;
  result.peak_bytes = counted.peak_live_bytes;
  result.cached_bytes = counted.cached_bytes;
  return WriteStruct(result, statistics);
}

void jxlpool_pool_reset_statistics(JxlpoolPool* pool) {
  if (pool != nullptr) pool->buffers.ResetStatistics();
}
