#include "lib/pool/depot.h"

#include <algorithm>

namespace jxlpool {

BlockHeader* Depot::Pop(size_t size) {
  if (blocks() == 0) return nullptr;
  const std::lock_guard<std::mutex> lock(mutex_);
  return lists_.Pop(size);
}

void Depot::Put(BlockChain* blocks, BlockChain* overflow) {
  if (blocks->head == nullptr) return;
  const std::lock_guard<std::mutex> lock(mutex_);
  while (blocks->head != nullptr) {
    BlockHeader* block = blocks->Take();
    if (block->size > max_bytes_ || lists_.Push(block) == 0) overflow->Add(block);
  }
  // Finding the oldest is slow; leave some room so that it is not done for each block.
  if (lists_.bytes() > max_bytes_) {
    lists_.DetachOldest(lists_.bytes() - (max_bytes_ - max_bytes_ / 8), /*keep_size=*/0, overflow);
  }
  if (lists_.blocks() > max_blocks_) {
    const uint64_t average = lists_.bytes() / lists_.blocks();
    const uint64_t target = max_blocks_ - max_blocks_ / 8;
    while (lists_.blocks() > target) {
      lists_.DetachOldest(std::max<uint64_t>(1, average * (lists_.blocks() - target)), /*keep_size=*/0, overflow);
    }
  }
}

void Depot::Evict(uint64_t bytes, size_t keep_size, BlockChain* out) {
  if (blocks() == 0) return;
  const std::lock_guard<std::mutex> lock(mutex_);
  lists_.DetachOldest(bytes, keep_size, out);
}

void Depot::DetachIdle(BlockChain* out) {
  const std::lock_guard<std::mutex> lock(mutex_);
  lists_.DetachIdle(out);
}

void Depot::DetachAll(BlockChain* out) {
  const std::lock_guard<std::mutex> lock(mutex_);
  lists_.DetachAll(out);
}

void Depot::NoteEvicted(const BlockChain& blocks) {
  const std::lock_guard<std::mutex> lock(mutex_);
  for (const BlockHeader* block = blocks.head; block != nullptr; block = block->next) lists_.NoteEvicted(block->size);
}

bool Depot::TakeRegret(size_t size) {
  const std::lock_guard<std::mutex> lock(mutex_);
  return lists_.TakeRegret(size);
}

}  // namespace jxlpool
