#include "lib/vardct/vardct_frame.h"

#include <algorithm>
#include <utility>

namespace jxlpool {
namespace {

BlockRect GridRect(uint32_t index, uint32_t grid_columns, uint32_t cell, const VarDctGeometry& geometry) {
  BlockRect rect;
  rect.x0 = index % grid_columns * cell;
  rect.y0 = index / grid_columns * cell;
  rect.columns = std::min(cell, geometry.block_columns - rect.x0);
  rect.rows = std::min(cell, geometry.block_rows - rect.y0);
  return rect;
}

}  // namespace

VarDctParameters MakeVarDctParameters(const ImageHeader& image, const FrameHeader& frame,
                                      const FrameDimensions& dimensions) {
  VarDctParameters parameters;
  parameters.width = static_cast<uint32_t>(dimensions.xsize);
  parameters.height = static_cast<uint32_t>(dimensions.ysize);
  parameters.max_hshift = static_cast<uint8_t>(dimensions.max_hshift);
  parameters.max_vshift = static_cast<uint8_t>(dimensions.max_vshift);
  for (size_t c = 0; c < 3; ++c) {
    parameters.hshift[c] = static_cast<uint8_t>(dimensions.hshift[c]);
    parameters.vshift[c] = static_cast<uint8_t>(dimensions.vshift[c]);
    parameters.quant_bias[c] = image.opsin_inverse_matrix.quant_bias[c];
  }
  parameters.quant_bias_numerator = image.opsin_inverse_matrix.quant_bias_numerator;
  parameters.use_lf_frame = frame.HasFlag(kFlagUseLfFrame);
  parameters.skip_adaptive_lf_smoothing = frame.HasFlag(kFlagSkipAdaptiveLfSmoothing);
  parameters.x_qm_scale = frame.x_qm_scale;
  parameters.b_qm_scale = frame.b_qm_scale;
  parameters.num_passes = frame.passes.num_passes;
  for (size_t p = 0; p < kMaxPasses; ++p) parameters.pass_shift[p] = static_cast<uint8_t>(frame.passes.shift[p]);
  const RestorationFilter& filter = frame.restoration_filter;
  parameters.epf_iterations = filter.epf_iters;
  parameters.epf_quant_mul = filter.epf_quant_mul;
  std::copy_n(filter.epf_sharp_lut, 8, parameters.epf_sharp_lut);
  return parameters;
}

VarDctGeometry MakeVarDctGeometry(const VarDctParameters& parameters) {
  VarDctGeometry geometry;
  const uint64_t width = parameters.width;
  const uint64_t height = parameters.height;
  const auto blocks = [](uint64_t samples, uint32_t shift) {
    return static_cast<uint32_t>(CeilDiv(samples, uint64_t{kBlockDim} << shift) << shift);
  };
  geometry.block_columns = blocks(width, parameters.max_hshift);
  geometry.block_rows = blocks(height, parameters.max_vshift);
  geometry.groups_x = static_cast<uint32_t>(CeilDiv<uint64_t>(width, kGroupDim));
  geometry.groups_y = static_cast<uint32_t>(CeilDiv<uint64_t>(height, kGroupDim));
  geometry.lf_groups_x = static_cast<uint32_t>(CeilDiv<uint64_t>(geometry.block_columns, kLfGroupDimInBlocks));
  geometry.lf_groups_y = static_cast<uint32_t>(CeilDiv<uint64_t>(geometry.block_rows, kLfGroupDimInBlocks));
  for (size_t c = 0; c < 3; ++c) geometry.subsampled |= (parameters.hshift[c] | parameters.vshift[c]) != 0;
  return geometry;
}

BlockRect VarDctGeometry::GroupRect(uint32_t group) const {
  return GridRect(group, groups_x, kGroupDimInBlocks, *this);
}

BlockRect VarDctGeometry::LfGroupRect(uint32_t lf_group) const {
  return GridRect(lf_group, lf_groups_x, kLfGroupDimInBlocks, *this);
}

Status VarDctFrame::Initialize(const VarDctParameters& new_parameters) {
  parameters = new_parameters;
  geometry = MakeVarDctGeometry(parameters);
  used_types.store(0, std::memory_order_relaxed);
  if (geometry.subsampled && !parameters.skip_adaptive_lf_smoothing) {
    return Corrupt("subsampled chroma and LF smoothing exclude each other");
  }
  for (RingView<const float>& plane : lf) plane = RingView<const float>();
  return OkStatus();
}

Status VarDctFrame::Allocate(Memory* memory, uint32_t kept_block_rows) {
  const size_t rows = geometry.block_rows;
  const size_t columns = geometry.block_columns;
  const size_t kept = kept_block_rows;
  const size_t tile_rows = CeilDiv(rows, kColorTileDimInBlocks);
  const size_t tile_columns = CeilDiv(columns, kColorTileDimInBlocks);
  lf_index.Release();
  epf_inverse_sigma.Release();
  for (size_t c = 0; c < 3; ++c) {
    lf_storage[c].Release();
    if (parameters.use_lf_frame) continue;
    JXLPOOL_ASSIGN_OR_RETURN(lf_storage[c],
                             RingMatrix<float>::Create(memory, Category::kLf, rows >> parameters.vshift[c],
                                                       columns >> parameters.hshift[c], kept >> parameters.vshift[c]));
    lf[c] = std::as_const(lf_storage[c]).View();
  }
  if (block_context.num_lf_contexts > 1 && !parameters.use_lf_frame) {
    JXLPOOL_ASSIGN_OR_RETURN(lf_index, RingMatrix<uint8_t>::Create(memory, Category::kLf, rows, columns, kept));
  }
  JXLPOOL_ASSIGN_OR_RETURN(block_type, RingMatrix<uint8_t>::Create(memory, Category::kLf, rows, columns, kept));
  JXLPOOL_ASSIGN_OR_RETURN(hf_mul, RingMatrix<uint8_t>::Create(memory, Category::kLf, rows, columns, kept));
  if (parameters.epf_iterations != 0) {
    JXLPOOL_ASSIGN_OR_RETURN(epf_inverse_sigma, RingMatrix<float>::Create(memory, Category::kLf, rows, columns, kept));
  }
  JXLPOOL_ASSIGN_OR_RETURN(x_from_y, Matrix2D<int8_t>::Create(memory, Category::kLf, tile_rows, tile_columns));
  JXLPOOL_ASSIGN_OR_RETURN(b_from_y, Matrix2D<int8_t>::Create(memory, Category::kLf, tile_rows, tile_columns));
  return OkStatus();
}

uint64_t VarDctFrame::Bytes(uint32_t kept_block_rows) const {
  const uint64_t rows = geometry.block_rows;
  const uint64_t columns = geometry.block_columns;
  const uint64_t kept = kept_block_rows;
  uint64_t bytes = 0;
  for (size_t c = 0; c < 3 && !parameters.use_lf_frame; ++c) {
    const uint32_t vshift = parameters.vshift[c];
    bytes += RingMatrix<float>::Bytes(rows >> vshift, columns >> parameters.hshift[c], kept >> vshift);
  }
  // Types and multipliers of varblocks, perhaps LF contexts.
  const bool has_lf_index = block_context.num_lf_contexts > 1 && !parameters.use_lf_frame;
  bytes += (has_lf_index ? 3 : 2) * RingMatrix<uint8_t>::Bytes(rows, columns, kept);
  if (parameters.epf_iterations != 0) bytes += RingMatrix<float>::Bytes(rows, columns, kept);
  const uint64_t tile = kColorTileDimInBlocks;
  return bytes + 2 * Matrix2D<int8_t>::Bytes(CeilDiv(rows, tile), CeilDiv(columns, tile));
}

Status VarDctFrame::UseLfFrame(const View2D<const float> (&planes)[3]) {
  for (size_t c = 0; c < 3; ++c) {
    if (planes[c].width < geometry.block_columns || planes[c].height < geometry.block_rows) {
      return Corrupt("the LF frame is smaller than the frame that uses it");
    }
    lf[c] = planes[c].Sub(0, 0, geometry.block_columns, geometry.block_rows);
  }
  return OkStatus();
}

Status ReadVarDctLfGlobal(BitReader* reader, Memory* memory, VarDctFrame* frame) {
  JXLPOOL_RETURN_IF_ERROR(ReadLfChannelDequantization(reader, &frame->lf_dequantization));
  JXLPOOL_RETURN_IF_ERROR(ReadQuantizer(reader, &frame->quantizer));
  JXLPOOL_RETURN_IF_ERROR(ReadHfBlockContext(reader, memory, &frame->block_context));
  JXLPOOL_RETURN_IF_ERROR(ReadLfChannelCorrelation(reader, &frame->correlation));
  return OkStatus();
}

}  // namespace jxlpool
