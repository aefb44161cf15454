// FrameOutput: makes the caller's pixels of rows of finished planes: it chooses channels, converts samples, turns the
// image and collects bands.
//
// Rows arrive as segments in stored orientation, in any order within a band and from any worker; each pixel once.
// Targets with memory of their own are written in place. A sink gets its rows from top to bottom: a band of rows is
// collected and delivered by FinishRows, or, where the orientation turns the image, the whole image by Finish.
// FinishRows may run while other threads store rows after it.
#ifndef LIB_COMPOSE_FRAME_OUTPUT_H_
#define LIB_COMPOSE_FRAME_OUTPUT_H_

#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>

#include "lib/base/status.h"
#include "lib/compose/output_request.h"
#include "lib/headers/image_header.h"
#include "lib/pool/matrix.h"
#include "lib/pool/memory.h"
#include "lib/pool/pool_vector.h"

namespace jxlpool {

// What the planes are. Planes: 0..2 color (grey: plane 0 counts), then the extra channels.
struct OutputPlanes {
  uint32_t width = 0;  // stored orientation
  uint32_t height = 0;
  Orientation orientation = Orientation::kIdentity;
  uint32_t num_color = 3;  // 1 or 3
  uint32_t num_extra = 0;
  int32_t alpha = -1;  // extra channel that is the alpha of interleaved output
  bool alpha_associated = false;
};

struct OutputSetup {
  OutputPlanes planes;
  uint32_t num_workers = 1;
  size_t max_segment = 0;  // no segment of a row is wider
  uint32_t band_rows = 1;  // no row is stored that is so many rows or more after the last FinishRows
  uint32_t first_row = 0;  // rows before are left out; 0 if the orientation delivers rows in another order to a sink
};

class FrameOutput {
 public:
  FrameOutput() = default;

  // Starts an image. `targets` must stay valid until Finish. Errors: kInvalidArgument, kMemoryLimit.
  Status Begin(const OutputSetup& setup, std::span<const OutputTarget> targets, Memory* memory);

  // Acquires what Begin acquires for one sink with pixels of this size, or, if it is 0, for a caller's buffer. Nothing
  // can be stored. Errors: kMemoryLimit.
  Status Reserve(const OutputSetup& setup, uint64_t streamed_pixel_bytes, Memory* memory);
  // Bytes that Begin acquires at most for sinks with so many bytes per pixel together.
  static uint64_t Bytes(const OutputSetup& setup, uint64_t streamed_pixel_bytes);
  // Returns the bytes per pixel of all targets that are sinks, together.
  static uint64_t StreamedPixelBytes(const OutputPlanes& planes, std::span<const OutputTarget> targets);

  // True if some target needs FinishRows to be called in order, so that bands have to be completed one after another.
  bool in_order() const { return in_order_; }

  // Decides whether StoreIntegers may be used, with the same result as floats, for planes of these depths. `coded_bits`
  // has 1 + num_extra entries: color, extra channels; 0: not an integer plane.
  bool PrepareIntegers(const uint32_t* coded_bits);

  // Writes pixels [x, x + n) of row y. planes[] as in OutputPlanes, planes that no target uses may be null.
  void Store(uint32_t worker, uint32_t y, uint32_t x, size_t n, const float* const* planes);
  // The same with integers. REQUIRES: PrepareIntegers gave true.
  template <typename T>
  void StoreIntegers(uint32_t worker, uint32_t y, uint32_t x, size_t n, const T* const* planes);

  // Call when all rows before `y` are stored. Delivers bands, whose memory stays as it is as long as no row is stored
  // that is band_rows or more after the first of them. Errors: those of the sinks.
  Status FinishRows(uint32_t y);
  // kPaused if a target that pauses has got bands since the last call.
  Status Pause() { return std::exchange(bands_are_out_, false) ? Paused() : OkStatus(); }
  // True if some target pauses.
  bool pauses() const { return pauses_; }
  // Call when all rows are stored. Delivers what is left and gives memory back. Errors: kPaused, after which it is
  // called again; those of the sinks.
  Status Finish();

 private:
  static constexpr size_t kMaxInterleaved = 4;  // of the integer path
  struct Output {
    OutputTarget target;
    OutputRowFormat format;
    size_t pixel_bytes = 0;
    size_t stride = 0;
    Matrix2D<uint8_t> storage;  // for sinks
    uint8_t* base = nullptr;
    uint32_t kept_rows = UINT32_MAX;  // row y is at base + (y % kept_rows) * stride
    bool streams = false;             // a sink that gets bands as they are finished
    PoolVector<int32_t> channels;     // plane index per interleaved sample; -1: opaque
    uint32_t factors[kMaxInterleaved] = {};
  };
  struct Place {
    uint32_t x = 0;  // first output pixel of the segment before transposition
    uint32_t y = 0;
    bool reversed = false;
  };

  Status Add(const OutputTarget& target, Memory* memory);
  Status GiveBand(const Output& output, uint32_t y, uint32_t num_rows, const uint8_t* rows);
  // Memory for the rows of a sink. REQUIRES: output->pixel_bytes is set.
  Status AllocateRows(Memory* memory, Output* output);
  Status AllocateRowScratch(size_t pixel_bytes, Memory* memory);
  Place PlaceOf(uint32_t y, uint32_t x, size_t n) const;
  // Returns where the row segment is to be written, which is scratch memory if it must be transposed afterwards.
  uint8_t* Destination(const Output& output, uint32_t worker, const Place& place);
  void Transpose(const Output& output, const Place& place, size_t n, const uint8_t* row) const;
  void StoreOne(const Output& output, uint32_t worker, const Place& place, size_t n, const float* const* planes);

  OutputSetup setup_;
  PoolVector<Output> outputs_;
  bool in_order_ = false;
  bool pauses_ = false;
  bool bands_are_out_ = false;
  uint32_t finished_rows_ = 0;
  bool has_given_images_ = false;  // to sinks that do not stream
  Matrix2D<uint8_t> row_scratch_;  // one row per worker, for transposition
  Matrix3D<float> color_scratch_;  // per worker: unpremultiplied color
};

}  // namespace jxlpool

#endif  // LIB_COMPOSE_FRAME_OUTPUT_H_
