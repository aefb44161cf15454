// Makes reading memory without an owner visible: AddressSanitizer builds report any access to a released block,
// MemorySanitizer builds report the use of bytes that were never written, debug builds (no NDEBUG) fill both with
// patterns that are easy to recognise. Nothing in release builds.
#ifndef LIB_POOL_POISON_H_
#define LIB_POOL_POISON_H_

#include <cstddef>
#include <cstdint>
#include <cstring>

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define JXLPOOL_ASAN 1
#endif
#if __has_feature(memory_sanitizer)
#define JXLPOOL_MSAN 1
#endif
#if __has_feature(thread_sanitizer)
#define JXLPOOL_TSAN 1
#endif
#endif
#if defined(__SANITIZE_ADDRESS__)
#define JXLPOOL_ASAN 1
#endif
#if defined(__SANITIZE_THREAD__)
#define JXLPOOL_TSAN 1
#endif

#if defined(JXLPOOL_ASAN)
#include <sanitizer/asan_interface.h>
#endif
#if defined(JXLPOOL_MSAN)
#include <sanitizer/msan_interface.h>
#endif

namespace jxlpool {

#if defined(JXLPOOL_ASAN) || defined(JXLPOOL_MSAN)
inline constexpr bool kSanitizerWatchesHeap = true;
#else
inline constexpr bool kSanitizerWatchesHeap = false;
#endif

#if defined(NDEBUG)
inline constexpr bool kFillPatterns = false;
#else
inline constexpr bool kFillPatterns = true;
#endif

inline constexpr uint8_t kUninitializedPattern = 0xCB;
inline constexpr uint8_t kReleasedPattern = 0xDB;

// The range has no owner: any access is a bug.
inline void PoisonRange([[maybe_unused]] uint8_t* start, [[maybe_unused]] size_t size) {
#if defined(JXLPOOL_ASAN)
  __asan_poison_memory_region(start, size);
#endif
}

// The range may be accessed again.
inline void UnpoisonRange([[maybe_unused]] uint8_t* start, [[maybe_unused]] size_t size) {
#if defined(JXLPOOL_ASAN)
  __asan_unpoison_memory_region(start, size);
#endif
}

// The range may be written; reading it first is a bug.
inline void MarkUninitialized([[maybe_unused]] uint8_t* start, [[maybe_unused]] size_t size) {
  if (kFillPatterns && size != 0) std::memset(start, kUninitializedPattern, size);
#if defined(JXLPOOL_MSAN)
  __msan_poison(start, size);
#endif
}

// The range may be read, whatever is in it: what others than instrumented code write is not seen by MemorySanitizer.
inline void MarkInitialized([[maybe_unused]] uint8_t* start, [[maybe_unused]] size_t size) {
#if defined(JXLPOOL_MSAN)
  __msan_unpoison(start, size);
#endif
}

// A block went from its owner to a free list.
inline void MarkReleased(uint8_t* start, size_t size) {
  if constexpr (kFillPatterns) {
    UnpoisonRange(start, size);
    std::memset(start, kReleasedPattern, size);
  }
  PoisonRange(start, size);
}

}  // namespace jxlpool

#endif  // LIB_POOL_POISON_H_
