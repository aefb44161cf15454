#include "lib/vardct/varblock.h"

#include <algorithm>
#include <bit>
#include <cstring>

#include "lib/vardct/dequantize.h"
#include "lib/vardct/llf.h"

namespace jxlpool {
namespace {

// Returns the rows and columns, as powers of two, that hold the stored indices whose bitwise or is `extent`.
CoefficientBounds BoundsOf(uint32_t extent, size_t stored_columns) {
  const uint32_t column_mask = static_cast<uint32_t>(stored_columns) - 1;
  return CoefficientBounds{
      static_cast<uint32_t>(std::bit_ceil((extent >> std::countr_zero(stored_columns)) + 1)),
      std::bit_ceil((extent & column_mask) + 1),
  };
}

// Adds multiples of luma to the chroma blocks and extends their extents.
void AddChromaFromLuma(const GroupState& state, const Varblock& varblock, uint32_t (&extent)[3]) {
  if (extent[1] == 0 || !state.HasChannel(varblock, 1)) return;
  const VarDctFrame& frame = *state.frame;
  const size_t tile_x = (state.rect.x0 + varblock.x) / kColorTileDimInBlocks;
  const size_t tile_y = (state.rect.y0 + varblock.y) / kColorTileDimInBlocks;
  const float factors[3] = {frame.correlation.ScaleX(frame.x_from_y.Row(tile_y)[tile_x]), 0.0f,
                            frame.correlation.ScaleB(frame.b_from_y.Row(tile_y)[tile_x])};
  const size_t columns = ShapeOf(varblock.type).StoredColumns();
  const size_t count = BoundsOf(extent[1], columns).rows * columns;
  for (const size_t c : {0, 2}) {
    if (factors[c] == 0.0f || !state.HasChannel(varblock, c)) continue;
    AddScaled(state.blocks[1], factors[c], count, state.blocks[c]);
    extent[c] |= extent[1];
  }
}

void FillBlock(float value, float* samples, size_t stride) {
  for (size_t y = 0; y < kBlockDim; ++y) std::fill_n(samples + y * stride, kBlockDim, value);
}

}  // namespace

void ReconstructVarblock(const GroupState& state, const Varblock& varblock) {
  const TransformShape& shape = ShapeOf(varblock.type);
  const size_t columns = shape.StoredColumns();
  uint32_t extent[3] = {varblock.extent[0], varblock.extent[1], varblock.extent[2]};
  AddChromaFromLuma(state, varblock, extent);
  for (size_t c = 0; c < 3; ++c) {
    if (!state.HasChannel(varblock, c)) continue;
    const size_t x = varblock.x >> state.dimensions->hshift[c];
    const size_t y = varblock.y >> state.dimensions->vshift[c];
    const View2D<const float>& lf = state.lf[c];
    const float* lf_sample = lf.Row(y) + x;
    const View2D<float>& plane = state.planes[c];
    float* samples = plane.Row(y * kBlockDim) + x * kBlockDim;
    float* block = state.blocks[c];
    if (shape.num_blocks() == 1) {
      if (extent[c] == 0) {
        FillBlock(*lf_sample, samples, plane.stride);
        continue;
      }
      block[0] = *lf_sample;
      state.transforms[static_cast<size_t>(varblock.type)](block, CoefficientBounds{kBlockDim, kBlockDim},
                                                           state.transform_scratch, samples, plane.stride);
      std::memset(block, 0, kBlockSize * sizeof(float));
      continue;
    }
    LlfFromLf(varblock.type, lf_sample, lf.stride, block);
    CoefficientBounds bounds = BoundsOf(extent[c], columns);
    bounds.rows = std::max<uint32_t>(bounds.rows, std::min(shape.block_rows, shape.block_columns));
    bounds.columns = std::max<uint32_t>(bounds.columns, std::max(shape.block_rows, shape.block_columns));
    state.transforms[static_cast<size_t>(varblock.type)](block, bounds, state.transform_scratch, samples, plane.stride);
    std::memset(block, 0, bounds.rows * columns * sizeof(float));
  }
}

template <typename T>
void ReconstructStoredVarblock(const GroupState& state, const Varblock& varblock,
                               const StoredCoefficients<T>& coefficients) {
  const VarDctFrame& frame = *state.frame;
  const TransformShape& shape = ShapeOf(varblock.type);
  const size_t columns = shape.StoredColumns();
  for (size_t c = 0; c < 3; ++c) {
    if (varblock.extent[c] == 0) continue;
    const QuantBias bias = frame.Bias(c);
    const float scale = state.quant_scale[c] / static_cast<float>(varblock.hf_mul + 1);
    const size_t count = BoundsOf(varblock.extent[c], columns).rows * columns;
    DequantizeCoefficients(coefficients.planes[c] + state.Position(varblock, c),
                           frame.dequant.Table(shape.dequant_table, c), scale, bias, count, state.blocks[c]);
  }
  ReconstructVarblock(state, varblock);
}

template void ReconstructStoredVarblock(const GroupState&, const Varblock&, const StoredCoefficients<int16_t>&);
template void ReconstructStoredVarblock(const GroupState&, const Varblock&, const StoredCoefficients<int32_t>&);

}  // namespace jxlpool
