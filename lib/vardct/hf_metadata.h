// HF metadata of an LF group: where the varblocks are, their multipliers, chroma-from-luma factors, and the strength of
// the edge-preserving filter (ISO/IEC 18181-1, HF metadata).
#ifndef LIB_VARDCT_HF_METADATA_H_
#define LIB_VARDCT_HF_METADATA_H_

#include <cstddef>
#include <cstdint>

#include "lib/base/status.h"
#include "lib/bitstream/bit_reader.h"
#include "lib/pool/matrix.h"
#include "lib/vardct/vardct_frame.h"

namespace jxlpool {

// The four modular channels, in the order of the bitstream. For an LF group of w x h blocks:
struct HfMetadata {
  View2D<const int32_t> x_from_y;    // ceil(w / 8) x ceil(h / 8), shifts 3, 3
  View2D<const int32_t> b_from_y;    // the same
  View2D<const int32_t> block_info;  // num_varblocks x 2, shifts 0, 0
  View2D<const int32_t> sharpness;   // w x h, shifts 0, 0
};

// Reads the width of block_info, which is 1 to w * h.
uint32_t ReadNumVarblocks(BitReader* reader, const VarDctFrame& frame, uint32_t lf_group);

// Fills the maps of the frame for one LF group: block_type, hf_mul, x_from_y, b_from_y, epf_inverse_sigma, used_types.
// Different LF groups may run at the same time. Errors: kCorrupt (unknown type, overlap, varblock across a border,
// sharpness out of range, too few entries).
//
// The EPF map holds K = 4 (sqrt(1/2) - 1) / sigma per block, with which the filter multiplies. K is negative and at
// least -10^4. Blocks of one varblock share HfMul, but each has its own sharpness.
Status ProcessHfMetadata(uint32_t lf_group, const HfMetadata& metadata, VarDctFrame* frame);

}  // namespace jxlpool

#endif  // LIB_VARDCT_HF_METADATA_H_
