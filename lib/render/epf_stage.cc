#include "lib/render/epf.h"
#include "lib/render/stage_table.h"
#include "lib/render/tile_pipeline.h"

namespace jxlpool {
namespace {

static_assert(kStageMargin >= EpfPass::kMargin);

// Two iterations are passes 1 and 2.
template <uint32_t kPass>
Status Add(const RenderSpec& spec, StageList* list) {
  if (spec.filter.epf_iters < (kPass == 0 ? 3 : kPass)) return OkStatus();
  return list->Add(
      {.type = &kEpfStages[kPass], .border_x = EpfBorder(kPass), .border_y = EpfBorder(kPass), .num_channels = 3});
}

template <uint32_t kPass>
size_t ScratchFloats(const RenderSpec& /*spec*/, const RowStage& /*stage*/, size_t width) {
  return EpfPass::ScratchFloats(kPass, width);
}

template <uint32_t kPass>
void Start(const StageRun& run) {
  const EpfSigma sigma = {run.input->epf_sigma, run.input->epf_constant_sigma};
  EpfPass* pass = run.State<EpfPass>();
  *pass = EpfPass();
  pass->Start(kPass, &run.spec->filter, sigma, run.rect, run.scratch);
}

template <uint32_t kPass>
void MakeRow(const StageRun& run, int64_t y) {
  const int64_t x = run.AlignedX();
  // The three rings are alike, so a row is at the same place in all of them.
  const float* rows[7] = {};
  run.Input<EpfBorder(kPass)>(0, x, y, rows);
  EpfChannelOffsets in_channels;
  EpfChannelOffsets out_channels;
  for (uint32_t c = 1; c < 3; ++c) {
    in_channels.offset[c] = run.InputRing(c).data - run.InputRing(0).data;
    out_channels.offset[c] = run.OutputRing(c).data - run.OutputRing(0).data;
  }
  run.State<EpfPass>()->NextRow(rows, in_channels, run.Output(0, x, y), out_channels);
}

template <uint32_t kPass>
constexpr StageType kPassType = {.add = Add<kPass>,
                                 .state_bytes = sizeof(EpfPass),
                                 .scratch_floats = ScratchFloats<kPass>,
                                 .start = Start<kPass>,
                                 .make_rows = MakeRow<kPass>};

}  // namespace

const StageType kEpfStages[3] = {kPassType<0>, kPassType<1>, kPassType<2>};

}  // namespace jxlpool
