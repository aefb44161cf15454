// LfGroup: LF coefficients, the modular LF part and HF metadata of one LF group (ISO/IEC 18181-1 "LfGroup").
#ifndef LIB_FRAME_LF_GROUP_H_
#define LIB_FRAME_LF_GROUP_H_

#include <cstdint>

#include "lib/base/status.h"
#include "lib/bitstream/bit_reader.h"
#include "lib/frame/frame_state.h"

namespace jxlpool {

// Reads LF group `lf_group`. Different LF groups may be read at the same time. REQUIRES: LfGlobal was read.
Status ReadLfGroup(uint32_t lf_group, BitReader* reader, FrameState* state);

// Stands in for ReadLfGroup where the file ends before the LF group of a VarDCT frame: a zero LF image and 8x8
// varblocks. The groups within must be decoded with 0 passes. REQUIRES: LfGlobal was read.
Status FillMissingLfGroup(uint32_t lf_group, FrameState* state);

// Reads HfGlobal of a VarDCT frame with the HfPasses. REQUIRES: LfGlobal was read.
Status ReadHfGlobalSection(BitReader* reader, FrameState* state);

}  // namespace jxlpool

#endif  // LIB_FRAME_LF_GROUP_H_
