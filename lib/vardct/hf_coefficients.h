// The HF coefficients of one pass of one group (ISO/IEC 18181-1, PassGroup: HF coefficients).
#ifndef LIB_VARDCT_HF_COEFFICIENTS_H_
#define LIB_VARDCT_HF_COEFFICIENTS_H_

#include <cstddef>
#include <cstdint>

#include "lib/base/status.h"
#include "lib/bitstream/bit_reader.h"
#include "lib/pool/memory.h"
#include "lib/vardct/group_state.h"
#include "lib/vardct/hf_pass.h"

namespace jxlpool {

// Decodes the only pass of a frame: each varblock is dequantised while it is decoded, and reconstructed at once.
// REQUIRES: state.blocks are all zero; on errors they are left dirty.
Status DecodeOnlyPass(const GroupState& state, BitReader* reader, Memory* memory);

// Decodes pass `pass` and adds its coefficients, shifted, to `coefficients`; updates the extents of the varblocks.
// T is int16_t (if FitsInt16) or int32_t; sums wrap.
template <typename T>
Status AddPass(const GroupState& state, uint32_t pass, const StoredCoefficients<T>& coefficients, BitReader* reader,
               Memory* memory);

// Whether no sum of coefficients can exceed 16 bits.
bool FitsInt16(const VarDctFrame& frame);

}  // namespace jxlpool

#endif  // LIB_VARDCT_HF_COEFFICIENTS_H_
