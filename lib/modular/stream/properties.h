// The properties that MA trees look at (ISO/IEC 18181-1, modular properties); plain variants for the generic loop.
#ifndef LIB_MODULAR_STREAM_PROPERTIES_H_
#define LIB_MODULAR_STREAM_PROPERTIES_H_

#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "lib/modular/stream/ma_tree.h"
#include "lib/modular/stream/predictor.h"

namespace jxlpool {

// Computes properties 2 to 14 at (x, y). `last_gradient` is property 9 of the position to the left, 0 at x = 0.
inline void ComputeProperties(const Neighbours& s, size_t x, size_t y, int32_t last_gradient, int32_t* properties) {
  properties[2] = static_cast<int32_t>(y);
  properties[3] = static_cast<int32_t>(x);
  properties[4] = WrapTo<int32_t>(std::abs(s.n));
  properties[5] = WrapTo<int32_t>(std::abs(s.w));
  properties[6] = static_cast<int32_t>(s.n);
  properties[7] = static_cast<int32_t>(s.w);
  properties[8] = WrapTo<int32_t>(s.w - last_gradient);
  properties[9] = WrapTo<int32_t>(s.w + s.n - s.nw);
  properties[10] = WrapTo<int32_t>(s.w - s.nw);
  properties[11] = WrapTo<int32_t>(s.nw - s.n);
  properties[12] = WrapTo<int32_t>(s.n - s.ne);
  properties[13] = WrapTo<int32_t>(s.n - s.nn);
  properties[14] = WrapTo<int32_t>(s.w - s.ww);
}

// Computes the four properties of a previous channel at (x, y).
template <typename T>
void ComputeReferenceProperties(const View2D<T>& reference, size_t x, size_t y, int32_t* properties) {
  const int64_t value = reference.Row(y)[x];
  const Neighbours s = GetNeighbours(reference, x, y);
  const int64_t residual = value - ClampedGradient(s.w, s.n, s.nw);
  properties[0] = WrapTo<int32_t>(std::abs(value));
  properties[1] = WrapTo<int32_t>(value);
  properties[2] = WrapTo<int32_t>(std::abs(residual));
  properties[3] = WrapTo<int32_t>(residual);
}

}  // namespace jxlpool

#endif  // LIB_MODULAR_STREAM_PROPERTIES_H_
