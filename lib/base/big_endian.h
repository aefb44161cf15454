// Integers as boxes, ICC profiles and JPEG files store them: the most significant byte first.
#ifndef LIB_BASE_BIG_ENDIAN_H_
#define LIB_BASE_BIG_ENDIAN_H_

#include <cstdint>

namespace jxlpool {

// REQUIRES: `bytes` has as many bytes as the integer.
constexpr uint32_t LoadBigEndian32(const uint8_t* bytes) {
  return uint32_t{bytes[0]} << 24 | uint32_t{bytes[1]} << 16 | uint32_t{bytes[2]} << 8 | uint32_t{bytes[3]};
}
constexpr uint64_t LoadBigEndian64(const uint8_t* bytes) {
  return uint64_t{LoadBigEndian32(bytes)} << 32 | LoadBigEndian32(bytes + 4);
}

constexpr void StoreBigEndian32(uint32_t value, uint8_t* bytes) {
  for (int i = 0; i < 4; ++i) bytes[i] = static_cast<uint8_t>(value >> (24 - 8 * i));
}

}  // namespace jxlpool

#endif  // LIB_BASE_BIG_ENDIAN_H_
