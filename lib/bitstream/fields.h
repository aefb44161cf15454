// FieldReader: the elementary field types of the codestream headers (ISO/IEC 18181-1 "Field types"): Bool, u(n), U32,
// U64, F16, Enum, Name and extension blocks.
//
// Errors are sticky: the first one is kept with its position, later reads return harmless values, and the code that
// reads a bundle looks at status() once at its end and before it sizes an array. So header code reads like the field
// table of the standard. A value that breaks a rule although the data had already run out is reported as
// kNeedMoreInput, not as kCorrupt. Not thread-safe; neither the reader nor what it reads from is owned.
#ifndef LIB_BITSTREAM_FIELDS_H_
#define LIB_BITSTREAM_FIELDS_H_

#include <cstdint>

#include "lib/base/bits.h"
#include "lib/base/status.h"
#include "lib/bitstream/bit_reader.h"
#include "lib/pool/pool_vector.h"

namespace jxlpool {

// One of the four ways to code a U32: offset + u(bits), modulo 2^32.
struct U32Distribution {
  uint32_t offset = 0;
  uint32_t bits = 0;  // 0..32
};
constexpr U32Distribution Value(uint32_t value) { return {value, 0}; }
constexpr U32Distribution Bits(uint32_t bits) { return {0, bits}; }
constexpr U32Distribution BitsPlus(uint32_t offset, uint32_t bits) { return {offset, bits}; }

struct U32Coding {
  U32Distribution distributions[4];
};

// An F16 bit pattern as float32 (exact). REQUIRES: it is neither infinite nor NaN.
float HalfToFloat(uint32_t half);

// The members of an enumeration as the bits of a mask: value v is a member iff bit v is set. Members are < 64.
template <typename... Values>
constexpr uint64_t EnumMembers(Values... values) {
  return ((uint64_t{1} << static_cast<uint32_t>(values)) | ...);
}

class FieldReader {
 public:
  explicit FieldReader(BitReader* reader) : reader_(reader) {}

  bool Bool() { return reader_->ReadBool(); }
  // u(count), count <= 32.
  uint32_t U(uint32_t count) { return reader_->Read(count); }
  uint32_t U32(const U32Coding& coding);
  // U32 with the signed mapping 0, -1, 1, -2, 2, ...
  int32_t SignedU32(const U32Coding& coding) { return UnpackSigned(U32(coding)); }
  uint64_t U64();
  // Errors: infinite or not a number.
  float F16();
  // Errors: not a member of the enumeration whose members are given by `members` (see EnumMembers).
  template <typename E>
  E Enum(uint64_t members, const char* message) {
    return static_cast<E>(EnumValue(members, message));
  }
  // A name in UTF-8 (not validated), without terminator; `name` keeps its memory and category. Errors: kMemoryLimit.
  void Name(PoolVector<char>* name);
  // Skips an extension block.
  void Extensions();

  // Remembers kCorrupt at the current position (kNeedMoreInput if the data has run out) unless there is an error
  // already.
  void Fail(const char* message);
  // Fail unless `condition`.
  void Expect(bool condition, const char* message) {
    if (!condition) [[unlikely]]
      Fail(message);
  }
  // Remembers any other error; kNeedMoreInput takes its place if the data has run out.
  void Fail(const Status& status);

  // The first error; kNeedMoreInput if there is none but bits past the end were consumed.
  Status status() const { return error_.ok() ? reader_->Check() : error_; }
  bool ok() const { return status().ok(); }
  BitReader* reader() { return reader_; }

 private:
  uint32_t EnumValue(uint64_t members, const char* message);

  BitReader* reader_;
  Status error_;
};

}  // namespace jxlpool

#endif  // LIB_BITSTREAM_FIELDS_H_
