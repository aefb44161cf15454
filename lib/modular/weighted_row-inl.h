// The self-correcting predictor for one row, in local variables. Exact for all inputs, like WeightedPredictor, but rows
// above come with a border and with their errors summed up. Included once for each target.
#if defined(LIB_MODULAR_WEIGHTED_ROW_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef LIB_MODULAR_WEIGHTED_ROW_INL_H_
#undef LIB_MODULAR_WEIGHTED_ROW_INL_H_
#else
#define LIB_MODULAR_WEIGHTED_ROW_INL_H_
#endif

#include <hwy/highway.h>

#include "lib/modular/loop_context.h"
#include "lib/modular/weighted_predictor.h"

HWY_BEFORE_NAMESPACE();
namespace jxlpool {
namespace HWY_NAMESPACE {
namespace {

// Takes the place of the predictor where none is needed.
struct NoWeightedRow {
  NoWeightedRow(const LoopContext& /*c*/, size_t /*y*/) {}
  HWY_INLINE int64_t Predict(size_t /*x*/, int64_t /*w*/, int64_t /*n*/, int64_t /*nw*/, int64_t /*ne*/,
                             int64_t /*nn*/) {
    return 0;
  }
  HWY_INLINE int64_t max_error() const { return 0; }
  HWY_INLINE void Update(size_t /*x*/, int64_t /*sample*/) {}
};

class WeightedRow {
 public:
  HWY_INLINE WeightedRow(const LoopContext& c, size_t y)
      : c_(c), true_above_(c.true_errors[(y + 1) % 2]), true_row_(c.true_errors[y % 2]) {
    true_nw_ = true_above_[-1];
    true_n_ = true_above_[0];
  }

  HWY_INLINE int64_t Predict(size_t x, int64_t w, int64_t n, int64_t nw, int64_t ne, int64_t nn) {
    true_ne_ = true_above_[x + 1];
    uint32_t errors[4];
    if (x + 1 == c_.width) [[unlikely]] {
      for (size_t i = 0; i < 4; ++i) near_[i] += last_[i];
    }
    for (size_t i = 0; i < 4; ++i) errors[i] = c_.error_sums[x].value[i] + near_[i];
    uint32_t weights[4];
    if ((errors[0] | errors[1] | errors[2] | errors[3]) < LoopContext::kSmallError) [[likely]] {
      for (size_t i = 0; i < 4; ++i) weights[i] = c_.weights[i][errors[i]];
    } else {
      for (size_t i = 0; i < 4; ++i) weights[i] = SubPredictorWeight(c_.weighted.w[i], errors[i]);
    }

    const WeightedParams& params = c_.weighted;
    const int64_t n8 = 8 * n;
    const int64_t w8 = 8 * w;
    const int64_t ne8 = 8 * ne;
    p_[0] = w8 + ne8 - n8;
    p_[1] = n8 - (((true_w_ + true_n_ + true_ne_) * params.p1) >> 5);
    p_[2] = w8 - (((true_w_ + true_n_ + true_nw_) * params.p2) >> 5);
    p_[3] = n8 - ((true_nw_ * params.p3[0] + true_n_ * params.p3[1] + true_ne_ * params.p3[2] +
                   (8 * nn - n8) * params.p3[3] + (8 * nw - w8) * params.p3[4]) >>
                  5);

    const uint32_t shift = FloorLog2(weights[0] + weights[1] + weights[2] + weights[3]) - 4;
    uint32_t sum_of_weights = 0;
    int64_t sum = -1;
    for (size_t i = 0; i < 4; ++i) {
      const uint32_t weight = weights[i] >> shift;
      sum_of_weights += weight;
      sum += p_[i] * weight;
    }
    sum += sum_of_weights >> 1;
    int64_t prediction = (sum * kWeightReciprocals[sum_of_weights]) >> 24;
    const int64_t low = HWY_MIN(w8, HWY_MIN(n8, ne8));
    const int64_t high = HWY_MAX(w8, HWY_MAX(n8, ne8));
    const int64_t limited = HWY_MAX(low, HWY_MIN(high, prediction));
    prediction8_ = ((true_n_ ^ true_w_) | (true_n_ ^ true_nw_)) <= 0 ? limited : prediction;
    return (prediction8_ + 3) >> 3;
  }

  HWY_INLINE int64_t max_error() const {
    int64_t largest = true_w_;
    int64_t size = Size(largest);
    for (const int64_t error : {true_n_, true_nw_, true_ne_}) {
      const bool larger = Size(error) > size;
      largest = larger ? error : largest;
      size = larger ? Size(error) : size;
    }
    return largest;
  }

  HWY_INLINE void Update(size_t x, int64_t sample) {
    const int64_t sample8 = 8 * sample;
    true_w_ = static_cast<int32_t>(prediction8_ - sample8);
    true_row_[x] = static_cast<int32_t>(true_w_);
    true_nw_ = true_n_;
    true_n_ = true_ne_;
    for (size_t i = 0; i < 4; ++i) {
      const uint32_t error = static_cast<uint32_t>((Size(p_[i] - sample8) + 3) >> 3);
      c_.sub_errors[x].value[i] = error;
      near_[i] = last_[i] + error;
      last_[i] = error;
    }
  }

 private:
  static HWY_INLINE int64_t Size(int64_t v) { return v < 0 ? -v : v; }

  const LoopContext& c_;
  const int32_t* true_above_;
  int32_t* true_row_;
  int64_t true_w_ = 0;
  int64_t true_n_;
  int64_t true_nw_;
  int64_t true_ne_ = 0;
  int64_t p_[4] = {};
  int64_t prediction8_ = 0;
  uint32_t last_[4] = {};  // errors to the left
  uint32_t near_[4] = {};  // and those of the column before added
};

}  // namespace
// NOLINTNEXTLINE(google-readability-namespace-comments)
}  // namespace HWY_NAMESPACE
}  // namespace jxlpool
HWY_AFTER_NAMESPACE();

#endif  // include guard
