#include "lib/render/gaborish.h"
#include "lib/render/stage_table.h"

namespace jxlpool {
namespace {

Status Add(const RenderSpec& spec, StageList* list) {
  if (!spec.filter.gab) return OkStatus();
  return list->Add({.type = &kGaborishStage, .border_x = 1, .border_y = 1, .num_channels = 3});
}

void Start(const StageRun& run) {
  const RestorationFilter& filter = run.spec->filter;
  GaborishWeights* weights = run.State<GaborishWeights>();
  for (size_t c = 0; c < 3; ++c) weights[c] = NormalizeGaborish(filter.gab_weight1[c], filter.gab_weight2[c]);
}

void MakeRow(const StageRun& run, int64_t y) {
  const int64_t x = run.AlignedX();
  for (uint32_t c = 0; c < 3; ++c) {
    const float* rows[3];
    run.Input<1>(c, x, y, rows);
    GaborishRow(run.State<GaborishWeights>()[c], rows[0], rows[1], rows[2], run.AlignedWidth(), run.Output(c, x, y));
  }
}

}  // namespace

const StageType kGaborishStage = {
    .add = Add, .state_bytes = 3 * sizeof(GaborishWeights), .start = Start, .make_rows = MakeRow};

}  // namespace jxlpool
