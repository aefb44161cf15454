// Neighbours of a sample and the predictors that need only them (ISO/IEC 18181-1, modular prediction). Plain and exact
// for all inputs; the fast loops have their own variants.
#ifndef LIB_MODULAR_STREAM_PREDICTOR_H_
#define LIB_MODULAR_STREAM_PREDICTOR_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "lib/modular/stream/ma_tree.h"
#include "lib/pool/matrix.h"

namespace jxlpool {

// The samples around a position; the format says what stands in for those that do not exist. They have 64 bits so that
// no expression overflows.
struct Neighbours {
  int64_t w;
  int64_t n;
  int64_t nw;
  int64_t ne;
  int64_t ww;
  int64_t nn;
  int64_t nee;
};

// REQUIRES: x < view.width, y < view.height.
template <typename T>
Neighbours GetNeighbours(const View2D<T>& view, size_t x, size_t y) {
  Neighbours result;
  const auto* row = view.Row(y);
  const auto* above = y > 0 ? row - view.stride : row;
  result.w = x > 0 ? row[x - 1] : (y > 0 ? above[x] : 0);
  result.n = y > 0 ? above[x] : result.w;
  result.nw = x > 0 && y > 0 ? above[x - 1] : result.w;
  result.ne = x + 1 < view.width && y > 0 ? above[x + 1] : result.n;
  result.ww = x > 1 ? row[x - 2] : result.w;
  result.nn = y > 1 ? (above - view.stride)[x] : result.n;
  result.nee = x + 2 < view.width && y > 0 ? above[x + 2] : result.ne;
  return result;
}

// W + N - NW limited to the range between W and N.
inline int64_t ClampedGradient(int64_t w, int64_t n, int64_t nw) {
  return std::clamp(w + n - nw, std::min(w, n), std::max(w, n));
}

// Returns the prediction; `weighted` is that of the self-correcting predictor.
inline int64_t Predict(Predictor predictor, const Neighbours& s, int64_t weighted) {
  switch (predictor) {
    case Predictor::kZero:
      return 0;
    case Predictor::kWest:
      return s.w;
    case Predictor::kNorth:
      return s.n;
    case Predictor::kAverageWestNorth:
      return (s.w + s.n) / 2;
    case Predictor::kSelect: {
      const int64_t gradient = s.w + s.n - s.nw;
      return std::abs(gradient - s.w) < std::abs(gradient - s.n) ? s.w : s.n;
    }
    case Predictor::kGradient:
      return ClampedGradient(s.w, s.n, s.nw);
    case Predictor::kWeighted:
      return weighted;
    case Predictor::kNorthEast:
      return s.ne;
    case Predictor::kNorthWest:
      return s.nw;
    case Predictor::kWestWest:
      return s.ww;
    case Predictor::kAverageWestNorthWest:
      return (s.w + s.nw) / 2;
    case Predictor::kAverageNorthNorthWest:
      return (s.n + s.nw) / 2;
    case Predictor::kAverageNorthNorthEast:
      return (s.n + s.ne) / 2;
    case Predictor::kAverageAll:
      return (6 * s.n - 2 * s.nn + 7 * s.w + s.ww + s.nee + 3 * s.ne + 8) / 16;
  }
  return 0;
}

// Wraps a value to the type that it is stored in.
template <typename T>
constexpr T WrapTo(int64_t value) {
  return static_cast<T>(value);
}

}  // namespace jxlpool

#endif  // LIB_MODULAR_STREAM_PREDICTOR_H_
