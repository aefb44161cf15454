// GroupTilesPlan: frames whose groups are independent but for what the stages read across their borders. A group
// becomes a tile of floats; what can be rendered then goes through the pipeline. A few rows of groups are in memory at
// a time, and the LF data of a few more: LF groups are read when the groups below them come up.
#ifndef LIB_FRAME_GROUP_TILES_PLAN_H_
#define LIB_FRAME_GROUP_TILES_PLAN_H_

#include <cstdint>

#include "lib/frame/frame_plan.h"
#include "lib/frame/frame_renderer.h"
#include "lib/frame/frame_samples.h"
#include "lib/frame/frame_state.h"
#include "lib/frame/group_reader.h"
#include "lib/frame/group_schedule.h"
#include "lib/frame/group_tiles.h"
#include "lib/frame/lf_reader.h"
#include "lib/frame/section_reader.h"

namespace jxlpool {

class GroupTilesPlan : public FramePlan {
 public:
  // Both must outlive this object. REQUIRES: LfGlobal was read; independent groups.
  GroupTilesPlan(FrameState* frame, SectionReader* sections);

  // Builds the pipeline. Errors: kMemoryLimit, kCorrupt.
  Status Begin();

  ModularStorage storage() const override { return ModularStorage::kGroups; }
  uint64_t Needs(const FrameRequest& request, const Workforce& workforce) const override;
  Status Advance(const FrameRequest& request, const Workforce& workforce, SharedFrame* saved) override;
  uint32_t final_rows() const override { return delivery_.final_rows(); }
  Status Rehearse(const FrameRequest& request, const Workforce& workforce, SizeRecorder* recorder) override;

 private:
  // Columns of the widest tile.
  uint32_t MaxWidth() const;
  FrameDelivery::Flow FlowOf(const ScheduleLimits& limits, uint32_t num_workers) const;
  // Everything up to the tasks; may be called again after kWaiting, and after OK.
  Status Reserve(const FrameRequest& request, const Workforce& workforce);
  Status MayOpen(const GroupTask& task) const;
  // Allows the tasks whose sections have come; if a target pauses, no more than there is room for. kWaiting if there is
  // none.
  Status AllowTasks();
  Status RehearseLfGroups(SizeRecorder* recorder);

  void RunTasks(uint32_t worker);
  Status RunTask(const GroupTask& task, uint32_t worker);
  Status RunLfGroupTask(const GroupTask& task);
  // Decodes a group into its tile.
  Status DecodeGroup(uint32_t gx, uint32_t gy, uint32_t worker);
  Status RenderGroup(const GroupTask& task, uint32_t worker);
  // Gives back the input of all rows but the last that was delivered: a provisional decode needs that one, for what
  // lies below.
  void ReleaseRowsBefore(uint32_t gy);
  // Hands out all rows that are complete; then `*version` is for GroupSchedule::Wait.
  Status DeliverRows(uint64_t* version);

  FrameState* frame_;
  SectionReader* sections_;
  GroupGrid grid_;  // with LF groups if they are tasks
  LfReader lf_;
  GroupReader groups_;
  FrameSamples samples_;
  FrameRenderer renderer_;
  GroupTiles tiles_;
  FrameDelivery delivery_;
  GroupSchedule schedule_;
  uint32_t first_group_row_ = 0;  // rows of groups before are left out
  bool has_lf_ = false;
  bool is_reserved_ = false;
};

}  // namespace jxlpool

#endif  // LIB_FRAME_GROUP_TILES_PLAN_H_
