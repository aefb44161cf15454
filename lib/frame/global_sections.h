// The sections that all groups of a frame need: LfGlobal and HfGlobal (ISO/IEC 18181-1 "LfGlobal", "HfGlobal").
#ifndef LIB_FRAME_GLOBAL_SECTIONS_H_
#define LIB_FRAME_GLOBAL_SECTIONS_H_

#include "lib/base/status.h"
#include "lib/bitstream/bit_reader.h"
#include "lib/frame/frame_state.h"

namespace jxlpool {

// Reads LfGlobal up to the samples of the modular image that are in it, so that how the frame is to be decoded, and
// what that takes, can be told; frame->modular.DecodeGlobal goes on from there. REQUIRES: what frame_state.h says is
// set before the sections; VarDCT: frame->vardct is initialised. Errors: kCorrupt, kNeedMoreInput, kMemoryLimit.
Status ReadLfGlobal(BitReader* reader, FrameState* frame);

// Reads HfGlobal with the HfPasses. REQUIRES: a VarDCT frame, LfGlobal was read. Errors: as above.
// What ReadLfGlobal sets up for a frame without sections.
Status InitWithoutLfGlobal(FrameState* state);

Status ReadHfGlobalSection(BitReader* reader, FrameState* frame);

}  // namespace jxlpool

#endif  // LIB_FRAME_GLOBAL_SECTIONS_H_
