#include "lib/base/bits.h"
#include "lib/render/stage_table.h"
#include "lib/render/upsampling.h"

namespace jxlpool {
namespace {

Status AddChannels(const RenderSpec& spec, RowStage stage, uint32_t factor, StageList* list) {
  if (factor == 1) return OkStatus();
  stage.border_x = stage.border_y = 2;
  stage.shift_x = stage.shift_y = static_cast<uint8_t>(FloorLog2(factor));
  stage.rows_at_a_time = static_cast<uint8_t>(factor);
  stage.output = {spec.width, spec.height};
  return list->Add(stage);
}

Status AddExtraChannels(const RenderSpec& spec, const StageType& type, StageList* list) {
  for (uint32_t e = 0; e < spec.num_extra; ++e) {
    const RowStage stage = {.type = &type, .first_channel = 3 + e, .num_channels = 1};
    JXLPOOL_RETURN_IF_ERROR(AddChannels(spec, stage, spec.extra_upsampling[e], list));
  }
  return OkStatus();
}

// Extra channels are ready for patches, unless those are drawn on all channels before upsampling.
Status AddExtra(const RenderSpec& spec, StageList* list) {
  return spec.UpsamplesAllAlike() ? OkStatus() : AddExtraChannels(spec, kExtraUpsamplingStage, list);
}

Status Add(const RenderSpec& spec, StageList* list) {
  JXLPOOL_RETURN_IF_ERROR(AddChannels(spec, {.type = &kUpsamplingStage, .num_channels = 3}, spec.upsampling, list));
  return spec.UpsamplesAllAlike() ? AddExtraChannels(spec, kUpsamplingStage, list) : OkStatus();
}

size_t ScratchFloats(const RenderSpec& /*spec*/, const RowStage& stage, size_t width) {
  return UpsamplingScratchFloats((width >> stage.shift_x) + kStageAlign);
}

void Start(const StageRun& run) {
  MakeUpsamplingKernels(*run.spec->upsampling_weights, 1u << run.stage->shift_x, run.State<UpsamplingKernels>());
}

void MakeRows(const StageRun& run, int64_t y) {
  const int64_t factor = int64_t{1} << run.stage->shift_x;
  const int64_t x = run.AlignedX();
  const size_t size = CeilDiv(run.AlignedWidth(), static_cast<size_t>(factor));
  for (uint32_t c = 0; c < run.stage->num_channels; ++c) {
    const float* rows[5];
    float* out[8];
    run.Input<2>(c, x / factor, y / factor, rows);
    for (int64_t oy = 0; oy < factor; ++oy) out[oy] = run.Output(c, x, y + oy);
    UpsampleRow(*run.State<UpsamplingKernels>(), rows, size, out, run.scratch);
  }
}

constexpr StageType TypeOf(Status (*add)(const RenderSpec& spec, StageList* list)) {
  return {.add = add,
          .state_bytes = sizeof(UpsamplingKernels),
          .scratch_floats = ScratchFloats,
          .start = Start,
          .make_rows = MakeRows};
}

}  // namespace

const StageType kExtraUpsamplingStage = TypeOf(AddExtra);
const StageType kUpsamplingStage = TypeOf(Add);

}  // namespace jxlpool
