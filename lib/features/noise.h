// Noise: film-grain-like noise from a seeded generator (ISO/IEC 18181-1 "Noise").
//
// Three random planes as large as the frame (after upsampling) are high-pass filtered, and added to the color
// channels with a strength that depends on the local brightness. The planes are tiled by groups, each with its own
// generator whose sequence runs through plane 0, 1 and 2. NoiseRows makes any rectangle row by row without storing
// planes: the generators are linear over GF(2), so a state can jump ahead to any row of any plane.
#ifndef LIB_FEATURES_NOISE_H_
#define LIB_FEATURES_NOISE_H_

#include <cstddef>
#include <cstdint>

#include "lib/base/rect.h"
#include "lib/base/status.h"
#include "lib/bitstream/bit_reader.h"

namespace jxlpool {

// Strength of the noise by brightness.
struct NoiseParameters {
  float lut[8] = {};

  // False: the noise is too weak to be drawn, the stage does nothing.
  bool IsVisible() const;
};
// Reads 80 bits; the caller checks for an overrun.
NoiseParameters ReadNoiseParameters(BitReader* reader);

// Everything that determines the random planes of a frame.
struct NoiseField {
  uint32_t width = 0;  // frame size after upsampling
  uint32_t height = 0;
  uint32_t group_dim = 256;     // side of the tiles with a generator of their own: not multiplied by the upsampling
  uint32_t visible_frames = 0;  // counters after counting this frame
  uint32_t invisible_frames = 0;
};

// Eight generators side by side.
struct alignas(64) NoiseState {
  uint64_t s0[8];
  uint64_t s1[8];
};
// The state at the start of the tile at (x0, y0).
NoiseState SeedNoise(const NoiseField& field, uint64_t x0, uint64_t y0);

// Makes the filtered noise of one rectangle, row by row. One thread at a time; the memory is the caller's.
class NoiseRows {
 public:
  // Floats of scratch memory for rectangles up to `width` columns of the field.
  static size_t ScratchFloats(const NoiseField& field, uint32_t width);

  NoiseRows() = default;

  // Prepares for `rect` (inside the field, not empty). `scratch` has ScratchFloats(field, rect.width) floats aligned to
  // 64 bytes and stays in use until the last row.
  void Start(const NoiseField& field, const Rect& rect, float* scratch);
  // The filtered planes of the next row (first rect.y0): rows[p][0] is column rect.x0. Each row holds rect.width
  // values, is aligned to 64 bytes, may be read up to the next multiple of 16 values, and is valid until the next call.
  void NextRow(const float* rows[3]);

 private:
  static constexpr uint32_t kBorder = 2;
  static constexpr uint32_t kRing = 2 * kBorder + 1;
  static constexpr uint32_t kNumJumps = 8;
  // A jump that was prepared before; tiles of equal shape need the same ones.
  struct Jump {
    uint64_t batches = 0;
    uint64_t polynomial[2] = {1, 0};
  };

  static size_t RowStride(uint32_t width);
  // Equivalent to making `batches` batches and dropping them, in time logarithmic in `batches`.
  void Advance(uint64_t batches, NoiseState* state);
  float* RandomRow(uint32_t plane, uint32_t ring_row) const { return random_ + (plane * kRing + ring_row) * stride_; }
  // Seeds the tiles of a tile row and moves them to row `y`.
  void StartTileRow(uint32_t y);
  void MakeRandomRow(uint32_t y);

  NoiseField field_;
  Rect rect_;
  uint32_t x_begin_ = 0;  // columns with random values, clipped to the field
  uint32_t x_end_ = 0;
  uint32_t first_tile_ = 0;
  uint32_t num_tiles_ = 0;
  uint32_t next_random_ = 0;  // the next row to be made at random
  uint32_t next_row_ = 0;     // the next row to be delivered
  size_t stride_ = 0;
  float* random_ = nullptr;    // 3 planes x kRing rows
  float* filtered_ = nullptr;  // 3 rows
  float* column_sums_ = nullptr;
  NoiseState* states_ = nullptr;  // tile x plane
  Jump jumps_[kNumJumps];
  uint32_t next_jump_ = 0;
};

// Adds filtered noise to `size` pixels: color[c][i] += ... depending on noise[p][i]. Whole vectors (64 bytes) are read
// and written.
void AddNoiseRow(const NoiseParameters& parameters, float base_correlation_x, float base_correlation_b,
                 const float* const noise[3], size_t size, float* const color[3]);

}  // namespace jxlpool

#endif  // LIB_FEATURES_NOISE_H_
