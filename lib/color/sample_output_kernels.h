// Row kernels from samples to the caller's pixels. For users: sample_conversion.h.
#ifndef LIB_COLOR_SAMPLE_OUTPUT_KERNELS_H_
#define LIB_COLOR_SAMPLE_OUTPUT_KERNELS_H_

#include <cstddef>
#include <cstdint>

#include "lib/color/sample_conversion.h"

namespace jxlpool {

// As StoreRow. REQUIRES: 1 <= format.num_channels <= 4; no channel is null.
void StoreFloatRowKernel(const OutputRowFormat& format, const float* const* channels, size_t n,
                         const OutputRowPosition& position, uint8_t* out);
// As StoreIntegerRow. REQUIRES: no channel is null.
void StoreIntegerRowKernel(const OutputRowFormat& format, const int16_t* const* channels, const uint32_t* factors,
                           size_t n, bool reversed, uint8_t* out);
void StoreIntegerRowKernel(const OutputRowFormat& format, const int32_t* const* channels, const uint32_t* factors,
                           size_t n, bool reversed, uint8_t* out);

}  // namespace jxlpool

#endif  // LIB_COLOR_SAMPLE_OUTPUT_KERNELS_H_
