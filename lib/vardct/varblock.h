// Makes samples of the coefficients of one varblock: chroma from luma, lowest frequencies from the LF image, inverse
// transform (ISO/IEC 18181-1, dequantisation of HF coefficients and what follows).
#ifndef LIB_VARDCT_VARBLOCK_H_
#define LIB_VARDCT_VARBLOCK_H_

#include <cstddef>
#include <cstdint>

#include "lib/vardct/group_state.h"

namespace jxlpool {

// Writes the samples of the three channels of a varblock. state.blocks hold its dequantised HF coefficients, bounded by
// varblock.extent; they are zero again on return.
void ReconstructVarblock(const GroupState& state, const Varblock& varblock);

// Dequantises the stored coefficients of a varblock into state.blocks, clearing them, and reconstructs it.
template <typename T>
void ReconstructStoredVarblock(const GroupState& state, const Varblock& varblock,
                               const StoredCoefficients<T>& coefficients);

}  // namespace jxlpool

#endif  // LIB_VARDCT_VARBLOCK_H_
