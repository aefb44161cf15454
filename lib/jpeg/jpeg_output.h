// JpegOutput: bytes and entropy-coded bits on their way to a ByteSink.
//
// Errors are sticky: after one, writing does nothing; look at status() now and then. Not thread-safe.
#ifndef LIB_JPEG_JPEG_OUTPUT_H_
#define LIB_JPEG_JPEG_OUTPUT_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>

#include "lib/base/status.h"
#include "lib/bitstream/bit_reader.h"
#include "lib/jpeg/byte_sink.h"
#include "lib/pool/memory.h"

namespace jxlpool {

class JpegOutput {
 public:
  // `padding` holds `num_padding_bits` bits for Align; ones are used if there are none. Neither pointer is owned.
  JpegOutput(ByteSink* sink, const BitReader& padding, uint32_t num_padding_bits)
      : sink_(sink), padding_(padding), padding_left_(num_padding_bits), pads_with_ones_(num_padding_bits == 0) {}
  JpegOutput(const JpegOutput&) = delete;
  JpegOutput& operator=(const JpegOutput&) = delete;

  // Must be called first. Errors: kMemoryLimit.
  Status Prepare(Memory* memory) {
    JXLPOOL_ASSIGN_OR_RETURN(
        buffer_, memory->Acquire(kBufferSize, Category::kOutput, ElementType::kUint8, Fill::kUninitialized));
    next_ = buffer_.data();
    end_ = next_ + kBufferSize;
    return OkStatus();
  }

  // Plain bytes. REQUIRES, for all of them: no bits are pending, see Align.
  void Byte(uint32_t byte) {
    if (Room() == 0) Drain();
    *next_++ = static_cast<uint8_t>(byte);
  }
  // Big endian.
  void Word(uint32_t word) {
    Byte(word >> 8 & 0xFF);
    Byte(word & 0xFF);
  }
  void Bytes(std::span<const uint8_t> bytes) {
    while (!bytes.empty()) {
      if (Room() == 0) Drain();
      const size_t count = std::min(Room(), bytes.size());
      std::memcpy(next_, bytes.data(), count);
      next_ += count;
      bytes = bytes.subspan(count);
    }
  }

  // The lowest `count` bits, most significant first. REQUIRES: count <= 32, no higher bit is set.
  void Bits(uint32_t count, uint32_t bits) {
    bits_ = bits_ << count | bits;
    num_bits_ += count;
    if (num_bits_ >= 32) FlushWord();
  }
  // Fills up the last byte of the bits with padding.
  void Align() {
    const uint32_t missing = (8 - num_bits_ % 8) % 8;
    if (pads_with_ones_) {
      Bits(missing, (1u << missing) - 1);
    } else if (missing > padding_left_) {
      Fail(Corrupt("there are too few padding bits for the JPEG"));
      Bits(missing, 0);
    } else {
      padding_left_ -= missing;
      for (uint32_t i = 0; i < missing; ++i) Bits(1, padding_.Read(1));
    }
    while (num_bits_ != 0) {
      num_bits_ -= 8;
      EntropyByte(static_cast<uint8_t>(bits_ >> num_bits_));
    }
  }
  bool has_unused_padding() const { return padding_left_ != 0; }

  void Fail(const Status& status) {
    if (status_.ok()) status_ = status;
  }
  const Status& status() const { return status_; }
  // Hands over what is buffered.
  Status Finish() {
    Drain();
    return status_;
  }

 private:
  static constexpr size_t kBufferSize = size_t{1} << 16;

  size_t Room() const { return static_cast<size_t>(end_ - next_); }
  void Drain() {
    if (status_.ok()) status_ = sink_->Write(buffer_.data(), static_cast<size_t>(next_ - buffer_.data()));
    next_ = buffer_.data();
  }
  // Any byte FF is followed by 00, or it would be a marker.
  void EntropyByte(uint8_t byte) {
    if (Room() < 2) Drain();
    *next_++ = byte;
    if (byte == 0xFF) *next_++ = 0;
  }
  // Writes the 32 oldest bits.
  void FlushWord() {
    num_bits_ -= 32;
    const uint32_t word = static_cast<uint32_t>(bits_ >> num_bits_);
    // Whether a byte is FF: a byte of the complement is zero.
    if (((~word - 0x01010101u) & word & 0x80808080u) != 0 || Room() < 4) {
      for (int shift = 24; shift >= 0; shift -= 8) EntropyByte(static_cast<uint8_t>(word >> shift));
      return;
    }
    const uint32_t big_endian = __builtin_bswap32(word);
    std::memcpy(next_, &big_endian, sizeof(big_endian));
    next_ += sizeof(big_endian);
  }

  ByteSink* sink_;
  BitReader padding_;
  uint32_t padding_left_;
  bool pads_with_ones_;
  uint64_t bits_ = 0;      // the lowest num_bits_ are pending
  uint32_t num_bits_ = 0;  // < 32 between calls
  Buffer buffer_;
  uint8_t* next_ = nullptr;  // in the buffer
  uint8_t* end_ = nullptr;   // of the buffer
  Status status_;
};

}  // namespace jxlpool

#endif  // LIB_JPEG_JPEG_OUTPUT_H_
