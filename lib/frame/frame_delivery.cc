#include "lib/frame/frame_delivery.h"

#include <algorithm>

#include "lib/base/bits.h"

namespace jxlpool {
namespace {

OutputSetup SetupOf(const FrameState& frame, const FrameRequest& request, const FrameDelivery::Flow& flow) {
  const ImageHeader& image = frame.image();
  const bool on_canvas = frame.header.IsNormalFrame() && frame.context->coalescing;
  OutputSetup setup;
  OutputPlanes& planes = setup.planes;
  planes.width = on_canvas ? request.canvas.width : static_cast<uint32_t>(frame.dimensions.width);
  planes.height = on_canvas ? request.canvas.height : static_cast<uint32_t>(frame.dimensions.height);
  planes.orientation = frame.context->orientation;
  planes.num_color = frame.context->color->num_color;
  planes.num_extra = image.num_extra_channels;
  planes.alpha = image.FindExtraChannel(ExtraChannelType::kAlpha);
  planes.alpha_associated = planes.alpha >= 0 && image.ec_info[static_cast<size_t>(planes.alpha)].alpha_associated;
  setup.num_workers = flow.num_workers;
  setup.max_segment = flow.max_segment;
  setup.band_rows = flow.band_rows;
  if (request.first_row != 0) {
    const int64_t first_row = int64_t{request.first_row} + (on_canvas ? frame.header.y0 : 0);
    setup.first_row = static_cast<uint32_t>(std::clamp<int64_t>(first_row, 0, planes.height));
  }
  return setup;
}

ComposeSettings SettingsOf(const FrameState& frame, const FrameRequest& request, const FrameDelivery::Flow& flow) {
  ComposeSettings settings;
  settings.image = &frame.image();
  settings.frame = &frame.header;
  settings.dimensions = &frame.dimensions;
  settings.color = frame.context->color;
  settings.canvas = request.canvas;
  settings.first_row = request.first_row;
  settings.saves = !frame.context->provisional || frame.header.frame_type == FrameType::kLFFrame;
  settings.keeps_slots = frame.context->source.codestream->is_growing();
  settings.slots = &frame.slots;
  settings.coalescing = frame.context->coalescing;
  settings.render_spot_colors = frame.context->render_spot_colors;
  settings.num_workers = flow.num_workers;
  settings.max_segment = flow.max_segment;
  settings.band_rows = flow.band_rows;
  return settings;
}

}  // namespace

TileGrid TileGrid::For(const FrameDimensions& dimensions, uint32_t tile_width, uint32_t tile_height) {
  return {tile_width, tile_height, static_cast<uint32_t>(CeilDiv<uint64_t>(dimensions.width, tile_width)),
          static_cast<uint32_t>(CeilDiv<uint64_t>(dimensions.height, tile_height))};
}

Rect TileGrid::TileRect(uint32_t tx, uint32_t ty, const FrameDimensions& dimensions) const {
  const Rect tile{int64_t{tx} * tile_width, int64_t{ty} * tile_height, tile_width, tile_height};
  return tile.Intersection(Rect{0, 0, static_cast<int64_t>(dimensions.width), static_cast<int64_t>(dimensions.height)});
}

uint32_t TileGrid::RowsAtATime(uint32_t num_workers) const {
  return num_workers == 1 ? 1 : std::min(tiles_y, CeilDiv(4 * num_workers, tiles_x));
}

Status FrameDelivery::Begin(const FrameState& frame, const FrameRequest& request, const Flow& flow) {
  frame_ = &frame;
  is_delivered_ = request.is_delivered;
  ComposeSettings settings = SettingsOf(frame, request, flow);
  if (is_delivered_) {
    const OutputSetup setup = SetupOf(frame, request, flow);
    JXLPOOL_RETURN_IF_ERROR(request.targets.empty()
                                ? output_.Reserve(setup, request.streamed_pixel_bytes, frame.memory())
                                : output_.Begin(setup, request.targets, frame.memory()));
    settings.output = &output_;
  }
  return composer_.Begin(settings, frame.memory());
}

uint64_t FrameDelivery::Bytes(const FrameState& frame, const FrameRequest& request, const Flow& flow) {
  const uint64_t bytes = FrameComposer::Bytes(SettingsOf(frame, request, flow), request.is_delivered);
  if (!request.is_delivered) return bytes;
  const OutputSetup setup = SetupOf(frame, request, flow);
  const uint64_t streamed = request.targets.empty() ? request.streamed_pixel_bytes
                                                    : FrameOutput::StreamedPixelBytes(setup.planes, request.targets);
  return bytes + FrameOutput::Bytes(setup, streamed);
}

FrameComposer::Saved FrameDelivery::SavedBy(const FrameState& frame, const FrameRequest& request) {
  return FrameComposer::SavedBy(SettingsOf(frame, request, Flow()));
}

uint32_t FrameDelivery::RowsAtATime(const TileGrid& grid, uint32_t num_workers) const {
  return composer_.in_order() ? grid.RowsAtATime(num_workers) : grid.tiles_y;
}

Status FrameDelivery::RunTiles(const TileGrid& grid, uint32_t first_row, uint32_t rows, ThreadPool* threads,
                               TaskFunction deliver) {
  JXLPOOL_RETURN_IF_ERROR(threads->Run(rows * grid.tiles_x, [&](uint32_t tile, uint32_t worker) -> Status {
    JXLPOOL_RETURN_IF_ERROR(frame_->CheckCancelled());
    return deliver(first_row * grid.tiles_x + tile, worker);
  }));
  const uint64_t end = uint64_t{first_row + rows} * grid.tile_height;
  return composer_.FinishRows(static_cast<uint32_t>(std::min<uint64_t>(frame_->dimensions.height, end)));
}

}  // namespace jxlpool
