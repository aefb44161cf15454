// FramePlan: one way of making pixels of a frame's sections. Which one suits is decided once, after a look at LfGlobal.
#ifndef LIB_FRAME_FRAME_PLAN_H_
#define LIB_FRAME_FRAME_PLAN_H_

#include <cstdint>

#include "lib/base/status.h"
#include "lib/base/thread_pool.h"
#include "lib/compose/shared_frame.h"
#include "lib/frame/frame_delivery.h"
#include "lib/frame/frame_state.h"
#include "lib/frame/group_schedule.h"
#include "lib/modular/frame_modular.h"
#include "lib/pool/size_recorder.h"

namespace jxlpool {

// The threads that work on a frame, and how far they may run ahead of each other.
struct Workforce {
  ThreadPool* threads = nullptr;
  ScheduleMode mode = ScheduleMode::kParallel;

  uint32_t num_workers() const { return threads->num_workers(); }
  // Groups of the frame that a worker decodes side by side.
  uint32_t GroupsAtATime(const FrameState& frame) const {
    if (!frame.header.is_modular) return 1;
    return ModularGroupsAtATime(frame.dimensions.num_groups, frame.dimensions.group_dim, num_workers(), mode);
  }
};

// A plan serves one frame, once: Needs any number of times, then Advance until it is done, or Rehearse.
class FramePlan {
 public:
  FramePlan() = default;
  FramePlan(const FramePlan&) = delete;
  FramePlan& operator=(const FramePlan&) = delete;
  virtual ~FramePlan() = default;

  // How the samples of modular channels are kept. The owner of the plan has FrameModular::DecodeGlobal do so before
  // Advance.
  virtual ModularStorage storage() const = 0;

  // Bytes that Advance acquires at a time, at most, for frames as encoders write them; with what is left for later
  // frames.
  virtual uint64_t Needs(const FrameRequest& request, const Workforce& workforce) const = 0;

  // Decodes and delivers what the input allows: every task whose sections have come. OK when the frame is complete:
  // `*saved` receives what later frames may refer to; empty if nothing. kWaiting if the input still grows and more of
  // it is needed; then Advance is called again, with the same arguments, and goes on where it was. Errors: all others
  // are final, but for kPaused: a target that pauses has got rows, and as after kWaiting Advance goes on.
  virtual Status Advance(const FrameRequest& request, const Workforce& workforce, SharedFrame* saved) = 0;
  // Rows of the frame that have been delivered for good.
  virtual uint32_t final_rows() const = 0;

  // Acquires what Advance acquires and does a few of its tasks in the calling thread, so that the recorder learns what
  // memory the frame takes. Nothing is delivered. REQUIRES: the input does not grow; no targets; the budget reports to
  // the recorder. Errors: all.
  virtual Status Rehearse(const FrameRequest& request, const Workforce& workforce, SizeRecorder* recorder) = 0;
};

// Rehearses task(i) for a few of the tasks [0, num_tasks), spread over all of them, as codes and trees differ in size.
template <typename F>
Status RehearseTasks(uint32_t num_tasks, SizeRecorder* recorder, F task) {
  constexpr uint32_t kSampledTasks = 8;
  const uint64_t count = num_tasks < kSampledTasks ? num_tasks : kSampledTasks;
  for (uint64_t i = 0; i < count; ++i) {
    recorder->BeginTask();
    JXLPOOL_RETURN_IF_ERROR(task(static_cast<uint32_t>((2 * i + 1) * num_tasks / (2 * count))));
    recorder->EndTask();
  }
  return OkStatus();
}

}  // namespace jxlpool

#endif  // LIB_FRAME_FRAME_PLAN_H_
