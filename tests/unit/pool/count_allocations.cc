#include "tests/unit/pool/count_allocations.h"

#include <sys/types.h>

#include <atomic>
#include <cstddef>
#include <new>

namespace {
constinit std::atomic<uint64_t> g_count{0};
void Count() { g_count.fetch_add(1, std::memory_order_relaxed); }
}  // namespace

namespace jxlpool {
uint64_t CountedAllocations() { return g_count.load(std::memory_order_relaxed); }
}  // namespace jxlpool

// The linker defines these names: __wrap_x is called where x is written, __real_x is x.
// NOLINTBEGIN(bugprone-reserved-identifier)
#define JXLPOOL_COUNT_CALLS(name, parameters, arguments) \
  void* __real_##name parameters;                        \
  void* __wrap_##name parameters {                       \
    Count();                                             \
    return __real_##name arguments;                      \
  }

extern "C" {
JXLPOOL_COUNT_CALLS(malloc, (size_t size), (size))
JXLPOOL_COUNT_CALLS(calloc, (size_t count, size_t size), (count, size))
JXLPOOL_COUNT_CALLS(realloc, (void* old, size_t size), (old, size))
JXLPOOL_COUNT_CALLS(aligned_alloc, (size_t alignment, size_t size), (alignment, size))
JXLPOOL_COUNT_CALLS(mmap, (void* at, size_t size, int protection, int flags, int file, off_t offset),
                    (at, size, protection, flags, file, offset))
JXLPOOL_COUNT_CALLS(_Znwm, (size_t size), (size))
JXLPOOL_COUNT_CALLS(_Znam, (size_t size), (size))
JXLPOOL_COUNT_CALLS(_ZnwmRKSt9nothrow_t, (size_t size, const std::nothrow_t& tag), (size, tag))
JXLPOOL_COUNT_CALLS(_ZnamRKSt9nothrow_t, (size_t size, const std::nothrow_t& tag), (size, tag))
JXLPOOL_COUNT_CALLS(_ZnwmSt11align_val_t, (size_t size, std::align_val_t alignment), (size, alignment))
JXLPOOL_COUNT_CALLS(_ZnamSt11align_val_t, (size_t size, std::align_val_t alignment), (size, alignment))
}
// NOLINTEND(bugprone-reserved-identifier)
