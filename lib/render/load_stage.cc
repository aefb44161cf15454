// Copies the pipeline's input into rows whose edges can be mirrored.
#include <algorithm>
#include <cstring>

#include "lib/base/bits.h"
#include "lib/render/stage_table.h"
#include "lib/render/tile_pipeline.h"

namespace jxlpool {
namespace {

Status Add(const RenderSpec& spec, StageList* list) {
  for (uint32_t c = 0; c < 3 + spec.num_extra; ++c) {
    PlaneSize size;
    if (c < 3) {
      size = {CeilDiv(spec.xsize(), 1u << spec.hshift[c]), CeilDiv(spec.ysize(), 1u << spec.vshift[c])};
    } else {
      const uint32_t factor = spec.extra_upsampling[c - 3];
      size = {CeilDiv(spec.width, factor), CeilDiv(spec.height, factor)};
    }
    JXLPOOL_RETURN_IF_ERROR(list->Add({.type = &kLoadStage, .first_channel = c, .num_channels = 1, .output = size}));
  }
  return OkStatus();
}

void MakeRow(const StageRun& run, int64_t y) {
  const ChannelInput& channel = run.input->channels[run.stage->first_channel];
  for (size_t i = 0; i < channel.num_pieces; ++i) {
    const InputPiece& piece = channel.pieces[i];
    if (y < piece.y0 || y >= piece.y0 + static_cast<int64_t>(piece.view.height)) continue;
    const int64_t begin = std::max(run.rect.x0, piece.x0);
    const int64_t end = std::min(run.rect.x1(), piece.x0 + static_cast<int64_t>(piece.view.width));
    if (begin >= end) continue;
    std::memcpy(run.Output(0, begin, y), piece.view.Row(static_cast<size_t>(y - piece.y0)) + (begin - piece.x0),
                static_cast<size_t>(end - begin) * sizeof(float));
  }
}

}  // namespace

const StageType kLoadStage = {.add = Add, .make_rows = MakeRow};

}  // namespace jxlpool
