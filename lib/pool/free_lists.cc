#include "lib/pool/free_lists.h"

namespace jxlpool {

void FreeLists::DetachOldest(uint64_t bytes, size_t min_size, BlockChain* out) {
  uint64_t found = 0;
  while (found < bytes) {
    List* oldest = nullptr;
    lists_.ForEach([&](size_t size, List* list) {
      if (list->head == nullptr || size < min_size) return;
      if (oldest == nullptr || now_ - list->touched > now_ - oldest->touched) oldest = list;
    });
    if (oldest == nullptr) return;
    for (; oldest->head != nullptr && found < bytes; found += out->head->size) out->Add(Unlink(oldest));
  }
}

void FreeLists::DetachAll(BlockChain* out) {
  lists_.ForEach([&](size_t, List* list) {
    while (list->head != nullptr) out->Add(Unlink(list));
  });
}

}  // namespace jxlpool
