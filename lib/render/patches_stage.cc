#include "lib/features/patches.h"
#include "lib/render/stage_table.h"

namespace jxlpool {
namespace {

Status Add(const RenderSpec& spec, StageList* list) {
  if (spec.patches == nullptr) return OkStatus();
  if (spec.upsampling > 1 && !spec.UpsamplesAllAlike()) {
    return Corrupt("a frame has patches and extra channels that are not upsampled like its color");
  }
  if (spec.patches->num_positions() == 0) return OkStatus();
  return list->Add({.type = &kPatchesStage, .in_place = true, .num_channels = 3 + spec.num_extra});
}

size_t ScratchFloats(const RenderSpec& spec, const RowStage& /*stage*/, size_t /*width*/) {
  return PatchDictionary::ScratchFloats(spec.num_extra);
}

void MakeRow(const StageRun& run, int64_t y) {
  const RenderSpec& spec = *run.spec;
  const uint32_t x0 = static_cast<uint32_t>(run.rect.x0);
  const uint32_t x1 = static_cast<uint32_t>(run.rect.x1());
  if (!spec.patches->MayTouch(static_cast<uint32_t>(y), x0, x1)) return;
  spec.patches->DrawRow(static_cast<uint32_t>(y), x0, x1, run.InPlace(y), spec.patch_references, spec.extra_blending,
                        run.scratch);
}

}  // namespace

const StageType kPatchesStage = {.add = Add, .scratch_floats = ScratchFloats, .make_rows = MakeRow};

}  // namespace jxlpool
