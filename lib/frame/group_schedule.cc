#include "lib/frame/group_schedule.h"

#include <algorithm>

#include "lib/base/bits.h"

namespace jxlpool {
namespace {

constexpr uint32_t kPerLfGroup = ScheduleLimits::kGroupsPerLfGroup;

}  // namespace

uint32_t ModularGroupsAtATime(uint64_t num_groups, uint32_t group_dim, uint32_t num_workers, ScheduleMode mode) {
  constexpr uint32_t kMaxGroupDim = 512;
  if (mode == ScheduleMode::kStreaming || group_dim > kMaxGroupDim) return 1;
  return num_workers > 1 && num_groups < 4 * uint64_t{num_workers} ? 1 : 2;
}

ScheduleLimits LimitsFor(const GroupGrid& grid, uint32_t num_workers, ScheduleMode mode) {
  ScheduleLimits limits;
  if (num_workers < 2) return limits;
  if (mode == ScheduleMode::kStreaming) {
    limits.groups_in_flight = num_workers + 1;
    limits.rows_in_flight = std::min(grid.groups_y, CeilDiv(num_workers, grid.groups_x));
    return limits;
  }
  limits.groups_in_flight = 3 * num_workers;
  limits.rows_in_flight = std::min(grid.groups_y, std::max(2u, CeilDiv(4 * num_workers, grid.groups_x)));
  // The row of LF groups that is read, the one that is decoded, and one more, so that reading may be early.
  limits.lf_rows = limits.rows_in_flight + 3 * kPerLfGroup;
  return limits;
}

Status GroupSchedule::Begin(const GroupGrid& grid, const ScheduleLimits& limits, Memory* memory) {
  grid_ = grid;
  limits_ = limits;
  lf_lead_ = limits.lf_rows >= 3 * kPerLfGroup ? 1 : 0;
  version_ = 0;
  given_up_ = false;
  error_ = OkStatus();
  next_task_ = done_tasks_ = end_of_allowed_ = 0;
  rendered_rows_ = delivered_rows_ = lf_taken_ = lf_done_ = 0;
  num_tasks_ = grid.groups_x * grid.groups_y + grid.lf_groups_x * grid.lf_groups_y;
  const size_t num_rows = size_t{limits.rows_in_flight} + 1;
  progress_ = PoolVector<Progress>(memory, Category::kOther);
  row_missing_ = PoolVector<uint32_t>(memory, Category::kOther);
  lf_missing_ = PoolVector<uint32_t>(memory, Category::kOther);
  JXLPOOL_RETURN_IF_ERROR(progress_.Resize(num_rows * grid.groups_x));
  JXLPOOL_RETURN_IF_ERROR(row_missing_.Resize(num_rows));
  JXLPOOL_RETURN_IF_ERROR(lf_missing_.Resize(grid.lf_groups_y));
  std::fill(lf_missing_.begin(), lf_missing_.end(), grid.lf_groups_x);
  for (uint32_t gy = 0; gy < num_rows; ++gy) StartRow(gy);
  return OkStatus();
}

uint64_t GroupSchedule::Bytes(const GroupGrid& grid, const ScheduleLimits& limits) {
  const uint64_t num_rows = uint64_t{limits.rows_in_flight} + 1;
  return BufferBytes(num_rows * grid.groups_x * sizeof(Progress)) + BufferBytes(num_rows * sizeof(uint32_t)) +
         BufferBytes(grid.lf_groups_y * sizeof(uint32_t));
}

void GroupSchedule::StartRow(uint32_t gy) {
  for (uint32_t gx = 0; gx < grid_.groups_x; ++gx) {
    Progress& progress = ProgressOf(gx, gy);
    progress.missing = static_cast<uint8_t>((gx > 0 ? 2 : 1) * (gy > 0 ? 2 : 1));
    progress.rendered = false;
  }
  row_missing_[gy % (limits_.rows_in_flight + 1)] = grid_.groups_x;
}

uint32_t GroupSchedule::LfRowsUntil(uint32_t gy) const {
  return gy == 0 ? 0 : std::min(grid_.lf_groups_y, lf_lead_ + gy / kPerLfGroup + 1);
}

uint32_t GroupSchedule::TasksBefore(uint32_t gy) const {
  return gy * grid_.groups_x + LfRowsUntil(gy) * grid_.lf_groups_x;
}

uint32_t GroupSchedule::EndOfRoom() const {
  return TasksBefore(std::min(grid_.groups_y, delivered_rows_ + limits_.rows_in_flight));
}

bool GroupSchedule::TakeTask(GroupTask* task, uint32_t* number) {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (given_up_ || next_task_ == end_of_allowed_) return false;
    *number = next_task_++;
  }
  *task = TaskAt(*number);
  return true;
}

GroupTask GroupSchedule::TaskAt(uint32_t number) const {
  uint32_t gy = 0;
  for (uint32_t end = grid_.groups_y; gy + 1 < end;) {
    const uint32_t middle = gy + (end - gy) / 2;
    (TasksBefore(middle) <= number ? gy : end) = middle;
  }
  const uint32_t offset = number - TasksBefore(gy);
  const uint32_t first_lf_row = LfRowsUntil(gy);
  const uint32_t lf_groups = (LfRowsUntil(gy + 1) - first_lf_row) * grid_.lf_groups_x;
  if (offset >= lf_groups) return GroupTask{false, offset - lf_groups, gy};
  return GroupTask{true, offset % grid_.lf_groups_x, first_lf_row + offset / grid_.lf_groups_x};
}

