// FrameRenderer: drives the tile pipeline over a frame whose planes are complete.
#ifndef LIB_FRAME_FRAME_RENDERER_H_
#define LIB_FRAME_FRAME_RENDERER_H_

#include <cstdint>

#include "lib/base/rect.h"
#include "lib/base/status.h"
#include "lib/frame/frame_samples.h"
#include "lib/frame/frame_state.h"
#include "lib/render/tile_pipeline.h"

namespace jxlpool {

class FrameRenderer {
 public:
  // Tiles that the drivers use: wide enough that the borders cost little, small enough for the cache.
  static constexpr uint32_t kTileWidth = 512;
  static constexpr uint32_t kTileHeight = 256;

  // Builds the pipeline. `state` and `samples` must outlive this object; all groups are decoded. Errors: kMemoryLimit,
  // kCorrupt.
  Status Begin(FrameState* state, const FrameSamples* samples);

  // Renders a rectangle of at most kTileWidth x kTileHeight of the frame (after upsampling) with the scratch memory of
  // `worker`. Different workers may render at the same time.
  Status Render(uint32_t worker, const Rect& rect, RowSink sink);

 private:
  RenderSpec MakeSpec();
  // Converts the samples that `rect` needs of a modular plane into rows of the worker's memory from `first_row` on.
  InputPiece ConvertPlane(size_t plane, const Rect& input, FrameWorker* worker, size_t first_row) const;
  Status ReserveRows(const Rect& rect, FrameWorker* worker) const;

  FrameState* state_ = nullptr;
  const FrameSamples* samples_ = nullptr;
  PoolVector<uint32_t> extra_upsampling_;
  TilePipeline pipeline_;
};

}  // namespace jxlpool

#endif  // LIB_FRAME_FRAME_RENDERER_H_
