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

#include "lib/base/rect.h"
#include "lib/headers/restoration_filter.h"
#include "lib/pool/ring_matrix.h"

namespace jxlpool {

// Inverse sigmas below this one mean that the block is not filtered (sigma < 0.3).
inline constexpr float kEpfSkipSigma = -3.9052429175126997f;

// Rows and columns that a pass reads around a pixel: 3, 2, 1.
constexpr uint32_t EpfBorder(uint32_t pass) { return 3 - pass; }

// Where the three channels of a row are: channel c at row + offset[c].
struct EpfChannelOffsets {
  ptrdiff_t offset[3] = {};
};

// The inverse sigmas of a frame: a view of the blocks or a constant.
struct EpfSigma {
  RingView<const float> blocks;  // empty: all blocks have `constant`
  float constant = 0.0f;
  // Row by of the blocks; null if all have `constant`.
  const float* Row(int64_t by) const { return blocks.empty() ? nullptr : blocks.Row(static_cast<size_t>(by)); }
};

// One pass over the rows of a tile, from top to bottom. One thread; the memory is the caller's.
//
// Columns are counted from `origin`, the tile's first column rounded down to a multiple of 16: all rows point there,
// are aligned to 64 bytes, and have kMargin readable columns before, and after the width rounded up to a multiple
// of 16.
class EpfPass {
 public:
  static constexpr size_t kMargin = 32;
  // Floats of scratch memory for tiles of up to `width` columns.
  static size_t ScratchFloats(int pass, size_t width);

  // The tile: columns [x0, x1), rows [y0, y1) of the plane that the pass makes. `filter`, of which only the scales and
  // the multiplier of the filter count, and `scratch`, aligned to 64 bytes, are used until the last row.
  void Start(int pass, const RestorationFilter* filter, const EpfSigma& sigma, const Rect& tile, float* scratch);
  // Makes the next row, from y0 on. rows[border + dy] are the input rows y + dy, |dy| <= border = EpfBorder(pass), of
  // channel 0; channel c is at the given offsets from it. Columns up to `border` outside the tile count (mirrored at
  // the plane's edges).
  void NextRow(const float* const rows[7], const EpfChannelOffsets& in_channels, float* out,
               const EpfChannelOffsets& out_channels);

 private:
  struct Span {
    int32_t begin, end;
  };
  // Runs of 16-column chunks.
  struct Spans {
    Span* list = nullptr;
    uint32_t count = 0;
    int64_t first_block_row = -1;
    int64_t last_block_row = -1;
  };

  // The chunks with filtered blocks in block rows first .. last; `spread`: with one more chunk on both sides.
  void FindSpans(int64_t first, int64_t last, bool spread, Spans* spans) const;
  void StartBlockRow(int64_t block_row);
  void MakeDistances(const float* const rows[7], const EpfChannelOffsets& channels);
  void MakeDistanceRow(const float* const rows[7], const EpfChannelOffsets& channels, int64_t row);
  void MakeSumRow(int64_t row);
  float* DistanceRow(size_t k, int64_t row) const;
  float* SumRow(size_t k, int64_t row) const;

  int pass_ = 0;
  const RestorationFilter* filter_ = nullptr;
  EpfSigma sigma_;
  Rect tile_;
  int64_t origin_ = 0;
  int64_t y_ = 0;
  int32_t num_chunks_ = 0;
  size_t stride_ = 0;
  float* distances_ = nullptr;  // displacement x 3 rows
  float* sums_ = nullptr;       // displacement x (1 + its dy) rows
  float* sum_rows_[6] = {};     // where those of each displacement start
  float* steps_[2] = {};        // inner rows of blocks, first and last rows of blocks
  int64_t block_row_ = -1;      // of steps_
  Spans filtered_;
  Spans nearby_;
};

}  // namespace jxlpool

#endif  // LIB_RENDER_EPF_H_
