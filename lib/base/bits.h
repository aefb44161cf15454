// Small integer helpers shared by all parsers.
#ifndef LIB_BASE_BITS_H_
#define LIB_BASE_BITS_H_

#include <bit>
#include <cstddef>
#include <cstdint>

namespace jxlpool {

// Smallest k with 2^k >= x. REQUIRES: x >= 1.
constexpr uint32_t CeilLog2(uint64_t x) { return x <= 1 ? 0 : static_cast<uint32_t>(std::bit_width(x - 1)); }
// Largest k with 2^k <= x. REQUIRES: x >= 1.
constexpr uint32_t FloorLog2(uint64_t x) { return static_cast<uint32_t>(std::bit_width(x)) - 1; }

// REQUIRES: b > 0 and a + b - 1 does not overflow.
template <typename T>
constexpr T CeilDiv(T a, T b) {
  return (a + b - 1) / b;
}

// REQUIRES: `multiple` > 0 and the result is representable.
constexpr size_t RoundUp(size_t value, size_t multiple) { return CeilDiv(value, multiple) * multiple; }

// 0, 1, 2, 3, 4, ... -> 0, -1, 1, -2, 2, ... (ISO/IEC 18181-1 UnpackSigned).
constexpr int32_t UnpackSigned(uint32_t value) {
  return static_cast<int32_t>((value >> 1) ^ (uint32_t{0} - (value & 1)));
}

}  // namespace jxlpool

#endif  // LIB_BASE_BITS_H_
