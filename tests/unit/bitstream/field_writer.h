// Writes header fields bit by bit, for tests.
#ifndef TESTS_UNIT_BITSTREAM_FIELD_WRITER_H_
#define TESTS_UNIT_BITSTREAM_FIELD_WRITER_H_

#include <cstddef>
#include <cstdint>
#include <vector>

namespace jxlpool {

class FieldWriter {
 public:
  // u(count), lowest bit first.
  FieldWriter& U(uint32_t count, uint64_t value) {
    for (uint32_t i = 0; i < count; ++i) {
      if (position_ % 8 == 0) bytes_.push_back(0);
      bytes_.back() |= static_cast<uint8_t>(((value >> i) & 1) << (position_ % 8));
      ++position_;
    }
    return *this;
  }
  FieldWriter& Bool(bool value) { return U(1, value ? 1 : 0); }
  // A U32 by its selector and the payload of that distribution.
  FieldWriter& U32(uint32_t selector, uint32_t count = 0, uint64_t payload = 0) {
    return U(2, selector).U(count, payload);
  }
  FieldWriter& Enum(uint32_t value) {
    if (value < 2) return U32(value);
    return value < 18 ? U32(2, 4, value - 2) : U32(3, 6, value - 18);
  }
  FieldWriter& U64(uint64_t value) {
    if (value == 0) return U(2, 0);
    if (value <= 16) return U(2, 1).U(4, value - 1);
    if (value <= 272) return U(2, 2).U(8, value - 17);
    U(2, 3).U(12, value & 4095);
    value >>= 12;
    for (uint32_t shift = 12; value != 0; shift += 8, value >>= 8) {
      if (shift == 60) return U(1, 1).U(4, value);
      U(1, 1).U(8, value & 255);
    }
    return U(1, 0);
  }
  FieldWriter& Pad() {
    while (position_ % 8 != 0) U(1, 0);
    return *this;
  }
  FieldWriter& Append(const std::vector<uint8_t>& bytes) {
    for (const uint8_t byte : bytes) U(8, byte);
    return *this;
  }

  const std::vector<uint8_t>& bytes() const { return bytes_; }
  uint64_t position() const { return position_; }

 private:
  std::vector<uint8_t> bytes_;
  uint64_t position_ = 0;
};

}  // namespace jxlpool

#endif  // TESTS_UNIT_BITSTREAM_FIELD_WRITER_H_
