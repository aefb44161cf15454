#include "lib/render/tile_pipeline.h"

#include <algorithm>

#include "lib/base/bits.h"
#include "lib/render/tile_renderer.h"

namespace jxlpool {

// Knows, per channel, which ring holds its rows and how large its plane is after the stages so far.
class TilePipeline::Builder {
 public:
  Builder(TilePipeline* pipeline, Memory* memory)
      : pipeline_(pipeline), current_(memory, Category::kOther), sizes_(memory, Category::kOther) {}

  Status Build(const RenderSpec& spec);

 private:
  Status AddLoads(const RenderSpec& spec);
  Status AddChromaUpsampling(const RenderSpec& spec);
  Status AddFilters(const RestorationFilter& filter);
  Status AddUpsampling(const RenderSpec& spec, uint32_t first_channel, uint32_t num_channels, uint32_t factor);
  Status AddFeatures(const RenderSpec& spec);
  // Appends a stage whose kind, border, shifts and channels are set; its output plane is cropped to width x height.
  Status Add(RowStage stage, uint32_t width, uint32_t height);
  Status AddInPlace(StageKind kind, uint32_t num_channels);
  Status Finish();
  void BoundWidths();

  TilePipeline* pipeline_;
  PoolVector<ChannelLink> current_;
  PoolVector<PlaneSize> sizes_;
  uint32_t xsize_ = 0;
  uint32_t ysize_ = 0;
};

Status TilePipeline::Builder::Add(RowStage stage, uint32_t width, uint32_t height) {
  const uint32_t index = static_cast<uint32_t>(pipeline_->stages_.size());
  stage.input = sizes_[stage.first_channel];
  stage.output = {width, height};
  stage.first_link = static_cast<uint32_t>(pipeline_->links_.size());
  stage.first_ring = static_cast<uint32_t>(pipeline_->rings_.size());
  for (uint32_t c = stage.first_channel; c < stage.first_channel + stage.num_channels; ++c) {
    if (stage.kind != StageKind::kLoad) {
      JXLPOOL_RETURN_IF_ERROR(pipeline_->links_.PushBack(current_[c]));
      RowRing& input = pipeline_->rings_[current_[c].ring];
      if (stage.in_place) {
        input.final_stage = index;
        current_[c].producer = index;
        continue;
      }
      input.num_rows = std::max(input.num_rows, 2 * uint32_t{stage.border_y} + 1);
      input.mirror_border = stage.border_x;
    }
    current_[c] = {static_cast<uint32_t>(pipeline_->rings_.size()), index};
    sizes_[c] = stage.output;
    RowRing ring;
    ring.stage = ring.final_stage = index;
    if (stage.kind == StageKind::kUpsample) ring.num_rows = 1u << stage.shift_y;
    JXLPOOL_RETURN_IF_ERROR(pipeline_->rings_.PushBack(ring));
  }
  if (stage.kind != StageKind::kLoad) ++pipeline_->num_active_stages_;
  return pipeline_->stages_.PushBack(stage);
}

Status TilePipeline::Builder::AddInPlace(StageKind kind, uint32_t num_channels) {
  RowStage stage;
  stage.kind = kind;
  stage.in_place = true;
  stage.num_channels = num_channels;
  return Add(stage, sizes_[0].width, sizes_[0].height);
}

Status TilePipeline::Builder::AddLoads(const RenderSpec& spec) {
  for (uint32_t c = 0; c < 3 + spec.num_extra; ++c) {
    PlaneSize size;
    if (c < 3) {
      size = {CeilDiv(xsize_, 1u << spec.hshift[c]), CeilDiv(ysize_, 1u << spec.vshift[c])};
    } else {
      size = {CeilDiv(spec.width, spec.extra_upsampling[c - 3]), CeilDiv(spec.height, spec.extra_upsampling[c - 3])};
    }
    JXLPOOL_RETURN_IF_ERROR(current_.PushBack(ChannelLink()));
    JXLPOOL_RETURN_IF_ERROR(sizes_.PushBack(size));
    RowStage load;
    load.first_channel = c;
    load.num_channels = 1;
    JXLPOOL_RETURN_IF_ERROR(Add(load, size.width, size.height));
  }
  return OkStatus();
}

Status TilePipeline::Builder::AddChromaUpsampling(const RenderSpec& spec) {
  for (uint32_t c = 0; c < 3; ++c) {
    RowStage stage;
    stage.first_channel = c;
    stage.num_channels = 1;
    if (spec.hshift[c] != 0) {
      stage.kind = StageKind::kChromaHorizontal;
      stage.border_x = stage.shift_x = 1;
      JXLPOOL_RETURN_IF_ERROR(Add(stage, xsize_, sizes_[c].height));
      stage.border_x = stage.shift_x = 0;
    }
    if (spec.vshift[c] != 0) {
      stage.kind = StageKind::kChromaVertical;
      stage.border_y = stage.shift_y = 1;
      JXLPOOL_RETURN_IF_ERROR(Add(stage, xsize_, ysize_));
    }
  }
  return OkStatus();
}

Status TilePipeline::Builder::AddFilters(const RestorationFilter& filter) {
  const auto add = [&](StageKind kind, uint8_t border) {
    RowStage stage;
    stage.kind = kind;
    stage.border_x = stage.border_y = border;
    stage.num_channels = 3;
    return Add(stage, xsize_, ysize_);
  };
  if (filter.gab) {
    for (size_t c = 0; c < 3; ++c) {
      pipeline_->parameters_.gaborish[c] = NormalizeGaborish(filter.gab_weight1[c], filter.gab_weight2[c]);
    }
    JXLPOOL_RETURN_IF_ERROR(add(StageKind::kGaborish, 1));
  }
  pipeline_->parameters_.epf = MakeEpfParameters(filter);
  if (filter.epf_iters == 3) JXLPOOL_RETURN_IF_ERROR(add(StageKind::kEpf0, EpfBorder(0)));
  if (filter.epf_iters >= 1) JXLPOOL_RETURN_IF_ERROR(add(StageKind::kEpf1, EpfBorder(1)));
  if (filter.epf_iters >= 2) JXLPOOL_RETURN_IF_ERROR(add(StageKind::kEpf2, EpfBorder(2)));
  return OkStatus();
}

Status TilePipeline::Builder::AddUpsampling(const RenderSpec& spec, uint32_t first_channel, uint32_t num_channels,
                                            uint32_t factor) {
  if (factor == 1) return OkStatus();
  RowStage stage;
  stage.kind = StageKind::kUpsample;
  stage.border_x = stage.border_y = 2;
  stage.shift_x = stage.shift_y = static_cast<uint8_t>(FloorLog2(factor));
  stage.first_channel = first_channel;
  stage.num_channels = num_channels;
  UpsamplingKernels& kernels = pipeline_->parameters_.upsampling[stage.shift_x - 1];
  if (kernels.factor == 0) MakeUpsamplingKernels(*spec.upsampling_weights, factor, &kernels);
  return Add(stage, spec.width, spec.height);
}

Status TilePipeline::Builder::AddFeatures(const RenderSpec& spec) {
  StageParameters& parameters = pipeline_->parameters_;
  if (spec.patches != nullptr && spec.patches->num_positions() != 0) {
    parameters.patches = spec.patches;
    parameters.patch_references = spec.patch_references;
    parameters.extra_blending = spec.extra_blending;
    JXLPOOL_RETURN_IF_ERROR(AddInPlace(StageKind::kPatches, 3 + spec.num_extra));
  }
  if (spec.splines != nullptr && !spec.splines->empty()) {
    parameters.splines = spec.splines;
    JXLPOOL_RETURN_IF_ERROR(AddInPlace(StageKind::kSplines, 3));
  }
  return OkStatus();
}

Status TilePipeline::Builder::Build(const RenderSpec& spec) {
  xsize_ = CeilDiv(spec.width, spec.upsampling);
  ysize_ = CeilDiv(spec.height, spec.upsampling);
  const uint32_t* factors = spec.extra_upsampling;
  const bool is_late = spec.upsampling > 1 && std::all_of(factors, factors + spec.num_extra,
                                                          [&](uint32_t factor) { return factor == spec.upsampling; });
  if (spec.patches != nullptr && spec.upsampling > 1 && !is_late) {
    return Corrupt("a frame has patches and extra channels that are not upsampled like its color");
  }
  JXLPOOL_RETURN_IF_ERROR(AddLoads(spec));
  JXLPOOL_RETURN_IF_ERROR(AddChromaUpsampling(spec));
  JXLPOOL_RETURN_IF_ERROR(AddFilters(spec.filter));
  for (uint32_t e = 0; e < spec.num_extra && !is_late; ++e) {
    JXLPOOL_RETURN_IF_ERROR(AddUpsampling(spec, 3 + e, 1, factors[e]));
  }
  JXLPOOL_RETURN_IF_ERROR(AddFeatures(spec));
  JXLPOOL_RETURN_IF_ERROR(AddUpsampling(spec, 0, 3, spec.upsampling));
  for (uint32_t e = 0; e < spec.num_extra && is_late; ++e) {
    JXLPOOL_RETURN_IF_ERROR(AddUpsampling(spec, 3 + e, 1, factors[e]));
  }
  if (spec.noise != nullptr && spec.noise->IsVisible()) {
    StageParameters& parameters = pipeline_->parameters_;
    parameters.noise = *spec.noise;
    parameters.noise_field = spec.noise_field;
    parameters.base_correlation_x = spec.base_correlation_x;
    parameters.base_correlation_b = spec.base_correlation_b;
    JXLPOOL_RETURN_IF_ERROR(AddInPlace(StageKind::kNoise, 3));
  }
  return Finish();
}

Status TilePipeline::Builder::Finish() {
  pipeline_->final_link_ = pipeline_->links_.size();
  for (const ChannelLink& link : current_) JXLPOOL_RETURN_IF_ERROR(pipeline_->links_.PushBack(link));
  BoundWidths();
  return OkStatus();
}

// From the last stage to the first: what a stage must make for a tile is what its reader needs.
void TilePipeline::Builder::BoundWidths() {
  struct Bound {
    uint32_t shift, extra;
  };
  for (size_t c = 0; c < current_.size(); ++c) {
    Bound bound = {0, 0};
    for (size_t i = pipeline_->stages_.size(); i-- > 0;) {
      RowStage& stage = pipeline_->stages_[i];
      if (!stage.HasChannel(c)) continue;
      stage.total_shift_x = bound.shift;
      stage.extra_x = bound.extra;
      if (stage.in_place) continue;
      // ((W >> a) + e) rounded outwards to whole input columns, and the border.
      bound = {bound.shift + stage.shift_x,
               (bound.extra >> stage.shift_x) + 3u * (stage.shift_x != 0 ? 1u : 0u) + 2u * stage.border_x};
    }
  }
}

Result<TilePipeline> TilePipeline::Create(Memory* memory, const RenderSpec& spec) {
  TilePipeline pipeline;
  pipeline.num_extra_ = spec.num_extra;
  pipeline.width_ = spec.width;
  pipeline.height_ = spec.height;
  pipeline.stages_ = PoolVector<RowStage>(memory, Category::kOther);
  pipeline.rings_ = PoolVector<RowRing>(memory, Category::kOther);
  pipeline.links_ = PoolVector<ChannelLink>(memory, Category::kOther);
  Builder builder(&pipeline, memory);
  JXLPOOL_RETURN_IF_ERROR(builder.Build(spec));
  return pipeline;
}

Rect TilePipeline::ChannelRect(size_t channel) const {
  return Rect{0, 0, stages_[channel].output.width, stages_[channel].output.height};
}

Rect TilePipeline::InputRect(size_t channel, const Rect& output_rect) const {
  Rect rect = output_rect;
  for (size_t i = stages_.size(); i-- > num_channels();) {
    if (stages_[i].HasChannel(channel)) rect = stages_[i].InputRect(rect);
  }
  return rect;
}

uint32_t TilePipeline::BorderX(size_t channel) const {
  uint32_t border = 0;
  for (size_t i = stages_.size(); i-- > num_channels();) {
    if (stages_[i].HasChannel(channel)) border = CeilDiv(border, 1u << stages_[i].shift_x) + stages_[i].border_x;
  }
  return border;
}

uint32_t TilePipeline::BorderY(size_t channel) const {
  uint32_t border = 0;
  for (size_t i = stages_.size(); i-- > num_channels();) {
    if (stages_[i].HasChannel(channel)) border = CeilDiv(border, 1u << stages_[i].shift_y) + stages_[i].border_y;
  }
  return border;
}

size_t TilePipeline::ScratchBytes(int64_t max_width) const { return TileRenderer::ScratchBytes(*this, max_width); }

Status TilePipeline::PrepareScratch(Memory* memory, int64_t max_width, RenderScratch* scratch) const {
  // Whole vectors are processed where fewer samples count; zeros there do no harm.
  return scratch->arena.Reserve(memory, ScratchBytes(max_width), Category::kTile, Fill::kZero);
}

Status TilePipeline::Render(const TileInput& input, const Rect& output_rect, RowSink sink,
                            RenderScratch* scratch) const {
  const Rect frame = {0, 0, width_, height_};
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
  TileRenderer renderer(*this, input, output_rect, scratch);
  if (!renderer.Prepare().ok()) return InvalidArgument("the scratch memory for rendering is too small");
  return renderer.Run(sink);
}

}  // namespace jxlpool
