#include "lib/frame/group_tiles_plan.h"

#include <algorithm>

#include "lib/frame/lf_group.h"

namespace jxlpool {
namespace {

GroupGrid GridOf(const FrameState& frame) {
  GroupGrid grid;
  grid.groups_x = static_cast<uint32_t>(frame.dimensions.groups_x);
  grid.groups_y = static_cast<uint32_t>(frame.dimensions.groups_y);
  if (frame.header.is_modular || frame.toc.IsSingleSection()) return grid;
  grid.lf_groups_x = static_cast<uint32_t>(frame.dimensions.lf_groups_x);
  grid.lf_groups_y = static_cast<uint32_t>(frame.dimensions.lf_groups_y);
  return grid;
}

}  // namespace

GroupTilesPlan::GroupTilesPlan(FrameState* frame, SectionReader* sections)
    : frame_(frame),
      sections_(sections),
      grid_(GridOf(*frame)),
      lf_(frame, sections),
      groups_(frame, sections),
      samples_(*frame) {}

Status GroupTilesPlan::Begin() {
  JXLPOOL_RETURN_IF_ERROR(renderer_.Begin(frame_, &samples_));
  const FrameDimensions& dimensions = frame_->dimensions;
  GroupTiles::Planes planes;
  planes.count = renderer_.pipeline().num_channels();
  for (size_t plane = 0; plane < planes.count; ++plane) {
    const bool color = plane < 3;
    const uint32_t extra_shift = color ? 0 : ExtraChannelShift(frame_->header, plane - 3);
    planes.shifts_x[plane] = static_cast<uint8_t>(color ? dimensions.hshift[plane] : extra_shift);
    planes.shifts_y[plane] = static_cast<uint8_t>(color ? dimensions.vshift[plane] : extra_shift);
  }
  return tiles_.Begin(dimensions, frame_->header.upsampling, renderer_.pipeline(), planes, frame_->memory());
}

uint32_t GroupTilesPlan::MaxWidth() const {
  return frame_->dimensions.group_dim * frame_->header.upsampling + tiles_.output_lag_x();
}

FrameDelivery::Flow GroupTilesPlan::FlowOf(const ScheduleLimits& limits, uint32_t num_workers) const {
  const uint32_t group_dim = frame_->dimensions.group_dim * frame_->header.upsampling;
  return {num_workers, MaxWidth(), group_dim * limits.rows_in_flight + tiles_.output_lag_y()};
}

uint64_t GroupTilesPlan::Needs(const FrameRequest& request, const Workforce& workforce) const {
  const uint32_t num_workers = workforce.num_workers();
  const ScheduleLimits limits = LimitsFor(grid_, num_workers, workforce.mode);
  const uint64_t width = std::min<uint64_t>(MaxWidth(), frame_->dimensions.width);
  const uint64_t group_workers = std::min<uint64_t>(num_workers, frame_->dimensions.num_groups);
  return tiles_.Bytes(limits) + GroupSchedule::Bytes(grid_, limits) +
         num_workers * renderer_.ScratchBytes(static_cast<int64_t>(width)) +
         LfReader::Bytes(*frame_, grid_.lf_groups_y == 0 ? LfReader::kAllRows : limits.lf_rows) +
         FrameDelivery::Bytes(*frame_, request, FlowOf(limits, num_workers)) +
         group_workers * GroupReader::WorkerBytes(*frame_, 1) + LfGroupScratchBytes(*frame_, num_workers);
}

Status GroupTilesPlan::Reserve(const FrameRequest& request, const Workforce& workforce) {
  Memory* memory = frame_->memory();
  const uint32_t num_workers = workforce.num_workers();
  const ScheduleLimits limits = LimitsFor(grid_, num_workers, workforce.mode);
  const bool lf_groups_are_tasks = grid_.lf_groups_y != 0;
  if (!has_lf_) JXLPOOL_RETURN_IF_ERROR(lf_.Begin(lf_groups_are_tasks ? limits.lf_rows : LfReader::kAllRows));
  has_lf_ = true;
  JXLPOOL_RETURN_IF_ERROR(lf_groups_are_tasks ? lf_.CheckSomeAreThere() : lf_.ReadAll(workforce.threads));
  if (is_reserved_) return OkStatus();
  JXLPOOL_RETURN_IF_ERROR(groups_.Begin(num_workers));
  JXLPOOL_RETURN_IF_ERROR(schedule_.Begin(grid_, limits, memory));
  JXLPOOL_RETURN_IF_ERROR(tiles_.Reserve(limits, memory));
  JXLPOOL_RETURN_IF_ERROR(
      renderer_.ReserveScratch(num_workers, std::min<int64_t>(MaxWidth(), frame_->dimensions.width)));
  JXLPOOL_RETURN_IF_ERROR(delivery_.Begin(*frame_, request, FlowOf(limits, num_workers)));
  first_group_row_ = request.first_row / (frame_->dimensions.group_dim * frame_->header.upsampling);
  is_reserved_ = true;
  return OkStatus();
}

Status GroupTilesPlan::MayOpen(const GroupTask& task) const {
  return task.is_lf_group ? sections_->MayOpenLfGroup(task.gy * grid_.lf_groups_x + task.gx)
                          : sections_->MayOpenGroup(task.gy * grid_.groups_x + task.gx);
}

Status GroupTilesPlan::Advance(const FrameRequest& request, const Workforce& workforce, SharedFrame* saved) {
  JXLPOOL_RETURN_IF_ERROR(Reserve(request, workforce));
  JXLPOOL_RETURN_IF_ERROR(delivery_.FillAbove());
  while (schedule_.end_of_allowed() < schedule_.num_tasks()) {
    JXLPOOL_RETURN_IF_ERROR(AllowTasks());
    JXLPOOL_RETURN_IF_ERROR(workforce.threads->RunOnEach([&](uint32_t, uint32_t worker) {
      RunTasks(worker);
      return OkStatus();
    }));
    JXLPOOL_RETURN_IF_ERROR(schedule_.error());
    JXLPOOL_RETURN_IF_ERROR(delivery_.Pause());
  }
  JXLPOOL_ASSIGN_OR_RETURN(*saved, delivery_.Finish());
  return OkStatus();
}

Status GroupTilesPlan::AllowTasks() {
  const uint32_t max_end = delivery_.pauses_between_rows() ? schedule_.EndOfRoom() : schedule_.num_tasks();
  const uint32_t begin = schedule_.end_of_allowed();
  uint32_t end = begin;
  Status wait;
  while (end < max_end && (wait = MayOpen(schedule_.TaskAt(end))).ok()) ++end;
  schedule_.AllowTasksBefore(end);
  return end == begin ? wait : OkStatus();
}

void GroupTilesPlan::RunTasks(uint32_t worker) {
  GroupTask task;
  uint32_t number = 0;
  while (schedule_.TakeTask(&task, &number)) {
    const Status status = RunTask(task, worker);
    if (!status.ok()) schedule_.GiveUp(number, status);
    schedule_.TaskDone();
  }
  // Worker 0 is the thread that called Advance: rows are handed out by it.
  if (worker != 0) return;
  for (uint64_t version = 0; !schedule_.is_idle(); schedule_.Wait(version)) {
    const Status status = DeliverRows(&version);
    if (!status.ok()) schedule_.GiveUp(number, status);
    if (schedule_.is_idle()) return;
  }
}

Status GroupTilesPlan::RunTask(const GroupTask& task, uint32_t worker) {
  uint64_t rows_version = 0;
  if (worker == 0) JXLPOOL_RETURN_IF_ERROR(DeliverRows(&rows_version));
  for (uint64_t version = 0; !schedule_.MayStart(task, &version); schedule_.Wait(version)) {
    if (schedule_.given_up()) return OkStatus();
    if (worker == 0) JXLPOOL_RETURN_IF_ERROR(DeliverRows(&rows_version));
  }
  if (task.is_lf_group) return RunLfGroupTask(task);
  JXLPOOL_RETURN_IF_ERROR(frame_->CheckCancelled());
  JXLPOOL_RETURN_IF_ERROR(DecodeGroup(task.gx, task.gy, worker));
  tiles_.Save(task.gx, task.gy);
  const GroupSchedule::Ready ready = schedule_.Saved(task);
  for (uint32_t i = 0; i < ready.count; ++i) JXLPOOL_RETURN_IF_ERROR(RenderGroup(ready.groups[i], worker));
  return OkStatus();
}

Status GroupTilesPlan::RunLfGroupTask(const GroupTask& task) {
  JXLPOOL_RETURN_IF_ERROR(lf_.Read(task.gy * grid_.lf_groups_x + task.gx));
  schedule_.LfGroupDone(task.gy);
  for (uint32_t row = 0; schedule_.TakeLfRow(&row);) {
    JXLPOOL_RETURN_IF_ERROR(lf_.FinishRows(row + 1));
    schedule_.LfRowDone();
  }
  return OkStatus();
}

Status GroupTilesPlan::DecodeGroup(uint32_t gx, uint32_t gy, uint32_t worker) {
  if (gy < first_group_row_) return OkStatus();
  const uint32_t group = gy * grid_.groups_x + gx;
  Matrix3D<float>* tile = tiles_.Tile(gx, gy);
  SectionReader::Group opened;
  if (frame_->header.is_modular) {
    JXLPOOL_RETURN_IF_ERROR(sections_->OpenGroup(group, &opened));
  } else {
    const View2D<float> planes[3] = {tile->Plane(0), tile->Plane(1), tile->Plane(2)};
    JXLPOOL_RETURN_IF_ERROR(groups_.DecodeVarDct(group, worker, planes, &opened));
  }
  if (frame_->modular.num_channels() == 0) {
    for (uint32_t pass = 0; pass < opened.count; ++pass) JXLPOOL_RETURN_IF_ERROR(opened.readers[pass].Check());
    return OkStatus();
  }
  ModularImage image;
  JXLPOOL_RETURN_IF_ERROR(groups_.DecodeImage(group, &opened, &image));
  for (size_t plane = 0; plane < tile->planes(); ++plane) {
    if (samples_.ChannelOfPlane(plane) == SIZE_MAX) continue;
    const Rect rect = tiles_.PlaneRect(plane, gx, gy);
    for (size_t y = 0; y < static_cast<size_t>(rect.height); ++y) {
      samples_.ToFloat(image, plane, y, 0, static_cast<size_t>(rect.width), tile->Row(plane, y));
    }
  }
  return OkStatus();
}

Status GroupTilesPlan::RenderGroup(const GroupTask& task, uint32_t worker) {
  const auto compose = [&](const OutputRow& row) {
    delivery_.Take(worker, row);
    return OkStatus();
  };
  if (task.gy >= first_group_row_) {
    JXLPOOL_RETURN_IF_ERROR(renderer_.RenderGroup(worker, tiles_, task.gx, task.gy, compose));
  }
  schedule_.Rendered(task);
  return OkStatus();
}

void GroupTilesPlan::ReleaseRowsBefore(uint32_t gy) {
  constexpr uint32_t kPerLfGroup = ScheduleLimits::kGroupsPerLfGroup;
  if (gy == 0) return;
  sections_->ReleaseGroups((gy - 1) * grid_.groups_x, grid_.groups_x);
  if (grid_.lf_groups_y == 0 || gy % kPerLfGroup != 0) return;
  sections_->ReleaseLfGroups((gy / kPerLfGroup - 1) * grid_.lf_groups_x, grid_.lf_groups_x);
}

Status GroupTilesPlan::DeliverRows(uint64_t* version) {
  for (uint32_t gy = 0; schedule_.RowToDeliver(&gy, version);) {
    JXLPOOL_RETURN_IF_ERROR(delivery_.composer().FinishRows(static_cast<uint32_t>(tiles_.OutputRect(0, gy).y1())));
    ReleaseRowsBefore(gy);
    schedule_.Delivered();
  }
  return OkStatus();
}

// One LF group of each shape that there is; the first one last, as its groups come next. Each is a task where there are
// several of its shape.
Status GroupTilesPlan::RehearseLfGroups(SizeRecorder* recorder) {
  const FrameDimensions& dimensions = frame_->dimensions;
  const BlockRect first = dimensions.LfGroupBlocks(0);
  const uint32_t last_column = grid_.lf_groups_x - 1;
  const uint32_t last_row = (grid_.lf_groups_y - 1) * grid_.lf_groups_x;
  const bool narrow = dimensions.LfGroupBlocks(last_column).columns != first.columns;
  const bool low = dimensions.LfGroupBlocks(last_row).rows != first.rows;
  const auto read_as_task = [&](uint32_t lf_group) {
    recorder->BeginTask();
    JXLPOOL_RETURN_IF_ERROR(lf_.Read(lf_group));
    recorder->EndTask();
    return OkStatus();
  };
  if (narrow && low) JXLPOOL_RETURN_IF_ERROR(lf_.Read(last_row + last_column));
  if (low) JXLPOOL_RETURN_IF_ERROR(last_column > 1 ? read_as_task(last_row) : lf_.Read(last_row));
  if (narrow) JXLPOOL_RETURN_IF_ERROR(last_row > last_column ? read_as_task(last_column) : lf_.Read(last_column));
  JXLPOOL_RETURN_IF_ERROR(read_as_task(0));
  // Nothing is smoothed: that would need the rows above.
  return frame_->has_hf_global ? PrepareDequantTables(frame_->memory(), &frame_->vardct) : OkStatus();
}

Status GroupTilesPlan::Rehearse(const FrameRequest& request, const Workforce& workforce, SizeRecorder* recorder) {
  JXLPOOL_RETURN_IF_ERROR(Reserve(request, workforce));
  if (grid_.lf_groups_y != 0) JXLPOOL_RETURN_IF_ERROR(RehearseLfGroups(recorder));
  JXLPOOL_RETURN_IF_ERROR(groups_.PrepareWorkers());
  // Of the first row only, which lies in the first LF groups.
  const uint32_t columns = std::min(grid_.groups_x, 4u);
  for (uint32_t gx = 0; gx < columns; ++gx) {
    recorder->BeginTask();
    JXLPOOL_RETURN_IF_ERROR(DecodeGroup(gx, 0, 0));
    recorder->EndTask();
  }
  return OkStatus();
}

}  // namespace jxlpool
