// Where payloads come from and go back to: the C heap for small ones, mappings of their own for large ones.
//
// A fresh page costs more than ten times as much as writing a warm one (measured: 250 microseconds per MiB when 4 KiB
// pages are faulted in one by one, 110 when populated by one call, 60 to 90 with 2 MiB pages), therefore:
//  - from `map_bytes` on, a block has its own mapping, populated at once: an exact size, and really gone when released;
//  - from `huge_bytes` on, the mapping starts at a multiple of 2 MiB and asks for huge pages, which the system provides
//    as they are touched; only the odd end is populated. No page outside of the block is ever touched.
// Without either, the first decode of a file by djxl-pooled takes 3 % more time of the CPU.
// Sanitizer builds take everything from the C heap, which they watch.
//
// All functions are thread-safe.
#ifndef LIB_POOL_SYSTEM_MEMORY_H_
#define LIB_POOL_SYSTEM_MEMORY_H_

#include <cstddef>
#include <cstdint>

namespace jxlpool {

struct SystemMemoryOptions {
  // Smallest size with a mapping of its own, which wastes half a page on average. Smaller blocks go back to the C heap,
  // which may keep them resident.
  size_t map_bytes = size_t{32} << 10;
  // Smallest size that asks for huge pages. REQUIRES: >= map_bytes.
  size_t huge_bytes = size_t{2} << 20;
};

class SystemMemory {
 public:
  // When a mapping gets its pages.
  enum class Backing : uint8_t { kNow, kWhenTouched };

  explicit SystemMemory(const SystemMemoryOptions& options);

  // `size` bytes aligned to kBufferAlignment, or nullptr. *is_zero: all bytes are known to be zero.
  // REQUIRES: size is a multiple of kBufferAlignment, not 0.
  uint8_t* Allocate(size_t size, Backing backing, bool* is_zero) const;
  // REQUIRES: `payload` was allocated with this `size`.
  void Free(uint8_t* payload, size_t size) const;

  // Smallest size whose blocks can give their pages back and keep their address range.
  size_t min_drained_bytes() const { return map_bytes_; }
  // Gives the pages back: the block needs no memory until Refill, which backs it as Allocate did; all bytes are zero
  // then. Touching a drained block is fine, too, only slower. REQUIRES: size >= min_drained_bytes().
  static void Drain(uint8_t* payload, size_t size);
  void Refill(uint8_t* payload, size_t size) const;

  // Makes sure that all pages of [payload, payload + size) are backed by memory; keeps the contents.
  static void Touch(uint8_t* payload, size_t size);

 private:
  uint8_t* Map(size_t size, Backing backing) const;

  size_t map_bytes_;
  size_t huge_bytes_;
};

}  // namespace jxlpool

#endif  // LIB_POOL_SYSTEM_MEMORY_H_
