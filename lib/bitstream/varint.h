// ByteCursor: reads bytes, big-endian integers and little-endian base-128 integers from byte-oriented data (ICC
// streams, frame index boxes).
//
// Failure is sticky: reading past the end or a malformed integer clears ok(), and everything read from then on is 0 or
// empty. The bytes are not owned.
#ifndef LIB_BITSTREAM_VARINT_H_
#define LIB_BITSTREAM_VARINT_H_

#include <cstddef>
#include <cstdint>
#include <span>

namespace jxlpool {

class ByteCursor {
 public:
  explicit ByteCursor(std::span<const uint8_t> bytes) : bytes_(bytes) {}

  bool ok() const { return ok_; }
  bool at_end() const { return bytes_.empty(); }
  std::span<const uint8_t> rest() const { return bytes_; }

  uint8_t Byte() {
    const std::span<const uint8_t> byte = Take(1);
    return byte.empty() ? uint8_t{0} : byte[0];
  }

  // The next `count` bytes.
  std::span<const uint8_t> Take(uint64_t count) {
    if (!ok_ || count > bytes_.size()) {
      ok_ = false;
      return {};
    }
    const std::span<const uint8_t> taken = bytes_.first(static_cast<size_t>(count));
    bytes_ = bytes_.subspan(static_cast<size_t>(count));
    return taken;
  }

  // An integer of `num_bytes` bytes, the most significant one first. REQUIRES: num_bytes <= 8.
  uint64_t BigEndian(int num_bytes) {
    uint64_t value = 0;
    for (int i = 0; i < num_bytes; ++i) value = value << 8 | Byte();
    return value;
  }

  // Seven bits a byte, lowest first; a set top bit means that another byte follows. At most 64 bits.
  uint64_t Varint() {
    uint64_t value = 0;
    for (uint32_t shift = 0; shift < 70; shift += 7) {
      const uint8_t byte = Byte();
      if (!ok_) return 0;
      if (shift == 63 && byte > 1) break;
      value |= uint64_t{byte & 0x7Fu} << shift;
      if (byte < 0x80) return value;
    }
    ok_ = false;
    return 0;
  }

 private:
  std::span<const uint8_t> bytes_;
  bool ok_ = true;
};

}  // namespace jxlpool

#endif  // LIB_BITSTREAM_VARINT_H_
