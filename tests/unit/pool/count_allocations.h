// Counts the calls into the heap and the mapping functions that this test program's own code (library included) makes.
// Works through the linker's --wrap, see CMakeLists.txt here.
#ifndef TESTS_UNIT_POOL_COUNT_ALLOCATIONS_H_
#define TESTS_UNIT_POOL_COUNT_ALLOCATIONS_H_

#include <cstdint>

namespace jxlpool {

// malloc, calloc, realloc, aligned_alloc, mmap and all forms of operator new, by any thread, since the program started.
uint64_t CountedAllocations();

}  // namespace jxlpool

#endif  // TESTS_UNIT_POOL_COUNT_ALLOCATIONS_H_
