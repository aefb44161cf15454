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

// Aligned for huge pages, without memory.
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

uint8_t* SystemMemory::Allocate(size_t size, Backing backing, bool* is_zero) const {
  if (size > kMaxBytes) return nullptr;
  *is_zero = size >= map_bytes_;
  if (size >= map_bytes_) return Map(size, backing);
  return static_cast<uint8_t*>(std::aligned_alloc(kBufferAlignment, size));
}

void SystemMemory::Free(uint8_t* payload, size_t size) const {
  UnpoisonRange(payload, size);
#if defined(__linux__)
  if (size >= map_bytes_) {
    munmap(payload, RoundUp(size, kPageBytes));
    return;
  }
#endif
  std::free(payload);
}

void SystemMemory::Drain([[maybe_unused]] uint8_t* payload, [[maybe_unused]] size_t size) {
#if defined(__linux__)
  madvise(payload, RoundUp(size, kPageBytes), MADV_DONTNEED);
#endif
}

void SystemMemory::Refill([[maybe_unused]] uint8_t* payload, [[maybe_unused]] size_t size) const {
#if defined(__linux__)
  const size_t mapped = RoundUp(size, kPageBytes);
  // Huge pages come as they are touched, as after MapHuge.
  const size_t start = size >= huge_bytes_ ? mapped / kHugePageBytes * kHugePageBytes : 0;
  if (start != mapped) madvise(payload + start, mapped - start, kPopulateWrite);
#endif
}

uint8_t* SystemMemory::Map([[maybe_unused]] size_t size, [[maybe_unused]] Backing backing) const {
#if defined(__linux__)
  const size_t mapped = RoundUp(size, kPageBytes);
  if (size < huge_bytes_) return MapAnonymous(mapped, backing == Backing::kNow ? MAP_POPULATE : 0);
  uint8_t* payload = MapHuge(mapped);
  if (payload != nullptr && backing == Backing::kNow) Refill(payload, size);
  return payload;
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
