// The loop over the samples of a row, for each static case. Included once for each target.
#if defined(LIB_MODULAR_LOOPS_ROW_LOOP_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef LIB_MODULAR_LOOPS_ROW_LOOP_INL_H_
#undef LIB_MODULAR_LOOPS_ROW_LOOP_INL_H_
#else
#define LIB_MODULAR_LOOPS_ROW_LOOP_INL_H_
#endif

#include <hwy/highway.h>

#include <type_traits>

#include "lib/base/bits.h"
#include "lib/entropy/symbol_reader.h"
#include "lib/modular/loops/branchless.h"
#include "lib/modular/loops/loop_context.h"
#include "lib/modular/loops/row_sets-inl.h"
#include "lib/modular/loops/weighted_row-inl.h"
#include "lib/modular/stream/predictor.h"

HWY_BEFORE_NAMESPACE();
namespace jxlpool {
namespace HWY_NAMESPACE {
namespace {

// How a sample finds its leaf.
enum class Search {
  kOneLeaf,
  kByGradient,  // property 9 decides on the cluster, all else is the same
  kByWeighted,  // so does property 15
  kSets,        // LeafTables
};

// Which predictors leaves have.
enum class Prediction { kZero, kGradient, kWeighted, kGradientOrWeighted, kAny };

// Which properties that depend on the sample to the left are looked up in the tables of leaves.
enum class WestProperties {
  kDifferences,  // 9, 10, and 15 where the self-correcting predictor runs
  kValues,       // 7 and 8
  kAll,          // each that is used
};

template <Search kSearchValue, Prediction kPredictionValue, bool kRunsWeightedValue, bool kUnitValue = true,
          size_t kWordsValue = 1, WestProperties kWestValue = WestProperties::kDifferences>
struct LoopCase {
  static constexpr Search kSearch = kSearchValue;
  static constexpr Prediction kPrediction = kPredictionValue;
  static constexpr bool kRunsWeighted = kRunsWeightedValue;
  static constexpr bool kUnit = kUnitValue;  // no offsets, no multipliers
  static constexpr size_t kWords = kWordsValue;
  static constexpr WestProperties kWest = kWestValue;
};

HWY_INLINE int64_t PredictGradient(const Neighbours& s) {
  return BranchlessClamp(s.w + s.n - s.nw, BranchlessMin(s.w, s.n), BranchlessMax(s.w, s.n));
}

// Computes all predictions and takes one.
HWY_INLINE int64_t PredictAny(const Neighbours& s, int64_t weighted, Predictor predictor) {
  const int64_t gradient = s.w + s.n - s.nw;
  const auto size = [](int64_t v) { return v < 0 ? -v : v; };
  const int64_t predictions[kNumPredictors] = {
      0,
      s.w,
      s.n,
      (s.w + s.n) / 2,
      size(gradient - s.w) < size(gradient - s.n) ? s.w : s.n,
      PredictGradient(s),
      weighted,
      s.ne,
      s.nw,
      s.ww,
      (s.w + s.nw) / 2,
      (s.n + s.nw) / 2,
      (s.n + s.ne) / 2,
      (6 * s.n - 2 * s.nn + 7 * s.w + s.ww + s.nee + 3 * s.ne + 8) / 16,
  };
  return predictions[static_cast<size_t>(predictor)];
}

template <class Case>
HWY_INLINE int64_t Predict(const Neighbours& s, int64_t weighted, Predictor predictor) {
  if constexpr (Case::kPrediction == Prediction::kZero) return 0;
  if constexpr (Case::kPrediction == Prediction::kGradient) return PredictGradient(s);
  if constexpr (Case::kPrediction == Prediction::kWeighted) return weighted;
  if constexpr (Case::kPrediction == Prediction::kGradientOrWeighted) {
    const int64_t gradient = PredictGradient(s);
    return SelectIfGreater<int64_t>(static_cast<int64_t>(predictor), static_cast<int64_t>(Predictor::kGradient),
                                    weighted, gradient);
  }
  return PredictAny(s, weighted, predictor);
}

template <class Case>
HWY_INLINE const PrunedLeaf& FindLeaf(const LoopContext& c, const uint64_t* row_set, const Neighbours& s,
                                      int64_t last_gradient, int64_t max_error) {
  LeafSet<Case::kWords> set(row_set);
  const auto restrict_to = [&](size_t property, int64_t value) HWY_ATTR {
    if (Case::kWest == WestProperties::kAll && !c.tables->is_used(property)) return;
    set.Restrict(SetOf<Case::kWords>(c.tables->table(property), c.all_sets, static_cast<int32_t>(value)));
  };
  if constexpr (Case::kWest != WestProperties::kValues) {
    restrict_to(9, s.w + s.n - s.nw);
    restrict_to(10, s.w - s.nw);
    if constexpr (Case::kRunsWeighted) restrict_to(15, max_error);
  }
  if constexpr (Case::kWest != WestProperties::kDifferences) {
    restrict_to(7, s.w);
    restrict_to(8, s.w - last_gradient);
  }
  if constexpr (Case::kWest == WestProperties::kAll) {
    restrict_to(5, s.w < 0 ? -s.w : s.w);
    restrict_to(14, s.w - s.ww);
  }
  return c.leaves[set.OnlyMember()];
}

// Leaves are looked for in so many columns at a time.
template <class Case>
inline constexpr size_t kPortion = Case::kSearch == Search::kSets ? LoopContext::kSetColumns : SIZE_MAX / 2;

// Decodes a row into the ring, sample by sample. It is a local variable whose address does not escape, so that its
// members live in registers. REQUIRES: y > 0, row y - 1 is stored; Step is called for each column in turn, PrepareSets
// before those of its columns.
template <class Case, class Symbols>
class RowDecoder {
 public:
  HWY_INLINE RowDecoder(const LoopContext& c, size_t y, Symbols& symbols)
      : c_(c),
        symbols_(symbols),
        y_(y),
        above_(c.rows[(y + 2) % 3]),
        above2_(y > 1 ? c.rows[(y + 1) % 3] : above_),
        row_(c.rows[y % 3]),
        weighted_(c, y) {
    s_.n = above_[0];
    s_.ne = above_[1];
    s_.w = s_.ww = s_.nw = s_.n;
  }

