#include "lib/pool/depot.h"

#include <algorithm>

namespace jxlpool {

BlockHeader* Depot::Pop(size_t size) {
  if (blocks() == 0) return nullptr;
  const std::lock_guard<std::mutex> lock(mutex_);
  return lists_.Pop(size);
}

void Depot::PutInto(FreeLists* lists, BlockChain* blocks, BlockChain* overflow) const {
  while (blocks->head != nullptr) {
    BlockHeader* block = blocks->Take();
    if (block->size > max_bytes_ || lists->Push(block) == 0) overflow->Add(block);
  }
  // Finding the oldest is slow; leave some room so that it is not done for each block.
  if (lists->bytes() > max_bytes_) {
    lists->DetachOldest(lists->bytes() - (max_bytes_ - max_bytes_ / 8), /*keep_size=*/0, overflow);
  }
  if (lists->blocks() > max_blocks_) {
    const uint64_t average = lists->bytes() / lists->blocks();
    const uint64_t target = max_blocks_ - max_blocks_ / 8;
    while (lists->blocks() > target) {
      lists->DetachOldest(std::max<uint64_t>(1, average * (lists->blocks() - target)), /*keep_size=*/0, overflow);
    }
  }
}

void Depot::Put(BlockChain* blocks, BlockChain* overflow) {
  if (blocks->head == nullptr) return;
  const std::lock_guard<std::mutex> lock(mutex_);
  PutInto(&lists_, blocks, overflow);
}

void Depot::Evict(uint64_t bytes, size_t keep_size, BlockChain* out, size_t min_size) {
  if (blocks() == 0) return;
  const std::lock_guard<std::mutex> lock(mutex_);
  lists_.DetachOldest(bytes, keep_size, out, min_size);
}

BlockHeader* Depot::PopDrained(size_t size) {
  if (drained_blocks() == 0) return nullptr;
  const std::lock_guard<std::mutex> lock(mutex_);
  return drained_.Pop(size);
}

void Depot::PutDrained(BlockChain* blocks, BlockChain* overflow) {
  if (blocks->head == nullptr) return;
  const std::lock_guard<std::mutex> lock(mutex_);
  PutInto(&drained_, blocks, overflow);
}

void Depot::DetachDrained(BlockChain* out) {
  if (drained_blocks() == 0) return;
  const std::lock_guard<std::mutex> lock(mutex_);
  drained_.DetachAll(out);
}

void Depot::DetachIdle(BlockChain* out) {
  const std::lock_guard<std::mutex> lock(mutex_);
  lists_.DetachIdle(out);
}

void Depot::DetachAll(BlockChain* out) {
  const std::lock_guard<std::mutex> lock(mutex_);
  lists_.DetachAll(out);
}

void Depot::EnsureRoom(uint32_t sizes) {
  const std::lock_guard<std::mutex> lock(mutex_);
  lists_.EnsureRoom(sizes);
  drained_.EnsureRoom(sizes);
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
