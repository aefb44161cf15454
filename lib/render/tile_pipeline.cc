#include "lib/render/tile_pipeline.h"

#include <algorithm>
#include <limits>

#include "lib/base/bits.h"
#include "lib/features/mirror.h"

namespace jxlpool {
namespace {

// Of a stage that upsamples by `factor`, and so writes more beyond its tile.
size_t RingStride(size_t width, size_t factor) {
  size_t stride = RoundUp(width + kStageAlign - 1, kStageAlign) + 2 * kStageMargin;
  if (factor > 1) stride += factor * kStageAlign;
  // Rows a multiple of 4 KiB apart would compete for the same cache lines.
  if (stride % 1024 == 0) stride += kStageAlign;
  return stride;
}

// One run of a frame's stages over one rectangle. Rows are pulled: to make a row, a stage first lets the stages before
// it advance to the last row it needs. So every ring holds just the rows that its reader looks at.
class TileRenderer {
 public:
  // Both must outlive this object.
  TileRenderer(const RenderSpec& spec, const StageList& list) : spec_(spec), list_(list) {}

  // What Prepare takes from the arena for rectangles of up to `width` columns.
  size_t ScratchBytes(int64_t width);

  // Takes its working memory from the scratch memory, and lets the stages start. Errors: kMemoryLimit if that does not
  // suffice. REQUIRES: the arguments fulfil what TilePipeline::Render checks, and no other renderer uses the scratch
  // memory.
  Status Prepare(const TileInput& input, const Rect& output_rect, RenderScratch* scratch);
  // REQUIRES: Prepare succeeded.
  Status Run(RowSink sink);

 private:
  // `source`: a ScratchArena or a ScratchMeter.
  template <typename Source>
  Status Allocate(int64_t width, Source* source);
  // What each stage has to make.
  void SetRects();
  // Makes the rows of a stage up to `end`, at most to the end of its rectangle.
  void Advance(uint32_t index, int64_t end);
  void AdvanceInputs(const ChannelLink* links, size_t count, int64_t end);
  // Of the rows from `y` on that the stage has just made.
  void MirrorColumns(uint32_t index, int64_t y);

