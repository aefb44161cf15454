#include "lib/render/stage_list.h"

#include "lib/render/stage_table.h"

namespace jxlpool {

StageList::StageList(Memory* memory)
    : stages_(memory, Category::kOther),
      rings_(memory, Category::kOther),
      links_(memory, Category::kOther),
      outputs_(memory, Category::kOther) {}

Status StageList::Build(const RenderSpec& spec) {
  for (const StageType* type : kStageTable) JXLPOOL_RETURN_IF_ERROR(type->add(spec, this));
  BoundWidths();
  return OkStatus();
}

Status StageList::Add(RowStage stage) {
  const uint32_t index = static_cast<uint32_t>(stages_.size());
  stage.first_link = static_cast<uint32_t>(links_.size());
  stage.first_ring = static_cast<uint32_t>(rings_.size());
  if (stage.first_channel < outputs_.size()) {
    stage.num_inputs = stage.num_channels;
    stage.input = stages_[rings_[outputs_[stage.first_channel].ring].stage].output;
    if (stage.output.width == 0) stage.output = stage.input;
  }
  for (uint32_t c = stage.first_channel; c < stage.first_channel + stage.num_channels; ++c) {
    if (stage.num_inputs == 0) {
      JXLPOOL_RETURN_IF_ERROR(outputs_.PushBack(ChannelLink()));
    } else {
      JXLPOOL_RETURN_IF_ERROR(links_.PushBack(outputs_[c]));
      RowRing& input = rings_[outputs_[c].ring];
      if (stage.in_place) {
        input.final_stage = outputs_[c].producer = index;
        continue;
      }
      input.num_rows += 2 * uint32_t{stage.border_y};
      input.mirror_border = stage.border_x;
    }
    outputs_[c] = {static_cast<uint32_t>(rings_.size()), index};
    JXLPOOL_RETURN_IF_ERROR(rings_.PushBack(RowRing{index, index, stage.rows_at_a_time, 0}));
  }
  return stages_.PushBack(stage);
}

// From the last stage to the first: what a stage must make for a tile is what its reader needs.
void StageList::BoundWidths() {
  for (size_t c = 0; c < outputs_.size(); ++c) {
    uint32_t shift = 0;
    uint32_t extra = 0;
    for (size_t i = stages_.size(); i-- > 0;) {
      RowStage& stage = stages_[i];
      if (!stage.HasChannel(c)) continue;
      stage.total_shift_x = shift;
      stage.extra_x = extra;
      // ((W >> shift) + extra) rounded outwards to whole input columns, and the border.
      shift += stage.shift_x;
      extra = (extra >> stage.shift_x) + (stage.shift_x != 0 ? 3 : 0) + 2u * stage.border_x;
    }
  }
}

}  // namespace jxlpool
