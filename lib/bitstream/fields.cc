#include "lib/bitstream/fields.h"

#include <bit>

namespace jxlpool {

float HalfToFloat(uint32_t half) {
  const uint32_t exponent = (half >> 10) & 31;
  const uint32_t mantissa = half & 1023;
  const uint32_t sign = (half & 0x8000u) << 16;
  if (exponent == 0) {
    const float magnitude = static_cast<float>(mantissa) * 0x1p-24f;
    return std::bit_cast<float>(std::bit_cast<uint32_t>(magnitude) | sign);
  }
  return std::bit_cast<float>(sign | ((exponent + 112) << 23) | (mantissa << 13));
}

uint32_t FieldReader::U32(const U32Coding& coding) {
  const U32Distribution& distribution = coding.distributions[reader_->Read(2)];
  return distribution.offset + reader_->Read(distribution.bits);
}

uint64_t FieldReader::U64() {
  switch (reader_->Read(2)) {
    case 0:
      return 0;
    case 1:
      return 1 + reader_->Read(4);
    case 2:
      return 17 + reader_->Read(8);
    default:
      break;
  }
  uint64_t value = reader_->Read(12);
  for (uint32_t shift = 12; reader_->ReadBool(); shift += 8) {
    if (shift == 60) return value | (uint64_t{reader_->Read(4)} << 60);
    value |= uint64_t{reader_->Read(8)} << shift;
  }
  return value;
}

float FieldReader::F16() {
  const uint32_t half = reader_->Read(16);
  if (((half >> 10) & 31) == 31) {
    Fail("a 16-bit float is infinite or not a number");
    return 0.0f;
  }
  return HalfToFloat(half);
}

uint32_t FieldReader::EnumValue(uint64_t members, const char* message) {
  const uint32_t value = U32({{Value(0), Value(1), BitsPlus(2, 4), BitsPlus(18, 6)}});
  if (value < 64 && ((members >> value) & 1) != 0) return value;
  Fail(message);
  return static_cast<uint32_t>(std::countr_zero(members));
}

void FieldReader::Name(PoolVector<char>* name) {
  name->clear();
  const uint32_t length = U32({{Value(0), Bits(4), BitsPlus(16, 5), BitsPlus(48, 10)}});
  if (length == 0 || !ok()) return;
  const Status resized = name->ResizeUninitialized(length);
  if (!resized.ok()) {
    Fail(resized);
    return;
  }
  for (char& c : *name) c = static_cast<char>(reader_->Read(8));
}

void FieldReader::Extensions() {
  const uint64_t mask = U64();
  uint64_t total_bits = 0;
  for (uint64_t rest = mask; rest != 0; rest &= rest - 1) {
    if (__builtin_add_overflow(total_bits, U64(), &total_bits)) {
      Fail("the sizes of the extensions overflow");
      return;
    }
  }
  reader_->Skip(total_bits);
}

void FieldReader::Fail(const char* message) { Fail(Corrupt(message, reader_->Position())); }

void FieldReader::Fail(const Status& status) {
  if (!error_.ok()) return;
  const Status truncated = reader_->Check();
  error_ = truncated.ok() ? status : truncated;
}

}  // namespace jxlpool
