// Prefix codes: reading code lengths and building lookup tables (ISO/IEC 18181-1, prefix codes).
#ifndef LIB_ENTROPY_PREFIX_CODE_H_
#define LIB_ENTROPY_PREFIX_CODE_H_

#include <cstdint>

#include "lib/base/status.h"
#include "lib/bitstream/bit_reader.h"
#include "lib/entropy/entropy_code.h"
#include "lib/entropy/hybrid_integer.h"
#include "lib/pool/pool_vector.h"

namespace jxlpool {

inline constexpr uint32_t kMaxPrefixAlphabet = 1u << 15;
inline constexpr uint32_t kMaxPrefixLength = 15;
inline constexpr uint32_t kMaxRootBits = 10;

// The code length of each symbol, 0 for unused ones: either a complete code, or a single symbol that takes no bits.
struct PrefixLengths {
  uint8_t* lengths;        // alphabet_size entries, all 0 if is_single
  uint32_t alphabet_size;  // 1..kMaxPrefixAlphabet
  bool is_single;
  uint32_t single_symbol;
};

// Reads a code for `code->alphabet_size` symbols into the other members; `code->lengths` points to room for them.
// Errors: kCorrupt.
Status ReadPrefixLengths(BitReader* reader, PrefixLengths* code);

// What the tokens of a table mean.
struct TokenMeaning {
  HybridConfig config;
  uint32_t min_copy_symbol;    // tokens from here on are copy lengths...
  HybridConfig length_config;  // ...in this configuration
};
inline constexpr uint32_t kNoCopySymbol = ~uint32_t{0};

// The entry of one token.
IntegerEntry MakeTokenEntry(const TokenMeaning& meaning, uint32_t token);

// Fills the root table (*tables)[root_begin, root_begin + 2^root_bits) for `code` and appends its second-level tables.
// REQUIRES: root_bits <= kMaxRootBits. Errors: kMemoryLimit.
Status BuildPrefixTable(const PrefixLengths& code, const TokenMeaning& meaning, uint32_t root_bits, size_t root_begin,
                        PoolVector<PrefixEntry>* tables);

}  // namespace jxlpool

#endif  // LIB_ENTROPY_PREFIX_CODE_H_
