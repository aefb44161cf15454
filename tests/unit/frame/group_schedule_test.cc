// The order of LF groups and groups: every task once, a single worker never waits, no task uses what is not there or
// overwrites what is needed, whatever the grid, the limits and the interleaving of workers.
#include "lib/frame/group_schedule.h"

#include <algorithm>
#include <random>
#include <set>
#include <tuple>
#include <vector>

#include "lib/base/bits.h"
#include "tests/unit/compose/frame_test_util.h"

namespace jxlpool {
namespace {

GroupGrid Grid(uint32_t groups_x, uint32_t groups_y, bool with_lf_groups) {
  GroupGrid grid{groups_x, groups_y, 0, 0};
  if (with_lf_groups) {
    grid.lf_groups_x = CeilDiv(groups_x, 8u);
    grid.lf_groups_y = CeilDiv(groups_y, 8u);
  }
  return grid;
}

// Workers that are simulated step by step, with rules of their own about what must be true at each step.
class Simulation {
 public:
  Simulation(const GroupGrid& grid, const ScheduleLimits& limits, uint32_t num_workers, uint32_t seed, Memory* memory)
      : grid_(grid), limits_(limits), random_(seed), workers_(num_workers) {
    EXPECT_TRUE(schedule_.Begin(grid, limits, memory).ok());
    saved_.assign(size_t{grid.groups_x} * grid.groups_y, false);
    rendered_ = saved_;
    lf_missing_.assign(grid.lf_groups_y, grid.lf_groups_x);
  }

  // From now on no more tasks are allowed at a time than there is room for while no row is delivered.
  void PauseBetweenRows() { pauses_ = true; }

  // Runs everything; returns how often a worker had to wait.
  uint32_t Run() {
    uint32_t waits = 0;
    uint32_t idle = 0;
    while (delivered_ < grid_.groups_y) {
      AllowMore();
      const size_t w = random_() % workers_.size();
      const bool moved = Step(w);
      waits += moved ? 0 : 1;
      idle = moved ? 0 : idle + 1;
      if (idle > 200 * workers_.size() || testing::Test::HasFatalFailure()) {
        ADD_FAILURE() << "no worker can go on";
        break;
      }
    }
    return waits;
  }

 private:
  struct Worker {
    bool busy = false;     // has a task
    bool started = false;  // and is working on it
    GroupTask task;
    std::vector<GroupTask> to_render;
  };

  size_t IndexOf(const GroupTask& group) const { return size_t{group.gy} * grid_.groups_x + group.gx; }

  bool Step(size_t w) {
    Worker& worker = workers_[w];
    bool moved = w == 0 && Deliver();
    if (!worker.to_render.empty()) {
      Render(&worker);
      if (worker.to_render.empty()) schedule_.TaskDone();
      return true;
    }
    if (!worker.busy) {
      uint32_t number = 0;
      if (!schedule_.TakeTask(&worker.task, &number)) return moved;
      EXPECT_EQ(number, next_++);
      worker.busy = true;
    }
    if (!worker.started) {
      uint64_t version = 0;
      if (!schedule_.MayStart(worker.task, &version)) return moved;
      worker.started = true;
      CheckStart(worker.task);
      return true;
    }
    worker.busy = worker.started = false;
    Finish(&worker);
    if (worker.to_render.empty()) schedule_.TaskDone();
    return true;
  }

  // When nothing is left to do, more of the input has come: nothing, a few tasks, or all of them.
  void AllowMore() {
    if (!schedule_.is_idle()) return;
    const uint32_t end = schedule_.end_of_allowed();
    EXPECT_EQ(next_, end);
    for (const Worker& worker : workers_) EXPECT_TRUE(!worker.busy && worker.to_render.empty());
    if (pauses_) {
      // Each step ends with rows, and without groups of later rows.
      EXPECT_TRUE(end == 0 || delivered_ > delivered_before_);
      EXPECT_EQ(std::count(saved_.begin(), saved_.end(), true), delivered_ * int64_t{grid_.groups_x});
      delivered_before_ = delivered_;
      schedule_.AllowTasksBefore(schedule_.EndOfRoom());
      return;
    }
    const uint32_t left = schedule_.num_tasks() - end;
    schedule_.AllowTasksBefore(end + (random_() % 4 == 0 ? left : static_cast<uint32_t>(random_()) % (left + 1)));
  }

