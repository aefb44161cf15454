// GroupsPlan: Modular frames without stages whose groups are independent. The samples of each group go straight on, and
// several groups are decoded side by side where that is faster.
#ifndef LIB_FRAME_GROUPS_PLAN_H_
#define LIB_FRAME_GROUPS_PLAN_H_

#include <cstdint>

#include "lib/frame/frame_plan.h"
#include "lib/frame/frame_samples.h"
#include "lib/frame/frame_state.h"
#include "lib/frame/group_emitter.h"
#include "lib/frame/group_reader.h"
#include "lib/frame/lf_reader.h"
#include "lib/frame/section_reader.h"

namespace jxlpool {

class GroupsPlan : public FramePlan {
 public:
  // Both must outlive this object. REQUIRES: LfGlobal was read; NeedsNoStages, independent groups.
  GroupsPlan(FrameState* frame, SectionReader* sections);

  ModularStorage storage() const override { return ModularStorage::kGroups; }
  uint64_t Needs(const FrameRequest& request, const Workforce& workforce) const override;
  Status Advance(const FrameRequest& request, const Workforce& workforce, SharedFrame* saved) override;
  uint32_t final_rows() const override { return delivery_.final_rows(); }
  Status Rehearse(const FrameRequest& request, const Workforce& workforce, SizeRecorder* recorder) override;

 private:
  // Everything up to the groups; may be called again after kWaiting, and after OK.
  Status Reserve(const FrameRequest& request, const Workforce& workforce);
  // A tile is as many neighbouring groups as are decoded side by side.
  TileGrid Tiles(const Workforce& workforce) const;
  TileGrid Groups() const;
  FrameDelivery::Flow FlowOf(const Workforce& workforce) const;
  Status DecodeTile(const TileGrid& grid, uint32_t tile, ModularImage* images, uint32_t* first, uint32_t* count);
  // Decodes and delivers `rows` rows of tiles from next_row_ on.
  Status DeliverRows(const TileGrid& grid, uint32_t rows, ThreadPool* threads);

  FrameState* frame_;
  SectionReader* sections_;
  LfReader lf_;
  GroupReader groups_;
  FrameSamples samples_;
  FrameDelivery delivery_;
  GroupEmitter emitter_;
  bool has_lf_ = false;
  bool is_reserved_ = false;
  uint32_t next_row_ = 0;  // of groups
};

}  // namespace jxlpool

#endif  // LIB_FRAME_GROUPS_PLAN_H_
