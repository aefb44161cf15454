#include "lib/features/noise.h"
#include "lib/render/stage_table.h"

namespace jxlpool {
namespace {

Status Add(const RenderSpec& spec, StageList* list) {
  if (spec.noise == nullptr || !spec.noise->IsVisible()) return OkStatus();
  return list->Add({.type = &kNoiseStage, .in_place = true, .num_channels = 3});
}

size_t ScratchFloats(const RenderSpec& spec, const RowStage& /*stage*/, size_t width) {
  return NoiseRows::ScratchFloats(spec.noise_field, static_cast<uint32_t>(width));
}

void Start(const StageRun& run) { run.noise_rows->Start(run.spec->noise_field, run.rect, run.scratch); }

void MakeRow(const StageRun& run, int64_t y) {
  const RenderSpec& spec = *run.spec;
  const float* noise[3];
  run.noise_rows->NextRow(noise);
  AddNoiseRow(*spec.noise, spec.base_correlation_x, spec.base_correlation_b, noise, static_cast<size_t>(run.rect.width),
              run.InPlace(y));
}

}  // namespace

const StageType kNoiseStage = {.add = Add, .scratch_floats = ScratchFloats, .start = Start, .make_rows = MakeRow};

}  // namespace jxlpool
