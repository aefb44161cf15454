// FrameDimensions: everything about a frame's geometry that follows from image and frame header
// (ISO/IEC 18181-1 "Frame dimensions", "Groups").
//
// It is computed once per frame and does not change, so that any thread may read it.
#ifndef LIB_HEADERS_FRAME_DIMENSIONS_H_
#define LIB_HEADERS_FRAME_DIMENSIONS_H_

#include <cstddef>
#include <cstdint>

#include "lib/base/rect.h"
#include "lib/headers/frame_header.h"
#include "lib/headers/image_header.h"

namespace jxlpool {

inline constexpr uint32_t kBlockDim = 8;  // pixels

// A rectangle of blocks.
struct BlockRect {
  uint32_t x0 = 0;
  uint32_t y0 = 0;
  uint32_t columns = 0;
  uint32_t rows = 0;
};

struct FrameDimensions {
  // The size that the frame delivers, in pixels of the canvas; that of an LF frame of level n is divided by 8^n.
  uint64_t width = 0, height = 0;
  // Coded color samples: width, height divided by upsampling.
  uint64_t xsize = 0, ysize = 0;
  uint32_t group_dim = 256;  // pixels of the coded color grid per group side; blocks per LF group side
  // 8x8 blocks, rounded up to whole chroma MCUs.
  uint64_t xblocks = 0, yblocks = 0;
  // VarDCT: 8 * blocks; Modular: xsize, ysize.
  uint64_t xpadded = 0, ypadded = 0;
  uint64_t groups_x = 0, groups_y = 0;
  uint64_t lf_groups_x = 0, lf_groups_y = 0;
  uint64_t num_groups = 0, num_lf_groups = 0;
  // Chroma subsampling of Cb, Y, Cr: log2 of the factor, 0 or 1. All 0 unless YCbCr.
  uint32_t hshift[3] = {0, 0, 0};
  uint32_t vshift[3] = {0, 0, 0};
  bool subsampled = false;  // some shift is not 0
  // log2 of the MCU size in blocks; may be 1 although nothing is subsampled.
  uint32_t max_hshift = 0, max_vshift = 0;
  // Color channels that are coded: 3, or 1 for grey Modular frames without color transform.
  uint32_t num_color_channels = 3;

  // The pixels of a group in the coded color grid, clipped to xsize x ysize. REQUIRES: group < num_groups.
  Rect GroupRect(uint64_t group) const;
  // The blocks of a group and of an LF group, with those that the MCUs add at the right and at the bottom.
  // REQUIRES: group < num_groups, lf_group < num_lf_groups.
  BlockRect GroupBlocks(uint64_t group) const;
  BlockRect LfGroupBlocks(uint64_t lf_group) const;
  // The LF group that contains a group. REQUIRES: group < num_groups.
  uint64_t LfGroupOfGroup(uint64_t group) const { return group / groups_x / 8 * lf_groups_x + group % groups_x / 8; }
};

// REQUIRES: both headers were read successfully (sizes within the 64-bit arithmetic of the standard).
FrameDimensions ComputeFrameDimensions(const ImageHeader& image, const FrameHeader& frame);

// Samples of extra channel `index`: width and height divided by its ec_factor.
struct ChannelSize {
  uint64_t width = 0;
  uint64_t height = 0;
};
ChannelSize ExtraChannelSize(const FrameDimensions& dimensions, const FrameHeader& frame, size_t index);
// log2(ec_factor) - log2(upsampling) of an extra channel: its subsampling relative to the coded color grid; 0..3.
uint32_t ExtraChannelShift(const FrameHeader& frame, size_t index);

}  // namespace jxlpool

#endif  // LIB_HEADERS_FRAME_DIMENSIONS_H_
