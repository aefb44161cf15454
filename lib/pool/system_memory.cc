#include "lib/pool/system_memory.h"

#include <algorithm>
#include <cstdlib>
#include <limits>

#include "lib/base/bits.h"
#include "lib/pool/memory.h"
#include "lib/pool/poison.h"

#if defined(__linux__)
#include <sys/mman.h>
#endif

namespace jxlpool {
namespace {

constexpr size_t kPageBytes = 4096;
constexpr size_t kHugePageBytes = size_t{2} << 20;
// Beyond what any system can back; sanitizers abort on requests that absurd.
constexpr size_t kMaxBytes = sizeof(size_t) > 4 ? size_t{1} << 39 : std::numeric_limits<size_t>::max() / 2;

#if defined(__linux__)

#if defined(MADV_POPULATE_WRITE)
constexpr int kPopulateWrite = MADV_POPULATE_WRITE;
#else
constexpr int kPopulateWrite = 23;  // older system headers; older systems refuse it, which does no harm
#endif

uint8_t* MapAnonymous(size_t size, int extra_flags) {
  void* start =
      mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | extra_flags, /*fd=*/-1, /*offset=*/0);
  return start == MAP_FAILED ? nullptr : static_cast<uint8_t*>(start);
}

uint8_t* MapHuge(size_t size) {
  const size_t mapped = size + kHugePageBytes - kPageBytes;
  uint8_t* start = MapAnonymous(mapped, 0);
  if (start == nullptr) return nullptr;
  const auto address = reinterpret_cast<uintptr_t>(start);
  const size_t before = RoundUp(address, kHugePageBytes) - address;
  const size_t after = mapped - before - size;
  uint8_t* payload = start + before;
  if (before != 0) munmap(start, before);
  if (after != 0) munmap(payload + size, after);
  madvise(payload, size, MADV_HUGEPAGE);
  const size_t odd_end = size % kHugePageBytes;
  if (odd_end != 0) madvise(payload + size - odd_end, odd_end, kPopulateWrite);
  return payload;
}

#endif

}  // namespace

SystemMemory::SystemMemory(const SystemMemoryOptions& options)
    : map_bytes_(options.map_bytes), huge_bytes_(std::max(options.huge_bytes, options.map_bytes)) {
#if !defined(__linux__)
  map_bytes_ = std::numeric_limits<size_t>::max();
#endif
  if constexpr (kSanitizerWatchesHeap) map_bytes_ = std::numeric_limits<size_t>::max();
}

uint8_t* SystemMemory::Allocate(size_t size, bool* is_zero) const {
  if (size > kMaxBytes) return nullptr;
  *is_zero = size >= map_bytes_;
  if (size >= map_bytes_) return Map(size);
  return static_cast<uint8_t*>(std::aligned_alloc(kBufferAlignment, size));
}

void SystemMemory::Free(uint8_t* payload, size_t size) const {
  UnpoisonForSystem(payload, size);
#if defined(__linux__)
  if (size >= map_bytes_) {
    munmap(payload, RoundUp(size, kPageBytes));
    return;
  }
#endif
  std::free(payload);
}

uint8_t* SystemMemory::Map(size_t size) const {
#if defined(__linux__)
  const size_t mapped = RoundUp(size, kPageBytes);
  return size >= huge_bytes_ ? MapHuge(mapped) : MapAnonymous(mapped, MAP_POPULATE);
#else
  return nullptr;
#endif
}

void SystemMemory::Touch(uint8_t* payload, size_t size) {
  for (size_t i = 0; i < size; i += kPageBytes) {
    auto* byte = static_cast<volatile uint8_t*>(payload + i);
    *byte = *byte;
  }
  if (size != 0) {
    auto* last = static_cast<volatile uint8_t*>(payload + size - 1);
    *last = *last;
  }
}

}  // namespace jxlpool
