// State of the self-correcting predictor for the specialised loops: for each column what the rows above contribute, so
// that the loop along a row has to add only what depends on the sample to the left.
#ifndef LIB_MODULAR_LOOPS_WEIGHTED_COLUMNS_H_
#define LIB_MODULAR_LOOPS_WEIGHTED_COLUMNS_H_

#include <cstddef>
#include <cstdint>

#include "lib/base/status.h"
#include "lib/modular/stream/weighted_predictor.h"
#include "lib/pool/memory.h"

namespace jxlpool {

// The arrays have fixed sizes, so that the loop reaches all of them from one base register. The first kBefore entries
// and some behind the last column are a border.
struct WeightedColumns {
  static constexpr size_t kMaxWidth = 1024;
  static constexpr size_t kBefore = 8;
  static constexpr size_t kEntries = kMaxWidth + 2 * kBefore;
  // The weights for errors below this one come from a table.
  static constexpr uint32_t kSmallError = 512;

  WeightedParams params;
  // weights[i][error]: the weight of sub-predictor i.
  uint32_t weights[4][kSmallError];

  // These follow from the row above. Errors are true errors unless a name says otherwise. Entries have 64 bits where 32
  // do not suffice for all inputs.
  uint32_t error_sums[4][kEntries];   // sub-predictors' errors: NW + N + NE
  int64_t north_east_rise[kEntries];  // 8 (NE - N)
  int64_t errors_n_ne[kEntries];      // of N and NE, added
  int64_t errors_n_nw[kEntries];
  int64_t prediction3[kEntries];    // the fourth sub-prediction; its sum of products if it depends on W (params.p3[4])
  int64_t low[kEntries];            // 8 min(N, NE)
  int64_t high[kEntries];           // 8 max(N, NE)
  int32_t largest_error[kEntries];  // of N, NW, NE
  int32_t error_signs[kEntries];    // error of N xor that of NW

  // These are the errors of the rows themselves.
  uint32_t sub_errors[4][kEntries];
  int32_t true_errors[2][kEntries];  // row y: [y % 2]

  // Returns column 0 of an array.
  template <typename T>
  static T* At0(T* entries) {
    return entries + kBefore;
  }
};

// Owns one WeightedColumns in pooled memory.
class WeightedColumnsOwner {
 public:
  // Errors: kMemoryLimit.
  Status Create(Memory* memory, const WeightedParams& params);
  WeightedColumns* get() const { return reinterpret_cast<WeightedColumns*>(buffer_.data()); }

 private:
  Buffer buffer_;
};

}  // namespace jxlpool

#endif  // LIB_MODULAR_LOOPS_WEIGHTED_COLUMNS_H_
