// BufferPoolOptions: the bounds of a BufferPool. The defaults suit a decoder that lives for a while.
#ifndef LIB_POOL_BUFFER_POOL_OPTIONS_H_
#define LIB_POOL_BUFFER_POOL_OPTIONS_H_

#include <cstddef>
#include <cstdint>

#include "lib/pool/retention.h"
#include "lib/pool/system_memory.h"

namespace jxlpool {

struct BufferPoolOptions {
  // False: every block comes from the C heap and goes back to it. For comparison only.
  bool pooling = true;
  // Blocks of other sizes are taken from the system and given back to it each time.
  size_t min_pooled_bytes = 0;
  size_t max_pooled_bytes = size_t{256} << 20;

  // What a thread may keep for itself; without it PoolThreadsTest.AThreadKeepsLittleForItself fails. Larger blocks than
  // max_thread_block_bytes would not be hot in its cache anyway and go to the depot, where all threads can reach them.
  size_t max_thread_block_bytes = size_t{2} << 20;
  uint64_t max_thread_bytes = uint64_t{8} << 20;

  // Bounds on what all threads and the depot cache, and on everything live and cached; see retention.h.
  RetentionOptions retention;
  // What a thread keeps but does not want during this many decodes goes to the depot; what nothing takes from there
  // during as many is released. 0: never.
  uint32_t ageing_decodes = 3;

  SystemMemoryOptions system;
};

}  // namespace jxlpool

#endif  // LIB_POOL_BUFFER_POOL_OPTIONS_H_
