// Prewarm: makes a pool ready for a decode that has not been done yet. A SizeRecorder (size_recorder.h) finds out what
// to ask for.
//
// Without it memory_prewarm fails.
#ifndef LIB_POOL_PREWARM_H_
#define LIB_POOL_PREWARM_H_

#include <cstddef>
#include <cstdint>
#include <span>

#include "lib/base/status.h"
#include "lib/pool/buffer_pool.h"

namespace jxlpool {

// `count` blocks of `bytes` bytes each.
struct PrewarmRequest {
  size_t bytes = 0;
  uint32_t count = 1;
};

// Makes sure that all of these blocks can be live at a time without asking the system: takes what is missing, backs it
// with memory and caches it in the depot. Sizes that the pool does not cache are left out. Errors: kMemoryLimit if the
// bounds of the pool do not allow it; what fits is kept. Thread-safe.
Status Prewarm(BufferPool* pool, std::span<const PrewarmRequest> requests);

}  // namespace jxlpool

#endif  // LIB_POOL_PREWARM_H_