bool GroupSchedule::IsRendered(uint32_t group) {
  const uint32_t gy = group / grid_.groups_x;
  return gy < rendered_rows_ || ProgressOf(group % grid_.groups_x, gy).rendered;
}

bool GroupSchedule::LfGroupMayStart(uint32_t lf_row) const {
  const uint32_t end = (lf_row + 1) * kPerLfGroup;
  if (end <= limits_.lf_rows) return true;
  // Rows of groups before end - lf_rows are overwritten; the row after them is rendered, and without passes decoded,
  // with a part of their data.
  return rendered_rows_ >= std::min(grid_.groups_y, end - limits_.lf_rows + 1);
}

bool GroupSchedule::GroupMayStart(uint32_t gx, uint32_t gy) {
  if (gy >= delivered_rows_ + limits_.rows_in_flight) return false;
  // The smoothing of the LF image needs the row below, and so does its enlargement for groups without passes.
  if (lf_done_ < std::min(grid_.lf_groups_y, (gy + 1) / kPerLfGroup + 1)) return false;
  const uint32_t group = gy * grid_.groups_x + gx;
  return group < limits_.groups_in_flight || IsRendered(group - limits_.groups_in_flight);
}

bool GroupSchedule::MayStart(const GroupTask& task, uint64_t* version) {
  const std::lock_guard<std::mutex> lock(mutex_);
  *version = version_;
  if (given_up_) return false;
  return task.is_lf_group ? LfGroupMayStart(task.gy) : GroupMayStart(task.gx, task.gy);
}

void GroupSchedule::Wait(uint64_t version) {
  std::unique_lock<std::mutex> lock(mutex_);
  ++waiting_;
  changed_.wait(lock, [&] { return version_ != version; });
  --waiting_;
}

// REQUIRES: the mutex is held.
void GroupSchedule::Change() {
  ++version_;
  if (waiting_ != 0) changed_.notify_all();
}

void GroupSchedule::LfGroupDone(uint32_t lf_row) {
  const std::lock_guard<std::mutex> lock(mutex_);
  --lf_missing_[lf_row];
}

bool GroupSchedule::TakeLfRow(uint32_t* lf_row) {
  const std::lock_guard<std::mutex> lock(mutex_);
  if (lf_taken_ != lf_done_ || lf_taken_ == grid_.lf_groups_y || lf_missing_[lf_taken_] != 0) return false;
  *lf_row = lf_taken_++;
  return true;
}

void GroupSchedule::LfRowDone() {
  const std::lock_guard<std::mutex> lock(mutex_);
  ++lf_done_;
  Change();
}

GroupSchedule::Ready GroupSchedule::Saved(const GroupTask& group) {
  Ready ready;
  const std::lock_guard<std::mutex> lock(mutex_);
  for (const uint32_t gy : {group.gy, group.gy + 1}) {
    for (const uint32_t gx : {group.gx, group.gx + 1}) {
      if (gx == grid_.groups_x || gy == grid_.groups_y) continue;
      if (--ProgressOf(gx, gy).missing == 0) ready.groups[ready.count++] = GroupTask{false, gx, gy};
    }
  }
  return ready;
}

void GroupSchedule::Rendered(const GroupTask& group) {
  const std::lock_guard<std::mutex> lock(mutex_);
  ProgressOf(group.gx, group.gy).rendered = true;
  const auto row_missing = [&](uint32_t gy) -> uint32_t& { return row_missing_[gy % (limits_.rows_in_flight + 1)]; };
  --row_missing(group.gy);
  while (rendered_rows_ < grid_.groups_y && row_missing(rendered_rows_) == 0) ++rendered_rows_;
  Change();
}

bool GroupSchedule::RowToDeliver(uint32_t* row, uint64_t* version) {
  const std::lock_guard<std::mutex> lock(mutex_);
  *version = version_;
  *row = delivered_rows_;
  return !given_up_ && delivered_rows_ < rendered_rows_;
}

void GroupSchedule::Delivered() {
  const std::lock_guard<std::mutex> lock(mutex_);
  StartRow(delivered_rows_ + limits_.rows_in_flight + 1);
  ++delivered_rows_;
  Change();
}

void GroupSchedule::TaskDone() {
  const std::lock_guard<std::mutex> lock(mutex_);
  if (++done_tasks_ == end_of_allowed_) Change();
}

void GroupSchedule::GiveUp(uint32_t number, const Status& error) {
  const std::lock_guard<std::mutex> lock(mutex_);
  if (!given_up_ || number < error_task_) {
    error_ = error;
    error_task_ = number;
  }
  given_up_ = true;
  Change();
}

bool GroupSchedule::given_up() {
  const std::lock_guard<std::mutex> lock(mutex_);
  return given_up_;
}

Status GroupSchedule::error() {
  const std::lock_guard<std::mutex> lock(mutex_);
  return error_;
}

bool GroupSchedule::is_idle() {
  const std::lock_guard<std::mutex> lock(mutex_);
  return given_up_ || (done_tasks_ == end_of_allowed_ && delivered_rows_ == rendered_rows_);
}

}  // namespace jxlpool
