#include "lib/pool/buffer_pool.h"

#include <cstdlib>
#include <new>

#include "lib/pool/memory.h"

namespace jxlpool {

BlockHeader* BufferPool::Take(size_t size, Category category, ElementType type) {
  auto* block = new (std::nothrow) BlockHeader;
  if (block == nullptr) return nullptr;
  block->payload = static_cast<uint8_t*>(std::aligned_alloc(kBufferAlignment, size));
  if (block->payload == nullptr) {
    delete block;
    return nullptr;
  }
  block->size = size;
  block->category = category;
  block->type = type;
  return block;
}

void BufferPool::Give(BlockHeader* block) {
  std::free(block->payload);
  delete block;
}

}  // namespace jxlpool
