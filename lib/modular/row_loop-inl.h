// The loop over the samples of a row, for each static case. Included once for each target.
#if defined(LIB_MODULAR_ROW_LOOP_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef LIB_MODULAR_ROW_LOOP_INL_H_
#undef LIB_MODULAR_ROW_LOOP_INL_H_
#else
#define LIB_MODULAR_ROW_LOOP_INL_H_
#endif

#include <hwy/highway.h>

#include <type_traits>

#include "lib/base/bits.h"
#include "lib/entropy/symbol_reader.h"
#include "lib/modular/branchless.h"
#include "lib/modular/loop_context.h"
#include "lib/modular/row_sets-inl.h"
#include "lib/modular/weighted_row-inl.h"

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

// Which of the properties that depend on the sample to the left the tables of leaves are asked for.
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

// Samples around the current one.
struct Around {
  int64_t w, n, nw, ne, ww, nn, nee;
};

HWY_INLINE int64_t PredictGradient(const Around& s) {
  return BranchlessClamp(s.w + s.n - s.nw, BranchlessMin(s.w, s.n), BranchlessMax(s.w, s.n));
}

// All predictions, in the order of their numbers.
HWY_INLINE int64_t PredictAny(const Around& s, int64_t weighted, Predictor predictor) {
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
HWY_INLINE int64_t Predict(const Around& s, int64_t weighted, Predictor predictor) {
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
HWY_INLINE const PrunedLeaf& FindLeaf(const LoopContext& c, const uint64_t* row_set, const Around& s,
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

// Decodes row y into the ring. REQUIRES: y > 0, row y - 1 is stored.
template <class Case, class Symbols>
HWY_INLINE void DecodeRow(const LoopContext& c, size_t y, Symbols& symbols) {
  const int32_t* above = c.rows[(y + 2) % 3];
  const int32_t* above2 = y > 1 ? c.rows[(y + 1) % 3] : above;
  int32_t* row = c.rows[y % 3];
  std::conditional_t<Case::kRunsWeighted, WeightedRow, NoWeightedRow> weighted(c, y);
  Around s;
  s.n = above[0];
  s.ne = above[1];
  s.w = s.ww = s.nw = s.n;
  int64_t last_gradient = 0;
  const PrunedLeaf& first_leaf = c.leaves[0];
  const size_t width = c.width;
  const size_t portion = Case::kSearch == Search::kSets ? LoopContext::kSetColumns : width;
  for (Columns columns{0, 0}; columns.end < width;) {
    columns = {columns.end, HWY_MIN(width, columns.end + portion)};
    if constexpr (Case::kSearch == Search::kSets) PrepareRowSets<Case::kWords>(c, y, columns);
    for (size_t x = columns.begin; x < columns.end; ++x) {
      s.nee = above[x + 2];
      s.nn = above2[x];
      const int64_t prediction_weighted = weighted.Predict(x, s.w, s.n);
      size_t cluster;
      const PrunedLeaf* leaf = &first_leaf;
      if constexpr (Case::kSearch == Search::kOneLeaf) {
        cluster = first_leaf.cluster;
      } else if constexpr (Case::kSearch == Search::kSets) {
        leaf =
            &FindLeaf<Case>(c, c.row_sets + (x - columns.begin) * Case::kWords, s, last_gradient, weighted.MaxError(x));
        cluster = leaf->cluster;
      } else {
        const int64_t value =
            Case::kSearch == Search::kByGradient ? static_cast<int32_t>(s.w + s.n - s.nw) : weighted.MaxError(x);
        cluster = c.clusters[BranchlessClamp<int64_t>(value, c.cluster_low, c.cluster_high) - c.cluster_low];
      }
      const int64_t residual = UnpackSigned(symbols.ReadCluster(cluster));
      const int64_t prediction = Predict<Case>(s, prediction_weighted, leaf->predictor);
      const int64_t scaled = Case::kUnit ? residual : residual * leaf->multiplier + leaf->offset;
      const int32_t sample = static_cast<int32_t>(scaled + prediction);
      row[x] = sample;
      weighted.Update(x, sample);
      last_gradient = s.w + s.n - s.nw;
      s.ww = x == 0 ? sample : s.w;
      s.w = sample;
      s.nw = s.n;
      s.n = s.ne;
      s.ne = s.nee;
    }
  }
}

// Decodes all rows but the first.
template <class Case, class Symbols>
HWY_INLINE void DecodeRows(LoopContext& c, Symbols& symbols) {
  const size_t height = c.height;
  for (size_t y = 1; y < height; ++y) {
    if constexpr (Case::kRunsWeighted) PrepareColumns(c, y);
    DecodeRow<Case>(c, y, symbols);
    c.StoreRow(y);
    if (symbols.overrun()) return;
  }
}

}  // namespace
// NOLINTNEXTLINE(google-readability-namespace-comments)
}  // namespace HWY_NAMESPACE
}  // namespace jxlpool
HWY_AFTER_NAMESPACE();

#endif  // include guard
