// GroupSchedule: the order in which the LF groups and groups of a frame are decoded and rendered, and which of them
// have to wait so that memory holds only a few rows of groups.
//
// The work is a list of tasks: one per group, row by row, and before a row of groups needs them, the LF groups of its
// row of LF groups. Workers take tasks in this order and ask before each whether there is room:
//
//   schedule.AllowTasksBefore(n);                   // those whose input has come
//   while (schedule.TakeTask(&task))
//     while (!schedule.MayStart(task, &version)) schedule.Wait(version);    // the delivering thread delivers meanwhile
//     LF group:  read it; schedule.LfGroupDone(row);
//                while (schedule.TakeLfRow(&row)) { finish the row of LF groups; schedule.LfRowDone(); }
//     group:     decode and save it; ready = schedule.Saved(group);
//                for each of `ready`: render it; schedule.Rendered(it);
//     both:      schedule.TaskDone();
//
// One thread, the one that hands out rows, calls RowToDeliver and Delivered, and goes on with that when there are no
// more tasks, until the schedule is idle. The others may run ahead of it by rows_in_flight rows of groups at most. No
// task waits for one that comes after it in the order, so at least one worker can always go on, and a single worker
// never waits.
//
// All functions but Begin, EndOfRoom and AllowTasksBefore may be called from any thread. After GiveUp no task may
// start.
#ifndef LIB_FRAME_GROUP_SCHEDULE_H_
#define LIB_FRAME_GROUP_SCHEDULE_H_

#include <condition_variable>
#include <cstdint>
#include <mutex>

#include "lib/base/status.h"
#include "lib/pool/memory.h"
#include "lib/pool/pool_vector.h"

namespace jxlpool {

struct GroupGrid {
  uint32_t groups_x = 0;
  uint32_t groups_y = 0;
  // LF groups that are read on the way; 0 rows: none. A row of LF groups has kGroupsPerLfGroup rows of groups.
  uint32_t lf_groups_x = 0;
  uint32_t lf_groups_y = 0;
};

// How much is kept, in groups.
struct ScheduleLimits {
  static constexpr uint32_t kGroupsPerLfGroup = 8;
  static constexpr uint32_t kLeastLfRows = kGroupsPerLfGroup + 2;

  // Rows of groups between the first one that is not delivered and the last one that is worked on, both included.
  uint32_t rows_in_flight = 1;
  // Groups between the first one that is not rendered and the last one that is worked on, both included.
  uint32_t groups_in_flight = 1;
  // Rows of groups whose LF data is kept; at least kLeastLfRows.
  uint32_t lf_rows = kLeastLfRows;
};

enum class ScheduleMode : uint8_t {
  kStreaming,  // the least memory: a group per worker, which wait for each other now and then
  kParallel,   // several workers hardly ever wait; a worker may have two groups at a time where that is faster
};
ScheduleLimits LimitsFor(const GroupGrid& grid, uint32_t num_workers, ScheduleMode mode);

// Groups of a Modular frame that a worker decodes side by side: 1 or 2. Two only where none of the workers goes short
// of groups, and groups are not large.
uint32_t ModularGroupsAtATime(uint64_t num_groups, uint32_t group_dim, uint32_t num_workers, ScheduleMode mode);

struct GroupTask {
  bool is_lf_group = false;
  uint32_t gx = 0;  // in LF groups or groups
  uint32_t gy = 0;
};

class GroupSchedule {
 public:
  // Groups that become ready at once: a saved one, and those to the right and below.
  static constexpr uint32_t kMaxReady = 4;
  struct Ready {
    GroupTask groups[kMaxReady];
    uint32_t count = 0;
  };

  GroupSchedule() = default;
  GroupSchedule(const GroupSchedule&) = delete;
  GroupSchedule& operator=(const GroupSchedule&) = delete;

  // Errors: kMemoryLimit.
  Status Begin(const GroupGrid& grid, const ScheduleLimits& limits, Memory* memory);
  // Bytes that Begin acquires.
  static uint64_t Bytes(const GroupGrid& grid, const ScheduleLimits& limits);

