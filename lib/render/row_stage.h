// RowStage: one entry of a pipeline's list: what it does, to which channels, how far it looks around a pixel, and how
// it changes the scale. A stage makes one row (or one group of rows, when it upsamples) of its output plane from a few
// rows of its input plane; it knows neither tiles nor frames. In-place stages change rows of the stages before them.
#ifndef LIB_RENDER_ROW_STAGE_H_
#define LIB_RENDER_ROW_STAGE_H_

#include <cstdint>

#include "lib/base/rect.h"
#include "lib/render/epf.h"
#include "lib/render/gaborish.h"
#include "lib/render/render_spec.h"
#include "lib/render/upsampling.h"

namespace jxlpool {

struct PlaneSize {
  uint32_t width = 0;
  uint32_t height = 0;
};

enum class StageKind : uint8_t {
  kLoad,  // copies the input into a row buffer with mirrored edges
  kChromaHorizontal,
  kChromaVertical,
  kGaborish,
  kEpf0,
  kEpf1,
  kEpf2,
  kUpsample,
  kPatches,  // in place, all channels
  kSplines,  // in place, color
  kNoise,    // in place, color
};

struct RowStage {
  StageKind kind = StageKind::kLoad;
  uint8_t border_x = 0;  // input columns and rows read on each side
  uint8_t border_y = 0;
  uint8_t shift_x = 0;  // log2 of output columns and rows per input column and row
  uint8_t shift_y = 0;
  bool in_place = false;
  uint32_t first_channel = 0;
  uint32_t num_channels = 0;
  PlaneSize input;
  PlaneSize output;
  uint32_t first_link = 0;  // its input, channel by channel; none for kLoad
  uint32_t first_ring = 0;  // its output, channel by channel; unless in place
  // A tile W columns wide needs at most (W >> total_shift_x) + extra_x columns of this stage's output.
  uint32_t total_shift_x = 0;
  uint32_t extra_x = 0;

  bool HasChannel(size_t channel) const { return channel >= first_channel && channel < first_channel + num_channels; }
  // The part of the input plane that a part of the output plane needs.
  Rect InputRect(const Rect& out) const;
  // Bound of the output columns for tiles of `tile_width` columns.
  size_t MaxWidth(int64_t tile_width) const;
};

// The last few rows of one channel that a stage has made.
struct RowRing {
  uint32_t stage = 0;        // that makes the rows
  uint32_t final_stage = 0;  // the last one that changes them in place, or `stage`
  uint32_t num_rows = 1;
  uint32_t mirror_border = 0;  // columns that the reader wants mirrored at the plane's edges
};

// Where a stage finds a channel: the ring, and the stage that has the last word on its rows.
struct ChannelLink {
  uint32_t ring = 0;
  uint32_t producer = 0;
};

// What the stages of one frame need to know; copied from RenderSpec once per frame.
struct StageParameters {
  GaborishWeights gaborish[3];
  EpfParameters epf;
  UpsamplingKernels upsampling[3];  // factors 2, 4, 8: filled if used
  const PatchDictionary* patches = nullptr;
  const PatchReference* patch_references = nullptr;
  const BlendExtraChannel* extra_blending = nullptr;
  const SplineSplats* splines = nullptr;
  NoiseParameters noise;
  NoiseField noise_field;
  float base_correlation_x = 0.0f;
  float base_correlation_b = 1.0f;
};

}  // namespace jxlpool

#endif  // LIB_RENDER_ROW_STAGE_H_
