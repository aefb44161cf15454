// Counts what this program asks of the C heap and of the system, its shared libraries and operator new included.
// Linking count_heap.cc replaces malloc, mmap and their relatives (glibc only; elsewhere, and in sanitizer builds,
// nothing is counted). What glibc maps for itself (thread stacks, large mallocs) is not seen, the malloc is.
#ifndef TOOLS_BENCH_COUNT_HEAP_H_
#define TOOLS_BENCH_COUNT_HEAP_H_

#include <cstddef>
#include <cstdint>

namespace jxlpool {

struct HeapUse {
  uint64_t calls = 0;  // malloc, calloc, realloc, aligned forms, operator new, mmap and mremap
  uint64_t bytes = 0;  // asked for in these
};

// By all threads since the program started.
HeapUse CountedHeapUse();
bool HeapUseIsCounted();

// Called at every counted call from now on, on the calling thread, with what was asked for; null: nothing. Calls that
// it makes itself are counted, but not reported to it.
using HeapObserver = void (*)(const char* function, size_t bytes);
void SetHeapObserver(HeapObserver observer);

}  // namespace jxlpool

#endif  // TOOLS_BENCH_COUNT_HEAP_H_