  // One for each group and each LF group of the grid.
  uint32_t num_tasks() const { return num_tasks_; }
  // Tasks from this one on must not be taken yet; 0 after Begin.
  uint32_t end_of_allowed() const { return end_of_allowed_; }
  // The end of the tasks for rows that there is room for while none is delivered. REQUIRES: no task runs.
  uint32_t EndOfRoom() const;
  // Allows more tasks. REQUIRES: end_of_allowed() <= end <= num_tasks(); no task runs.
  void AllowTasksBefore(uint32_t end) { end_of_allowed_ = end; }

  // The next task that is allowed; false if there is none. `*number` is its place in the order.
  bool TakeTask(GroupTask* task, uint32_t* number);
  // REQUIRES: number < num_tasks().
  GroupTask TaskAt(uint32_t number) const;

  // Whether there is room for the task (and what it needs has been read). If not, `*version` is for Wait.
  bool MayStart(const GroupTask& task, uint64_t* version);
  // Returns when something has changed since MayStart set `version`.
  void Wait(uint64_t version);

  void LfGroupDone(uint32_t lf_row);
  // True if all of the next row of LF groups has been read, and no worker has taken it yet.
  bool TakeLfRow(uint32_t* lf_row);
  void LfRowDone();

  // The group's samples are there. Returns the groups whose neighbourhood is complete now: the caller renders them.
  Ready Saved(const GroupTask& group);
  void Rendered(const GroupTask& group);

  // True if all groups of the next row have been rendered. If not, `*version` is for Wait.
  bool RowToDeliver(uint32_t* row, uint64_t* version);
  // That row has been handed out.
  void Delivered();

  // A task that was taken is over.
  void TaskDone();
  // Task `number` has failed. The error of the first task in the order is kept.
  void GiveUp(uint32_t number, const Status& error);
  bool given_up();
  Status error();
  // All allowed tasks are over, and the rows that they completed have been handed out; or a task has failed.
  bool is_idle();

 private:
  struct Progress {
    uint8_t missing = 0;  // groups of its neighbourhood that are not saved
    bool rendered = false;
  };

  Progress& ProgressOf(uint32_t gx, uint32_t gy) {
    return progress_[size_t{gy % (limits_.rows_in_flight + 1)} * grid_.groups_x + gx];
  }
  void StartRow(uint32_t gy);
  // The number of tasks that come before the first one for row gy.
  uint32_t TasksBefore(uint32_t gy) const;
  // How many rows of LF groups are tasks for rows of groups before gy.
  uint32_t LfRowsUntil(uint32_t gy) const;
  bool IsRendered(uint32_t group);
  bool LfGroupMayStart(uint32_t lf_row) const;
  bool GroupMayStart(uint32_t gx, uint32_t gy);
  void Change();

  GroupGrid grid_;
  ScheduleLimits limits_;
  uint32_t num_tasks_ = 0;
  uint32_t end_of_allowed_ = 0;
  uint32_t lf_lead_ = 0;  // rows of LF groups that are read earlier than necessary

  std::mutex mutex_;  // guards what follows
  std::condition_variable changed_;
  uint64_t version_ = 0;
  uint32_t waiting_ = 0;
  bool given_up_ = false;
  Status error_;
  uint32_t error_task_ = 0;
  uint32_t next_task_ = 0;
  uint32_t done_tasks_ = 0;
  PoolVector<Progress> progress_;     // of the rows in flight and the next one
  PoolVector<uint32_t> row_missing_;  // of the same rows: groups that are not rendered
  PoolVector<uint32_t> lf_missing_;   // per row of LF groups: those that are not read
  uint32_t rendered_rows_ = 0;        // complete rows from the top
  uint32_t delivered_rows_ = 0;
  uint32_t lf_taken_ = 0;  // rows of LF groups
  uint32_t lf_done_ = 0;
};

}  // namespace jxlpool

#endif  // LIB_FRAME_GROUP_SCHEDULE_H_
