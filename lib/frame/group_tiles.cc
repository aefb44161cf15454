#include "lib/frame/group_tiles.h"

#include <algorithm>
#include <cstring>

#include "lib/base/bits.h"

namespace jxlpool {
namespace {

// Rendered rectangles start at multiples of this, so that rows stay aligned.
constexpr uint32_t kColumnStep = 16;

}  // namespace

Status GroupTiles::Begin(const FrameDimensions& dimensions, uint32_t upsampling, const TilePipeline& pipeline,
                         const Planes& planes, Memory* memory) {
  group_dim_ = dimensions.group_dim;
  groups_x_ = static_cast<uint32_t>(dimensions.groups_x);
  groups_y_ = static_cast<uint32_t>(dimensions.groups_y);
  upsampling_ = upsampling;
  frame_width_ = static_cast<uint32_t>(dimensions.width);
  frame_height_ = static_cast<uint32_t>(dimensions.height);
  lag_x_ = 0;
  lag_y_ = 0;
  uint32_t row_step = 1;
  for (size_t p = 0; p < planes.count; ++p) {
    lag_x_ = std::max(lag_x_, pipeline.BorderX(p) << planes.shifts_x[p]);
    lag_y_ = std::max(lag_y_, pipeline.BorderY(p) << planes.shifts_y[p]);
    row_step = std::max(row_step, uint32_t{1} << planes.shifts_y[p]);
  }
  lag_x_ = static_cast<uint32_t>(RoundUp(lag_x_, kColumnStep));
  lag_y_ = static_cast<uint32_t>(RoundUp(lag_y_, row_step));

  planes_ = PoolVector<Plane>(memory, Category::kBorder);
  JXLPOOL_RETURN_IF_ERROR(planes_.Resize(planes.count));
  for (size_t p = 0; p < planes.count; ++p) {
    Plane& plane = planes_[p];
    const Rect rect = pipeline.ChannelRect(p);
    plane.shift_x = planes.shifts_x[p];
    plane.shift_y = planes.shifts_y[p];
    plane.width = static_cast<uint32_t>(rect.width);
    plane.height = static_cast<uint32_t>(rect.height);
    plane.kept_columns = (lag_x_ >> plane.shift_x) + pipeline.BorderX(p);
    plane.kept_rows = (lag_y_ >> plane.shift_y) + pipeline.BorderY(p);
  }
  return OkStatus();
}

size_t GroupTiles::NumTiles(const ScheduleLimits& limits) const {
  return std::min(limits.groups_in_flight, groups_x_ * groups_y_);
}

uint32_t GroupTiles::KeptGroupRows(const ScheduleLimits& limits) const {
  return std::min(limits.rows_in_flight + 1, groups_y_);
}

Status GroupTiles::Reserve(const ScheduleLimits& limits, Memory* memory) {
  tiles_ = PoolVector<Matrix3D<float>>(memory, Category::kBorder);
  JXLPOOL_RETURN_IF_ERROR(tiles_.Resize(NumTiles(limits)));
  for (Matrix3D<float>& tile : tiles_) {
    JXLPOOL_ASSIGN_OR_RETURN(tile,
                             Matrix3D<float>::Create(memory, Category::kTile, planes_.size(), group_dim_, group_dim_));
  }
  kept_group_rows_ = KeptGroupRows(limits);
  for (Plane& plane : planes_) {
    if (groups_x_ > 1) {
      JXLPOOL_ASSIGN_OR_RETURN(plane.columns, Matrix3D<float>::Create(memory, Category::kBorder, tiles_.size() + 1,
                                                                      group_dim_ >> plane.shift_y, plane.kept_columns));
    }
    if (groups_y_ > 1) {
      JXLPOOL_ASSIGN_OR_RETURN(plane.rows, Matrix3D<float>::Create(memory, Category::kBorder, kept_group_rows_,
                                                                   plane.kept_rows, plane.width));
    }
  }
  return OkStatus();
}

uint64_t GroupTiles::Bytes(const ScheduleLimits& limits) const {
  const size_t num_tiles = NumTiles(limits);
  uint64_t bytes = BufferBytes(num_tiles * sizeof(Matrix3D<float>));
  bytes += num_tiles * Matrix3D<float>::Bytes(planes_.size(), group_dim_, group_dim_);
  for (const Plane& plane : planes_) {
    if (groups_x_ > 1) {
      bytes += Matrix3D<float>::Bytes(num_tiles + 1, group_dim_ >> plane.shift_y, plane.kept_columns);
    }
    if (groups_y_ > 1) bytes += Matrix3D<float>::Bytes(KeptGroupRows(limits), plane.kept_rows, plane.width);
  }
  return bytes;
}

Rect GroupTiles::PlaneRect(size_t p, uint32_t gx, uint32_t gy) const {
  const Plane& plane = planes_[p];
  const int64_t width = group_dim_ >> plane.shift_x;
  const int64_t height = group_dim_ >> plane.shift_y;
  return Rect{gx * width, gy * height, width, height}.Intersection(Rect{0, 0, plane.width, plane.height});
}

void GroupTiles::Save(uint32_t gx, uint32_t gy) {
  const Matrix3D<float>& tile = tiles_[TileIndex(gx, gy)];
  for (size_t p = 0; p < planes_.size(); ++p) {
    Plane& plane = planes_[p];
    const Rect rect = PlaneRect(p, gx, gy);
    const size_t width = static_cast<size_t>(rect.width);
    const size_t height = static_cast<size_t>(rect.height);
    if (gx + 1 < groups_x_ && plane.kept_columns != 0) {
      for (size_t y = 0; y < height; ++y) {
        std::memcpy(plane.columns.Row(ColumnsIndex(gx, gy), y), tile.Row(p, y) + width - plane.kept_columns,
                    plane.kept_columns * sizeof(float));
      }
    }
    if (gy + 1 < groups_y_) {
      for (size_t y = 0; y < plane.kept_rows; ++y) {
        std::memcpy(plane.rows.Row(gy % kept_group_rows_, y) + rect.x0, tile.Row(p, height - plane.kept_rows + y),
                    width * sizeof(float));
      }
    }
  }
}

ChannelInput GroupTiles::Input(size_t p, uint32_t gx, uint32_t gy) const {
  const Plane& plane = planes_[p];
  const Rect rect = PlaneRect(p, gx, gy);
  ChannelInput input;
  const View2D<const float> own = tiles_[TileIndex(gx, gy)].Plane(p);
  input.pieces[input.num_pieces++] = {own.Sub(0, 0, static_cast<size_t>(rect.width), static_cast<size_t>(rect.height)),
                                      rect.x0, rect.y0};
  if (gx > 0) {
    const View2D<const float> columns = plane.columns.Plane(ColumnsIndex(gx - 1, gy));
    input.pieces[input.num_pieces++] = {columns.Sub(0, 0, plane.kept_columns, static_cast<size_t>(rect.height)),
                                        rect.x0 - plane.kept_columns, rect.y0};
  }
  if (gy > 0)
    input.pieces[input.num_pieces++] = {plane.rows.Plane((gy - 1) % kept_group_rows_), 0, rect.y0 - plane.kept_rows};
  return input;
}

Rect GroupTiles::OutputRect(uint32_t gx, uint32_t gy) const {
  const auto edge = [&](uint32_t group, uint32_t num_groups, uint32_t lag, uint32_t size) -> int64_t {
    if (group == 0) return 0;
    if (group == num_groups) return size;
    return (int64_t{group} * group_dim_ - lag) * upsampling_;
  };
  const int64_t x0 = edge(gx, groups_x_, lag_x_, frame_width_);
  const int64_t y0 = edge(gy, groups_y_, lag_y_, frame_height_);
  return {x0, y0, edge(gx + 1, groups_x_, lag_x_, frame_width_) - x0,
          edge(gy + 1, groups_y_, lag_y_, frame_height_) - y0};
}

}  // namespace jxlpool
