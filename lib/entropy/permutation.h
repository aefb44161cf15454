// Permutations as entropy-coded Lehmer codes: the table of contents and the HF coefficient orders (ISO/IEC 18181-1,
// permutations).
#ifndef LIB_ENTROPY_PERMUTATION_H_
#define LIB_ENTROPY_PERMUTATION_H_

#include <cstddef>
#include <cstdint>

#include "lib/base/status.h"
#include "lib/bitstream/bit_reader.h"
#include "lib/entropy/entropy_decoder.h"
#include "lib/pool/memory.h"

namespace jxlpool {

// Contexts of the code that permutations are read with.
inline constexpr size_t kNumPermutationContexts = 8;

// Reads a permutation of 0..size-1 whose first `skip` entries stay in place; permutation[i] is the original index of
// what comes to position i. Does not finish the stream: one stream may hold several permutations. Takes O(size log
// size) time and 4 * size bytes of scratch from `memory`. REQUIRES: skip <= size < 2^31; the decoder's code has
// kNumPermutationContexts contexts. Errors: kCorrupt, kNeedMoreInput, kMemoryLimit.
Status ReadPermutation(EntropyDecoder* decoder, BitReader* reader, Memory* memory, size_t size, size_t skip,
                       uint32_t* permutation);

}  // namespace jxlpool

#endif  // LIB_ENTROPY_PERMUTATION_H_
