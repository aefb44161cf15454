// Makes filter kernels of coded upsampling weights (ISO/IEC 18181-1 "Upsampling").
#ifndef LIB_HEADERS_UPSAMPLING_WEIGHTS_H_
#define LIB_HEADERS_UPSAMPLING_WEIGHTS_H_

#include <cstddef>
#include <cstdint>

#include "lib/headers/image_header.h"

namespace jxlpool {

inline constexpr size_t kUpsamplingTaps = 25;        // 5x5
inline constexpr size_t kMaxUpsamplingKernels = 64;  // 8x8

// The coded weights for factor 2, 4 or 8.
const float* CodedUpsamplingWeights(const UpsamplingWeights& weights, uint32_t factor);

// The weight of input sample (x + px - 2, y + py - 2) for output sample (factor * x + ox, factor * y + oy) is
// kernels[oy * factor + ox][5 * py + px]. Mirrored positions have mirrored kernels: (factor - 1 - ox) reverses px,
// (factor - 1 - oy) reverses py; so the first factor/2 x factor/2 kernels hold everything.
// REQUIRES: factor is 2, 4 or 8; kernels has factor * factor rows.
void ExpandUpsamplingKernels(const UpsamplingWeights& weights, uint32_t factor, float (*kernels)[kUpsamplingTaps]);

}  // namespace jxlpool

#endif  // LIB_HEADERS_UPSAMPLING_WEIGHTS_H_
