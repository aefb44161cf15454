// What filters see beyond the edge of a plane: the samples inside, mirrored, the edge sample repeated.
#ifndef LIB_FEATURES_MIRROR_H_
#define LIB_FEATURES_MIRROR_H_

#include <cstdint>

namespace jxlpool {

// The index in [0, size) that stands for `i`: -1 is 0, -2 is 1, size is size - 1, ... REQUIRES: size >= 1.
constexpr int64_t Mirror(int64_t i, int64_t size) {
  while (i < 0 || i >= size) i = i < 0 ? -1 - i : 2 * size - 1 - i;
  return i;
}

// Fills columns [-border, 0) of a row of `size` samples. REQUIRES: samples up to `border` or the whole row are there.
inline void MirrorLeft(float* row, int64_t size, int64_t border) {
  for (int64_t x = 1; x <= border; ++x) row[-x] = row[Mirror(-x, size)];
}
// Fills columns [size, size + border); row points at column `size`, of which the `size` columns before are the plane.
inline void MirrorRight(float* end, int64_t size, int64_t border) {
  for (int64_t x = 0; x < border; ++x) end[x] = end[Mirror(size + x, size) - size];
}

}  // namespace jxlpool

#endif  // LIB_FEATURES_MIRROR_H_
