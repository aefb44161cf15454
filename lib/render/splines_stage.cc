#include "lib/features/splines.h"
#include "lib/render/stage_table.h"

namespace jxlpool {
namespace {

Status Add(const RenderSpec& spec, StageList* list) {
  if (spec.splines == nullptr || spec.splines->empty()) return OkStatus();
  return list->Add({.type = &kSplinesStage, .in_place = true, .num_channels = 3});
}

void MakeRow(const StageRun& run, int64_t y) {
  run.spec->splines->DrawRow(static_cast<uint32_t>(y), static_cast<uint32_t>(run.rect.x0),
                             static_cast<uint32_t>(run.rect.x1()), run.InPlace(y));
}

}  // namespace

const StageType kSplinesStage = {.add = Add, .make_rows = MakeRow};

}  // namespace jxlpool
