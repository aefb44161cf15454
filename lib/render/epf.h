// Epf: the edge-preserving filter (ISO/IEC 18181-1 "Edge-preserving filter"), one pass of it, row by row.
//
// A neighbour's weight falls with the distance between its surroundings and the pixel's, summed over the three
// channels. The distance towards a displacement d at q is that towards -d at q + d; so for half of the displacements
// rows of distances are made once, kept for as long as they are needed (a few rows), and used for both directions.
// Blocks whose sigma is too small are copied; distances are made only near blocks that are filtered.
#ifndef LIB_RENDER_EPF_H_
#define LIB_RENDER_EPF_H_

#include <cstddef>
#include <cstdint>

#include "lib/headers/restoration_filter.h"
#include "lib/pool/matrix.h"

namespace jxlpool {

// Inverse sigmas below this one mean that the block is not filtered (sigma < 0.3).
inline constexpr float kEpfSkipSigma = -3.9052429175126997f;

struct EpfParameters {
  float channel_scale[3] = {40.0f, 5.0f, 3.5f};
  float step[3] = {};  // per pass: multiplier of the distance
  float border_multiplier = 2.0f / 3;
};
EpfParameters MakeEpfParameters(const RestorationFilter& filter);

// Rows and columns that a pass reads around a pixel: 3, 2, 1.
constexpr uint32_t EpfBorder(uint32_t pass) { return 3 - pass; }

}  // namespace jxlpool

#endif  // LIB_RENDER_EPF_H_
