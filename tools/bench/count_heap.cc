#include "tools/bench/count_heap.h"

#include <atomic>
#include <cerrno>
#include <cstddef>
#include <cstdlib>

namespace {
constinit std::atomic<uint64_t> g_calls{0};
constinit std::atomic<uint64_t> g_bytes{0};
}  // namespace

#if defined(__GLIBC__) && !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
#define JXLPOOL_COUNTS_HEAP 1
#else
#define JXLPOOL_COUNTS_HEAP 0
#endif

namespace jxlpool {
HeapUse CountedHeapUse() { return {g_calls.load(std::memory_order_relaxed), g_bytes.load(std::memory_order_relaxed)}; }
bool HeapUseIsCounted() { return JXLPOOL_COUNTS_HEAP != 0; }
}  // namespace jxlpool

#if JXLPOOL_COUNTS_HEAP

namespace {
void Count(size_t bytes) {
  g_calls.fetch_add(1, std::memory_order_relaxed);
  g_bytes.fetch_add(bytes, std::memory_order_relaxed);
}
}  // namespace

// NOLINTBEGIN(bugprone-reserved-identifier)
extern "C" {
void* __libc_malloc(size_t size);
void* __libc_calloc(size_t count, size_t size);
void* __libc_realloc(void* old, size_t size);
void* __libc_memalign(size_t alignment, size_t size);

#define JXLPOOL_EXPORT __attribute__((visibility("default")))

JXLPOOL_EXPORT void* malloc(size_t size) {
  Count(size);
  return __libc_malloc(size);
}
JXLPOOL_EXPORT void* calloc(size_t count, size_t size) {
  Count(count * size);
  return __libc_calloc(count, size);
}
JXLPOOL_EXPORT void* realloc(void* old, size_t size) {
  Count(size);
  return __libc_realloc(old, size);
}
JXLPOOL_EXPORT void* aligned_alloc(size_t alignment, size_t size) {
  Count(size);
  return __libc_memalign(alignment, size);
}
JXLPOOL_EXPORT void* memalign(size_t alignment, size_t size) {
  Count(size);
  return __libc_memalign(alignment, size);
}
JXLPOOL_EXPORT int posix_memalign(void** out, size_t alignment, size_t size) {
  Count(size);
  void* block = __libc_memalign(alignment, size);
  if (block == nullptr) return ENOMEM;
  *out = block;
  return 0;
}
}  // extern "C"
// NOLINTEND(bugprone-reserved-identifier)

#endif  // JXLPOOL_COUNTS_HEAP
