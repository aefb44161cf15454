// Row kernels of the edge-preserving filter (Highway, dynamic dispatch). For users: epf.h.
//
// All rows point at the same column, aligned to 64 bytes; begin and end are offsets from it and multiples of 16.
// Samples up to three columns outside [begin, end) are read.
#ifndef LIB_RENDER_EPF_KERNELS_H_
#define LIB_RENDER_EPF_KERNELS_H_

#include <cstddef>

#include "lib/render/epf.h"

namespace jxlpool {

// Displacements of pass 0, of which the first and the fourth are those of passes 1 and 2.
struct EpfDisplacement {
  int dx, dy;
};
inline constexpr size_t kEpfMaxDisplacements = 6;
inline constexpr EpfDisplacement kEpfDisplacements0[6] = {{1, 0}, {2, 0}, {-1, 1}, {0, 1}, {1, 1}, {0, 2}};
inline constexpr EpfDisplacement kEpfDisplacements1[2] = {{1, 0}, {0, 1}};

// `distances[k]` = the summed, scaled absolute differences between a sample and the one at displacement k; rows[i] is
// row y + i. Pass 0 has six displacements and reads rows 0..2, pass 1 two and reads rows 0 and 1.
void EpfDistanceRow(int pass, const float channel_scale[3], const float* const rows[3],
                    const EpfChannelOffsets& channels, ptrdiff_t begin, ptrdiff_t end, float* const* distances);

// sums = the five distances of a plus shape.
void EpfSumRow(const float* above, const float* row, const float* below, ptrdiff_t begin, ptrdiff_t end, float* sums);

struct EpfFilterArguments {
  const float* rows[5];  // rows[2 + dy] is row y + dy
  EpfChannelOffsets in_channels;
  // Passes 0 and 1: sums[k][0] is the row of summed distances of displacement k, sums[k][1] the one dy(k) rows above.
  const float* sums[kEpfMaxDisplacements][2];
  const float* channel_scale;  // pass 2
  const float* step;           // per column: inverse sigma and multipliers; kEpfSkipStep or more: the sample is copied
  float* out;
  EpfChannelOffsets out_channels;
};
inline constexpr float kEpfSkipStep = 1e30f;

// The weighted averages of one row.
void EpfFilterRow(int pass, const EpfFilterArguments& arguments, ptrdiff_t begin, ptrdiff_t end);

}  // namespace jxlpool

#endif  // LIB_RENDER_EPF_KERNELS_H_