  HWY_INLINE void PrepareSets(Columns columns) {
    if constexpr (Case::kSearch == Search::kSets) {
      first_column_ = columns.begin;
      PrepareRowSets<Case::kWords>(c_, y_, columns);
    }
  }

  HWY_INLINE void Step(size_t x) {
    s_.nee = above_[x + 2];
    s_.nn = above2_[x];
    const int64_t prediction_weighted = weighted_.Predict(x, s_.w, s_.n);
    size_t cluster;
    const PrunedLeaf* leaf = c_.leaves;
    if constexpr (Case::kSearch == Search::kOneLeaf) {
      cluster = leaf->cluster;
    } else if constexpr (Case::kSearch == Search::kSets) {
      leaf = &FindLeaf<Case>(c_, c_.row_sets + (x - first_column_) * Case::kWords, s_, last_gradient_,
                             weighted_.MaxError(x));
      cluster = leaf->cluster;
    } else {
      const int64_t value =
          Case::kSearch == Search::kByGradient ? static_cast<int32_t>(s_.w + s_.n - s_.nw) : weighted_.MaxError(x);
      cluster = c_.clusters[BranchlessClamp<int64_t>(value, c_.cluster_low, c_.cluster_high) - c_.cluster_low];
    }
    const int64_t residual = UnpackSigned(symbols_.ReadCluster(cluster));
    const int64_t prediction = Predict<Case>(s_, prediction_weighted, leaf->predictor);
    const int64_t scaled = Case::kUnit ? residual : residual * leaf->multiplier + leaf->offset;
    const int32_t sample = static_cast<int32_t>(scaled + prediction);
    row_[x] = sample;
    weighted_.Update(x, sample);
    last_gradient_ = s_.w + s_.n - s_.nw;
    s_.ww = x == 0 ? sample : s_.w;
    s_.w = sample;
    s_.nw = s_.n;
    s_.n = s_.ne;
    s_.ne = s_.nee;
  }

  // Decodes all columns from `x` on.
  HWY_INLINE void Finish(size_t x) {
    const size_t width = c_.width;
    while (x < width) {
      const Columns columns{x, HWY_MIN(width, x + kPortion<Case>)};
      PrepareSets(columns);
      for (; x < columns.end; ++x) Step(x);
    }
  }

 private:
  const LoopContext& c_;
  Symbols& symbols_;
  const size_t y_;
  const int32_t* above_;
  const int32_t* above2_;
  int32_t* row_;
  std::conditional_t<Case::kRunsWeighted, WeightedRow, NoWeightedRow> weighted_;
  Neighbours s_;
  int64_t last_gradient_ = 0;
  size_t first_column_ = 0;
};

// Decodes the rows from c.next_row on.
template <class Case, class Symbols>
HWY_INLINE void DecodeRows(LoopContext& c, Symbols& symbols) {
  while (c.next_row < c.height) {
    const size_t y = c.next_row;
    if constexpr (Case::kRunsWeighted) PrepareColumns(c, y);
    RowDecoder<Case, Symbols> row(c, y, symbols);
    row.Finish(0);
    c.StoreRow(y);
    if (symbols.overrun()) return;
  }
}

// Decodes rows of two channels of independent streams. Each sample depends on the one before by a long chain of
// instructions; two chains side by side take hardly longer than one. The loop stops at the end of the smaller channel
// or where the data of one of them end.
template <class Case, class Symbols>
HWY_INLINE void DecodeRowPairs(LoopContext& c0, LoopContext& c1, Symbols& symbols0, Symbols& symbols1) {
  const size_t width = HWY_MIN(c0.width, c1.width);
  while (c0.next_row < c0.height && c1.next_row < c1.height) {
    const size_t y = c0.next_row;
    if constexpr (Case::kRunsWeighted) {
      PrepareColumns(c0, y);
      PrepareColumns(c1, y);
    }
    RowDecoder<Case, Symbols> row0(c0, y, symbols0);
    RowDecoder<Case, Symbols> row1(c1, y, symbols1);
    for (size_t x = 0; x < width;) {
      const Columns columns{x, HWY_MIN(width, x + kPortion<Case>)};
      row0.PrepareSets(columns);
      row1.PrepareSets(columns);
      for (; x < columns.end; ++x) {
        row0.Step(x);
        row1.Step(x);
      }
    }
    row0.Finish(width);
    row1.Finish(width);
    c0.StoreRow(y);
    c1.StoreRow(y);
    if (symbols0.overrun() || symbols1.overrun()) return;
  }
}

}  // namespace
// NOLINTNEXTLINE(google-readability-namespace-comments)
}  // namespace HWY_NAMESPACE
}  // namespace jxlpool
HWY_AFTER_NAMESPACE();

#endif  // include guard
