#include "lib/pool/drained_blocks.h"

namespace jxlpool {

bool DrainedBlocks::Drain(BlockHeader* block) {
  if (block->size < system_.min_drained_bytes() || !HasRoomFor(*block)) return false;
  SystemMemory::Drain(block->payload, block->size);
  block->is_zero = true;
  const std::lock_guard<std::mutex> lock(mutex_);
  return lists_.Push(block);
}

BlockHeader* DrainedBlocks::Take(size_t size) {
  if (lists_.blocks() == 0) return nullptr;
  BlockHeader* block = nullptr;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    block = lists_.Pop(size);
  }
  if (block != nullptr) system_.Refill(block->payload, size);
  return block;
}

void DrainedBlocks::DetachAll(BlockChain* out) {
  if (lists_.blocks() == 0) return;
  const std::lock_guard<std::mutex> lock(mutex_);
  lists_.DetachAll(out);
}

}  // namespace jxlpool
