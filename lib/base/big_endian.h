// Integers as boxes, ICC profiles and JPEG files store them: the most significant byte first.
#ifndef LIB_BASE_BIG_ENDIAN_H_
#define LIB_BASE_BIG_ENDIAN_H_

#include <cstdint>

namespace jxlpool {

// REQUIRES: the bytes are there.
constexpr uint32_t LoadBigEndian32(const uint8_t* bytes) {
  return uint32_t{bytes[0]} << 24 | uint32_t{bytes[1]} << 16 | uint32_t{bytes[2]} << 8 | uint32_t{bytes[3]};
}
constexpr uint64_t LoadBigEndian64(const uint8_t* bytes) {
  return uint64_t{LoadBigEndian32(bytes)} << 32 | LoadBigEndian32(bytes + 4);
}

}  // namespace jxlpool

#endif  // LIB_BASE_BIG_ENDIAN_H_