  const RenderSpec& spec_;
  const StageList& list_;
  Rect output_rect_;
  RingRows* rings_ = nullptr;
  StageRun* runs_ = nullptr;
  float** row_pointers_ = nullptr;  // per channel
};

size_t TileRenderer::ScratchBytes(int64_t width) {
  ScratchMeter meter;
  return Allocate(width, &meter).ok() ? meter.used() : std::numeric_limits<size_t>::max();
}

Status TileRenderer::Prepare(const TileInput& input, const Rect& output_rect, RenderScratch* scratch) {
  output_rect_ = output_rect;
  JXLPOOL_RETURN_IF_ERROR(Allocate(output_rect.width, &scratch->arena));
  SetRects();
  for (size_t i = 0; i < list_.stages().size(); ++i) {
    StageRun& run = runs_[i];
    run.input = &input;
    run.noise_rows = &scratch->noise_rows;
    if (run.stage->type->start != nullptr) run.stage->type->start(run);
  }
  return OkStatus();
}

template <typename Source>
Status TileRenderer::Allocate(int64_t width, Source* source) {
  const PoolVector<RowStage>& stages = list_.stages();
  const PoolVector<RowRing>& rings = list_.rings();
  JXLPOOL_ASSIGN_OR_RETURN(rings_, source->template Allocate<RingRows>(rings.size()));
  JXLPOOL_ASSIGN_OR_RETURN(runs_, source->template Allocate<StageRun>(stages.size()));
  JXLPOOL_ASSIGN_OR_RETURN(row_pointers_, source->template Allocate<float*>(list_.num_channels()));
  for (size_t i = 0; i < stages.size(); ++i) {
    const StageType& type = *stages[i].type;
    const size_t floats =
        type.scratch_floats == nullptr ? 0 : type.scratch_floats(spec_, stages[i], stages[i].MaxWidth(width));
    StageRun run;
    JXLPOOL_ASSIGN_OR_RETURN(run.state, source->template Allocate<uint8_t>(type.state_bytes));
    JXLPOOL_ASSIGN_OR_RETURN(run.scratch, source->template Allocate<float>(floats));
    run.spec = &spec_;
    run.stage = &stages[i];
    run.links = list_.links(stages[i]);
    run.rings = rings_;
    run.row_pointers = row_pointers_;
    if (runs_ != nullptr) runs_[i] = run;
  }
  for (size_t i = 0; i < rings.size(); ++i) {
    const RowStage& stage = stages[rings[i].stage];
    const size_t stride = RingStride(stage.MaxWidth(width), stage.rows_at_a_time);
    JXLPOOL_ASSIGN_OR_RETURN(float* const data, source->template Allocate<float>(stride * rings[i].num_rows));
    if (rings_ != nullptr) rings_[i] = RingRows{data, stride, 0, rings[i].num_rows};
  }
  return OkStatus();
}

void TileRenderer::SetRects() {
  for (size_t c = 0; c < list_.num_channels(); ++c) runs_[list_.outputs()[c].producer].rect = output_rect_;
  // From the last stage to the first: what a stage reads, those before it make.
  for (size_t i = list_.stages().size(); i-- > 0;) {
    StageRun& run = runs_[i];
    const RowStage& stage = *run.stage;
    run.next = run.rect.y0 / stage.rows_at_a_time * stage.rows_at_a_time;
    const Rect input = stage.InputRect(run.rect);
    for (uint32_t k = 0; k < stage.num_inputs; ++k) runs_[run.links[k].producer].rect = input;
  }
  for (size_t i = 0; i < list_.rings().size(); ++i) {
    rings_[i].origin = runs_[list_.rings()[i].stage].AlignedX() - kStageMargin;
  }
}

Status TileRenderer::Run(RowSink sink) {
  const ChannelLink* outputs = list_.outputs();
  for (int64_t y = output_rect_.y0; y < output_rect_.y1(); ++y) {
    AdvanceInputs(outputs, list_.num_channels(), y + 1);
    // Only now: stages in place use the pointers too.
    for (size_t c = 0; c < list_.num_channels(); ++c) row_pointers_[c] = rings_[outputs[c].ring].At(output_rect_.x0, y);
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

void TileRenderer::Advance(uint32_t index, int64_t end) {
  StageRun& run = runs_[index];
  const RowStage& stage = *run.stage;
  end = std::min(end, run.rect.y1());
  while (run.next < end) {
    const int64_t y = run.next;
    // Up to the last input row for these rows.
    AdvanceInputs(run.links, stage.num_inputs, (y >> stage.shift_y) + stage.border_y + 1);
    stage.type->make_rows(run, y);
    MirrorColumns(index, y);
    run.next += stage.rows_at_a_time;
  }
}

void TileRenderer::MirrorColumns(uint32_t index, int64_t y) {
  const StageRun& run = runs_[index];
  const RowStage& stage = *run.stage;
  const int64_t width = stage.output.width;
  for (uint32_t i = 0; i < stage.num_channels; ++i) {
    const uint32_t ring = stage.in_place ? run.links[i].ring : stage.first_ring + i;
    const int64_t border = list_.rings()[ring].mirror_border;
    if (border == 0 || list_.rings()[ring].final_stage != index) continue;
    for (int64_t row = y; row < y + stage.rows_at_a_time; ++row) {
      if (run.rect.x0 == 0) MirrorLeft(rings_[ring].At(0, row), width, border);
      if (run.rect.x1() == width) MirrorRight(rings_[ring].At(width, row), width, border);
    }
  }
}

}  // namespace

Result<TilePipeline> TilePipeline::Create(Memory* memory, const RenderSpec& spec) {
  TilePipeline pipeline;
  pipeline.spec_ = spec;
  pipeline.list_ = StageList(memory);
  JXLPOOL_RETURN_IF_ERROR(pipeline.list_.Build(spec));
  return pipeline;
}

Rect TilePipeline::ChannelRect(size_t channel) const {
  const PlaneSize size = list_.stages()[channel].output;
  return Rect{0, 0, size.width, size.height};
}

Rect TilePipeline::InputRect(size_t channel, const Rect& output_rect) const {
  Rect rect = output_rect;
  for (size_t i = list_.stages().size(); i-- > num_channels();) {
    const RowStage& stage = list_.stages()[i];
    if (stage.HasChannel(channel)) rect = stage.InputRect(rect);
  }
  return rect;
}

uint32_t TilePipeline::Border(size_t channel, uint8_t RowStage::*shift, uint8_t RowStage::*border) const {
  uint32_t result = 0;
  for (size_t i = list_.stages().size(); i-- > num_channels();) {
    const RowStage& stage = list_.stages()[i];
    if (stage.HasChannel(channel)) result = CeilDiv(result, 1u << (stage.*shift)) + stage.*border;
  }
  return result;
}

size_t TilePipeline::ScratchBytes(int64_t max_width) const {
  return TileRenderer(spec_, list_).ScratchBytes(max_width);
}

Status TilePipeline::PrepareScratch(Memory* memory, int64_t max_width, RenderScratch* scratch) const {
  // Whole vectors are processed where fewer samples count; zeros there do no harm.
  return scratch->arena.Reserve(memory, ScratchBytes(max_width), Category::kTile, Fill::kZero);
}

Status TilePipeline::Render(const TileInput& input, const Rect& output_rect, RowSink sink,
                            RenderScratch* scratch) const {
  const Rect frame = {0, 0, spec_.width, spec_.height};
  if (output_rect.empty() || output_rect.Intersection(frame) != output_rect) {
    return InvalidArgument("the rectangle to render is not inside the frame");
  }
  for (size_t c = 0; c < num_channels(); ++c) {
    const ChannelInput& channel = input.channels[c];
    if (channel.num_pieces != 1) continue;
    const Rect needed = InputRect(c, output_rect);
    const InputPiece& piece = channel.pieces[0];
    const Rect covered = {piece.x0, piece.y0, static_cast<int64_t>(piece.view.width),
                          static_cast<int64_t>(piece.view.height)};
    if (needed.Intersection(covered) != needed) return InvalidArgument("the input to render is incomplete");
  }
  const ScratchArena::Scope scope(&scratch->arena);
  TileRenderer renderer(spec_, list_);
  const Status prepared = renderer.Prepare(input, output_rect, scratch);
  if (!prepared.ok()) return InvalidArgument("the scratch memory for rendering is too small");
  return renderer.Run(sink);
}

}  // namespace jxlpool
