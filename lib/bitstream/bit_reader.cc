#include "lib/bitstream/bit_reader.h"

#include <algorithm>

namespace jxlpool {

uint64_t BitReader::LastBytes(const uint8_t* bytes, uint64_t count) {
  uint64_t word = 0;
  for (uint64_t i = 0; i < count; ++i) word |= uint64_t{bytes[i]} << (8 * i);
  return word;
}

void BitReader::Skip(uint64_t count) {
  if (count <= available_) {
    Consume(static_cast<uint32_t>(count));
    return;
  }
  count -= available_;
  buffer_ = 0;
  available_ = 0;
  const uint64_t whole = count / 8;
  const uint64_t real = std::min<uint64_t>(whole, static_cast<uint64_t>(end_ - next_));
  next_ += real;
  // Bounded so that positions never overflow, whatever the bitstream asks to skip.
  virtual_bytes_ += std::min(whole - real, uint64_t{1} << 48);
  Read(static_cast<uint32_t>(count % 8));
}

Status BitReader::ZeroPadToByte() {
  const uint64_t position = Position();
  const uint32_t bits = static_cast<uint32_t>((8 - BitsConsumed() % 8) % 8);
  if (Read(bits) != 0) return Corrupt("padding bits are not zero", position);
  return OkStatus();
}

}  // namespace jxlpool
