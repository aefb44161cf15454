#include "lib/pool/block.h"

#include <cstdlib>
#include <new>

namespace jxlpool {

HeaderSlabs::~HeaderSlabs() {
  while (slabs_ != nullptr) {
    BlockHeader* slab = slabs_;
    slabs_ = slab->next;
    std::free(slab);
  }
}

BlockHeader* HeaderSlabs::Allocate() {
  const std::lock_guard<std::mutex> lock(mutex_);
  if (free_ == nullptr) {
    constexpr size_t kSlabBytes = kHeadersPerSlab * sizeof(BlockHeader);
    void* memory = std::aligned_alloc(alignof(BlockHeader), kSlabBytes);
    if (memory == nullptr) return nullptr;
    auto* headers = static_cast<BlockHeader*>(memory);
    for (size_t i = 0; i < kHeadersPerSlab; ++i) new (headers + i) BlockHeader;
    headers[0].next = slabs_;
    slabs_ = headers;
    bytes_ += kSlabBytes;
    for (size_t i = kHeadersPerSlab - 1; i > 0; --i) {
      headers[i].next = free_;
      free_ = headers + i;
    }
  }
  BlockHeader* header = free_;
  free_ = header->next;
  header->next = nullptr;
  return header;
}

void HeaderSlabs::Free(BlockHeader* header) {
  const std::lock_guard<std::mutex> lock(mutex_);
  *header = BlockHeader();
  header->next = free_;
  free_ = header;
}

uint64_t HeaderSlabs::bytes() {
  const std::lock_guard<std::mutex> lock(mutex_);
  return bytes_;
}

}  // namespace jxlpool
