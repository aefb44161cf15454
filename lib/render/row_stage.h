// The stages of the render pipeline. A stage makes rows of its output planes from a few rows of its input planes, or
// changes rows of the stages before it in place; it knows neither tiles nor frames.
//
// StageType: what a stage does. Each is a constant in a file of its own (`*_stage.cc`); stage_table.h lists them all.
// RowStage: one entry of the list of a frame (StageList): to which channels a stage is applied there, how far it looks
// around a pixel, and how it changes the scale. StageRun: what the stage sees while a tile is rendered.
#ifndef LIB_RENDER_ROW_STAGE_H_
#define LIB_RENDER_ROW_STAGE_H_

#include <cstddef>
#include <cstdint>

#include "lib/base/rect.h"
#include "lib/base/status.h"
#include "lib/features/mirror.h"
#include "lib/render/render_spec.h"

namespace jxlpool {

class StageList;
struct RowStage;
struct StageRun;
struct TileInput;

struct StageType {
  // Appends the stage to the list as often as the frame needs it, or not at all.
  Status (*add)(const RenderSpec& spec, StageList* list);
  // What the stage keeps from row to row of a tile: StageRun::state, uninitialised before `start`.
  size_t state_bytes = 0;
  // Floats of StageRun::scratch for tiles for which the stage makes up to `width` columns; null: none.
  size_t (*scratch_floats)(const RenderSpec& spec, const RowStage& stage, size_t width) = nullptr;
  // Before the first row of a tile; null: nothing is to be done.
  void (*start)(const StageRun& run) = nullptr;
  // Makes rows y .. y + rows_at_a_time - 1 of all channels of the stage. In each tile y starts at a multiple of
  // rows_at_a_time and grows by it.
  void (*make_rows)(const StageRun& run, int64_t y);
};

struct PlaneSize {
  uint32_t width = 0;
  uint32_t height = 0;
};

struct RowStage {
  const StageType* type = nullptr;
  uint8_t border_x = 0;  // input columns and rows read on each side
  uint8_t border_y = 0;
  uint8_t shift_x = 0;  // log2 of output columns and rows per input column and row
  uint8_t shift_y = 0;
  uint8_t rows_at_a_time = 1;
  bool in_place = false;  // no border, no shift
  uint32_t first_channel = 0;
  uint32_t num_channels = 0;
  PlaneSize output = {};  // 0 x 0: that of the input

  // The rest is up to StageList.
  PlaneSize input = {};
  uint32_t num_inputs = 0;  // num_channels, or 0 if the stage loads the input of the pipeline
  uint32_t first_link = 0;  // its input, channel by channel
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

// Where a stage finds a channel: the ring, and the stage that has the last word on its rows.
struct ChannelLink {
  uint32_t ring = 0;
  uint32_t producer = 0;
};

constexpr int64_t kStageAlign = 16;   // columns of a 64-byte vector
constexpr int64_t kStageMargin = 32;  // columns before and after those of a tile that may be read and written

// The last few rows of one channel that a stage has made.
struct RingRows {
  float* data = nullptr;  // aligned to 64 bytes, as each row is
  size_t stride = 0;
  int64_t origin = 0;  // the plane's column at data[0], a multiple of kStageAlign
  uint32_t num_rows = 1;

  float* At(int64_t x, int64_t y) const {
    return data + (static_cast<uint32_t>(y) % num_rows) * stride + static_cast<size_t>(x - origin);
  }
};

// One stage in one tile.
struct StageRun {
  const RenderSpec* spec = nullptr;
  const RowStage* stage = nullptr;
  const TileInput* input = nullptr;
  const ChannelLink* links = nullptr;  // of the stage's inputs
  RingRows* rings = nullptr;           // of all stages
  float** row_pointers = nullptr;      // one per channel; the stages share them
  NoiseRows* noise_rows = nullptr;     // the worker's; stays from tile to tile
  // Of StageType::state_bytes and scratch_floats; aligned to 64 bytes.
  void* state = nullptr;
  float* scratch = nullptr;
  Rect rect;         // what the stage has to make, in its output plane
  int64_t next = 0;  // its next row

  template <typename T>
  T* State() const {
    return static_cast<T*>(state);
  }
  // The first column rounded down, so that rows from there on are aligned; and the columns from there to the last one.
  int64_t AlignedX() const { return rect.x0 / kStageAlign * kStageAlign; }
  size_t AlignedWidth() const { return static_cast<size_t>(rect.x1() - AlignedX()); }

  // The rings of channel i of the stage.
  const RingRows& InputRing(uint32_t i) const { return rings[links[i].ring]; }
  const RingRows& OutputRing(uint32_t i) const { return rings[stage->first_ring + i]; }
  float* Output(uint32_t i, int64_t x, int64_t y) const { return OutputRing(i).At(x, y); }
  // Column x of rows y - kBorder .. y + kBorder of input channel i, mirrored into the plane.
  template <int kBorder>
  void Input(uint32_t i, int64_t x, int64_t y, const float** rows) const;
  // For stages in place: the first column of row y of all their channels.
  float* const* InPlace(int64_t y) const;
};

template <int kBorder>
void StageRun::Input(uint32_t i, int64_t x, int64_t y, const float** rows) const {
  const RingRows& ring = InputRing(i);
  const int64_t height = stage->input.height;
  if (y < kBorder || y + kBorder >= height) {
    for (int64_t dy = -kBorder; dy <= kBorder; ++dy) rows[kBorder + dy] = ring.At(x, Mirror(y + dy, height));
    return;
  }
  // The rows of the window are neighbours in the ring.
  const float* base = ring.data + (x - ring.origin);
  uint32_t slot = static_cast<uint32_t>(y - kBorder) % ring.num_rows;
  for (int k = 0; k < 2 * kBorder + 1; ++k) {
    rows[k] = base + slot * ring.stride;
    if (++slot == ring.num_rows) slot = 0;
  }
}

}  // namespace jxlpool

#endif  // LIB_RENDER_ROW_STAGE_H_
