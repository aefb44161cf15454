#include "tools/bench/count_heap.h"

#include <atomic>
#include <cerrno>
#include <cstddef>
#include <cstdlib>

#if defined(__GLIBC__) && defined(__linux__) && !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
#define JXLPOOL_COUNTS_HEAP 1
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cstdarg>
#else
#define JXLPOOL_COUNTS_HEAP 0
#endif

namespace {
constinit std::atomic<uint64_t> g_calls{0};
constinit std::atomic<uint64_t> g_bytes{0};
constinit std::atomic<jxlpool::HeapObserver> g_observer{nullptr};
}  // namespace

namespace jxlpool {
HeapUse CountedHeapUse() { return {g_calls.load(std::memory_order_relaxed), g_bytes.load(std::memory_order_relaxed)}; }
bool HeapUseIsCounted() { return JXLPOOL_COUNTS_HEAP != 0; }
void SetHeapObserver(HeapObserver observer) { g_observer.store(observer, std::memory_order_relaxed); }
}  // namespace jxlpool

#if JXLPOOL_COUNTS_HEAP

namespace {

thread_local constinit bool t_observing = false;

void Count(const char* function, size_t bytes) {
  g_calls.fetch_add(1, std::memory_order_relaxed);
  g_bytes.fetch_add(bytes, std::memory_order_relaxed);
  const jxlpool::HeapObserver observer = g_observer.load(std::memory_order_relaxed);
  if (observer == nullptr || t_observing) return;
  t_observing = true;
  observer(function, bytes);
  t_observing = false;
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
  Count("malloc", size);
  return __libc_malloc(size);
}
JXLPOOL_EXPORT void* calloc(size_t count, size_t size) {
  Count("calloc", count * size);
  return __libc_calloc(count, size);
}
JXLPOOL_EXPORT void* realloc(void* old, size_t size) {
  Count("realloc", size);
  return __libc_realloc(old, size);
}
JXLPOOL_EXPORT void* reallocarray(void* old, size_t count, size_t size) {
  size_t bytes;
  if (__builtin_mul_overflow(count, size, &bytes)) {
    errno = ENOMEM;
    return nullptr;
  }
  Count("reallocarray", bytes);
  return __libc_realloc(old, bytes);
}
JXLPOOL_EXPORT void* aligned_alloc(size_t alignment, size_t size) {
  Count("aligned_alloc", size);
  return __libc_memalign(alignment, size);
}
JXLPOOL_EXPORT void* memalign(size_t alignment, size_t size) {
  Count("memalign", size);
  return __libc_memalign(alignment, size);
}
JXLPOOL_EXPORT void* valloc(size_t size) {
  Count("valloc", size);
  return __libc_memalign(4096, size);
}
JXLPOOL_EXPORT int posix_memalign(void** out, size_t alignment, size_t size) {
  Count("posix_memalign", size);
  void* block = __libc_memalign(alignment, size);
  if (block == nullptr) return ENOMEM;
  *out = block;
  return 0;
}
JXLPOOL_EXPORT void* mmap(void* at, size_t size, int protection, int flags, int file, off_t offset) {
  Count("mmap", size);
  // NOLINTNEXTLINE(performance-no-int-to-ptr): system calls return numbers.
  return reinterpret_cast<void*>(syscall(SYS_mmap, at, size, protection, flags, file, offset));
}
#if __SIZEOF_POINTER__ == 8
JXLPOOL_EXPORT void* mmap64(void* at, size_t size, int protection, int flags, int file, off_t offset) {
  return mmap(at, size, protection, flags, file, offset);
}
#endif
JXLPOOL_EXPORT void* mremap(void* old, size_t old_size, size_t size, int flags, ...) {
  Count("mremap", size);
  va_list rest;
  va_start(rest, flags);
  void* at = (flags & MREMAP_FIXED) != 0 ? va_arg(rest, void*) : nullptr;
  va_end(rest);
  // NOLINTNEXTLINE(performance-no-int-to-ptr): system calls return numbers.
  return reinterpret_cast<void*>(syscall(SYS_mremap, old, old_size, size, flags, at));
}
}  // extern "C"
// NOLINTEND(bugprone-reserved-identifier)

#endif  // JXLPOOL_COUNTS_HEAP
