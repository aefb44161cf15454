// LfGlobal: the first section of a frame (ISO/IEC 18181-1 "LfGlobal"): patches, splines, noise, LF dequantisation, what
// VarDCT frames add, and the global part of the modular image.
#ifndef LIB_FRAME_LF_GLOBAL_H_
#define LIB_FRAME_LF_GLOBAL_H_

#include "lib/base/status.h"
#include "lib/bitstream/bit_reader.h"
#include "lib/frame/frame_state.h"

namespace jxlpool {

// Reads the section into `state`. REQUIRES: header, dimensions, toc and slots are set; VarDCT: state->vardct is
// initialised. Errors: kCorrupt, kNeedMoreInput, kMemoryLimit.
Status ReadLfGlobal(BitReader* reader, FrameState* state);

// Reads the beginning of the section, as far as it tells whether the modular image has independent groups. False also
// if that cannot be read. REQUIRES: as above. The section is to be read again from its start.
bool SeesIndependentGroups(BitReader* reader, FrameState* state);

// True if rows of decoded samples need no stage that looks at neighbours or changes the size, and no feature is drawn:
// each group can be delivered as soon as it is decoded.
bool NeedsNoStages(const FrameState& state);

}  // namespace jxlpool

#endif  // LIB_FRAME_LF_GLOBAL_H_
