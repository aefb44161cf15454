// The specialised loops: for each static case of leaf search, predictors and entropy coder, compiled for the CPU.
#ifndef LIB_MODULAR_LOOPS_CHANNEL_LOOPS_H_
#define LIB_MODULAR_LOOPS_CHANNEL_LOOPS_H_

#include <cstdint>

#include "lib/bitstream/bit_reader.h"
#include "lib/entropy/entropy_decoder.h"
#include "lib/modular/loops/loop_context.h"

namespace jxlpool {

// Which loop suits a channel. "Unit": no leaf has an offset or a multiplier. Those with leaf sets say how many words
// sets may have, and which of the properties that depend on the sample to the left they look at besides 15.
enum class LoopKind : uint8_t {
  kZero,             // one leaf, predictor Zero
  kGradient,         // one leaf, unit, predictor Gradient
  kWeighted,         // one leaf, unit, predictor Weighted
  kByGradient,       // context depends on property 9 only, unit, Gradient
  kByWeighted,       // context depends on property 15 only, unit, Weighted
  kSetsZeroValues,   // leaf sets (1, 2 words; properties 7, 8), predictor Zero
  kSetsZero,         // leaf sets (8 words; all properties), predictor Zero
  kSetsGradient,     // leaf sets (1, 2, 4, 8 words; properties 9, 10), unit, Gradient
  kSetsMixed,        // leaf sets (1, 2, 4, 8 words; properties 9, 10), unit, Gradient and Weighted
  kSetsMixedAll,     // leaf sets (4, 8 words; all properties), unit, Gradient and Weighted
  kSetsAny,          // leaf sets (8 words; all properties), any predictor but Weighted
  kSetsAnyWeighted,  // leaf sets (8 words; all properties), any predictor
};

// The rows of a channel from context->next_row on, which is not 0.
struct ChannelRows {
  LoopKind kind = LoopKind::kZero;
  LoopContext* context = nullptr;
  EntropyDecoder* decoder = nullptr;
  BitReader* reader = nullptr;
};

// Decodes the rows. At the end of the data it stops early; the caller checks for that.
void DecodeChannelRows(const ChannelRows& rows);

// Whether the rows of two channels of different streams can be decoded by one loop; and that loop. It stops at the end
// of the smaller channel, or of the data of either; what is left is for DecodeChannelRows.
bool CanDecodeTogether(const ChannelRows& first, const ChannelRows& second);
void DecodeChannelRowPairs(const ChannelRows& first, const ChannelRows& second);

}  // namespace jxlpool

#endif  // LIB_MODULAR_LOOPS_CHANNEL_LOOPS_H_
