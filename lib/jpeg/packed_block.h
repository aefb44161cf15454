// How the AC coefficients of a JPEG's blocks are kept: as bytes that name the nonzero ones, in zigzag order.
//
//   byte           meaning
//   0              end of the block
//   0xF0           16 zeros
//   run << 4 | c   `run` (0 ... 15) zeros, then a coefficient: kPackedValues[c] for c = 1 ... 12, the next byte
//   (signed)
//                  for c = 13, the next two bytes (signed, least significant first) for c = 14
//
// Zeros behind the last coefficient are not stored. The split of a long run of zeros is that of a JPEG's symbols. Most
// coefficients take one byte, an empty block takes one.
#ifndef LIB_JPEG_PACKED_BLOCK_H_
#define LIB_JPEG_PACKED_BLOCK_H_

#include <cstddef>
#include <cstdint>

namespace jxlpool {

inline constexpr uint8_t kPackedEnd = 0x00;
inline constexpr uint8_t kPackedZeros = 0xF0;
inline constexpr uint32_t kPackedByte = 13;
inline constexpr uint32_t kPackedWord = 14;
inline constexpr uint32_t kLargestSmallValue = 6;
inline constexpr int16_t kPackedValues[13] = {0, 1, -1, 2, -2, 3, -3, 4, -4, 5, -5, 6, -6};

// Most bytes of a block: 63 large coefficients and the end.
inline constexpr size_t kMaxPackedBlock = 63 * 3 + 1;

// The value that follows a byte with this code. REQUIRES: code is kPackedByte or kPackedWord.
inline int32_t UnpackLarge(uint32_t code, const uint8_t* bytes) {
  if (code == kPackedByte) return (bytes[0] ^ 0x80) - 0x80;
  return static_cast<int16_t>(bytes[0] | bytes[1] << 8);
}
inline size_t SizeOfLarge(uint32_t code) { return code == kPackedByte ? 1 : 2; }

// Writes a coefficient behind `run` zeros; returns the position behind it. REQUIRES: value != 0 fits 16 bits.
inline uint8_t* PackCoefficient(uint32_t run, int32_t value, uint8_t* out) {
  for (; run > 15; run -= 16) *out++ = kPackedZeros;
  const uint32_t high = run << 4;
  // Signs are random: no branch on them.
  const auto magnitude = static_cast<uint32_t>(value < 0 ? -value : value);
  if (magnitude <= kLargestSmallValue) {
    *out++ = static_cast<uint8_t>(high | (2 * magnitude - static_cast<uint32_t>(value > 0)));
    return out;
  }
  const bool is_byte = value >= -128 && value <= 127;
  *out++ = static_cast<uint8_t>(high | (is_byte ? kPackedByte : kPackedWord));
  *out++ = static_cast<uint8_t>(value & 0xFF);
  if (!is_byte) *out++ = static_cast<uint8_t>(value >> 8 & 0xFF);
  return out;
}

// Walks over the coefficients of one block.
class PackedBlockReader {
 public:
  // `block` must be as PackCoefficient and kPackedEnd left it.
  explicit PackedBlockReader(const uint8_t* block) : next_(block) {}

  // Advances to the next coefficient; false at the end, behind which next() is then.
  bool Advance() {
    for (;;) {
      const uint32_t token = *next_++;
      if (token == kPackedEnd) return false;
      const uint32_t code = token & 15;
      index_ += (token >> 4) + 1;
      if (code == 0) continue;
      if (code < kPackedByte) {
        value_ = kPackedValues[code];
      } else {
        value_ = UnpackLarge(code, next_);
        next_ += SizeOfLarge(code);
      }
      return true;
    }
  }
  // Of the coefficient: 1 ... 63 in zigzag order.
  uint32_t index() const { return index_; }
  int32_t value() const { return value_; }
  const uint8_t* next() const { return next_; }

  // Goes to the end.
  void Skip() {
    while (Advance()) {
    }
  }

 private:
  const uint8_t* next_;
  uint32_t index_ = 0;
  int32_t value_ = 0;
};

}  // namespace jxlpool

#endif  // LIB_JPEG_PACKED_BLOCK_H_
