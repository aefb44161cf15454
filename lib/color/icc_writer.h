// Writes the big-endian numbers of ICC profiles into a fixed buffer.
#ifndef LIB_COLOR_ICC_WRITER_H_
#define LIB_COLOR_ICC_WRITER_H_

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <initializer_list>

#include "lib/base/big_endian.h"

namespace jxlpool {

class IccWriter {
 public:
  // The buffer must outlive the writer.
  IccWriter(uint8_t* buffer, size_t capacity) : buffer_(buffer), capacity_(capacity) {}

  size_t size() const { return size_; }
  // True if something did not fit and was dropped.
  bool overflow() const { return overflow_; }

  void Bytes(const uint8_t* bytes, size_t count) {
    if (count > capacity_ - size_) {
      overflow_ = true;
      return;
    }
    std::memcpy(buffer_ + size_, bytes, count);
    size_ += count;
  }
  void U8(uint8_t value) { Bytes(&value, 1); }
  void U16(uint16_t value) {
    const uint8_t bytes[2] = {static_cast<uint8_t>(value >> 8), static_cast<uint8_t>(value)};
    Bytes(bytes, 2);
  }
  void U32(uint32_t value) {
    uint8_t bytes[4];
    StoreBigEndian32(value, bytes);
    Bytes(bytes, 4);
  }
  // Four characters.
  void Signature(const char* text) { Bytes(reinterpret_cast<const uint8_t*>(text), 4); }
  // s15Fixed16, rounded half away from zero and clamped.
  void Fixed(float value) {
    const double scaled = std::clamp(static_cast<double>(value * 65536.0f), -2147483648.0, 2147483647.0);
    U32(static_cast<uint32_t>(static_cast<int32_t>(std::lround(scaled))));
  }
  void Zeros(size_t count) {
    for (size_t i = 0; i < count; ++i) U8(0);
  }
  void PadTo4() { Zeros((0 - size_) % 4); }
  // A parametric curve.
  void Parametric(uint16_t type, std::initializer_list<float> parameters) {
    Signature("para");
    U32(0);
    U16(type);
    U16(0);
    for (const float parameter : parameters) Fixed(parameter);
  }

 private:
  uint8_t* buffer_;
  size_t capacity_;
  size_t size_ = 0;
  bool overflow_ = false;
};

}  // namespace jxlpool

#endif  // LIB_COLOR_ICC_WRITER_H_
