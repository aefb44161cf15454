// WeightedRow: the self-correcting predictor for one row, in local variables. It is exact for all inputs, like
// WeightedPredictor. Included once for each target.
#if defined(LIB_MODULAR_LOOPS_WEIGHTED_ROW_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef LIB_MODULAR_LOOPS_WEIGHTED_ROW_INL_H_
#undef LIB_MODULAR_LOOPS_WEIGHTED_ROW_INL_H_
#else
#define LIB_MODULAR_LOOPS_WEIGHTED_ROW_INL_H_
#endif

#include <hwy/highway.h>

#include "lib/modular/loops/branchless.h"
#include "lib/modular/loops/loop_context.h"
#include "lib/modular/loops/weighted_columns.h"
#include "lib/modular/stream/weighted_predictor.h"

HWY_BEFORE_NAMESPACE();
namespace jxlpool {
namespace HWY_NAMESPACE {
namespace {

template <typename T>
HWY_INLINE T AbsoluteValue(T v) {
  return v < 0 ? -v : v;
}

// Returns the one that is further from 0, or `a` if both are equally far.
HWY_INLINE int32_t Larger(int32_t a, int32_t b) {
  const uint32_t size_a = static_cast<uint32_t>(a < 0 ? 0u - static_cast<uint32_t>(a) : static_cast<uint32_t>(a));
  const uint32_t size_b = static_cast<uint32_t>(b < 0 ? 0u - static_cast<uint32_t>(b) : static_cast<uint32_t>(b));
  return size_b > size_a ? b : a;
}

// `Wide` is an integer that holds all intermediate values of the row.
template <typename Wide>
void FillColumns(const LoopContext& c, size_t y, WeightedColumns* columns) {
  const WeightedParams& params = columns->params;
  const int32_t* above = c.rows[(y + 2) % 3];
  const int32_t* above2 = y > 1 ? c.rows[(y + 1) % 3] : above;
  const int32_t* errors = WeightedColumns::At0(columns->true_errors[(y + 1) % 2]);
  const Wide a = static_cast<Wide>(params.p3[0]);
  const Wide b = static_cast<Wide>(params.p3[1]);
  const Wide k = static_cast<Wide>(params.p3[2]);
  const Wide d = static_cast<Wide>(params.p3[3]);
  const Wide e = static_cast<Wide>(params.p3[4]);
  const size_t width = c.width;
  int64_t* HWY_RESTRICT prediction3 = WeightedColumns::At0(columns->prediction3);
  int64_t* HWY_RESTRICT rise = WeightedColumns::At0(columns->north_east_rise);
  int64_t* HWY_RESTRICT low = WeightedColumns::At0(columns->low);
  int64_t* HWY_RESTRICT high = WeightedColumns::At0(columns->high);
  for (size_t x = 0; x < width; ++x) {
    const Wide n8 = Wide{8} * above[x];
    const Wide ne8 = Wide{8} * above[x + 1];
    rise[x] = ne8 - n8;
    low[x] = HWY_MIN(n8, ne8);
    high[x] = HWY_MAX(n8, ne8);
    const Wide products =
        errors[static_cast<ptrdiff_t>(x) - 1] * a + errors[x] * b + errors[x + 1] * k + (Wide{8} * above2[x] - n8) * d;
    prediction3[x] = e == 0 ? n8 - (products >> 5) : products + Wide{8} * above[static_cast<ptrdiff_t>(x) - 1] * e;
  }
  int64_t* HWY_RESTRICT n_ne = WeightedColumns::At0(columns->errors_n_ne);
  int64_t* HWY_RESTRICT n_nw = WeightedColumns::At0(columns->errors_n_nw);
  int32_t* HWY_RESTRICT largest = WeightedColumns::At0(columns->largest_error);
  int32_t* HWY_RESTRICT signs = WeightedColumns::At0(columns->error_signs);
  for (size_t x = 0; x < width; ++x) {
    const Wide n = errors[x];
    n_ne[x] = n + errors[x + 1];
    n_nw[x] = n + errors[static_cast<ptrdiff_t>(x) - 1];
  }
  for (size_t x = 0; x < width; ++x) {
    const int32_t n = errors[x];
    const int32_t nw = errors[static_cast<ptrdiff_t>(x) - 1];
    signs[x] = n ^ nw;
    largest[x] = Larger(Larger(n, nw), errors[x + 1]);
  }
}

// Tells whether nothing that follows from these values by FillColumns exceeds 32 bits.
inline bool AreSmall(const int32_t* values, size_t count) {
  constexpr uint32_t kLimit = uint32_t{1} << 20;
  uint32_t bits = 0;
  for (size_t i = 0; i < count; ++i) bits |= static_cast<uint32_t>(values[i] ^ (values[i] >> 31));
  return bits < kLimit;
}

// Prepares the columns for row y. REQUIRES: y > 0, row y - 1 is stored and its errors are complete.
inline void PrepareColumns(const LoopContext& c, size_t y) {
  const size_t width = c.width;
  WeightedColumns* columns = c.weighted;
  int32_t* errors = WeightedColumns::At0(columns->true_errors[(y + 1) % 2]);
  errors[-1] = errors[0];
  errors[width] = errors[width - 1];
  for (size_t i = 0; i < 4; ++i) {
    uint32_t* HWY_RESTRICT from = WeightedColumns::At0(columns->sub_errors[i]);
    uint32_t* HWY_RESTRICT to = WeightedColumns::At0(columns->error_sums[i]);
    from[-1] = from[0];
    from[width] = from[width - 1];
    for (size_t x = 0; x < width; ++x) to[x] = from[static_cast<ptrdiff_t>(x) - 1] + from[x] + from[x + 1];
  }
  const int32_t* above = c.rows[(y + 2) % 3];
  const int32_t* above2 = y > 1 ? c.rows[(y + 1) % 3] : above;
  if (AreSmall(errors, width) && AreSmall(above, width) && AreSmall(above2, width)) {
    FillColumns<int32_t>(c, y, columns);
  } else {
    FillColumns<int64_t>(c, y, columns);
  }
}

// Takes the place of the predictor where none is needed.
struct NoWeightedRow {
  NoWeightedRow(const LoopContext& /*c*/, size_t /*y*/) {}
  HWY_INLINE int64_t Predict(size_t /*x*/, int64_t /*w*/, int64_t /*n*/) { return 0; }
  HWY_INLINE int64_t MaxError(size_t /*x*/) const { return 0; }
  HWY_INLINE void Update(size_t /*x*/, int64_t /*sample*/) {}
};

class WeightedRow {
 public:
  HWY_INLINE WeightedRow(const LoopContext& c, size_t y)
      : columns_(*c.weighted),
        last_column_(c.width - 1),
        row_(y % 2),
        p1_(c.weighted->params.p1),
        p2_(c.weighted->params.p2) {}

