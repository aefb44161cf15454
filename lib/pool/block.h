// The bookkeeping record of one block; kept apart from the payload so that touching it leaves the payload's lines
// alone.
#ifndef LIB_POOL_BLOCK_H_
#define LIB_POOL_BLOCK_H_

#include <cstddef>
#include <cstdint>

#include "lib/pool/category.h"

namespace jxlpool {

struct alignas(64) BlockHeader {
  uint8_t* payload = nullptr;
  size_t size = 0;
  BlockHeader* next = nullptr;  // in a free list
  Category category = Category::kOther;
  ElementType type = ElementType::kOther;
};

}  // namespace jxlpool

#endif  // LIB_POOL_BLOCK_H_
