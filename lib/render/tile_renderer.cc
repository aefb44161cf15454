#include "lib/render/tile_renderer.h"

#include <algorithm>
#include <cstring>
#include <limits>

#include "lib/base/bits.h"
#include "lib/features/mirror.h"
#include "lib/render/chroma_upsampling.h"

namespace jxlpool {
namespace {

constexpr int64_t kAlign = 16;                 // columns of a 64-byte vector
constexpr int64_t kMargin = EpfPass::kMargin;  // columns before and after the tile that may be read and written

int64_t AlignDown(int64_t x) { return x / kAlign * kAlign; }

// `factor`: what an upsampling stage writes beyond its tile is a multiple of it.
size_t RingStride(size_t width, size_t factor) {
  size_t stride = RoundUp(width + kAlign - 1, kAlign) + 2 * kMargin + (factor > 1 ? factor * kAlign : 0);
  // Rows a multiple of 4 KiB apart would compete for the same cache lines.
  if (stride % 1024 == 0) stride += kAlign;
  return stride;
}

int EpfPassOf(StageKind kind) { return static_cast<int>(kind) - static_cast<int>(StageKind::kEpf0); }
bool IsEpf(StageKind kind) { return kind >= StageKind::kEpf0 && kind <= StageKind::kEpf2; }

}  // namespace

size_t TileRenderer::ScratchBytes(const TilePipeline& pipeline, int64_t width) {
  ScratchMeter meter;
  const Status measured = TileRenderer(pipeline).Allocate(width, &meter);
  return measured.ok() ? meter.used() : std::numeric_limits<size_t>::max();
}

TileRenderer::TileRenderer(const TilePipeline& pipeline, const TileInput& input, const Rect& output_rect,
                           RenderScratch* scratch)
    : pipeline_(pipeline), input_(&input), output_rect_(output_rect), scratch_(scratch) {}

Status TileRenderer::Prepare() {
  JXLPOOL_RETURN_IF_ERROR(Allocate(output_rect_.width, &scratch_->arena));
  StartStages();
  return OkStatus();
}

template <typename Source>
Status TileRenderer::Allocate(int64_t width, Source* source) {
  const TilePipeline& p = pipeline_;
  JXLPOOL_ASSIGN_OR_RETURN(rings_, source->template Allocate<Ring>(p.rings_.size()));
  JXLPOOL_ASSIGN_OR_RETURN(progress_, source->template Allocate<Progress>(p.stages_.size()));
  JXLPOOL_ASSIGN_OR_RETURN(channel_rects_, source->template Allocate<Rect>(p.num_channels()));
  JXLPOOL_ASSIGN_OR_RETURN(row_pointers_, source->template Allocate<float*>(p.num_channels()));
  const auto floats = [source](size_t count) { return source->template Allocate<float>(count); };
  size_t upsampling_floats = 0;
  for (const RowStage& stage : p.stages_) {
    const size_t stage_width = stage.MaxWidth(width);
    if (IsEpf(stage.kind)) {
      const int pass = EpfPassOf(stage.kind);
      JXLPOOL_ASSIGN_OR_RETURN(epf_memory_[pass], floats(EpfPass::ScratchFloats(pass, stage_width)));
    }
    if (stage.kind == StageKind::kUpsample) {
      upsampling_floats = std::max(upsampling_floats, UpsamplingScratchFloats((stage_width >> stage.shift_x) + kAlign));
    }
    if (stage.kind == StageKind::kNoise) {
      JXLPOOL_ASSIGN_OR_RETURN(noise_memory_, floats(NoiseRows::ScratchFloats(p.parameters_.noise_field,
                                                                              static_cast<uint32_t>(stage_width))));
    }
    if (stage.kind == StageKind::kPatches) {
      JXLPOOL_ASSIGN_OR_RETURN(patch_memory_, floats(PatchDictionary::ScratchFloats(p.num_extra_)));
    }
  }
  JXLPOOL_ASSIGN_OR_RETURN(upsampling_memory_, floats(upsampling_floats));
  for (size_t i = 0; i < p.rings_.size(); ++i) {
    const RowStage& stage = p.stages_[p.rings_[i].stage];
    const size_t factor = stage.kind == StageKind::kUpsample ? size_t{1} << stage.shift_x : 1;
    const size_t stride = RingStride(stage.MaxWidth(width), factor);
    JXLPOOL_ASSIGN_OR_RETURN(float* const data, floats(stride * p.rings_[i].num_rows));
    if (rings_ != nullptr) rings_[i] = Ring{data, stride, 0, p.rings_[i].num_rows};
  }
  return OkStatus();
}

void TileRenderer::StartStages() {
  const TilePipeline& p = pipeline_;
  for (size_t c = 0; c < p.num_channels(); ++c) channel_rects_[c] = output_rect_;
  for (size_t i = p.stages_.size(); i-- > 0;) {
    const RowStage& stage = p.stages_[i];
    const Rect rect = channel_rects_[stage.first_channel];
    const int64_t step = int64_t{1} << stage.shift_y;
    progress_[i] = {rect, stage.kind == StageKind::kUpsample ? rect.y0 / step * step : rect.y0};
    if (stage.kind == StageKind::kLoad) continue;
    const Rect input = stage.InputRect(rect);
    for (uint32_t k = 0; k < stage.num_channels; ++k) channel_rects_[stage.first_channel + k] = input;
  }
  for (size_t i = 0; i < p.rings_.size(); ++i) {
    rings_[i].origin = AlignDown(progress_[p.rings_[i].stage].rect.x0) - kMargin;
  }
  for (size_t i = 0; i < p.stages_.size(); ++i) {
    const RowStage& stage = p.stages_[i];
    if (IsEpf(stage.kind)) {
      const int pass = EpfPassOf(stage.kind);
      scratch_->epf_passes[pass].Start(pass, &p.parameters_.epf,
                                       EpfSigma{input_->epf_sigma, input_->epf_constant_sigma}, progress_[i].rect,
                                       epf_memory_[pass]);
    }
    if (stage.kind == StageKind::kNoise) {
      scratch_->noise_rows.Start(p.parameters_.noise_field, progress_[i].rect, noise_memory_);
    }
  }
}

Status TileRenderer::Run(RowSink sink) {
  const ChannelLink* links = pipeline_.links_.data() + pipeline_.final_link_;
  for (int64_t y = output_rect_.y0; y < output_rect_.y1(); ++y) {
    AdvanceInputs(links, pipeline_.num_channels(), y + 1);
    // Only now: a stage in place uses the pointers too.
    for (size_t c = 0; c < pipeline_.num_channels(); ++c) {
      row_pointers_[c] = rings_[links[c].ring].At(output_rect_.x0, y);
    }
    JXLPOOL_RETURN_IF_ERROR(
        sink(OutputRow{y, output_rect_.x0, static_cast<size_t>(output_rect_.width), row_pointers_}));
  }
  return OkStatus();
}

void TileRenderer::AdvanceInputs(const ChannelLink* links, size_t count, int64_t end) {
  for (size_t i = 0; i < count; ++i) {
    if (i == 0 || links[i].producer != links[i - 1].producer) Advance(links[i].producer, end);
  }
}

void TileRenderer::Advance(uint32_t stage, int64_t end) {
  Progress& progress = progress_[stage];
  end = std::min(end, progress.rect.y1());
  const RowStage& s = pipeline_.stages_[stage];
  const int64_t step = s.kind == StageKind::kUpsample ? int64_t{1} << s.shift_y : 1;
  while (progress.next < end) {
    const int64_t y = progress.next;
    // Up to the last input row for this row.
    if (s.kind != StageKind::kLoad) {
      const int64_t last = (s.in_place ? y : y >> s.shift_y) + s.border_y;
      AdvanceInputs(pipeline_.links_.data() + s.first_link, s.num_channels, last + 1);
    }
    MakeRow(stage, y);
    progress.next += step;
  }
}

void TileRenderer::MakeRow(uint32_t index, int64_t y) {
  const RowStage& stage = pipeline_.stages_[index];
  const Progress& progress = progress_[index];
  switch (stage.kind) {
    case StageKind::kLoad:
      Load(stage, progress, y);
      break;
    case StageKind::kChromaHorizontal:
      ChromaHorizontal(stage, progress, y);
      break;
    case StageKind::kChromaVertical:
      ChromaVertical(stage, progress, y);
      break;
    case StageKind::kGaborish:
      Gaborish(stage, progress, y);
      break;
    case StageKind::kEpf0:
      Epf<0>(stage, progress, y);
      break;
    case StageKind::kEpf1:
      Epf<1>(stage, progress, y);
      break;
    case StageKind::kEpf2:
      Epf<2>(stage, progress, y);
      break;
    case StageKind::kUpsample:
      return Upsample(stage, progress, y);  // no border is ever wanted
    case StageKind::kPatches:
      Patches(stage, progress, y);
      break;
    case StageKind::kSplines:
      Splines(stage, progress, y);
      break;
    case StageKind::kNoise:
      return Noise(stage, progress, y);
  }
  for (uint32_t i = 0; i < stage.num_channels; ++i) {
    const uint32_t ring = stage.in_place ? pipeline_.links_[stage.first_link + i].ring : stage.first_ring + i;
    if (pipeline_.rings_[ring].final_stage == index) MirrorColumns(ring, stage, progress.rect, y);
  }
}

void TileRenderer::MirrorColumns(uint32_t ring, const RowStage& stage, const Rect& rect, int64_t y) {
  const int64_t border = pipeline_.rings_[ring].mirror_border;
  const int64_t width = stage.output.width;
  if (rect.x0 == 0) MirrorLeft(rings_[ring].At(0, y), width, border);
  if (rect.x1() == width) MirrorRight(rings_[ring].At(width, y), width, border);
}

template <int kBorder>
void TileRenderer::Input(const RowStage& stage, uint32_t i, int64_t x, int64_t y, const float** rows) const {
  const Ring& ring = InputRing(stage, i);
  const int64_t height = stage.input.height;
  if (y < kBorder || y + kBorder >= height) {
    for (int64_t dy = -kBorder; dy <= kBorder; ++dy) rows[kBorder + dy] = ring.At(x, Mirror(y + dy, height));
    return;
  }
  // The rows of the window are neighbours in the ring.
  const float* base = ring.data + (x - ring.origin);
  uint32_t slot = static_cast<uint32_t>(y - kBorder) % ring.num_rows;
  for (int k = 0; k < 2 * kBorder + 1; ++k) {
    rows[k] = base + slot * ring.stride;
    if (++slot == ring.num_rows) slot = 0;
  }
}

float* TileRenderer::InPlace(const RowStage& stage, uint32_t i, int64_t x, int64_t y) const {
  return InputRing(stage, i).At(x, y);
}

void TileRenderer::Load(const RowStage& stage, const Progress& progress, int64_t y) {
  const ChannelInput& channel = input_->channels[stage.first_channel];
  for (size_t i = 0; i < channel.num_pieces; ++i) {
    const InputPiece& piece = channel.pieces[i];
    if (y < piece.y0 || y >= piece.y0 + static_cast<int64_t>(piece.view.height)) continue;
    const int64_t begin = std::max(progress.rect.x0, piece.x0);
    const int64_t end = std::min(progress.rect.x1(), piece.x0 + static_cast<int64_t>(piece.view.width));
    if (begin >= end) continue;
    std::memcpy(Output(stage, 0, begin, y), piece.view.Row(static_cast<size_t>(y - piece.y0)) + (begin - piece.x0),
                static_cast<size_t>(end - begin) * sizeof(float));
  }
}

void TileRenderer::ChromaHorizontal(const RowStage& stage, const Progress& progress, int64_t y) {
  const int64_t x = AlignDown(progress.rect.x0);
  const int64_t size = CeilDiv<int64_t>(progress.rect.x1() - x, 2);
  const float* row = nullptr;
  Input<0>(stage, 0, x / 2, y, &row);
  ChromaUpsampleRowHorizontally(row, static_cast<size_t>(size), Output(stage, 0, x, y));
}

void TileRenderer::ChromaVertical(const RowStage& stage, const Progress& progress, int64_t y) {
  const int64_t x = AlignDown(progress.rect.x0);
  const float* rows[3];
  Input<1>(stage, 0, x, y / 2, rows);
  ChromaUpsampleRowVertically(rows[1], rows[y % 2 == 0 ? 0 : 2], static_cast<size_t>(progress.rect.x1() - x),
                              Output(stage, 0, x, y));
}

void TileRenderer::Gaborish(const RowStage& stage, const Progress& progress, int64_t y) {
  const int64_t x = AlignDown(progress.rect.x0);
  const size_t size = static_cast<size_t>(progress.rect.x1() - x);
  for (uint32_t c = 0; c < 3; ++c) {
    const float* rows[3];
    Input<1>(stage, c, x, y, rows);
    GaborishRow(pipeline_.parameters_.gaborish[c], rows[0], rows[1], rows[2], size, Output(stage, c, x, y));
  }
}

template <int kPass>
void TileRenderer::Epf(const RowStage& stage, const Progress& progress, int64_t y) {
  const int64_t x = AlignDown(progress.rect.x0);
  // The three rings are alike, so a row is at the same place in all of them.
  const float* rows[7] = {};
  Input<EpfBorder(kPass)>(stage, 0, x, y, rows);
  EpfChannelOffsets in_channels;
  EpfChannelOffsets out_channels;
  for (uint32_t c = 1; c < 3; ++c) {
    in_channels.offset[c] = InputRing(stage, c).data - InputRing(stage, 0).data;
    out_channels.offset[c] = rings_[stage.first_ring + c].data - rings_[stage.first_ring].data;
  }
  scratch_->epf_passes[kPass].NextRow(rows, in_channels, Output(stage, 0, x, y), out_channels);
}

void TileRenderer::Upsample(const RowStage& stage, const Progress& progress, int64_t y) {
  const int64_t factor = int64_t{1} << stage.shift_x;
  const int64_t x = AlignDown(progress.rect.x0);
  const int64_t in_x = x >> stage.shift_x;
  const int64_t in_y = y >> stage.shift_y;
  const int64_t size = CeilDiv(progress.rect.x1(), factor) - in_x;
  for (uint32_t c = 0; c < stage.num_channels; ++c) {
    const float* rows[5];
    float* out[8];
    Input<2>(stage, c, in_x, in_y, rows);
    for (int64_t oy = 0; oy < factor; ++oy) out[oy] = Output(stage, c, x, y + oy);
    UpsampleRow(pipeline_.parameters_.upsampling[stage.shift_x - 1], rows, static_cast<size_t>(size), out,
                upsampling_memory_);
  }
}

void TileRenderer::Patches(const RowStage& stage, const Progress& progress, int64_t y) {
  const StageParameters& parameters = pipeline_.parameters_;
  const uint32_t x0 = static_cast<uint32_t>(progress.rect.x0);
  const uint32_t x1 = static_cast<uint32_t>(progress.rect.x1());
  if (!parameters.patches->MayTouch(static_cast<uint32_t>(y), x0, x1)) return;
  for (uint32_t c = 0; c < stage.num_channels; ++c) row_pointers_[c] = InPlace(stage, c, x0, y);
  parameters.patches->DrawRow(static_cast<uint32_t>(y), x0, x1, row_pointers_, parameters.patch_references,
                              parameters.extra_blending, patch_memory_);
}

void TileRenderer::Splines(const RowStage& stage, const Progress& progress, int64_t y) {
  const uint32_t x0 = static_cast<uint32_t>(progress.rect.x0);
  const uint32_t x1 = static_cast<uint32_t>(progress.rect.x1());
  float* const rows[3] = {InPlace(stage, 0, x0, y), InPlace(stage, 1, x0, y), InPlace(stage, 2, x0, y)};
  pipeline_.parameters_.splines->DrawRow(static_cast<uint32_t>(y), x0, x1, rows);
}

void TileRenderer::Noise(const RowStage& stage, const Progress& progress, int64_t y) {
  const StageParameters& parameters = pipeline_.parameters_;
  const float* noise[3];
  scratch_->noise_rows.NextRow(noise);
  const int64_t x = progress.rect.x0;
  float* const rows[3] = {InPlace(stage, 0, x, y), InPlace(stage, 1, x, y), InPlace(stage, 2, x, y)};
  AddNoiseRow(parameters.noise, parameters.base_correlation_x, parameters.base_correlation_b, noise,
              static_cast<size_t>(progress.rect.width), rows);
}

}  // namespace jxlpool
