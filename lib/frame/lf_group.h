// LfGroup: LF coefficients, the modular LF part and HF metadata of one LF group (ISO/IEC 18181-1 "LfGroup").
#ifndef LIB_FRAME_LF_GROUP_H_
#define LIB_FRAME_LF_GROUP_H_

#include <cstdint>

#include "lib/base/status.h"
#include "lib/bitstream/bit_reader.h"
#include "lib/frame/frame_state.h"
#include "lib/modular/stream/modular_stream.h"

namespace jxlpool {

// Of the modular streams of a VarDCT frame.
ModularStreamParams FrameStreamParams(const FrameState& state, uint32_t stream_index);

// Reads LF group `lf_group`. Different LF groups may be read at the same time. REQUIRES: LfGlobal was read.
Status ReadLfGroup(uint32_t lf_group, BitReader* reader, FrameState* state);

// Bytes that reading as many LF groups at a time takes, besides what they fill. For LF groups as encoders write them.
uint64_t LfGroupScratchBytes(const FrameState& state, uint32_t at_a_time);

// Stands in for ReadLfGroup where the file ends before the LF group of a VarDCT frame: a zero LF image and 8x8
// varblocks. The groups within must be decoded with 0 passes. REQUIRES: LfGlobal was read.
Status FillMissingLfGroup(uint32_t lf_group, FrameState* state);

}  // namespace jxlpool

#endif  // LIB_FRAME_LF_GROUP_H_
