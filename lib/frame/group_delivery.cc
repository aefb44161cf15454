// FrameDecoder: group by group through the tile pipeline, LF groups as they are needed.
#include <algorithm>

#include "lib/frame/frame_decoder.h"
#include "lib/frame/frame_renderer.h"
#include "lib/frame/lf_global.h"

namespace jxlpool {

struct FrameDecoder::GroupDelivery {
  GroupSchedule schedule;
  GroupTiles tiles;
  FrameRenderer renderer;
};

GroupGrid FrameDecoder::MakeGroupGrid() const {
  GroupGrid grid;
  grid.groups_x = static_cast<uint32_t>(state_.dimensions.groups_x);
  grid.groups_y = static_cast<uint32_t>(state_.dimensions.groups_y);
  if (lf_groups_wait_) {
    grid.lf_groups_x = state_.vardct.geometry.lf_groups_x;
    grid.lf_groups_y = state_.vardct.geometry.lf_groups_y;
  }
  return grid;
}

Status FrameDecoder::BeginGroupTiles(const FrameDelivery& delivery, GroupDelivery* groups) {
  FrameRenderer* renderer = &groups->renderer;
  JXLPOOL_RETURN_IF_ERROR(renderer->Begin(&state_, &samples_));
  const FrameDimensions& dimensions = state_.dimensions;
  uint8_t shifts_x[kMaxPlanes];
  uint8_t shifts_y[kMaxPlanes];
  const size_t num_planes = renderer->pipeline().num_channels();
  for (size_t plane = 0; plane < num_planes; ++plane) {
    const bool color = plane < 3;
    const uint32_t extra_shift = color ? 0 : ExtraChannelShift(state_.header, plane - 3);
    shifts_x[plane] = static_cast<uint8_t>(color ? dimensions.hshift[plane] : extra_shift);
    shifts_y[plane] = static_cast<uint8_t>(color ? dimensions.vshift[plane] : extra_shift);
  }
  const GroupGrid grid = MakeGroupGrid();
  const ScheduleLimits limits = LimitsFor(grid, state_.context->threads->num_workers(), state_.context->schedule_mode);
  JXLPOOL_RETURN_IF_ERROR(groups->schedule.Begin(grid, limits, state_.memory()));
  JXLPOOL_RETURN_IF_ERROR(groups->tiles.Begin(dimensions, state_.header.upsampling, renderer->pipeline(), shifts_x,
                                              shifts_y, num_planes, limits, state_.memory()));
  const uint32_t group_dim = dimensions.group_dim * state_.header.upsampling;
  const uint32_t max_width = group_dim + groups->tiles.output_lag_x();
  JXLPOOL_RETURN_IF_ERROR(renderer->ReserveScratch(std::min<int64_t>(max_width, dimensions.width)));
  return BeginDelivery(delivery, max_width, group_dim * limits.rows_in_flight + groups->tiles.output_lag_y());
}

Status FrameDecoder::DeliverGroupTiles(const FrameDelivery& delivery) {
  GroupDelivery groups;
  JXLPOOL_RETURN_IF_ERROR(BeginGroupTiles(delivery, &groups));
  JXLPOOL_RETURN_IF_ERROR(state_.context->threads->RunOnEach([&](uint32_t, uint32_t worker) {
    RunGroupTasks(worker, &groups);
    return OkStatus();
  }));
  return groups.schedule.error();
}

Status FrameDecoder::RehearseGroupTiles(const FrameDelivery& delivery, SizeRecorder* recorder) {
  GroupDelivery groups;
  JXLPOOL_RETURN_IF_ERROR(BeginGroupTiles(delivery, &groups));
  if (lf_groups_wait_) {
    JXLPOOL_RETURN_IF_ERROR(RehearseLfGroups(recorder));
    JXLPOOL_RETURN_IF_ERROR(PrepareTables());
  }
  if (!state_.header.is_modular) {
    for (FrameWorker& worker : state_.workers) {
      JXLPOOL_RETURN_IF_ERROR(worker.group_decoder.Prepare(state_.vardct, state_.memory()));
    }
  }
  // Of the first row only, which lies in the first LF groups.
  const uint32_t columns = std::min<uint32_t>(static_cast<uint32_t>(state_.dimensions.groups_x), 4);
  for (uint32_t gx = 0; gx < columns; ++gx) {
    recorder->BeginTask();
    JXLPOOL_RETURN_IF_ERROR(DecodeGroupIntoTile(gx, 0, 0, &groups.tiles));
    recorder->EndTask();
  }
  return OkStatus();
}

void FrameDecoder::RunGroupTasks(uint32_t worker, GroupDelivery* groups) {
  GroupSchedule* schedule = &groups->schedule;
  GroupTask task;
  uint32_t number = 0;
  while (schedule->TakeTask(&task, &number)) {
    const Status status = RunGroupTask(task, worker, groups);
    if (!status.ok()) schedule->GiveUp(number, status);
  }
  // Worker 0 is the thread that called Decode: rows are handed out by it.
  if (worker != 0) return;
  for (uint64_t version = 0; !schedule->is_over(); schedule->Wait(version)) {
    const Status status = DeliverRows(groups, &version);
    if (!status.ok()) schedule->GiveUp(number, status);
    if (schedule->is_over()) return;
  }
}

Status FrameDecoder::RunGroupTask(const GroupTask& task, uint32_t worker, GroupDelivery* groups) {
  GroupSchedule* schedule = &groups->schedule;
  uint64_t rows_version = 0;
  if (worker == 0) JXLPOOL_RETURN_IF_ERROR(DeliverRows(groups, &rows_version));
  for (uint64_t version = 0; !schedule->MayStart(task, &version); schedule->Wait(version)) {
    if (schedule->given_up()) return OkStatus();
    if (worker == 0) JXLPOOL_RETURN_IF_ERROR(DeliverRows(groups, &rows_version));
  }
  if (task.is_lf_group) return RunLfGroupTask(task, groups);
  JXLPOOL_RETURN_IF_ERROR(state_.CheckCancelled());
  JXLPOOL_RETURN_IF_ERROR(DecodeGroupIntoTile(task.gx, task.gy, worker, &groups->tiles));
  groups->tiles.Save(task.gx, task.gy);
  const GroupSchedule::Ready ready = schedule->Saved(task);
  for (uint32_t i = 0; i < ready.count; ++i) {
    JXLPOOL_RETURN_IF_ERROR(RenderGroup(ready.groups[i], worker, groups));
  }
  return OkStatus();
}

Status FrameDecoder::RunLfGroupTask(const GroupTask& task, GroupDelivery* groups) {
  const uint32_t lf_groups_x = state_.vardct.geometry.lf_groups_x;
  JXLPOOL_RETURN_IF_ERROR(ReadOneLfGroup(task.gy * lf_groups_x + task.gx));
  groups->schedule.LfGroupDone(task.gy);
  for (uint32_t row = 0; groups->schedule.TakeLfRow(&row);) {
    SmoothLfRows(row + 1);
    JXLPOOL_RETURN_IF_ERROR(PrepareTables());
    ReleaseSections(state_.toc.LfGroup(uint64_t{row} * lf_groups_x), lf_groups_x);
    groups->schedule.LfRowDone();
  }
  return OkStatus();
}

Status FrameDecoder::RenderGroup(const GroupTask& task, uint32_t worker, GroupDelivery* groups) {
  const auto compose = [&](const OutputRow& row) {
    composer_.Row(worker, static_cast<uint32_t>(row.y), static_cast<uint32_t>(row.x0), row.width, row.rows);
    return OkStatus();
  };
  JXLPOOL_RETURN_IF_ERROR(groups->renderer.RenderGroup(worker, groups->tiles, task.gx, task.gy, compose));
  groups->schedule.Rendered(task);
  return OkStatus();
}

Status FrameDecoder::DeliverRows(GroupDelivery* groups, uint64_t* version) {
  const uint32_t groups_x = static_cast<uint32_t>(state_.dimensions.groups_x);
  for (uint32_t gy = 0; groups->schedule.RowToDeliver(&gy, version);) {
    JXLPOOL_RETURN_IF_ERROR(composer_.FinishRows(static_cast<uint32_t>(groups->tiles.OutputRect(0, gy).y1())));
    ReleaseGroups(gy * groups_x, groups_x);
    groups->schedule.Delivered();
  }
  return OkStatus();
}

}  // namespace jxlpool
