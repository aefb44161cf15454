#include "lib/headers/frame_dimensions.h"

#include <algorithm>

#include "lib/base/bits.h"

namespace jxlpool {
namespace {

// The codes stand for sampling factors as in JPEG files, from which the subsampling of each channel follows.
void SetChromaSubsampling(const FrameHeader& frame, FrameDimensions* dimensions) {
  constexpr uint32_t kRawH[4] = {0, 1, 1, 0};
  constexpr uint32_t kRawV[4] = {0, 1, 0, 1};
  const uint32_t* codes = frame.jpeg_upsampling;
  for (int c = 0; c < 3; ++c) {
    dimensions->max_hshift = std::max(dimensions->max_hshift, kRawH[codes[c]]);
    dimensions->max_vshift = std::max(dimensions->max_vshift, kRawV[codes[c]]);
  }
  for (int c = 0; c < 3; ++c) {
    dimensions->hshift[c] = dimensions->max_hshift - kRawH[codes[c]];
    dimensions->vshift[c] = dimensions->max_vshift - kRawV[codes[c]];
    dimensions->subsampled |= (dimensions->hshift[c] | dimensions->vshift[c]) != 0;
  }
}

uint64_t BlocksInMcus(uint64_t samples, uint32_t mcu_shift) {
  return CeilDiv<uint64_t>(samples, uint64_t{kBlockDim} << mcu_shift) << mcu_shift;
}

// Returns cell (x, y) of a grid of squares over the blocks of a frame.
BlockRect CellBlocks(const FrameDimensions& dimensions, uint64_t x, uint64_t y, uint64_t side) {
  const auto length = [side](uint64_t begin, uint64_t end) {
    return static_cast<uint32_t>(std::min(side, end - begin));
  };
  return BlockRect{static_cast<uint32_t>(x * side), static_cast<uint32_t>(y * side),
                   length(x * side, dimensions.xblocks), length(y * side, dimensions.yblocks)};
}

}  // namespace

FrameDimensions ComputeFrameDimensions(const ImageHeader& image, const FrameHeader& frame) {
  FrameDimensions d;
  d.width = CeilDiv<uint64_t>(frame.width, uint64_t{1} << (3 * frame.lf_level));
  d.height = CeilDiv<uint64_t>(frame.height, uint64_t{1} << (3 * frame.lf_level));
  d.xsize = CeilDiv<uint64_t>(d.width, frame.upsampling);
  d.ysize = CeilDiv<uint64_t>(d.height, frame.upsampling);
  SetChromaSubsampling(frame, &d);
  d.group_dim = 128u << frame.group_size_shift;
  d.xblocks = BlocksInMcus(d.xsize, d.max_hshift);
  d.yblocks = BlocksInMcus(d.ysize, d.max_vshift);
  d.xpadded = frame.is_modular ? d.xsize : kBlockDim * d.xblocks;
  d.ypadded = frame.is_modular ? d.ysize : kBlockDim * d.yblocks;
  d.groups_x = CeilDiv<uint64_t>(d.xsize, d.group_dim);
  d.groups_y = CeilDiv<uint64_t>(d.ysize, d.group_dim);
  d.lf_groups_x = CeilDiv<uint64_t>(d.xblocks, d.group_dim);
  d.lf_groups_y = CeilDiv<uint64_t>(d.yblocks, d.group_dim);
  d.num_groups = d.groups_x * d.groups_y;
  d.num_lf_groups = d.lf_groups_x * d.lf_groups_y;
  const bool is_single_channel =
      frame.is_modular && frame.color_transform == FrameColorTransform::kNone && image.NumColorChannels() == 1;
  d.num_color_channels = is_single_channel ? 1 : 3;
  return d;
}

Rect FrameDimensions::GroupRect(uint64_t group) const {
  const uint64_t x0 = group % groups_x * group_dim;
  const uint64_t y0 = group / groups_x * group_dim;
  return Rect{static_cast<int64_t>(x0), static_cast<int64_t>(y0),
              static_cast<int64_t>(std::min<uint64_t>(group_dim, xsize - x0)),
              static_cast<int64_t>(std::min<uint64_t>(group_dim, ysize - y0))};
}

BlockRect FrameDimensions::GroupBlocks(uint64_t group) const {
  return CellBlocks(*this, group % groups_x, group / groups_x, group_dim / kBlockDim);
}

BlockRect FrameDimensions::LfGroupBlocks(uint64_t lf_group) const {
  return CellBlocks(*this, lf_group % lf_groups_x, lf_group / lf_groups_x, group_dim);
}

ChannelSize ExtraChannelSize(const FrameDimensions& dimensions, const FrameHeader& frame, size_t index) {
  const uint64_t factor = frame.ec_factor[index];
  return {CeilDiv(dimensions.width, factor), CeilDiv(dimensions.height, factor)};
}

uint32_t ExtraChannelShift(const FrameHeader& frame, size_t index) {
  return FloorLog2(frame.ec_factor[index]) - FloorLog2(frame.upsampling);
}

}  // namespace jxlpool
