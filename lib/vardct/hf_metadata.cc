#include "lib/vardct/hf_metadata.h"

#include <algorithm>
#include <cstring>

#include "lib/base/bits.h"

namespace jxlpool {
namespace {

// The block_type of a block that no varblock covers yet.
constexpr uint8_t kFree = 0xFF;

constexpr double kSigmaNumerator = -1.1715728752538099;  // 4 (sqrt(1/2) - 1)

void CopyFactors(const View2D<const int32_t>& from, size_t tile_x, size_t tile_y, Matrix2D<int8_t>* to) {
  for (size_t y = 0; y < from.height; ++y) {
    const int32_t* in = from.Row(y);
    int8_t* out = to->Row(tile_y + y) + tile_x;
    for (size_t x = 0; x < from.width; ++x) out[x] = static_cast<int8_t>(std::clamp(in[x], -128, 127));
  }
}

// Places the varblocks of one LF group. Coordinates are relative to it.
class VarblockPlacer {
 public:
  VarblockPlacer(const BlockRect& rect, VarDctFrame* frame) : rect_(rect), frame_(frame) {}

  Status Run(const View2D<const int32_t>& block_info) {
    for (uint32_t y = 0; y < rect_.rows; ++y) std::memset(TypeRow(y), kFree, rect_.columns);
    const int32_t* types = block_info.Row(0);
    const int32_t* multipliers = block_info.Row(1);
    size_t next = 0;
    for (uint32_t y = 0; y < rect_.rows; ++y) {
      const uint8_t* row = TypeRow(y);
      for (uint32_t x = 0; x < rect_.columns; ++x) {
        if (row[x] != kFree) continue;
        if (next >= block_info.width) return Corrupt("there are too few varblocks");
        JXLPOOL_RETURN_IF_ERROR(Place(x, y, types[next], multipliers[next]));
        ++next;
      }
    }
    frame_->used_types.fetch_or(used_types_, std::memory_order_relaxed);
    return OkStatus();
  }

 private:
  uint8_t* TypeRow(uint32_t y) { return frame_->block_type.Row(rect_.y0 + y) + rect_.x0; }
  uint8_t* MulRow(uint32_t y) { return frame_->hf_mul.Row(rect_.y0 + y) + rect_.x0; }

  Status Place(uint32_t x, uint32_t y, int32_t type, int32_t multiplier) {
    if (type < 0 || type >= static_cast<int32_t>(kNumTransformTypes)) return Corrupt("unknown varblock type");
    const TransformShape& shape = kTransformShapes[type];
    if (frame_->dimensions->subsampled && shape.num_blocks() > 1) {
      return Corrupt("varblock larger than 8x8 in a frame with subsampled chroma");
    }
    const uint32_t group_dim = kGroupDimInBlocks;
    const uint32_t right = std::min(rect_.columns, (x / group_dim + 1) * group_dim);
    const uint32_t bottom = std::min(rect_.rows, (y / group_dim + 1) * group_dim);
    if (x + shape.block_columns > right || y + shape.block_rows > bottom) return Corrupt("varblock crosses a border");
    const uint8_t hf_mul = static_cast<uint8_t>(std::clamp(multiplier, 0, 255));
    for (uint32_t row = y; row < y + shape.block_rows; ++row) {
      uint8_t* types = TypeRow(row) + x;
      for (uint32_t i = 0; i < shape.block_columns; ++i) {
        if (types[i] != kFree) return Corrupt("varblocks overlap");
      }
      std::memset(types, type, shape.block_columns);
      std::memset(MulRow(row) + x, hf_mul, shape.block_columns);
    }
    *(TypeRow(y) + x) |= VarDctFrame::kFirstBlock;
    used_types_ |= 1u << type;
    return OkStatus();
  }

  BlockRect rect_;
  VarDctFrame* frame_;
  uint32_t used_types_ = 0;
};

Status CheckSharpness(const View2D<const int32_t>& sharpness) {
  for (size_t y = 0; y < sharpness.height; ++y) {
    const int32_t* row = sharpness.Row(y);
    uint32_t bits = 0;
    for (size_t x = 0; x < sharpness.width; ++x) bits |= static_cast<uint32_t>(row[x]);
    if (bits > 7) return Corrupt("EPF sharpness is out of range");
  }
  return OkStatus();
}

void FillInverseSigma(const BlockRect& rect, const View2D<const int32_t>& sharpness, VarDctFrame* frame) {
  const RestorationFilter& filter = frame->header->restoration_filter;
  const double scale = frame->quantizer.global_scale / 65536.0;
  const float base = static_cast<float>(filter.epf_quant_mul / (scale * kSigmaNumerator));
  for (uint32_t y = 0; y < rect.rows; ++y) {
    const uint8_t* hf_mul = frame->hf_mul.Row(rect.y0 + y) + rect.x0;
    const int32_t* sharp = sharpness.Row(y);
    float* out = frame->epf_inverse_sigma.Row(rect.y0 + y) + rect.x0;
    for (uint32_t x = 0; x < rect.columns; ++x) {
      const float sigma = base * filter.epf_sharp_lut[sharp[x]] / static_cast<float>(hf_mul[x] + 1);
      out[x] = 1.0f / std::min(-1e-4f, sigma);
    }
  }
}

}  // namespace

uint32_t ReadNumVarblocks(BitReader* reader, const VarDctFrame& frame, uint32_t lf_group) {
  const BlockRect rect = frame.dimensions->LfGroupBlocks(lf_group);
  return 1 + reader->Read(CeilLog2(uint64_t{rect.columns} * rect.rows));
}

Status ProcessHfMetadata(uint32_t lf_group, const HfMetadata& metadata, VarDctFrame* frame) {
  const BlockRect rect = frame->dimensions->LfGroupBlocks(lf_group);
  CopyFactors(metadata.x_from_y, rect.x0 / kColorTileDimInBlocks, rect.y0 / kColorTileDimInBlocks, &frame->x_from_y);
  CopyFactors(metadata.b_from_y, rect.x0 / kColorTileDimInBlocks, rect.y0 / kColorTileDimInBlocks, &frame->b_from_y);
  JXLPOOL_RETURN_IF_ERROR(CheckSharpness(metadata.sharpness));
  JXLPOOL_RETURN_IF_ERROR(VarblockPlacer(rect, frame).Run(metadata.block_info));
  if (frame->header->restoration_filter.epf_iters != 0) FillInverseSigma(rect, metadata.sharpness, frame);
  return OkStatus();
}

}  // namespace jxlpool
