// What a JxlpoolPool is: a BufferPool shared by its creator and by the decoders that use it.
#ifndef LIB_API_POOL_H_
#define LIB_API_POOL_H_

#include <atomic>
#include <cstdint>

#include "jxlpool/jxlpool.h"
#include "lib/pool/buffer_pool.h"

// Thread-safe. Deletes itself when the last hold is gone.
struct JxlpoolPool {
  explicit JxlpoolPool(const jxlpool::BufferPoolOptions& options) : buffers(options) {}

  void Hold() { holds.fetch_add(1, std::memory_order_relaxed); }
  void LetGo() {
    if (holds.fetch_sub(1, std::memory_order_acq_rel) == 1) delete this;
  }

  jxlpool::BufferPool buffers;
  std::atomic<uint32_t> holds{1};
};

#endif  // LIB_API_POOL_H_
