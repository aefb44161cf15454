// Hybrid integers: a token of an entropy code plus up to 31 raw bits make an unsigned 32-bit integer (ISO/IEC 18181-1,
// hybrid integer coding).
//
// A configuration (split_exponent, msb, lsb) says how. Tokens below 2^split_exponent are the integer; larger ones hold
// `msb` leading and `lsb` trailing bits and the number of raw bits between them. Decoding uses tables: one IntegerEntry
// for each token.
#ifndef LIB_ENTROPY_HYBRID_INTEGER_H_
#define LIB_ENTROPY_HYBRID_INTEGER_H_

#include <cstdint>

#include "lib/base/status.h"
#include "lib/bitstream/bit_reader.h"

namespace jxlpool {

struct HybridConfig {
  uint8_t split_exponent = 0;
  uint8_t msb = 0;
  uint8_t lsb = 0;

  // Reads a configuration; field widths depend on the logarithm of the alphabet size (5..8, or 15 for prefix codes).
  // Errors: kCorrupt.
  static Result<HybridConfig> Read(BitReader* reader, uint32_t log_alphabet_size);

  friend bool operator==(const HybridConfig&, const HybridConfig&) = default;
};

// integer = base + (raw << lsb) with `extra_bits` raw bits, modulo 2^32.
struct IntegerEntry {
  uint32_t base = 0;
  uint8_t extra_bits = 0;  // 0..31; a (corrupt) larger number is taken modulo 32
  uint8_t lsb = 0;
  uint8_t is_copy = 0;   // 1: not an integer but the length (less min_length) of an LZ77 copy
  uint8_t max_bits = 0;  // bits that the largest integer of this token needs, at most 255; before the modulo
};

// The entry of `token`. REQUIRES: token < 2^15.
IntegerEntry MakeIntegerEntry(const HybridConfig& config, uint32_t token);

}  // namespace jxlpool

#endif  // LIB_ENTROPY_HYBRID_INTEGER_H_
