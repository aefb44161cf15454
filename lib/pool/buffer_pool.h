// BufferPool: where blocks come from and go back to.
#ifndef LIB_POOL_BUFFER_POOL_H_
#define LIB_POOL_BUFFER_POOL_H_

#include "lib/pool/block.h"

namespace jxlpool {

class BufferPool {
 public:
  BufferPool() = default;
  BufferPool(const BufferPool&) = delete;
  BufferPool& operator=(const BufferPool&) = delete;

  // A block of exactly `size` payload bytes (a multiple of kBufferAlignment, not 0), or nullptr if the system has no
  // more.
  BlockHeader* Take(size_t size, Category category, ElementType type);
  void Give(BlockHeader* block);
};

}  // namespace jxlpool

#endif  // LIB_POOL_BUFFER_POOL_H_
