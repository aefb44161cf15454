// GroupState: what the steps of decoding one group share. Internal to GroupDecoder.
#ifndef LIB_VARDCT_GROUP_STATE_H_
#define LIB_VARDCT_GROUP_STATE_H_

#include <cstddef>
#include <cstdint>

#include "lib/pool/matrix.h"
#include "lib/vardct/inverse_dct.h"
#include "lib/vardct/transform_types.h"
#include "lib/vardct/vardct_frame.h"

namespace jxlpool {

inline constexpr size_t kMaxVarblocksPerGroup = kGroupDimInBlocks * kGroupDimInBlocks;

// One varblock of a group. `x` and `y` are its top-left block, relative to the group.
struct Varblock {
  uint8_t x;
  uint8_t y;
  TransformType type;
  uint8_t hf_mul;           // HfMul - 1
  uint32_t first_position;  // of its coefficients, if varblocks are stored one after another
  // The bitwise or of the stored indices of each channel's nonzeros, which bounds their rows and columns.
  uint32_t extent[3];
};

// The quantised coefficients of a group, which are kept if there are several passes. Plane c holds the varblocks of
// channel c.
template <typename T>
struct StoredCoefficients {
  T* planes[3] = {};
};

// It does not change while a group is decoded; what its pointers point to does.
struct GroupState {
  const VarDctFrame* frame = nullptr;
  const FrameDimensions* dimensions = nullptr;  // frame->dimensions
  BlockRect rect;
  Varblock* varblocks = nullptr;
  size_t num_varblocks = 0;
  // How many coefficients of each channel's blocks are not zero, in the pass that is decoded. Each channel has its own
  // grid, with rows of kGroupDimInBlocks.
  uint8_t (*nonzeros)[kMaxVarblocksPerGroup] = nullptr;

  // The group's part of the frame's planes and maps.
  View2D<const uint8_t> block_type;
  View2D<const uint8_t> hf_mul;
  View2D<const uint8_t> lf_index;  // empty if always 0
  View2D<const float> lf[3];

  // For samples. blocks[c] holds one varblock in stored layout and is all zero between varblocks.
  float* blocks[3] = {};
  float* transform_scratch = nullptr;
  const InverseTransformFunction* transforms = nullptr;
  View2D<float> planes[3];
  float quant_scale[3] = {};  // 65536 / global_scale * 0.8^(qm scale - 2)

  bool HasChannel(const Varblock& varblock, size_t c) const {
    return (varblock.x & ((1u << dimensions->hshift[c]) - 1)) == 0 &&
           (varblock.y & ((1u << dimensions->vshift[c]) - 1)) == 0;
  }
  // Returns where the stored coefficients of a varblock start in the plane of channel c. With subsampled chroma, where
  // all varblocks are 8x8, blocks are in raster order of the channel.
  size_t Position(const Varblock& varblock, size_t c) const {
    if (!dimensions->subsampled) return varblock.first_position;
    const size_t columns = rect.columns >> dimensions->hshift[c];
    return ((varblock.y >> dimensions->vshift[c]) * columns + (varblock.x >> dimensions->hshift[c])) * kBlockSize;
  }
};

// Points the group's views to the planes of its frame and finds its varblocks in raster order. REQUIRES:
// state->varblocks is set.
void StartGroup(const VarDctFrame& frame, uint32_t group, GroupState* state);

}  // namespace jxlpool

#endif  // LIB_VARDCT_GROUP_STATE_H_
