// The self-correcting ("weighted") predictor (ISO/IEC 18181-1, modular prediction): four sub-predictors, mixed with
// weights that follow from how wrong each has been around the position.
//
// WeightedPredictor is the plain variant and exact for all inputs. The fast loops have their own in
// lib/modular/loops/weighted_row-inl.h.
#ifndef LIB_MODULAR_STREAM_WEIGHTED_PREDICTOR_H_
#define LIB_MODULAR_STREAM_WEIGHTED_PREDICTOR_H_

#include <cstddef>
#include <cstdint>

#include "lib/base/bits.h"
#include "lib/base/status.h"
#include "lib/modular/stream/predictor.h"
#include "lib/pool/memory.h"

namespace jxlpool {

struct WeightedParams {
  uint32_t p1 = 16;
  uint32_t p2 = 10;
  uint32_t p3[5] = {7, 7, 7, 0, 0};
  uint32_t w[4] = {13, 12, 12, 12};

  friend bool operator==(const WeightedParams&, const WeightedParams&) = default;
};

// kWeightReciprocals[k] = floor(2^24 / k).
struct WeightReciprocals {
  uint32_t value[65] = {};
  constexpr WeightReciprocals() {
    for (uint32_t k = 1; k <= 64; ++k) value[k] = (uint32_t{1} << 24) / k;
  }
  constexpr uint32_t operator[](size_t k) const { return value[k]; }
};
inline constexpr WeightReciprocals kWeightReciprocals;

// Returns the weight of a sub-predictor with parameter `w` whose errors around the position sum up to `error`.
inline uint32_t SubPredictorWeight(uint32_t w, uint32_t error) {
  const uint32_t magnitude = FloorLog2(uint64_t{error} + 1);
  const uint32_t shift = magnitude > 5 ? magnitude - 5 : 0;
  return 4 + ((w * kWeightReciprocals[(error >> shift) + 1]) >> shift);
}

// Predicts the samples of one channel in raster order. The caller calls StartRow for each row, and Predict and then
// Update for each sample.
class WeightedPredictor {
 public:
  WeightedPredictor() = default;
  // Makes a predictor for a channel of this width, in the state before the first sample. Errors: kMemoryLimit.
  static Result<WeightedPredictor> Create(Memory* memory, const WeightedParams& params, size_t width);

  // Returns to the state before the first sample.
  void Reset();
  // REQUIRES: called before each row, with y = 0, 1, 2, ...
  void StartRow(size_t y);
  // Returns the prediction at column x and computes max_error().
  int64_t Predict(size_t x, const Neighbours& s);
  // The largest true error around the position, with its sign: property 15.
  int32_t max_error() const { return max_error_; }
  // These are the errors of sub-predictor i and of the prediction at column x of the last finished row.
  uint32_t sub_error(size_t x, size_t i) const { return errors_[current_][x].sub[i]; }
  int32_t true_error(size_t x) const { return true_errors_[current_][x]; }
  // REQUIRES: Predict(x, ...) was the last call; `sample` is the value that was decoded there.
  void Update(size_t x, int64_t sample);

 private:
  struct Errors {
    uint32_t sub[4];
  };

  WeightedParams params_;
  size_t width_ = 0;
  Buffer buffer_;
  // Two rows each. The row above of `errors` also has the errors of the current row so far added in, one column to the
  // right of where they occurred.
  Errors* errors_[2] = {nullptr, nullptr};
  int32_t* true_errors_[2] = {nullptr, nullptr};
  size_t current_ = 0;
  int64_t sub_predictions_[4] = {0, 0, 0, 0};
  int64_t prediction8_ = 0;
  int32_t max_error_ = 0;
};

}  // namespace jxlpool

#endif  // LIB_MODULAR_STREAM_WEIGHTED_PREDICTOR_H_
