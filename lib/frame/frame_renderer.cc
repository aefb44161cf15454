#include "lib/frame/frame_renderer.h"

#include <algorithm>
#include <utility>

namespace jxlpool {

RenderSpec FrameRenderer::MakeSpec() const {
  const ImageHeader& image = frame_->image();
  const FrameHeader& header = frame_->header;
  const FrameDimensions& dimensions = frame_->dimensions;
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
  spec.extra_upsampling = extra_upsampling_.data();
  spec.extra_blending = frame_->extra_blending.data();
  if (header.HasFlag(kFlagPatches)) {
    spec.patches = &frame_->patches;
    spec.patch_references = frame_->patch_references;
  }
  if (header.HasFlag(kFlagSplines)) spec.splines = &frame_->splats;
  if (header.HasFlag(kFlagNoise)) spec.noise = &frame_->noise;
  spec.noise_field = {spec.width, spec.height, dimensions.group_dim, frame_->visible_frames, frame_->invisible_frames};
  if (!header.is_modular) {
    spec.base_correlation_x = frame_->vardct.correlation.base_x;
    spec.base_correlation_b = frame_->vardct.correlation.base_b;
  }
  return spec;
}

Status FrameRenderer::Begin(const FrameState* frame, const FrameSamples* samples) {
  frame_ = frame;
  samples_ = samples;
  extra_upsampling_ = PoolVector<uint32_t>(frame->memory(), Category::kOther);
  for (const uint8_t factor : frame->header.ec_factor) JXLPOOL_RETURN_IF_ERROR(extra_upsampling_.PushBack(factor));
  JXLPOOL_ASSIGN_OR_RETURN(pipeline_, TilePipeline::Create(frame->memory(), MakeSpec()));
  return pipeline_.num_channels() > kMaxPlanes ? Unsupported("too many extra channels") : OkStatus();
}

Status FrameRenderer::ReserveScratch(uint32_t num_workers, int64_t max_width) {
  workers_ = PoolVector<Worker>(frame_->memory(), Category::kOther);
  JXLPOOL_RETURN_IF_ERROR(workers_.Resize(num_workers));
  for (Worker& worker : workers_) {
    JXLPOOL_RETURN_IF_ERROR(pipeline_.PrepareScratch(frame_->memory(), max_width, &worker.scratch));
  }
  return OkStatus();
}

Status FrameRenderer::ReserveTiles(uint32_t num_workers, const TileGrid& grid) {
  JXLPOOL_RETURN_IF_ERROR(ReserveScratch(num_workers, std::min<int64_t>(grid.tile_width, frame_->dimensions.width)));
  const InputSize size = MaxInputSize(grid);
  if (size.rows == 0) return OkStatus();
  for (Worker& worker : workers_) {
    JXLPOOL_ASSIGN_OR_RETURN(worker.rows,
                             Matrix2D<float>::Create(frame_->memory(), Category::kTile, size.rows, size.columns));
  }
  return OkStatus();
}

uint64_t FrameRenderer::ScratchBytes(int64_t max_width) const {
  return sizeof(Worker) + pipeline_.ScratchBytes(max_width);
}

uint64_t FrameRenderer::TileBytes(const TileGrid& grid) const {
  const InputSize size = MaxInputSize(grid);
  return ScratchBytes(std::min<int64_t>(grid.tile_width, frame_->dimensions.width)) +
         Matrix2D<float>::Bytes(size.rows, size.columns);
}

FrameRenderer::InputSize FrameRenderer::MaxInputSize(const TileGrid& grid) const {
  InputSize size;
  for (uint32_t tx = 0; tx < grid.tiles_x; ++tx) {
    size.columns = std::max(size.columns, MaxInputColumns(grid.TileRect(tx, 0, frame_->dimensions)));
  }
  for (uint32_t ty = 0; ty < grid.tiles_y; ++ty) {
    size.rows = std::max(size.rows, NumInputRows(grid.TileRect(0, ty, frame_->dimensions)));
  }
  return size;
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

InputPiece FrameRenderer::ConvertPlane(size_t plane, const Rect& input, Matrix2D<float>* rows, size_t first_row) const {
  const size_t width = static_cast<size_t>(input.width);
  const size_t height = static_cast<size_t>(input.height);
  for (size_t y = 0; y < height; ++y) {
    samples_->ToFloat(frame_->modular, plane, static_cast<size_t>(input.y0) + y, static_cast<size_t>(input.x0), width,
                      rows->Row(first_row + y));
  }
  return {rows->View().Sub(0, first_row, width, height), input.x0, input.y0};
}

Status FrameRenderer::Render(uint32_t worker, const Rect& rect, const Matrix2D<float> (&color_planes)[3],
                             RowSink sink) {
  ChannelInput channels[kMaxPlanes];
  size_t used_rows = 0;
  for (size_t plane = 0; plane < pipeline_.num_channels(); ++plane) {
    ChannelInput* channel = &channels[plane];
    channel->num_pieces = 1;
    if (samples_->replicates_grey() && (plane == 1 || plane == 2)) {
      channel->pieces[0] = channels[0].pieces[0];
    } else if (samples_->ChannelOfPlane(plane) == SIZE_MAX) {
      const Rect size = pipeline_.ChannelRect(plane);
      channel->pieces[0].view =
          color_planes[plane].View().Sub(0, 0, static_cast<size_t>(size.width), static_cast<size_t>(size.height));
    } else {
      const Rect input = pipeline_.InputRect(plane, rect);
      channel->pieces[0] = ConvertPlane(plane, input, &workers_[worker].rows, used_rows);
      used_rows += static_cast<size_t>(input.height);
    }
  }
  return RunPipeline(worker, channels, rect, sink);
}

Status FrameRenderer::RenderGroup(uint32_t worker, const GroupTiles& tiles, uint32_t gx, uint32_t gy, RowSink sink) {
  ChannelInput channels[kMaxPlanes];
  for (size_t plane = 0; plane < pipeline_.num_channels(); ++plane) channels[plane] = tiles.Input(plane, gx, gy);
  return RunPipeline(worker, channels, tiles.OutputRect(gx, gy), sink);
}

Status FrameRenderer::RunPipeline(uint32_t worker, const ChannelInput* channels, const Rect& rect, RowSink sink) {
  TileInput input;
  input.channels = channels;
  if (frame_->header.is_modular) {
    input.epf_constant_sigma = kEpfSigmaNumerator / frame_->header.restoration_filter.epf_sigma_for_modular;
  } else {
    input.epf_sigma = std::as_const(frame_->vardct.epf_inverse_sigma).View();
  }
  return pipeline_.Render(input, rect, sink, &workers_[worker].scratch);
}

}  // namespace jxlpool
