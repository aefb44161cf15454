#include "lib/frame/whole_frame_plan.h"

#include <algorithm>

#include "lib/base/bits.h"
#include "lib/frame/lf_group.h"

namespace jxlpool {

WholeFramePlan::WholeFramePlan(FrameState* frame, SectionReader* sections, const Delivery& delivery)
    : frame_(frame),
      sections_(sections),
      as_groups_(delivery.as_groups),
      lf_(frame, sections),
      groups_(frame, sections),
      samples_(*frame) {
  const uint32_t group_dim = frame->dimensions.group_dim;
  grid_ = as_groups_ ? TileGrid::For(frame->dimensions, group_dim, group_dim)
                     : TileGrid::For(frame->dimensions, delivery.tile_width, delivery.tile_height);
}

Status WholeFramePlan::Begin() { return renderer_.Begin(frame_, &samples_); }

FrameDelivery::Flow WholeFramePlan::FlowOf(uint32_t num_workers) const {
  return {num_workers, grid_.tile_width, grid_.tile_height * grid_.RowsAtATime(num_workers)};
}

uint64_t WholeFramePlan::Needs(const FrameRequest& request, const Workforce& workforce) const {
  const uint32_t num_workers = workforce.num_workers();
  const uint64_t busy_workers = std::min<uint64_t>(num_workers, frame_->dimensions.num_groups);
  uint64_t bytes = LfReader::Bytes(*frame_, LfReader::kAllRows) + frame_->modular.FrameBytes();
  if (!frame_->header.is_modular) {
    bytes += 3 * Matrix2D<float>::Bytes(frame_->dimensions.ypadded, frame_->dimensions.xpadded);
  }
  const uint64_t decoding = busy_workers * GroupReader::WorkerBytes(*frame_, workforce.GroupsAtATime(*frame_));
  const uint64_t delivering =
      FrameDelivery::Bytes(*frame_, request, FlowOf(num_workers)) +
      (as_groups_ ? GroupEmitter::Bytes(*frame_, num_workers) : num_workers * renderer_.TileBytes(grid_));
  // LF groups are read before groups, and those before anything is delivered.
  const uint64_t lf_groups = LfGroupScratchBytes(*frame_, num_workers);
  return bytes + std::max({decoding, delivering, lf_groups});
}

Status WholeFramePlan::ReservePlanes(const Workforce& workforce) {
  if (!has_lf_) JXLPOOL_RETURN_IF_ERROR(lf_.Begin(LfReader::kAllRows));
  has_lf_ = true;
  JXLPOOL_RETURN_IF_ERROR(lf_.ReadAll(workforce.threads));
  if (is_reserved_) return OkStatus();
  is_reserved_ = true;
  JXLPOOL_RETURN_IF_ERROR(groups_.Begin(workforce.num_workers()));
  if (frame_->header.is_modular) return OkStatus();
  const FrameDimensions& dimensions = frame_->dimensions;
  for (size_t c = 0; c < 3; ++c) {
    JXLPOOL_ASSIGN_OR_RETURN(color_planes_[c], Matrix2D<float>::Create(frame_->memory(), Category::kTile,
                                                                       dimensions.ypadded >> dimensions.vshift[c],
                                                                       dimensions.xpadded >> dimensions.hshift[c]));
  }
  return OkStatus();
}

Status WholeFramePlan::DecodeVarDctGroup(uint32_t group, uint32_t worker) {
  const FrameDimensions& dimensions = frame_->dimensions;
  const BlockRect rect = dimensions.GroupBlocks(group);
  View2D<float> planes[3];
  for (size_t c = 0; c < 3; ++c) {
    const uint32_t hshift = dimensions.hshift[c];
    const uint32_t vshift = dimensions.vshift[c];
    planes[c] = color_planes_[c].View().Sub(8 * (rect.x0 >> hshift), 8 * (rect.y0 >> vshift),
                                            8 * (rect.columns >> hshift), 8 * (rect.rows >> vshift));
  }
  const View2D<float> views[3] = {planes[0], planes[1], planes[2]};
  SectionReader::Group opened;
  JXLPOOL_RETURN_IF_ERROR(groups_.DecodeVarDct(group, worker, views, &opened));
  return groups_.DecodeIntoFrame(group, &opened);
}

Status WholeFramePlan::DecodeGroups(uint32_t first, uint32_t count, uint32_t worker) {
  JXLPOOL_RETURN_IF_ERROR(frame_->CheckCancelled());
  return frame_->header.is_modular ? groups_.DecodeIntoFrame(first, count) : DecodeVarDctGroup(first, worker);
}

Status WholeFramePlan::ReserveDelivery(const FrameRequest& request, uint32_t num_workers) {
  if (!as_groups_) JXLPOOL_RETURN_IF_ERROR(renderer_.ReserveTiles(num_workers, grid_));
  JXLPOOL_RETURN_IF_ERROR(delivery_.Begin(*frame_, request, FlowOf(num_workers)));
  return as_groups_ ? emitter_.Begin(*frame_, samples_, num_workers, &delivery_) : OkStatus();
}

Status WholeFramePlan::DeliverTile(uint32_t tile, uint32_t worker) {
  const Rect rect = grid_.TileRect(tile % grid_.tiles_x, tile / grid_.tiles_x, frame_->dimensions);
  if (as_groups_) {
    JXLPOOL_ASSIGN_OR_RETURN(const ModularImage image, frame_->modular.GroupView(tile));
    emitter_.Emit(image, rect, worker);
    return OkStatus();
  }
  return renderer_.Render(worker, rect, color_planes_, [&](const OutputRow& row) {
    delivery_.Take(worker, row);
    return OkStatus();
  });
}

Status WholeFramePlan::AdvanceGroups(const Workforce& workforce) {
  const uint32_t num_groups = static_cast<uint32_t>(frame_->dimensions.num_groups);
  const uint32_t at_a_time = workforce.GroupsAtATime(*frame_);
  const uint32_t begin = next_group_;
  uint32_t end = begin;
  Status wait;
  while (end < num_groups && (wait = sections_->MayOpenGroup(end)).ok()) ++end;
  JXLPOOL_RETURN_IF_ERROR(workforce.threads->Run(CeilDiv(end - begin, at_a_time), [&](uint32_t task, uint32_t worker) {
    const uint32_t first = begin + task * at_a_time;
    return DecodeGroups(first, std::min(at_a_time, end - first), worker);
  }));
  next_group_ = end;
  return wait;
}

Status WholeFramePlan::CompletePlanes(const FrameRequest& request, const Workforce& workforce) {
  if (is_decoded_) return OkStatus();
  JXLPOOL_RETURN_IF_ERROR(ReservePlanes(workforce));
  JXLPOOL_RETURN_IF_ERROR(AdvanceGroups(workforce));
  is_decoded_ = true;
  groups_.Release();
  JXLPOOL_RETURN_IF_ERROR(frame_->modular.Finish(workforce.threads));
  return ReserveDelivery(request, workforce.num_workers());
}

Status WholeFramePlan::Advance(const FrameRequest& request, const Workforce& workforce, SharedFrame* saved) {
  JXLPOOL_RETURN_IF_ERROR(CompletePlanes(request, workforce));
  JXLPOOL_RETURN_IF_ERROR(delivery_.FillAbove());
  const uint32_t rows_at_a_time = delivery_.RowsAtATime(grid_, workforce.num_workers());
  while (next_row_ < grid_.tiles_y) {
    const uint32_t rows = std::min(rows_at_a_time, grid_.tiles_y - next_row_);
    JXLPOOL_RETURN_IF_ERROR(
        delivery_.RunTiles(grid_, next_row_, rows, workforce.threads,
                           [&](uint32_t tile, uint32_t worker) { return DeliverTile(tile, worker); }));
    next_row_ += rows;
    JXLPOOL_RETURN_IF_ERROR(delivery_.Pause());
  }
  JXLPOOL_ASSIGN_OR_RETURN(*saved, delivery_.Finish());
  return OkStatus();
}

Status WholeFramePlan::Rehearse(const FrameRequest& request, const Workforce& workforce, SizeRecorder* recorder) {
  JXLPOOL_RETURN_IF_ERROR(ReservePlanes(workforce));
  const uint32_t num_groups = static_cast<uint32_t>(frame_->dimensions.num_groups);
  const uint32_t at_a_time = workforce.GroupsAtATime(*frame_);
  JXLPOOL_RETURN_IF_ERROR(RehearseTasks(num_groups, recorder, [&](uint32_t group) {
    const uint32_t first = group / at_a_time * at_a_time;
    return DecodeGroups(first, std::min(at_a_time, num_groups - first), 0);
  }));
  groups_.Release();
  return ReserveDelivery(request, workforce.num_workers());
}

}  // namespace jxlpool
