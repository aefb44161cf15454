// FrameDelivery: the way from a frame's finished rows to the composer, and through it to the caller and the slots.
#ifndef LIB_FRAME_FRAME_DELIVERY_H_
#define LIB_FRAME_FRAME_DELIVERY_H_

#include <cstdint>
#include <span>

#include "lib/base/rect.h"
#include "lib/base/status.h"
#include "lib/base/thread_pool.h"
#include "lib/compose/frame_composer.h"
#include "lib/compose/frame_output.h"
#include "lib/compose/shared_frame.h"
#include "lib/frame/frame_state.h"
#include "lib/render/tile_pipeline.h"

namespace jxlpool {

// Where a frame's pixels go.
struct FrameRequest {
  SizeHeader canvas;  // the image, or the preview
  // False: the frame is decoded for later frames only.
  bool is_delivered = false;
  std::span<const OutputTarget> targets;
  // Without targets, where nothing is going to be delivered yet: bytes per pixel of the sinks that there will be.
  uint64_t streamed_pixel_bytes = 0;
  // Rows of the frame before this one are neither decoded nor delivered.
  uint32_t first_row = 0;
};

// Tiles that cover a frame, in raster order.
struct TileGrid {
  uint32_t tile_width = 0;
  uint32_t tile_height = 0;
  uint32_t tiles_x = 0;
  uint32_t tiles_y = 0;

  static TileGrid For(const FrameDimensions& dimensions, uint32_t tile_width, uint32_t tile_height);
  // Tile (tx, ty), clipped to the frame.
  Rect TileRect(uint32_t tx, uint32_t ty, const FrameDimensions& dimensions) const;
  // Rows of tiles that have to be worked on together, so that every worker has something to do.
  uint32_t RowsAtATime(uint32_t num_workers) const;
};

class FrameDelivery {
 public:
  // How rows are going to come: in segments of at most `max_segment` pixels, of which at most `band_rows` rows are
  // unfinished at a time.
  struct Flow {
    uint32_t num_workers = 1;
    uint32_t max_segment = 0;
    uint32_t band_rows = 1;
  };

  FrameDelivery() = default;
  FrameDelivery(const FrameDelivery&) = delete;
  FrameDelivery& operator=(const FrameDelivery&) = delete;

  // `frame` and the request's targets must outlive this object. Errors: kInvalidArgument, kMemoryLimit, kCorrupt (the
  // frame cannot be blended with what is in the slots).
  Status Begin(const FrameState& frame, const FrameRequest& request, const Flow& flow);
  // Bytes that Begin acquires, at most.
  static uint64_t Bytes(const FrameState& frame, const FrameRequest& request, const Flow& flow);

  // What the frame leaves for later frames.
  static FrameComposer::Saved SavedBy(const FrameState& frame, const FrameRequest& request);

  FrameComposer& composer() { return composer_; }
  // REQUIRES: the request is delivered.
  FrameOutput& output() { return output_; }
  bool is_delivered() const { return is_delivered_; }
  // Rows of the frame that have been finished.
  uint32_t final_rows() const { return composer_.finished_frame_rows(); }

  // What comes above the frame; call it before any row. Errors: kPaused, after which it is called again; all.
  Status FillAbove() { return composer_.FillAbove(); }
  // kPaused if rows went to a target that pauses since the last call. REQUIRES: no rows are on their way.
  Status Pause() { return output_.Pause(); }
  // True if a target pauses between rows. Then no more than band_rows may be finished from one Pause to the next.
  bool pauses_between_rows() const { return composer_.in_order() && output_.pauses(); }

  // Gives a row that `worker` has rendered to the composer.
  void Take(uint32_t worker, const OutputRow& row) {
    composer_.Row(worker, static_cast<uint32_t>(row.y), static_cast<uint32_t>(row.x0), row.width, row.rows);
  }

  // Calls deliver(tile, worker) for the tiles of `rows` rows of tiles from `first_row` on, and finishes these rows.
  Status RunTiles(const TileGrid& grid, uint32_t first_row, uint32_t rows, ThreadPool* threads, TaskFunction deliver);
  // How many rows of tiles are to be given to RunTiles at a time.
  uint32_t RowsAtATime(const TileGrid& grid, uint32_t num_workers) const;

  // Returns what later frames may refer to, empty if nothing. REQUIRES: all rows have been finished. Errors: kPaused,
  // after which it is called again; all.
  Result<SharedFrame> Finish() { return composer_.Finish(); }

 private:
  const FrameState* frame_ = nullptr;
  FrameComposer composer_;
  FrameOutput output_;
  bool is_delivered_ = false;
};

}  // namespace jxlpool

#endif  // LIB_FRAME_FRAME_DELIVERY_H_