  void CheckStart(const GroupTask& task) {
    if (task.is_lf_group) {
      const int64_t first_overwritten = int64_t{8} * task.gy - limits_.lf_rows;
      // Data of rows before first_overwritten + 8 disappears, of which nothing may be needed any more; and rows are
      // rendered, and without passes decoded, with the last data of the row above.
      for (int64_t gy = 0; gy < std::min<int64_t>(grid_.groups_y, first_overwritten + 9); ++gy) {
        for (uint32_t gx = 0; gx < grid_.groups_x; ++gx) {
          ASSERT_TRUE(rendered_[static_cast<size_t>(gy) * grid_.groups_x + gx])
              << "LF row " << task.gy << " row " << gy;
        }
      }
      return;
    }
    ASSERT_LT(task.gy, (pauses_ ? delivered_before_ : delivered_) + limits_.rows_in_flight);
    const size_t index = IndexOf(task);
    if (index >= limits_.groups_in_flight) {
      ASSERT_TRUE(rendered_[index - limits_.groups_in_flight]);
    }
    for (uint32_t row = 0; row < grid_.lf_groups_y && row <= (task.gy + 1) / 8; ++row) ASSERT_LT(row, lf_done_);
  }

  void Finish(Worker* worker) {
    const GroupTask task = worker->task;
    if (task.is_lf_group) {
      --lf_missing_[task.gy];
      schedule_.LfGroupDone(task.gy);
      for (uint32_t row = 0; schedule_.TakeLfRow(&row);) {
        ASSERT_EQ(row, lf_done_);
        ASSERT_EQ(lf_missing_[row], 0u);
        ++lf_done_;
        schedule_.LfRowDone();
      }
      return;
    }
    ASSERT_FALSE(saved_[IndexOf(task)]);
    saved_[IndexOf(task)] = true;
    const GroupSchedule::Ready ready = schedule_.Saved(task);
    worker->to_render.assign(ready.groups, ready.groups + ready.count);
  }

  void Render(Worker* worker) {
    const GroupTask group = worker->to_render.back();
    worker->to_render.pop_back();
    ASSERT_FALSE(rendered_[IndexOf(group)]);
    for (const uint32_t gy : {group.gy, std::max(1u, group.gy) - 1}) {
      for (const uint32_t gx : {group.gx, std::max(1u, group.gx) - 1}) {
        ASSERT_TRUE(saved_[IndexOf(GroupTask{false, gx, gy})]);
      }
    }
    rendered_[IndexOf(group)] = true;
    schedule_.Rendered(group);
  }

  bool Deliver() {
    uint32_t row = 0;
    uint64_t version = 0;
    if (!schedule_.RowToDeliver(&row, &version)) return false;
    EXPECT_EQ(row, delivered_);
    for (uint32_t gx = 0; gx < grid_.groups_x; ++gx) EXPECT_TRUE(rendered_[IndexOf(GroupTask{false, gx, row})]);
    ++delivered_;
    schedule_.Delivered();
    return true;
  }