  // REQUIRES: called for each x in turn, followed by Update(x).
  HWY_INLINE int64_t Predict(size_t x, int64_t w, int64_t n) {
    const size_t at = x + WeightedColumns::kBefore;
    if (x == last_column_) [[unlikely]] {
      for (size_t i = 0; i < 4; ++i) near_[i] += last_[i];
    }
    uint32_t errors[4];
    for (size_t i = 0; i < 4; ++i) errors[i] = columns_.error_sums[i][at] + near_[i];
    uint32_t weights[4];
    if ((errors[0] | errors[1] | errors[2] | errors[3]) < WeightedColumns::kSmallError) [[likely]] {
      for (size_t i = 0; i < 4; ++i) weights[i] = columns_.weights[i][errors[i]];
    } else {
      for (size_t i = 0; i < 4; ++i) weights[i] = SubPredictorWeight(columns_.params.w[i], errors[i]);
    }

    const int64_t n8 = 8 * n;
    const int64_t w8 = 8 * w;
    p_[0] = w8 + columns_.north_east_rise[at];
    p_[1] = n8 - (((true_w_ + columns_.errors_n_ne[at]) * p1_) >> 5);
    p_[2] = w8 - (((true_w_ + columns_.errors_n_nw[at]) * p2_) >> 5);
    p_[3] = columns_.prediction3[at];
    const int64_t p3e = columns_.params.p3[4];
    if (p3e != 0) [[unlikely]]
      p_[3] = n8 - ((p_[3] - w8 * p3e) >> 5);

    const uint32_t total = weights[0] + weights[1] + weights[2] + weights[3];
    const uint32_t shift = 27 - static_cast<uint32_t>(__builtin_clz(total));
    uint32_t sum_of_weights = 0;
    int64_t sum = -1;
    for (size_t i = 0; i < 4; ++i) {
      const uint32_t weight = weights[i] >> shift;
      sum_of_weights += weight;
      sum += p_[i] * weight;
    }
    sum += sum_of_weights >> 1;
    const int64_t mean = (sum * kWeightReciprocals[sum_of_weights]) >> 24;
    const int64_t low = BranchlessMin(w8, columns_.low[at]);
    const int64_t high = BranchlessMax(w8, columns_.high[at]);
    const int64_t limited = BranchlessClamp(mean, low, high);
    // All ones unless the true errors of W, N and NW have one sign and are not all equal.
    const int64_t true_n = columns_.true_errors[row_ ^ 1][at];
    const int64_t disagreement = (true_n ^ true_w_) | columns_.error_signs[at];
    const int64_t limit = (disagreement - 1) >> 63;
    prediction8_ = mean ^ ((mean ^ limited) & limit);
    return (prediction8_ + 3) >> 3;
  }

  HWY_INLINE int64_t MaxError(size_t x) const {
    const int64_t above = columns_.largest_error[x + WeightedColumns::kBefore];
    return SelectIfGreater(AbsoluteValue(above), AbsoluteValue(true_w_), above, true_w_);
  }

  HWY_INLINE void Update(size_t x, int64_t sample) {
    const size_t at = x + WeightedColumns::kBefore;
    const int64_t sample8 = 8 * sample;
    true_w_ = static_cast<int32_t>(prediction8_ - sample8);
    columns_.true_errors[row_][at] = static_cast<int32_t>(true_w_);
    for (size_t i = 0; i < 4; ++i) {
      const uint32_t error = static_cast<uint32_t>((AbsoluteValue(p_[i] - sample8) + 3) >> 3);
      columns_.sub_errors[i][at] = error;
      near_[i] = last_[i] + error;
      last_[i] = error;
    }
  }

 private:
  WeightedColumns& columns_;
  const size_t last_column_;
  const size_t row_;
  const int64_t p1_;
  const int64_t p2_;
  int64_t true_w_ = 0;
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
