// FrameRenderer: drives the tile pipeline over a frame: over its complete planes, or group by group.
#ifndef LIB_FRAME_FRAME_RENDERER_H_
#define LIB_FRAME_FRAME_RENDERER_H_

#include <cstdint>

#include "lib/base/rect.h"
#include "lib/base/status.h"
#include "lib/frame/frame_samples.h"
#include "lib/frame/frame_state.h"
#include "lib/frame/group_tiles.h"
#include "lib/render/tile_pipeline.h"

namespace jxlpool {

// Three color planes and the extra channels that an image may have.
inline constexpr size_t kMaxPlanes = 3 + 256;

// What the headers tell of a frame's pipeline: all but features and the upsampling of extra channels. `image` must
// outlive it.
RenderSpec SpecOfHeaders(const ImageHeader& image, const FrameHeader& header, const FrameDimensions& dimensions);

class FrameRenderer {
 public:
  // Tiles that the drivers use: wide enough that the borders cost little, small enough for the cache.
  static constexpr uint32_t kTileWidth = 512;
  static constexpr uint32_t kTileHeight = 256;

  // Builds the pipeline. `state` and `samples` must outlive this object. Errors: kMemoryLimit, kCorrupt.
  Status Begin(FrameState* state, const FrameSamples* samples);
  // Makes room in all workers' scratch memory for rectangles of up to `max_width` columns. Errors: kMemoryLimit.
  Status ReserveScratch(int64_t max_width);
  // Makes room for rendering `frame` in tiles of that size: for all workers the same, whichever tiles they get.
  Status ReserveTiles(const Rect& frame, int64_t tile_width, int64_t tile_height);
  const TilePipeline& pipeline() const { return pipeline_; }

  // Renders a rectangle of the frame (after upsampling) with the scratch memory of `worker`. Different workers may
  // render at the same time. REQUIRES: all groups are decoded; ReserveTiles.
  Status Render(uint32_t worker, const Rect& rect, RowSink sink);
  // Renders what can be rendered once the group has been decoded.
  Status RenderGroup(uint32_t worker, const GroupTiles& tiles, uint32_t gx, uint32_t gy, RowSink sink);

 private:
  RenderSpec MakeSpec();
  Status RunPipeline(uint32_t worker, const ChannelInput* channels, const Rect& rect, RowSink sink);
  // Converts the samples that `rect` needs of a modular plane into rows of the worker's memory from `first_row` on.
  InputPiece ConvertPlane(size_t plane, const Rect& input, FrameWorker* worker, size_t first_row) const;
  // Over all planes that are converted: how many rows of input a tile needs, and how long the longest one is.
  size_t NumInputRows(const Rect& tile) const;
  size_t MaxInputColumns(const Rect& tile) const;

  FrameState* state_ = nullptr;
  const FrameSamples* samples_ = nullptr;
  PoolVector<uint32_t> extra_upsampling_;
  TilePipeline pipeline_;
};

}  // namespace jxlpool

#endif  // LIB_FRAME_FRAME_RENDERER_H_
