#include "lib/vardct/lf_coefficients.h"

#include <cstring>

#include "lib/vardct/lf_kernels.h"

namespace jxlpool {
namespace {

// Counts the thresholds of channel c that lie below the value.
uint32_t CountBelow(const HfBlockContext& context, size_t c, int32_t value) {
  uint32_t count = 0;
  for (uint32_t i = 0; i < context.num_lf_thresholds[c]; ++i) count += value > context.lf_thresholds[c][i] ? 1 : 0;
  return count;
}

void FillLfIndex(const BlockRect& rect, const View2D<const int32_t> (&quantized)[3], VarDctFrame* frame) {
  const HfBlockContext& context = frame->block_context;
  const FrameDimensions& dimensions = *frame->dimensions;
  for (uint32_t y = 0; y < rect.rows; ++y) {
    const int32_t* in[3];
    for (size_t c = 0; c < 3; ++c) in[c] = quantized[c].Row(y >> dimensions.vshift[c]);
    uint8_t* out = frame->lf_index.Row(rect.y0 + y) + rect.x0;
    for (uint32_t x = 0; x < rect.columns; ++x) {
      uint32_t index = CountBelow(context, 0, in[0][x >> dimensions.hshift[0]]);
      index = index * (context.num_lf_thresholds[2] + 1) + CountBelow(context, 2, in[2][x >> dimensions.hshift[2]]);
      index = index * (context.num_lf_thresholds[1] + 1) + CountBelow(context, 1, in[1][x >> dimensions.hshift[1]]);
      out[x] = static_cast<uint8_t>(index);
    }
  }
}

bool SmoothingApplies(const VarDctFrame& frame) {
  return !frame.header->HasFlag(kFlagSkipAdaptiveLfSmoothing) && !frame.header->HasFlag(kFlagUseLfFrame) &&
         frame.dimensions->xblocks > 2 && frame.dimensions->yblocks > 2;
}

}  // namespace

LfChannelSize LfChannelSizeOf(const VarDctFrame& frame, uint32_t lf_group, size_t c) {
  const FrameDimensions& dimensions = *frame.dimensions;
  const BlockRect rect = dimensions.LfGroupBlocks(lf_group);
  return LfChannelSize{rect.columns >> dimensions.hshift[c], rect.rows >> dimensions.vshift[c]};
}

void DequantizeLf(uint32_t lf_group, uint32_t extra_precision, const View2D<const int32_t> (&quantized)[3],
                  VarDctFrame* frame) {
  const FrameDimensions& dimensions = *frame->dimensions;
  const BlockRect rect = dimensions.LfGroupBlocks(lf_group);
  LfRowParameters row_parameters;
  for (size_t c = 0; c < 3; ++c) {
    row_parameters.scale[c] = frame->LfStep(c) * (1.0f / static_cast<float>(1u << extra_precision));
  }
  row_parameters.x_from_y = frame->correlation.ScaleX(frame->correlation.x_factor_lf);
  row_parameters.b_from_y = frame->correlation.ScaleB(frame->correlation.b_factor_lf);
  const auto out_row = [&](size_t c, uint32_t y) {
    return frame->lf_storage[c].Row((rect.y0 >> dimensions.vshift[c]) + y) + (rect.x0 >> dimensions.hshift[c]);
  };
  if (dimensions.subsampled) {
    for (size_t c = 0; c < 3; ++c) {
      const LfChannelSize size = LfChannelSizeOf(*frame, lf_group, c);
      for (uint32_t y = 0; y < size.height; ++y) {
        ScaleRow(quantized[c].Row(y), row_parameters.scale[c], size.width, out_row(c, y));
      }
    }
  } else {
    for (uint32_t y = 0; y < rect.rows; ++y) {
      const int32_t* const in[3] = {quantized[0].Row(y), quantized[1].Row(y), quantized[2].Row(y)};
      float* const out[3] = {out_row(0, y), out_row(1, y), out_row(2, y)};
      DequantizeLfRow(in, row_parameters, rect.columns, out);
    }
  }
  if (!frame->lf_index.empty()) FillLfIndex(rect, quantized, frame);
}

Result<LfSmoother> LfSmoother::Create(const VarDctFrame& frame, Memory* memory) {
  LfSmoother smoother;
  smoother.active_ = SmoothingApplies(frame);
  if (smoother.active_) {
    JXLPOOL_ASSIGN_OR_RETURN(smoother.saved_,
                             Matrix3D<float>::Create(memory, Category::kLf, 2, 3, frame.dimensions->xblocks));
  }
  return smoother;
}

uint64_t LfSmoother::Bytes(const VarDctFrame& frame) {
  return SmoothingApplies(frame) ? Matrix3D<float>::Bytes(2, 3, frame.dimensions->xblocks) : 0;
}

uint32_t LfSmoother::Advance(uint32_t rows, VarDctFrame* frame) {
  if (!active_) return rows;
  const size_t width = frame->dimensions->xblocks;
  const uint64_t height = frame->dimensions->yblocks;
  float inverse_step[3];
  for (size_t c = 0; c < 3; ++c) inverse_step[c] = 1.0f / frame->LfStep(c);
  // The original of row y is kept in saved_[y % 2] until row y + 1 is done.
  const auto save = [&](uint32_t y) {
    for (size_t c = 0; c < 3; ++c) {
      std::memcpy(saved_.Row(y % 2, c), frame->lf_storage[c].Row(y), width * sizeof(float));
    }
  };
  for (; final_rows_ < rows; ++final_rows_) {
    const uint32_t y = final_rows_;
    if (y + 1 < height && y + 1 >= rows) break;
    save(y);
    if (y == 0 || y + 1 == height) continue;
    LfSmoothingRows smoothing;
    for (size_t c = 0; c < 3; ++c) {
      smoothing.above[c] = saved_.Row((y + 1) % 2, c);
      smoothing.at[c] = saved_.Row(y % 2, c);
      smoothing.below[c] = frame->lf_storage[c].Row(y + 1);
      smoothing.out[c] = frame->lf_storage[c].Row(y);
    }
    SmoothLfRow(smoothing, inverse_step, width);
  }
  return final_rows_;
}

}  // namespace jxlpool
