// BitReader: LSB-first bits of one contiguous byte range (ISO/IEC 18181-1 clause 6).
//
// The range is not owned and must stay valid. Bits past the end read as zero and are counted; callers look at overrun()
// (or Check()) once per stage, not once per read. A BitReader is small: hot loops copy it into a local and write it
// back.
#ifndef LIB_BITSTREAM_BIT_READER_H_
#define LIB_BITSTREAM_BIT_READER_H_

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>

#include "lib/base/status.h"

namespace jxlpool {

static_assert(std::endian::native == std::endian::little, "the bit reader loads little-endian words");

class BitReader {
 public:
  // Bits that Refill guarantees.
  static constexpr uint32_t kRefillBits = 56;

  BitReader() = default;
  // `base_bit_position` is the position of the first bit in the codestream; used for error messages only. `overrun` is
  // what reading beyond the end means: kNeedMoreInput, or kCorrupt if the range is known to be complete.
  BitReader(const uint8_t* data, size_t size, uint64_t base_bit_position = 0,
            ErrorCode overrun = ErrorCode::kNeedMoreInput)
      : next_(data), end_(data + size), begin_(data), base_(base_bit_position), overrun_(overrun) {}

  // Makes at least kRefillBits bits available to Peek and Consume.
  [[gnu::always_inline]] void Refill() {
    const uint32_t bytes = (63 - available_) >> 3;
    if (end_ - next_ >= 8) [[likely]] {
      uint64_t word;
      std::memcpy(&word, next_, sizeof(word));
      buffer_ |= word << available_;
      next_ += bytes;
    } else {
      // Works on values, never on `this`, so that a local BitReader can live in registers.
      const uint64_t left = static_cast<uint64_t>(end_ - next_);
      buffer_ |= LastBytes(next_, left) << available_;
      next_ += bytes < left ? bytes : left;
      virtual_bytes_ += bytes < left ? 0 : bytes - left;
    }
    available_ |= kRefillBits;
  }

  // The next `count` bits without consuming them. REQUIRES: count <= bits available since the last Refill, count < 64.
  [[gnu::always_inline]] uint64_t Peek(uint32_t count) const { return buffer_ & ((uint64_t{1} << count) - 1); }
  // At least kRefillBits minus what was consumed since the last Refill; upper bits are unspecified.
  [[gnu::always_inline]] uint64_t PeekAll() const { return buffer_; }
  // REQUIRES: count <= bits available since the last Refill.
  [[gnu::always_inline]] void Consume(uint32_t count) {
    buffer_ >>= count;
    available_ -= count;
  }

  // u(count), count <= 32. Refills.
  uint32_t Read(uint32_t count) {
    Refill();
    const uint32_t value = static_cast<uint32_t>(Peek(count));
    Consume(count);
    return value;
  }
  bool ReadBool() { return Read(1) != 0; }

  // Skips any number of bits.
  void Skip(uint64_t count);

  // Bits consumed since the start of the range; beyond its size after an overrun.
  uint64_t BitsConsumed() const { return 8 * (static_cast<uint64_t>(next_ - begin_) + virtual_bytes_) - available_; }
  // Position in the codestream.
  uint64_t Position() const { return base_ + BitsConsumed(); }
  uint64_t BitsTotal() const { return 8 * static_cast<uint64_t>(end_ - begin_); }
  // True if bits past the end were consumed.
  bool overrun() const { return BitsConsumed() > BitsTotal(); }

  // Reads 0 to 7 bits up to the next byte boundary. Errors: kCorrupt if one of them is set.
  Status ZeroPadToByte();

  // An error if bits past the end were consumed.
  Status Check() const {
    return overrun() ? Status(overrun_, "the data ends too early", base_ + BitsTotal()) : OkStatus();
  }

 private:
  // `count` < 8 bytes as a little-endian word.
  static uint64_t LastBytes(const uint8_t* bytes, uint64_t count);

  uint64_t buffer_ = 0;
  uint32_t available_ = 0;  // valid bits of buffer_
  const uint8_t* next_ = nullptr;
  const uint8_t* end_ = nullptr;
  const uint8_t* begin_ = nullptr;
  uint64_t virtual_bytes_ = 0;  // zero bytes appended after the end
  uint64_t base_ = 0;
  ErrorCode overrun_ = ErrorCode::kNeedMoreInput;
};

}  // namespace jxlpool

#endif  // LIB_BITSTREAM_BIT_READER_H_
