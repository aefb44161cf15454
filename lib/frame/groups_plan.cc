#include "lib/frame/groups_plan.h"

#include <algorithm>

namespace jxlpool {

GroupsPlan::GroupsPlan(FrameState* frame, SectionReader* sections)
    : frame_(frame), sections_(sections), lf_(frame, sections), groups_(frame, sections), samples_(*frame) {}

TileGrid GroupsPlan::Tiles(const Workforce& workforce) const {
  const FrameDimensions& dimensions = frame_->dimensions;
  const uint32_t at_a_time = workforce.GroupsAtATime(*frame_);
  return TileGrid::For(dimensions, dimensions.group_dim * at_a_time, dimensions.group_dim);
}

TileGrid GroupsPlan::Groups() const {
  return TileGrid::For(frame_->dimensions, frame_->dimensions.group_dim, frame_->dimensions.group_dim);
}

FrameDelivery::Flow GroupsPlan::FlowOf(const Workforce& workforce) const {
  const uint32_t group_dim = frame_->dimensions.group_dim;
  const uint32_t rows_at_a_time = Groups().RowsAtATime(workforce.num_workers());
  return {workforce.num_workers(), group_dim, group_dim * rows_at_a_time};
}

uint64_t GroupsPlan::Needs(const FrameRequest& request, const Workforce& workforce) const {
  const TileGrid grid = Tiles(workforce);
  const uint32_t num_workers = workforce.num_workers();
  const uint64_t busy_workers = std::min<uint64_t>(num_workers, uint64_t{grid.tiles_x} * grid.tiles_y);
  return LfReader::Bytes(*frame_, LfReader::kAllRows) + FrameDelivery::Bytes(*frame_, request, FlowOf(workforce)) +
         GroupEmitter::Bytes(*frame_, num_workers) +
         busy_workers * GroupReader::WorkerBytes(*frame_, workforce.GroupsAtATime(*frame_));
}

Status GroupsPlan::Reserve(const FrameRequest& request, const Workforce& workforce) {
  if (!has_lf_) JXLPOOL_RETURN_IF_ERROR(lf_.Begin(LfReader::kAllRows));
  has_lf_ = true;
  JXLPOOL_RETURN_IF_ERROR(lf_.ReadAll(workforce.threads));
  if (is_reserved_) return OkStatus();
  JXLPOOL_RETURN_IF_ERROR(groups_.Begin(workforce.num_workers()));
  JXLPOOL_RETURN_IF_ERROR(delivery_.Begin(*frame_, request, FlowOf(workforce)));
  JXLPOOL_RETURN_IF_ERROR(emitter_.Begin(*frame_, samples_, workforce.num_workers(), &delivery_));
  next_row_ = request.first_row / frame_->dimensions.group_dim;
  is_reserved_ = true;
  return OkStatus();
}

Status GroupsPlan::DecodeTile(const TileGrid& grid, uint32_t tile, ModularImage* images, uint32_t* first,
                              uint32_t* count) {
  const uint32_t groups_x = static_cast<uint32_t>(frame_->dimensions.groups_x);
  const uint32_t at_a_time = grid.tile_width / frame_->dimensions.group_dim;
  const uint32_t gx = tile % grid.tiles_x * at_a_time;
  *first = tile / grid.tiles_x * groups_x + gx;
  *count = std::min(at_a_time, groups_x - gx);
  return groups_.DecodeImages(*first, *count, images);
}

Status GroupsPlan::DeliverRows(const TileGrid& grid, uint32_t rows, ThreadPool* threads) {
  const auto deliver = [&](uint32_t tile, uint32_t worker) -> Status {
    ModularImage images[GroupReader::kMaxAtATime];
    uint32_t first = 0;
    uint32_t count = 0;
    JXLPOOL_RETURN_IF_ERROR(DecodeTile(grid, tile, images, &first, &count));
    for (uint32_t i = 0; i < count; ++i) emitter_.Emit(images[i], frame_->dimensions.GroupRect(first + i), worker);
    return OkStatus();
  };
  JXLPOOL_RETURN_IF_ERROR(delivery_.RunTiles(grid, next_row_, rows, threads, deliver));
  const uint32_t groups_x = static_cast<uint32_t>(frame_->dimensions.groups_x);
  sections_->ReleaseGroups(next_row_ * groups_x, rows * groups_x);
  next_row_ += rows;
  return OkStatus();
}

Status GroupsPlan::Advance(const FrameRequest& request, const Workforce& workforce, SharedFrame* saved) {
  JXLPOOL_RETURN_IF_ERROR(Reserve(request, workforce));
  JXLPOOL_RETURN_IF_ERROR(delivery_.FillAbove());
  const TileGrid grid = Tiles(workforce);
  const uint32_t rows_at_a_time = delivery_.RowsAtATime(Groups(), workforce.num_workers());
  while (next_row_ < grid.tiles_y) {
    const uint32_t wanted = std::min(rows_at_a_time, grid.tiles_y - next_row_);
    uint32_t rows = 0;
    Status wait;
    while (rows < wanted && (wait = sections_->MayOpenRow(next_row_ + rows)).ok()) ++rows;
    if (rows == 0) return wait;
    JXLPOOL_RETURN_IF_ERROR(DeliverRows(grid, rows, workforce.threads));
    JXLPOOL_RETURN_IF_ERROR(delivery_.Pause());
  }
  JXLPOOL_ASSIGN_OR_RETURN(*saved, delivery_.Finish());
  return OkStatus();
}

Status GroupsPlan::Rehearse(const FrameRequest& request, const Workforce& workforce, SizeRecorder* recorder) {
  JXLPOOL_RETURN_IF_ERROR(Reserve(request, workforce));
  const TileGrid grid = Tiles(workforce);
  return RehearseTasks(grid.tiles_x * grid.tiles_y, recorder, [&](uint32_t tile) {
    ModularImage images[GroupReader::kMaxAtATime];
    uint32_t first = 0;
    uint32_t count = 0;
    return DecodeTile(grid, tile, images, &first, &count);
  });
}

}  // namespace jxlpool
