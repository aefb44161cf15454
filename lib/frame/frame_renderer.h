// FrameRenderer: drives the tile pipeline over a frame: over its complete planes, or group by group.
#ifndef LIB_FRAME_FRAME_RENDERER_H_
#define LIB_FRAME_FRAME_RENDERER_H_

#include <cstdint>

#include "lib/base/rect.h"
#include "lib/base/status.h"
#include "lib/frame/frame_delivery.h"
#include "lib/frame/frame_samples.h"
#include "lib/frame/frame_state.h"
#include "lib/frame/group_tiles.h"
#include "lib/pool/matrix.h"
#include "lib/pool/pool_vector.h"
#include "lib/render/tile_pipeline.h"

namespace jxlpool {

class FrameRenderer {
 public:
  // Tiles that the drivers use: wide enough that the borders cost little, small enough for the cache.
  static constexpr uint32_t kTileWidth = 512;
  static constexpr uint32_t kTileHeight = 256;

  // Builds the pipeline. `frame` and `samples` must outlive this object. REQUIRES: LfGlobal was read. Errors:
  // kMemoryLimit, kCorrupt.
  Status Begin(const FrameState* frame, const FrameSamples* samples);

  // Makes room for rectangles of up to `max_width` columns. Errors: kMemoryLimit.
  Status ReserveScratch(uint32_t num_workers, int64_t max_width);
  // Makes room for rendering the frame in tiles: for all workers the same, whichever tiles they get.
  Status ReserveTiles(uint32_t num_workers, const TileGrid& grid);
  // Bytes that these acquire for each worker.
  uint64_t ScratchBytes(int64_t max_width) const;
  uint64_t TileBytes(const TileGrid& grid) const;

  const TilePipeline& pipeline() const { return pipeline_; }

  // Renders a rectangle of the frame (after upsampling) with the memory of `worker`. Different workers may render at
  // the same time. `color_planes` are those of VarDCT frames. REQUIRES: all groups are decoded; ReserveTiles.
  Status Render(uint32_t worker, const Rect& rect, const Matrix2D<float> (&color_planes)[3], RowSink sink);
  // Renders what can be rendered once the group has been decoded.
  Status RenderGroup(uint32_t worker, const GroupTiles& tiles, uint32_t gx, uint32_t gy, RowSink sink);

 private:
  RenderSpec MakeSpec() const;
  Status RunPipeline(uint32_t worker, const ChannelInput* channels, const Rect& rect, RowSink sink);
  // Converts the samples that `rect` needs of a modular plane into rows of the worker's memory from `first_row` on.
  InputPiece ConvertPlane(size_t plane, const Rect& input, Matrix2D<float>* rows, size_t first_row) const;
  // Over all planes that are converted: rows of input that a tile needs, and the columns of the longest one, at most.
  struct InputSize {
    size_t rows = 0;
    size_t columns = 0;
  };
  InputSize MaxInputSize(const TileGrid& grid) const;
  size_t NumInputRows(const Rect& tile) const;
  size_t MaxInputColumns(const Rect& tile) const;

  struct Worker {
    RenderScratch scratch;
    Matrix2D<float> rows;  // the input of a tile
  };

  const FrameState* frame_ = nullptr;
  const FrameSamples* samples_ = nullptr;
  PoolVector<uint32_t> extra_upsampling_;
  TilePipeline pipeline_;
  PoolVector<Worker> workers_;
};

}  // namespace jxlpool

#endif  // LIB_FRAME_FRAME_RENDERER_H_
