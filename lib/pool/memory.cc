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
  const auto holder = block->is_matrix ? Budget::Holder::kMatrix : Budget::Holder::kOther;
  memory_->pool_->Give(block);
  memory_->budget_->Refund(size, category, holder);
}

Result<Buffer> Memory::AcquireFor(Budget::Holder holder, size_t bytes, Category category, ElementType type, Fill fill) {
  if (bytes == 0) return Buffer();
  if (bytes > std::numeric_limits<size_t>::max() - kBufferAlignment) {
    return Status(ErrorCode::kMemoryLimit, "allocation size overflows");
  }
  const size_t size = RoundUp(bytes, kBufferAlignment);
  if (!budget_->TryCharge(size, category, holder)) return Status(ErrorCode::kMemoryLimit, "memory limit exceeded");
  BlockHeader* block = pool_->Take(size, category, type, fill);
  if (block == nullptr) {
    budget_->Refund(size, category, holder);
    budget_->NoteRefusal({size, category, pool_->system_bytes() + size});
    return Status(ErrorCode::kMemoryLimit, "out of memory: the system or the cap of the pool refuses");
  }
  block->is_matrix = holder == Budget::Holder::kMatrix;
  return Buffer(block, this);
}

Result<Buffer> Memory::Acquire(size_t bytes, Category category, ElementType type, Fill fill) {
  return AcquireFor(Budget::Holder::kOther, bytes, category, type, fill);
}

Result<Buffer> Memory::AcquireForMatrix(size_t bytes, Category category, ElementType type, Fill fill) {
  return AcquireFor(Budget::Holder::kMatrix, bytes, category, type, fill);
}

}  // namespace jxlpool
