#include "lib/features/noise.h"

#include <algorithm>

#include "lib/base/bits.h"
#include "lib/features/mirror.h"
#include "lib/features/noise_kernels.h"

namespace jxlpool {
namespace {

constexpr uint32_t kBatch = 16;    // values per batch
constexpr uint32_t kPadding = 16;  // readable columns on both sides of random rows

// The characteristic polynomial of the generator's step over GF(2), without x^128.
constexpr uint64_t kCharacteristic[2] = {0x024F06FAE9E61DAF, 0x2844C5D42CAF7DB0};

uint64_t SplitMix(uint64_t z) {
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
  return z ^ (z >> 31);
}

// polynomial *= x, modulo the characteristic polynomial.
void TimesX(uint64_t polynomial[2]) {
  const uint64_t reduce = uint64_t{0} - (polynomial[1] >> 63);
  polynomial[1] = (polynomial[1] << 1 | polynomial[0] >> 63) ^ (kCharacteristic[1] & reduce);
  polynomial[0] = polynomial[0] << 1 ^ (kCharacteristic[0] & reduce);
}

// x^exponent modulo the characteristic polynomial.
void PowerOfX(uint64_t exponent, uint64_t power[2]) {
  power[0] = 1;
  power[1] = 0;
  for (int bit = exponent == 0 ? -1 : static_cast<int>(FloorLog2(exponent)); bit >= 0; --bit) {
    // Horner's rule squares the power: sum over its terms of power * x^i.
    uint64_t square[2] = {0, 0};
    for (int i = 127; i >= 0; --i) {
      TimesX(square);
      const uint64_t add = uint64_t{0} - (power[i >> 6] >> (i & 63) & 1);
      square[0] ^= power[0] & add;
      square[1] ^= power[1] & add;
    }
    if ((exponent >> bit & 1) != 0) TimesX(square);
    power[0] = square[0];
    power[1] = square[1];
  }
}

uint32_t FloorToBatch(uint32_t x) { return x / kBatch * kBatch; }

}  // namespace

bool NoiseParameters::IsVisible() const {
  return std::any_of(lut, lut + 8, [](float strength) { return strength > 0.001f; });
}

NoiseParameters ReadNoiseParameters(BitReader* reader) {
  NoiseParameters parameters;
  for (float& strength : parameters.lut) strength = static_cast<float>(reader->Read(10)) * (1.0f / 1024.0f);
  return parameters;
}

NoiseState SeedNoise(const NoiseField& field, uint64_t x0, uint64_t y0) {
  constexpr uint64_t kGolden = 0x9E3779B97F4A7C15;
  NoiseState state;
  state.s0[0] = SplitMix((uint64_t{field.visible_frames} << 32) + field.invisible_frames + kGolden);
  state.s1[0] = SplitMix((x0 << 32) + y0 + kGolden);
  for (int i = 1; i < 8; ++i) {
    state.s0[i] = SplitMix(state.s0[i - 1]);
    state.s1[i] = SplitMix(state.s1[i - 1]);
  }
  return state;
}

void NoiseRows::Advance(uint64_t batches, NoiseState* state) {
  if (batches == 0) return;
  for (Jump& jump : jumps_) {
    if (jump.batches == batches) return CombineNoiseStates(jump.polynomial, state);
  }
  Jump& jump = jumps_[next_jump_];
  next_jump_ = (next_jump_ + 1) % kNumJumps;
  jump.batches = batches;
  PowerOfX(batches, jump.polynomial);
  CombineNoiseStates(jump.polynomial, state);
}

size_t NoiseRows::ScratchFloats(const NoiseField& field, uint32_t width) {
  const size_t stride = RowStride(width);
  const size_t tiles = width / field.group_dim + 3;
  return stride * (3 * kRing + 3 + 1) + tiles * 3 * (sizeof(NoiseState) / sizeof(float));
}

size_t NoiseRows::RowStride(uint32_t width) {
  return RoundUp(size_t{width} + 2 * kBorder, kBatch) + kBatch + 3 * kPadding;
}

void NoiseRows::Start(const NoiseField& field, const Rect& rect, float* scratch) {
  field_ = field;
  rect_ = rect;
  x_begin_ = static_cast<uint32_t>(std::max<int64_t>(0, rect.x0 - kBorder));
  x_end_ = static_cast<uint32_t>(std::min<int64_t>(field.width, rect.x1() + kBorder));
  first_tile_ = x_begin_ / field.group_dim;
  num_tiles_ = (x_end_ - 1) / field.group_dim + 1 - first_tile_;
  stride_ = RowStride(static_cast<uint32_t>(rect.width));
  states_ = reinterpret_cast<NoiseState*>(scratch);
  scratch += size_t{num_tiles_} * 3 * (sizeof(NoiseState) / sizeof(float));
  random_ = scratch;
  filtered_ = random_ + 3 * kRing * stride_;
  column_sums_ = filtered_ + 3 * stride_;
  next_row_ = static_cast<uint32_t>(rect.y0);
  next_random_ = static_cast<uint32_t>(std::max<int64_t>(0, rect.y0 - kBorder));
  StartTileRow(next_random_);
}

void NoiseRows::StartTileRow(uint32_t y) {
  const uint32_t dim = field_.group_dim;
  const uint32_t tile_y0 = y / dim * dim;
  const uint64_t rows = std::min(dim, field_.height - tile_y0);
  for (uint32_t i = 0; i < num_tiles_; ++i) {
    const uint32_t tile_x0 = (first_tile_ + i) * dim;
    const uint64_t batches = CeilDiv(std::min(dim, field_.width - tile_x0), kBatch);
    NoiseState* states = states_ + size_t{i} * 3;
    states[0] = SeedNoise(field_, tile_x0, tile_y0);
    Advance((y - tile_y0) * batches, &states[0]);
    for (int plane = 1; plane < 3; ++plane) {
      states[plane] = states[plane - 1];
      Advance(rows * batches, &states[plane]);
    }
  }
}

void NoiseRows::MakeRandomRow(uint32_t y) {
  const uint32_t dim = field_.group_dim;
  if (y % dim == 0) StartTileRow(y);
  const uint32_t origin = FloorToBatch(x_begin_);
  for (uint32_t plane = 0; plane < 3; ++plane) {
    float* row = RandomRow(plane, y % kRing) + kPadding;  // column `origin`
    for (uint32_t i = 0; i < num_tiles_; ++i) {
      const uint32_t tile_x0 = (first_tile_ + i) * dim;
      const uint32_t tile_x1 = std::min(tile_x0 + dim, field_.width);
      const uint32_t begin = FloorToBatch(std::max(tile_x0, x_begin_));
      const uint32_t end = std::min(tile_x1, x_end_);
      const size_t total = CeilDiv(tile_x1 - tile_x0, kBatch);
      const size_t skip = (begin - tile_x0) / kBatch;
      const size_t store = CeilDiv(end - begin, kBatch);
      MakeNoiseBatches(skip, store, total - skip - store, states_ + size_t{i} * 3 + plane, row + (begin - origin));
    }
    // A row that starts or ends at the edge holds enough columns to mirror, or is the whole row.
    if (x_begin_ == 0) MirrorLeft(row, field_.width, kBorder);
    if (x_end_ == field_.width) MirrorRight(row + (x_end_ - origin), field_.width, kBorder);
  }
}

void NoiseRows::NextRow(const float* rows[3]) {
  const int64_t height = field_.height;
  const int64_t y = next_row_++;
  while (next_random_ < std::min(height, y + kBorder + 1)) MakeRandomRow(next_random_++);
  const size_t x = kPadding + (static_cast<uint32_t>(rect_.x0) - FloorToBatch(x_begin_));
  for (uint32_t plane = 0; plane < 3; ++plane) {
    const float* window[kRing];
    for (uint32_t i = 0; i < kRing; ++i) {
      const int64_t source = Mirror(y + i - kBorder, height);
      window[i] = RandomRow(plane, static_cast<uint32_t>(source % kRing)) + x;
    }
    float* out = filtered_ + plane * stride_;
    FilterNoiseRow(window, static_cast<size_t>(rect_.width), column_sums_, out);
    rows[plane] = out;
  }
}

}  // namespace jxlpool
