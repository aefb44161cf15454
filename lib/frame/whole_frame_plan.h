// WholeFramePlan: frames whose groups depend on each other (global Squeeze, delta palette). The planes of the frame are
// completed first; memory grows with its area.
#ifndef LIB_FRAME_WHOLE_FRAME_PLAN_H_
#define LIB_FRAME_WHOLE_FRAME_PLAN_H_

#include <cstdint>

#include "lib/frame/frame_plan.h"
#include "lib/frame/frame_renderer.h"
#include "lib/frame/frame_samples.h"
#include "lib/frame/frame_state.h"
#include "lib/frame/group_emitter.h"
#include "lib/frame/group_reader.h"
#include "lib/frame/lf_reader.h"
#include "lib/frame/section_reader.h"
#include "lib/pool/matrix.h"

namespace jxlpool {

class WholeFramePlan : public FramePlan {
 public:
  // How the finished planes are delivered.
  struct Delivery {
    // Tiles are wide enough that borders cost little, small enough for the cache.
    uint32_t tile_width = 512;
    uint32_t tile_height = 256;
    // Groups go to the composer as they are, not through the pipeline. REQUIRES: NeedsNoStages.
    bool as_groups = false;
  };

  // Both must outlive this object. REQUIRES: LfGlobal was read.
  WholeFramePlan(FrameState* frame, SectionReader* sections, const Delivery& delivery);

  // Builds the pipeline. Errors: kMemoryLimit, kCorrupt.
  Status Begin();

  ModularStorage storage() const override { return ModularStorage::kFrame; }
  uint64_t Needs(const FrameRequest& request, const Workforce& workforce) const override;
  Status Advance(const FrameRequest& request, const Workforce& workforce, SharedFrame* saved) override;
  uint32_t final_rows() const override { return delivery_.final_rows(); }
  Status Rehearse(const FrameRequest& request, const Workforce& workforce, SizeRecorder* recorder) override;

 private:
  FrameDelivery::Flow FlowOf(uint32_t num_workers) const;
  // Everything up to the groups, and room for the planes; may be called again after kWaiting, and after OK.
  Status ReservePlanes(const Workforce& workforce);
  // Decodes the groups that have come, from next_group_ on. kWaiting if some have not.
  Status AdvanceGroups(const Workforce& workforce);
  // Everything up to the delivery of the planes; may be called again after kWaiting, and after OK.
  Status CompletePlanes(const FrameRequest& request, const Workforce& workforce);
  Status DecodeGroups(uint32_t first, uint32_t count, uint32_t worker);
  Status DecodeVarDctGroup(uint32_t group, uint32_t worker);
  Status ReserveDelivery(const FrameRequest& request, uint32_t num_workers);
  Status DeliverTile(uint32_t tile, uint32_t worker);

  FrameState* frame_;
  SectionReader* sections_;
  bool as_groups_;
  TileGrid grid_;
  LfReader lf_;
  GroupReader groups_;
  FrameSamples samples_;
  FrameRenderer renderer_;
  FrameDelivery delivery_;
  GroupEmitter emitter_;
  bool has_lf_ = false;
  bool is_reserved_ = false;
  bool is_decoded_ = false;
  uint32_t next_group_ = 0;
  uint32_t next_row_ = 0;            // of tiles, to be delivered
  Matrix2D<float> color_planes_[3];  // of VarDCT frames, padded to whole blocks
};

}  // namespace jxlpool

#endif  // LIB_FRAME_WHOLE_FRAME_PLAN_H_
