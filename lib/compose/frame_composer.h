// FrameComposer: what happens to the rows of a frame once they are complete: save points, color transform, blending
// onto the canvas, spot colors, delivery (ISO/IEC 18181-1, frame composition).
//
// Everything is done row by row on segments; no intermediate canvas exists unless a later frame needs it. Segments may
// arrive in any order within a band and from different workers at once; no more than a band lies between two calls of
// FinishRows.
//
// Planes: 0..2 color, then the extra channels.
#ifndef LIB_COMPOSE_FRAME_COMPOSER_H_
#define LIB_COMPOSE_FRAME_COMPOSER_H_

#include <cstddef>
#include <cstdint>

#include "lib/base/status.h"
#include "lib/compose/frame_output.h"
#include "lib/compose/image_color.h"
#include "lib/compose/shared_frame.h"
#include "lib/features/blending.h"
#include "lib/headers/frame_dimensions.h"
#include "lib/headers/frame_header.h"
#include "lib/headers/image_header.h"
#include "lib/pool/matrix.h"
#include "lib/pool/memory.h"
#include "lib/pool/pool_vector.h"

namespace jxlpool {

struct ComposeSettings {
  const ImageHeader* image = nullptr;
  const FrameHeader* frame = nullptr;
  const FrameDimensions* dimensions = nullptr;
  const ImageColor* color = nullptr;
  SizeHeader canvas;  // the image, or the preview
  // As they are before this frame. What it replaces may be written over, unless there are other references to it.
  const FrameSlots* slots = nullptr;
  uint32_t first_row = 0;    // rows of the frame before this one are dropped
  bool saves = true;         // false: nothing is left for later frames
  bool keeps_slots = false;  // what the frame replaces is not written over, as it may still be read
  bool coalescing = true;    // false: the frame is delivered by itself
  bool render_spot_colors = true;
  FrameOutput* output =
      nullptr;  // begun with the size of the canvas (of the frame, without coalescing); null: not delivered
  uint32_t num_workers = 1;
  size_t max_segment = 0;  // widest segment that Row gets
  uint32_t band_rows = 1;
};

class FrameComposer {
 public:
  // Prepares for one frame. All that `settings` points to must outlive Finish. Errors: kCorrupt (a source slot that
  // cannot be blended with), kMemoryLimit.
  Status Begin(const ComposeSettings& settings, Memory* memory);

  // Bytes that Begin acquires, at most; `has_output` stands for settings.output.
  static uint64_t Bytes(const ComposeSettings& settings, bool has_output);
  // Tells what the frame leaves for later frames, and at which point it is saved; there are no planes if it is nothing.
  struct Saved {
    size_t num_planes = 0;
    uint32_t width = 0;
    uint32_t height = 0;
    bool before_color_transform = false;
  };
  static Saved SavedBy(const ComposeSettings& settings);

  // True if rows have to be finished band by band from top to bottom.
  bool in_order() const { return settings_.output != nullptr && settings_.output->in_order(); }
  // True if integer samples may go straight to the output, without Row.
  bool passes_samples_through() const { return passes_through_; }

  // Rows of the frame before this one have been finished.
  uint32_t finished_frame_rows() const { return finished_frame_rows_; }

  // Delivers the rows of the canvas above the frame; call it before Row. Errors: kPaused, after which it is called
  // again; those of sinks.
  Status FillAbove();
  // Takes pixels [x, x + n) of frame row y after upsampling and noise, and writes over them.
  void Row(uint32_t worker, uint32_t y, uint32_t x, size_t n, float* const* planes);
  // Call when all of the frame's rows before y were given to Row (or to the output).
  Status FinishRows(uint32_t y);
  // Call when the whole frame was given. Returns what is to be saved (empty if nothing). Errors: as FillAbove.
  Result<SharedFrame> Finish();

 private:
  enum class Save : uint8_t { kNothing, kLf, kBeforeColor, kComposed };

  // Decides what has to be done, from settings_.
  void Configure(bool has_output);
  Status BeginSave(Memory* memory);
  // True if the planes that this frame replaces can take its result, pixel by pixel.
  bool OverwritesSlot() const;
  Status BeginBlending(Memory* memory);
  Status CheckSources() const;
  // Planes that already lie where they are to be saved are not copied.
  void SaveRow(uint32_t y, uint32_t x, size_t n, const float* const* planes);
  void BlendOntoCanvas(uint32_t worker, uint32_t y, uint32_t x, size_t n, float* const* planes);
  // Returns the background of canvas row y at column x, per plane.
  void BackgroundRow(uint32_t y, uint32_t x, const float** planes) const;
  // Saves and shows pixels of the finished canvas.
  void Emit(uint32_t worker, uint32_t y, uint32_t x, size_t n, float* const* planes);
  // The rows are overwritten. REQUIRES: there is an output.
  void Show(uint32_t worker, uint32_t y, uint32_t x, size_t n, float* const* planes);
  void MixSpotColors(size_t n, float* const* planes) const;
  // Emits the background in canvas columns [x0, x1) of row y.
  void FillBackground(uint32_t y, uint32_t x0, uint32_t x1);
  // Emits the background from finished_rows_ to `end`. Errors: as FillAbove.
  Status FillRows(uint32_t end);

  ComposeSettings settings_;
  uint32_t num_extra_ = 0;
  size_t num_planes_ = 3;
  Save save_ = Save::kNothing;
  SharedFrame saved_;
  bool composes_ = false;  // rows go further than the save point
  bool blends_ = false;
  bool passes_through_ = false;
  bool has_spot_colors_ = false;
  // Rows stay linear until they are delivered.
  bool late_transfer_ = false;
  bool use_engine_ = false;
  ColorTransform transform_;
  // The frame lies at (x0_, y0_) of the canvas.
  uint32_t canvas_width_ = 0;
  uint32_t canvas_height_ = 0;
  int64_t x0_ = 0;
  int64_t y0_ = 0;
  int64_t finished_rows_ = 0;  // canvas rows
  uint32_t finished_frame_rows_ = 0;
  PoolVector<ChannelBlending> blending_;
  PoolVector<BlendExtraChannel> extra_;
  Matrix2D<float> scratch_;     // per worker
  Matrix2D<float> zero_row_;    // background of empty slots
  Matrix2D<float> background_;  // planes of one background segment
};

}  // namespace jxlpool

#endif  // LIB_COMPOSE_FRAME_COMPOSER_H_
