#include "lib/pool/memory.h"

#include <limits>

#include "lib/base/bits.h"
#include "lib/pool/block.h"
#include "lib/pool/buffer_pool.h"

namespace jxlpool {

uint8_t* Buffer::data() const { return block_ == nullptr ? nullptr : block_->payload; }
size_t Buffer::size() const { return block_ == nullptr ? 0 : block_->size; }

void Buffer::Release() {
  if (block_ == nullptr) return;
  BlockHeader* block = std::exchange(block_, nullptr);
  const size_t size = block->size;
  const Category category = block->category;
  if (block->is_matrix) memory_->budget_->MatrixReleased();
  memory_->pool_->Give(block);
  memory_->budget_->Refund(size, category);
}

Result<Buffer> Memory::Acquire(size_t bytes, Category category, ElementType type, Fill fill) {
  if (bytes == 0) return Buffer();
  if (bytes > std::numeric_limits<size_t>::max() - kBufferAlignment) {
    return Status(ErrorCode::kMemoryLimit, "allocation size overflows");
  }
  const size_t size = RoundUp(bytes, kBufferAlignment);
  if (!budget_->TryCharge(size, category)) return Status(ErrorCode::kMemoryLimit, "memory limit exceeded");
  BlockHeader* block = pool_->Take(size, category, type, fill);
  if (block == nullptr) {
    budget_->Refund(size, category);
    budget_->NoteRefusal({size, category, pool_->system_bytes() + size});
    return Status(ErrorCode::kMemoryLimit, "out of memory: the system or the cap of the pool refuses");
  }
  return Buffer(block, this);
}

Result<Buffer> Memory::AcquireForMatrix(size_t bytes, Category category, ElementType type, Fill fill) {
  auto buffer = Acquire(bytes, category, type, fill);
  if (buffer.ok() && !buffer.value().empty()) {
    buffer.value().block_->is_matrix = true;
    budget_->MatrixCreated();
  }
  return buffer;
}

}  // namespace jxlpool
