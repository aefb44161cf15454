// ANS distributions and their alias tables (ISO/IEC 18181-1, ANS decoding).
#ifndef LIB_ENTROPY_ANS_H_
#define LIB_ENTROPY_ANS_H_

#include <cstdint>

#include "lib/base/status.h"
#include "lib/bitstream/bit_reader.h"
#include "lib/entropy/entropy_code.h"

namespace jxlpool {

inline constexpr uint32_t kAnsLogTotal = 12;
// What the frequencies of a distribution add up to.
inline constexpr uint32_t kAnsTotal = 1u << kAnsLogTotal;
inline constexpr uint32_t kMaxAnsAlphabet = 256;
// The state at the end of every stream.
inline constexpr uint32_t kAnsFinalState = 0x130000;

// The frequency of each symbol; the sum is kAnsTotal.
struct AnsDistribution {
  uint16_t frequency[kMaxAnsAlphabet];
  uint32_t alphabet_size;  // symbols from here on have frequency 0
};

// Reads a distribution over at most `table_size` symbols. Errors: kCorrupt.
Status ReadAnsDistribution(BitReader* reader, uint32_t table_size, AnsDistribution* distribution);

// Fills the 2^log_alphabet_size (32..256) buckets of `table`. REQUIRES: the distribution's symbols fit.
void BuildAliasTable(const AnsDistribution& distribution, uint32_t log_alphabet_size, AliasEntry* table);

}  // namespace jxlpool

#endif  // LIB_ENTROPY_ANS_H_
