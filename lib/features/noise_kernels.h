// Kernels of noise generation (Highway, dynamic dispatch). For users: noise.h.
#ifndef LIB_FEATURES_NOISE_KERNELS_H_
#define LIB_FEATURES_NOISE_KERNELS_H_

#include <cstddef>
#include <cstdint>

#include "lib/features/noise.h"

namespace jxlpool {

// Makes skip + store + drop batches; the values of the middle ones, in [1, 2), go to out[0 .. 16 * store), aligned to
// 64 bytes.
void MakeNoiseBatches(size_t skip, size_t store, size_t drop, NoiseState* state, float* out);

// Replaces the state by the linear combination of its successors that `polynomial` (bits 0..127) describes: bit i adds
// the state i batches later.
void CombineNoiseStates(const uint64_t polynomial[2], NoiseState* state);

// out = 0.16 * (sum of the 24 neighbours) - 3.84 * centre, for `size` columns of which rows[i][-2 .. size + 2) count.
// 64 bytes before and beyond are readable; out is aligned and written in whole vectors. `sums` is aligned and holds
// size + 48 floats.
void FilterNoiseRow(const float* const rows[5], size_t size, float* sums, float* out);

}  // namespace jxlpool

#endif  // LIB_FEATURES_NOISE_KERNELS_H_
