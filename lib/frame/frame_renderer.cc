#include "lib/frame/frame_renderer.h"

#include <algorithm>
#include <utility>

namespace jxlpool {

RenderSpec SpecOfHeaders(const ImageHeader& image, const FrameHeader& header, const FrameDimensions& dimensions) {
  RenderSpec spec;
  spec.width = static_cast<uint32_t>(dimensions.width);
  spec.height = static_cast<uint32_t>(dimensions.height);
  spec.upsampling = header.upsampling;
  for (size_t c = 0; c < 3; ++c) {
    spec.hshift[c] = dimensions.hshift[c];
    spec.vshift[c] = dimensions.vshift[c];
  }
  spec.filter = header.restoration_filter;
  spec.num_extra = image.num_extra_channels;
  spec.upsampling_weights = &image.upsampling_weights;
  spec.noise_field = {spec.width, spec.height, dimensions.group_dim, 0, 0};
  return spec;
}

RenderSpec FrameRenderer::MakeSpec() {
  const FrameHeader& header = state_->header;
  RenderSpec spec = SpecOfHeaders(state_->image(), header, state_->dimensions);
  spec.extra_upsampling = extra_upsampling_.data();
  if (header.HasFlag(kFlagPatches)) {
    spec.patches = &state_->patches;
    spec.patch_references = state_->patch_references;
  }
  spec.extra_blending = state_->extra_blending.data();
  if (header.HasFlag(kFlagSplines)) spec.splines = &state_->splats;
  if (header.HasFlag(kFlagNoise)) spec.noise = &state_->noise;
  spec.noise_field.visible_frames = state_->visible_frames;
  spec.noise_field.invisible_frames = state_->invisible_frames;
  if (!header.is_modular) {
    spec.base_correlation_x = state_->vardct.correlation.base_x;
    spec.base_correlation_b = state_->vardct.correlation.base_b;
  }
  return spec;
}

Status FrameRenderer::Begin(FrameState* state, const FrameSamples* samples) {
  state_ = state;
  samples_ = samples;
  extra_upsampling_ = PoolVector<uint32_t>(state->memory(), Category::kOther);
  for (const uint8_t factor : state->header.ec_factor) JXLPOOL_RETURN_IF_ERROR(extra_upsampling_.PushBack(factor));
  JXLPOOL_ASSIGN_OR_RETURN(pipeline_, TilePipeline::Create(state->memory(), MakeSpec()));
  return pipeline_.num_channels() > kMaxPlanes ? Unsupported("too many extra channels") : OkStatus();
}

Status FrameRenderer::ReserveScratch(int64_t max_width) {
  for (FrameWorker& worker : state_->workers) {
    JXLPOOL_RETURN_IF_ERROR(pipeline_.PrepareScratch(state_->memory(), max_width, &worker.render));
  }
  return OkStatus();
}

Status FrameRenderer::ReserveTiles(const Rect& frame, int64_t tile_width, int64_t tile_height) {
  JXLPOOL_RETURN_IF_ERROR(ReserveScratch(std::min(tile_width, frame.width)));
  size_t columns = 0;
  for (int64_t x = 0; x < frame.width; x += tile_width) {
    columns = std::max(columns, MaxInputColumns(Rect{x, 0, tile_width, tile_height}.Intersection(frame)));
  }
  size_t rows = 0;
  for (int64_t y = 0; y < frame.height; y += tile_height) {
    rows = std::max(rows, NumInputRows(Rect{0, y, tile_width, tile_height}.Intersection(frame)));
  }
  if (rows == 0) return OkStatus();
  for (FrameWorker& worker : state_->workers) {
    JXLPOOL_ASSIGN_OR_RETURN(worker.rows, Matrix2D<float>::Create(state_->memory(), Category::kTile, rows, columns));
  }
  return OkStatus();
}

size_t FrameRenderer::NumInputRows(const Rect& tile) const {
  size_t rows = 0;
  for (size_t plane = 0; plane < pipeline_.num_channels(); ++plane) {
    if (samples_->ChannelOfPlane(plane) == SIZE_MAX) continue;
    rows += static_cast<size_t>(pipeline_.InputRect(plane, tile).height);
  }
  return rows;
}

size_t FrameRenderer::MaxInputColumns(const Rect& tile) const {
  size_t columns = 0;
  for (size_t plane = 0; plane < pipeline_.num_channels(); ++plane) {
    if (samples_->ChannelOfPlane(plane) == SIZE_MAX) continue;
    columns = std::max(columns, static_cast<size_t>(pipeline_.InputRect(plane, tile).width));
  }
  return columns;
}

InputPiece FrameRenderer::ConvertPlane(size_t plane, const Rect& input, FrameWorker* worker, size_t first_row) const {
  const size_t width = static_cast<size_t>(input.width);
  const size_t height = static_cast<size_t>(input.height);
  for (size_t y = 0; y < height; ++y) {
    samples_->ToFloat(state_->modular, plane, static_cast<size_t>(input.y0) + y, static_cast<size_t>(input.x0), width,
                      worker->rows.Row(first_row + y));
  }
  const Matrix2D<float>& rows = worker->rows;
  return {rows.View().Sub(0, first_row, width, height), input.x0, input.y0};
}

Status FrameRenderer::Render(uint32_t worker_index, const Rect& rect, RowSink sink) {
  FrameWorker* worker = &state_->workers[worker_index];
  ChannelInput channels[kMaxPlanes];
  size_t used_rows = 0;
  for (size_t plane = 0; plane < pipeline_.num_channels(); ++plane) {
    ChannelInput* channel = &channels[plane];
    channel->num_pieces = 1;
    if (samples_->replicates_grey() && (plane == 1 || plane == 2)) {
      channel->pieces[0] = channels[0].pieces[0];
    } else if (samples_->ChannelOfPlane(plane) == SIZE_MAX) {
      const Matrix2D<float>& decoded = state_->color_planes[plane];
      const Rect size = pipeline_.ChannelRect(plane);
      channel->pieces[0].view =
          decoded.View().Sub(0, 0, static_cast<size_t>(size.width), static_cast<size_t>(size.height));
    } else {
      const Rect input = pipeline_.InputRect(plane, rect);
      channel->pieces[0] = ConvertPlane(plane, input, worker, used_rows);
      used_rows += static_cast<size_t>(input.height);
    }
  }
  return RunPipeline(worker_index, channels, rect, sink);
}

Status FrameRenderer::RenderGroup(uint32_t worker, const GroupTiles& tiles, uint32_t gx, uint32_t gy, RowSink sink) {
  ChannelInput channels[kMaxPlanes];
  for (size_t plane = 0; plane < pipeline_.num_channels(); ++plane) channels[plane] = tiles.Input(plane, gx, gy);
  return RunPipeline(worker, channels, tiles.OutputRect(gx, gy), sink);
}

Status FrameRenderer::RunPipeline(uint32_t worker, const ChannelInput* channels, const Rect& rect, RowSink sink) {
  TileInput input;
  input.channels = channels;
  if (state_->header.is_modular) {
    input.epf_constant_sigma = kEpfSigmaNumerator / state_->header.restoration_filter.epf_sigma_for_modular;
  } else {
    input.epf_sigma = std::as_const(state_->vardct.epf_inverse_sigma).View();
  }
  return pipeline_.Render(input, rect, sink, &state_->workers[worker].render);
}

}  // namespace jxlpool
