#include "lib/vardct/vardct_frame.h"

#include <utility>

namespace jxlpool {

void VarDctFrame::Initialize(const ImageHeader& new_image, const FrameHeader& new_header,
                             const FrameDimensions& new_dimensions) {
  image = &new_image;
  header = &new_header;
  dimensions = &new_dimensions;
  used_types.store(0, std::memory_order_relaxed);
  for (RingView<const float>& plane : lf) plane = RingView<const float>();
}

Status VarDctFrame::Allocate(Memory* memory, uint32_t kept_block_rows) {
  const size_t rows = dimensions->yblocks;
  const size_t columns = dimensions->xblocks;
  const size_t kept = kept_block_rows;
  const size_t tile_rows = CeilDiv(rows, kColorTileDimInBlocks);
  const size_t tile_columns = CeilDiv(columns, kColorTileDimInBlocks);
  lf_index.Release();
  epf_inverse_sigma.Release();
  for (size_t c = 0; c < 3; ++c) {
    lf_storage[c].Release();
    if (header->HasFlag(kFlagUseLfFrame)) continue;
    JXLPOOL_ASSIGN_OR_RETURN(
        lf_storage[c], RingMatrix<float>::Create(memory, Category::kLf, rows >> dimensions->vshift[c],
                                                 columns >> dimensions->hshift[c], kept >> dimensions->vshift[c]));
    lf[c] = std::as_const(lf_storage[c]).View();
  }
  if (HasLfIndex()) {
    JXLPOOL_ASSIGN_OR_RETURN(lf_index, RingMatrix<uint8_t>::Create(memory, Category::kLf, rows, columns, kept));
  }
  JXLPOOL_ASSIGN_OR_RETURN(block_type, RingMatrix<uint8_t>::Create(memory, Category::kLf, rows, columns, kept));
  JXLPOOL_ASSIGN_OR_RETURN(hf_mul, RingMatrix<uint8_t>::Create(memory, Category::kLf, rows, columns, kept));
  if (header->restoration_filter.epf_iters != 0) {
    JXLPOOL_ASSIGN_OR_RETURN(epf_inverse_sigma, RingMatrix<float>::Create(memory, Category::kLf, rows, columns, kept));
  }
  JXLPOOL_ASSIGN_OR_RETURN(x_from_y, Matrix2D<int8_t>::Create(memory, Category::kLf, tile_rows, tile_columns));
  JXLPOOL_ASSIGN_OR_RETURN(b_from_y, Matrix2D<int8_t>::Create(memory, Category::kLf, tile_rows, tile_columns));
  return OkStatus();
}

uint64_t VarDctFrame::Bytes(uint32_t kept_block_rows) const {
  const uint64_t rows = dimensions->yblocks;
  const uint64_t columns = dimensions->xblocks;
  const uint64_t kept = kept_block_rows;
  uint64_t bytes = 0;
  for (size_t c = 0; c < 3 && !header->HasFlag(kFlagUseLfFrame); ++c) {
    const uint32_t vshift = dimensions->vshift[c];
    bytes += RingMatrix<float>::Bytes(rows >> vshift, columns >> dimensions->hshift[c], kept >> vshift);
  }
  // Types and multipliers of varblocks, perhaps LF contexts.
  bytes += (HasLfIndex() ? 3 : 2) * RingMatrix<uint8_t>::Bytes(rows, columns, kept);
  if (header->restoration_filter.epf_iters != 0) bytes += RingMatrix<float>::Bytes(rows, columns, kept);
  const uint64_t tile = kColorTileDimInBlocks;
  return bytes + 2 * Matrix2D<int8_t>::Bytes(CeilDiv(rows, tile), CeilDiv(columns, tile));
}

Status VarDctFrame::UseLfFrame(const View2D<const float> (&planes)[3]) {
  for (size_t c = 0; c < 3; ++c) {
    if (planes[c].width < dimensions->xblocks || planes[c].height < dimensions->yblocks) {
      return Corrupt("the LF frame is smaller than the frame that uses it");
    }
    lf[c] = planes[c].Sub(0, 0, dimensions->xblocks, dimensions->yblocks);
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