  GroupGrid grid_;
  ScheduleLimits limits_;
  std::mt19937 random_;
  GroupSchedule schedule_;
  std::vector<Worker> workers_;
  std::vector<bool> saved_;
  std::vector<bool> rendered_;
  std::vector<uint32_t> lf_missing_;
  bool pauses_ = false;
  uint32_t next_ = 0;
  uint32_t delivered_ = 0;
  uint32_t delivered_before_ = 0;  // the current step
  uint32_t lf_done_ = 0;
};

using GroupScheduleTest = FrameTest;

TEST_F(GroupScheduleTest, EveryTaskOnceRowByRow) {
  for (const uint32_t groups_x : {1u, 3u, 8u, 9u}) {
    for (uint32_t groups_y = 1; groups_y < 40; ++groups_y) {
      for (const bool with_lf_groups : {false, true}) {
        for (const uint32_t workers : {1u, 4u}) {
          const ScheduleMode mode = groups_y % 2 == 0 ? ScheduleMode::kStreaming : ScheduleMode::kParallel;
          const GroupGrid grid = Grid(groups_x, groups_y, with_lf_groups);
          GroupSchedule schedule;
          ASSERT_TRUE(schedule.Begin(grid, LimitsFor(grid, workers, mode), &memory_).ok());
          schedule.AllowTasksBefore(schedule.num_tasks());
          std::set<std::tuple<bool, uint32_t, uint32_t>> seen;
          std::pair<uint32_t, uint32_t> last_group{0, 0};
          GroupTask task;
          uint32_t number;
          while (schedule.TakeTask(&task, &number)) {
            ASSERT_EQ(number, seen.size());
            ASSERT_TRUE(seen.emplace(task.is_lf_group, task.gx, task.gy).second);
            ASSERT_LT(task.gx, task.is_lf_group ? grid.lf_groups_x : groups_x);
            ASSERT_LT(task.gy, task.is_lf_group ? grid.lf_groups_y : groups_y);
            if (task.is_lf_group) continue;
            ASSERT_LE(last_group, std::make_pair(task.gy, task.gx));
            last_group = {task.gy, task.gx};
          }
          ASSERT_EQ(seen.size(), groups_x * groups_y + grid.lf_groups_x * grid.lf_groups_y);
        }
      }
    }
  }
}

TEST_F(GroupScheduleTest, OneWorkerNeverWaits) {
  for (const uint32_t groups_x : {1u, 2u, 9u}) {
    for (uint32_t groups_y = 1; groups_y < 60; ++groups_y) {
      for (const bool with_lf_groups : {false, true}) {
        const GroupGrid grid = Grid(groups_x, groups_y, with_lf_groups);
        for (const uint32_t limits_for : {1u, 2u, 7u}) {
          const ScheduleMode mode = groups_y % 2 == 0 ? ScheduleMode::kStreaming : ScheduleMode::kParallel;
          EXPECT_EQ(Simulation(grid, LimitsFor(grid, limits_for, mode), 1, 0, &memory_).Run(), 0u)
              << groups_x << " x " << groups_y;
        }
      }
    }
  }
}

TEST_F(GroupScheduleTest, AnyInterleavingOfWorkers) {
  for (uint32_t seed = 0; seed < 300; ++seed) {
    std::mt19937 engine(seed);
    const auto random = [&] { return static_cast<uint32_t>(engine()); };
    const GroupGrid grid = Grid(1 + random() % 12, 1 + random() % 50, random() % 4 != 0);
    const uint32_t workers = 1 + random() % 6;
    const ScheduleMode mode = seed % 2 == 0 ? ScheduleMode::kStreaming : ScheduleMode::kParallel;
    ScheduleLimits limits = LimitsFor(grid, workers, mode);
    if (seed % 3 == 0)
      limits = LimitsFor(grid, 1,
                         ScheduleMode::kParallel);  // the least memory, and workers that have to wait for each other
    Simulation(grid, limits, workers, seed, &memory_).Run();
    Simulation in_steps(grid, limits, workers, seed, &memory_);
    in_steps.PauseBetweenRows();
    in_steps.Run();
    ASSERT_FALSE(HasFailure()) << "seed " << seed;
  }
}

TEST_F(GroupScheduleTest, NothingStartsAfterGivingUp) {
  const GroupGrid grid = Grid(2, 2, false);
  GroupSchedule schedule;
  ASSERT_TRUE(schedule.Begin(grid, LimitsFor(grid, 1, ScheduleMode::kParallel), &memory_).ok());
  uint64_t version = 0;
  EXPECT_TRUE(schedule.MayStart(schedule.TaskAt(0), &version));
  schedule.GiveUp(2, Corrupt("second"));
  schedule.Wait(version);  // returns, since something has changed
  EXPECT_FALSE(schedule.MayStart(schedule.TaskAt(0), &version));
  EXPECT_TRUE(schedule.given_up());
  EXPECT_TRUE(schedule.is_idle());
  schedule.GiveUp(1, Corrupt("first"));
  schedule.GiveUp(3, Corrupt("third"));
  EXPECT_STREQ(schedule.error().message(), "first");
}

}  // namespace
}  // namespace jxlpool
