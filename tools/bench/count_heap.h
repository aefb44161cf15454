// Counts the calls into the C heap that this program makes, its shared libraries and operator new included. Linking
// count_heap.cc replaces malloc and its relatives (glibc only; elsewhere, and in sanitizer builds, nothing is counted).
#ifndef TOOLS_BENCH_COUNT_HEAP_H_
#define TOOLS_BENCH_COUNT_HEAP_H_

#include <cstdint>

namespace jxlpool {

struct HeapUse {
  uint64_t calls = 0;  // malloc, calloc, realloc and aligned forms
  uint64_t bytes = 0;  // asked for in these
};

// By all threads since the program started.
HeapUse CountedHeapUse();
bool HeapUseIsCounted();

}  // namespace jxlpool

#endif  // TOOLS_BENCH_COUNT_HEAP_H_
