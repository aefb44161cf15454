// GroupTiles: the samples of groups on their way to the tile pipeline, and what is kept of their neighbours.
//
// A group that has just been decoded can be rendered up to `lag` pixels before its right and lower edges, and from
// `lag` pixels before its left and upper edges: that needs nothing but its own samples, the last columns of the group
// to the left and the last rows of the groups above. These borders are all that is kept of a group; memory grows with
// the width of the frame, not with its area.
//
// Groups are worked on in the order and within the limits of a GroupSchedule, on any threads: a group is rendered after
// it and its neighbours to the left and above have been saved. Samples have room from Reserve on.
#ifndef LIB_FRAME_GROUP_TILES_H_
#define LIB_FRAME_GROUP_TILES_H_

#include <cstddef>
#include <cstdint>

#include "lib/base/rect.h"
#include "lib/base/status.h"
#include "lib/frame/group_schedule.h"
#include "lib/headers/frame_dimensions.h"
#include "lib/pool/matrix.h"
#include "lib/pool/memory.h"
#include "lib/pool/pool_vector.h"
#include "lib/render/tile_pipeline.h"

namespace jxlpool {

class GroupTiles {
 public:
  GroupTiles() = default;

  // What is known before memory is needed.
  struct Planes {
    // log2 of how much coarser than the coded color grid each plane is. Plane p is channel p of the pipeline.
    uint8_t shifts_x[kMaxPlanes] = {};
    uint8_t shifts_y[kMaxPlanes] = {};
    size_t count = 0;
  };

  // Computes how far rendering stays behind decoding. Errors: kMemoryLimit.
  Status Begin(const FrameDimensions& dimensions, uint32_t upsampling, const TilePipeline& pipeline,
               const Planes& planes, Memory* memory);
  // Acquires room for groups in flight. REQUIRES: Begin. Errors: kMemoryLimit.
  Status Reserve(const ScheduleLimits& limits, Memory* memory);
  // Bytes that Reserve acquires. REQUIRES: Begin.
  uint64_t Bytes(const ScheduleLimits& limits) const;

  // Columns and rows (of the frame) by which rendering stays behind decoding, at most.
  uint32_t output_lag_x() const { return lag_x_ * upsampling_; }
  uint32_t output_lag_y() const { return lag_y_ * upsampling_; }

  // Room for the samples of one group: plane p, padded to whole blocks.
  Matrix3D<float>* Tile(uint32_t gx, uint32_t gy) { return &tiles_[TileIndex(gx, gy)]; }
  // The part of plane p that the group covers, in the plane's samples.
  Rect PlaneRect(size_t plane, uint32_t gx, uint32_t gy) const;
  // The group's tile is complete: keeps its borders.
  void Save(uint32_t gx, uint32_t gy);
  // What the pipeline needs of plane p to render OutputRect. REQUIRES: as in the class comment.
  ChannelInput Input(size_t plane, uint32_t gx, uint32_t gy) const;
  // The pixels of the frame that are rendered with the group.
  Rect OutputRect(uint32_t gx, uint32_t gy) const;

 private:
  struct Plane {
    uint8_t shift_x = 0;
    uint8_t shift_y = 0;
    uint32_t width = 0;
    uint32_t height = 0;
    uint32_t kept_columns = 0;
    uint32_t kept_rows = 0;
    Matrix3D<float> columns;  // of groups in flight and one more: their last columns
    Matrix3D<float> rows;     // of rows of groups in flight and one more: their last rows
  };

  size_t NumTiles(const ScheduleLimits& limits) const;
  uint32_t KeptGroupRows(const ScheduleLimits& limits) const;
  size_t TileIndex(uint32_t gx, uint32_t gy) const { return (size_t{gy} * groups_x_ + gx) % tiles_.size(); }
  size_t ColumnsIndex(uint32_t gx, uint32_t gy) const { return (size_t{gy} * groups_x_ + gx) % (tiles_.size() + 1); }

  uint32_t kept_group_rows_ = 0;
  uint32_t group_dim_ = 0;
  uint32_t groups_x_ = 0;
  uint32_t groups_y_ = 0;
  uint32_t upsampling_ = 1;
  uint32_t frame_width_ = 0;
  uint32_t frame_height_ = 0;
  uint32_t lag_x_ = 0;  // coded pixels
  uint32_t lag_y_ = 0;
  PoolVector<Plane> planes_;
  PoolVector<Matrix3D<float>> tiles_;  // group g has tile g % size
};

}  // namespace jxlpool

#endif  // LIB_FRAME_GROUP_TILES_H_
