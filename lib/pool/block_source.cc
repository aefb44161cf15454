#include "lib/pool/block_source.h"

namespace jxlpool {

BlockHeader* BlockSource::Create(size_t size) {
  if (!retention_.ReserveSystem(size)) return nullptr;
  if (BlockHeader* block = drained_.Take(size)) return block;
  BlockHeader* block = Allocate(size, SystemMemory::Backing::kNow);
  if (block != nullptr) spares_.Came(size);
  return block;
}

BlockHeader* BlockSource::CreateSpare(size_t size) {
  if (!retention_.ReserveSystem(size)) return nullptr;
  return Allocate(size, SystemMemory::Backing::kWhenTouched);
}

// What was reserved is not any more if there is no block.
BlockHeader* BlockSource::Allocate(size_t size, SystemMemory::Backing backing) {
  BlockHeader* block = headers_.Allocate();
  if (block != nullptr) {
    block->size = size;
    block->payload = system_.Allocate(size, backing, &block->is_zero);
    if (block->payload != nullptr) return block;
    headers_.Free(block);
  }
  retention_.CancelSystem(size);
  return nullptr;
}

void BlockSource::Free(BlockHeader* block) {
  spares_.Left(block->size);
  system_.Free(block->payload, block->size);
  headers_.Free(block);
}

void BlockSource::Release(BlockChain* blocks, Retention::Reason reason) {
  while (blocks->head != nullptr) {
    BlockHeader* block = blocks->Take();
    retention_.ReturnSystem(block->size, reason);
    Free(block);
  }
}

void BlockSource::Drain(BlockChain* blocks) {
  while (blocks->head != nullptr) {
    BlockHeader* block = blocks->Take();
    retention_.ReturnSystem(block->size, Retention::kPressure);
    if (!drained_.Drain(block)) Free(block);
  }
}

void BlockSource::Revive(BlockChain* out) {
  BlockChain drained;
  drained_.DetachAll(&drained);
  while (drained.head != nullptr) {
    BlockHeader* block = drained.Take();
    if (retention_.CacheOverflow(0) == 0 && retention_.ReserveSystem(block->size)) {
      out->Add(block);
    } else {
      Free(block);
    }
  }
}

void BlockSource::ReleaseDrained() {
  BlockChain drained;
  drained_.DetachAll(&drained);
  while (drained.head != nullptr) Free(drained.Take());
}

}  // namespace jxlpool
