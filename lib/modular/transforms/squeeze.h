// Undoes squeezes (ISO/IEC 18181-1, modular transforms: Squeeze): averages and residuals of neighbouring samples
// become the samples again.
//
// The kernels are exact as long as no intermediate value exceeds the storage; beyond that results are unspecified.
#ifndef LIB_MODULAR_TRANSFORMS_SQUEEZE_H_
#define LIB_MODULAR_TRANSFORMS_SQUEEZE_H_

#include <cstddef>
#include <cstdint>

#include "lib/base/status.h"
#include "lib/base/thread_pool.h"
#include "lib/modular/modular_image.h"
#include "lib/modular/transforms/transform.h"
#include "lib/pool/matrix.h"

namespace jxlpool {

// The inputs of two rows of output: a row of averages, a row of residuals, the output row above the two (the averages
// at the top), and the next row of averages (the same at the bottom).
template <typename T>
struct SqueezedRows {
  const T* average;
  const T* residual;
  const T* previous;
  const T* next;
};

// Makes two rows of output of `count` samples. `even` and `odd` may not overlap the inputs.
void UnsqueezeRow(const SqueezedRows<int16_t>& in, size_t count, int16_t* even, int16_t* odd);
void UnsqueezeRow(const SqueezedRows<int32_t>& in, size_t count, int32_t* even, int32_t* odd);

// Makes rows [y0, y1) of a channel that was squeezed horizontally. REQUIRES: average.width - residual.width is 0 or 1
// and out.width is their sum; rows may be read and written up to a multiple of 64 bytes.
void UnsqueezeColumns(const View2D<const int16_t>& average, const View2D<const int16_t>& residual,
                      const View2D<int16_t>& out, size_t y0, size_t y1);
void UnsqueezeColumns(const View2D<const int32_t>& average, const View2D<const int32_t>& residual,
                      const View2D<int32_t>& out, size_t y0, size_t y1);

// Undoes one step on a channel list. Errors: kMemoryLimit.
Status UndoSqueezeStep(const SqueezeStep& step, ThreadPool* threads, ModularImage* image);

}  // namespace jxlpool

#endif  // LIB_MODULAR_TRANSFORMS_SQUEEZE_H_
