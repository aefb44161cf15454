// LF coefficients: dequantisation with chroma from luma, LF index, adaptive smoothing (ISO/IEC 18181-1, LF
// coefficients; adaptive LF smoothing).
#ifndef LIB_VARDCT_LF_COEFFICIENTS_H_
#define LIB_VARDCT_LF_COEFFICIENTS_H_

#include <cstddef>
#include <cstdint>

#include "lib/base/status.h"
#include "lib/pool/matrix.h"
#include "lib/pool/memory.h"
#include "lib/vardct/vardct_frame.h"

namespace jxlpool {

// Returns the size of channel c (0 X, 1 Y, 2 B) of the LF coefficients of an LF group, which is that of its modular
// channel.
struct LfChannelSize {
  uint32_t width = 0;
  uint32_t height = 0;
};
LfChannelSize LfChannelSizeOf(const VarDctFrame& frame, uint32_t lf_group, size_t c);

// Writes the LF planes (and the LF index) of one LF group. `quantized` are the channels X, Y, B -- not the order Y, X,
// B of the bitstream -- with the sizes of LfChannelSizeOf. Different LF groups may run at the same time. REQUIRES:
// extra_precision <= 3; the frame does not take its LF image from an LF frame.
void DequantizeLf(uint32_t lf_group, uint32_t extra_precision, const View2D<const int32_t> (&quantized)[3],
                  VarDctFrame* frame);

// Smooths the LF planes in place, row by row as they become available. It keeps copies of two rows. Not thread-safe.
class LfSmoother {
 public:
  // Errors: kMemoryLimit.
  static Result<LfSmoother> Create(const VarDctFrame& frame, Memory* memory);
  // Bytes that Create acquires.
  static uint64_t Bytes(const VarDctFrame& frame);

  // Call when the first `rows` block rows of the frame are dequantised, in all LF groups. Smooths what can be smoothed
  // and returns how many rows from the top are final. Without smoothing all rows are final at once.
  uint32_t Advance(uint32_t rows, VarDctFrame* frame);

 private:
  bool active_ = false;
  uint32_t final_rows_ = 0;
  Matrix3D<float> saved_;  // originals of the last two rows, one per channel
};

}  // namespace jxlpool

#endif  // LIB_VARDCT_LF_COEFFICIENTS_H_
