// Small variable-length numbers of code headers.
#ifndef LIB_ENTROPY_ELEMENTARY_CODES_H_
#define LIB_ENTROPY_ELEMENTARY_CODES_H_

#include <cstdint>

#include "lib/bitstream/bit_reader.h"

namespace jxlpool {

// 0..255 in 1 to 11 bits.
inline uint32_t ReadVarU8(BitReader* reader) {
  if (!reader->ReadBool()) return 0;
  const uint32_t bits = reader->Read(3);
  return (1u << bits) + reader->Read(bits);
}

// 0..65535 in 1 to 20 bits.
inline uint32_t ReadVarU16(BitReader* reader) {
  if (!reader->ReadBool()) return 0;
  const uint32_t bits = reader->Read(4);
  return (1u << bits) + reader->Read(bits);
}

}  // namespace jxlpool

#endif  // LIB_ENTROPY_ELEMENTARY_CODES_H_
