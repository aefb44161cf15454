// Doubling of subsampled color channels (ISO/IEC 18181-1 "Chroma upsampling"): 3/4 of the nearer and 1/4 of the
// farther sample.
#ifndef LIB_RENDER_CHROMA_UPSAMPLING_H_
#define LIB_RENDER_CHROMA_UPSAMPLING_H_

#include <cstddef>

namespace jxlpool {

// out[2 * i], out[2 * i + 1] for i < size from in[-1 .. size]. Whole vectors are read and written beyond (64 bytes of
// `in`, 128 bytes of `out`).
void ChromaUpsampleRowHorizontally(const float* in, size_t size, float* out);
// out[i] = 0.75 * near[i] + 0.25 * far[i]. Whole vectors (64 bytes) are read and written.
void ChromaUpsampleRowVertically(const float* near, const float* far, size_t size, float* out);

}  // namespace jxlpool

#endif  // LIB_RENDER_CHROMA_UPSAMPLING_H_
