// Non-separable upsampling by 2, 4 or 8 (ISO/IEC 18181-1 "Upsampling"): 5x5 taps per output sample, the result limited
// to the range of the 25 input samples.
//
// The kernels of mirrored output positions are mirror images. So the 25 inputs are first combined to even and odd parts
// in x and y; a quarter of the kernels, applied to the parts, gives all outputs with a quarter of the multiplications.
#ifndef LIB_RENDER_UPSAMPLING_H_
#define LIB_RENDER_UPSAMPLING_H_

#include <cstddef>
#include <cstdint>

#include "lib/base/bits.h"
#include "lib/headers/image_header.h"

namespace jxlpool {

// The kernels of the first factor/2 x factor/2 output positions, split into parts that are even or odd in y and x.
struct UpsamplingKernels {
  // 9 taps even-even, 6 even-odd, 6 odd-even, 4 odd-odd; the first word is about y. Even taps belong to the centre and
  // the sums at distances 1 and 2, odd taps to the differences (far minus near side: lower index first) at 1 and 2.
  float taps[16][25];
  uint32_t factor = 0;  // 2, 4, 8
};
// REQUIRES: factor is 2, 4 or 8.
void MakeUpsamplingKernels(const UpsamplingWeights& weights, uint32_t factor, UpsamplingKernels* kernels);

// Floats of scratch memory that UpsampleRow needs for `size` input columns.
constexpr size_t UpsamplingScratchFloats(size_t size) { return 6 * (RoundUp(size, 16) + 32); }

// One input row to `factor` output rows. rows[0..4] point at column x0 of the input rows y - 2 .. y + 2, of which
// columns [x0 - 2, x0 + size + 2) count; out[oy] receives factor * size samples. 64 bytes before and beyond the columns
// that count are readable, out is writable up to factor * (size rounded up to a multiple of 16). REQUIRES: `scratch`
// aligned to 64 bytes.
void UpsampleRow(const UpsamplingKernels& kernels, const float* const rows[5], size_t size, float* const* out,
                 float* scratch);

}  // namespace jxlpool

#endif  // LIB_RENDER_UPSAMPLING_H_
