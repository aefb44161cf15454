#include "lib/base/bits.h"
#include "lib/render/chroma_upsampling.h"
#include "lib/render/stage_table.h"

namespace jxlpool {
namespace {

Status AddHorizontal(const RenderSpec& spec, StageList* list) {
  for (uint32_t c = 0; c < 3; ++c) {
    if (spec.hshift[c] == 0) continue;
    JXLPOOL_RETURN_IF_ERROR(list->Add({.type = &kChromaHorizontalStage,
                                       .border_x = 1,
                                       .shift_x = 1,
                                       .first_channel = c,
                                       .num_channels = 1,
                                       .output = {spec.xsize(), CeilDiv(spec.ysize(), 1u << spec.vshift[c])}}));
  }
  return OkStatus();
}

void MakeHorizontal(const StageRun& run, int64_t y) {
  const int64_t x = run.AlignedX();
  const float* row = nullptr;
  run.Input<0>(0, x / 2, y, &row);
  ChromaUpsampleRowHorizontally(row, CeilDiv<size_t>(run.AlignedWidth(), 2), run.Output(0, x, y));
}

Status AddVertical(const RenderSpec& spec, StageList* list) {
  for (uint32_t c = 0; c < 3; ++c) {
    if (spec.vshift[c] == 0) continue;
    JXLPOOL_RETURN_IF_ERROR(list->Add({.type = &kChromaVerticalStage,
                                       .border_y = 1,
                                       .shift_y = 1,
                                       .first_channel = c,
                                       .num_channels = 1,
                                       .output = {spec.xsize(), spec.ysize()}}));
  }
  return OkStatus();
}

void MakeVertical(const StageRun& run, int64_t y) {
  const int64_t x = run.AlignedX();
  const float* rows[3];
  run.Input<1>(0, x, y / 2, rows);
  ChromaUpsampleRowVertically(rows[1], rows[y % 2 == 0 ? 0 : 2], run.AlignedWidth(), run.Output(0, x, y));
}

}  // namespace

const StageType kChromaHorizontalStage = {.add = AddHorizontal, .make_rows = MakeHorizontal};
const StageType kChromaVerticalStage = {.add = AddVertical, .make_rows = MakeVertical};

}  // namespace jxlpool
