// The specialised loops: for each static case of leaf search, predictors and entropy coder, compiled for the CPU.
#ifndef LIB_MODULAR_LOOPS_CHANNEL_LOOPS_H_
#define LIB_MODULAR_LOOPS_CHANNEL_LOOPS_H_

#include "lib/modular/loops/loop_context.h"

namespace jxlpool {

// Decodes the rows of a channel from next_row on, which is not 0. At the end of the data it stops early; the caller
// checks for that.
void DecodeChannelRows(LoopContext* context);

// Whether the rows of two channels of different streams can be decoded by one loop; and that loop. It stops at the end
// of the smaller channel, or of the data of either; what is left is for DecodeChannelRows.
bool CanDecodeTogether(const LoopContext& first, const LoopContext& second);
void DecodeChannelRowPairs(LoopContext* first, LoopContext* second);

}  // namespace jxlpool

#endif  // LIB_MODULAR_LOOPS_CHANNEL_LOOPS_H_
