// Makes the multipliers of a dequantisation table from its parameters (ISO/IEC 18181-1, HF dequantisation matrices).
#ifndef LIB_VARDCT_DEQUANT_WEIGHTS_H_
#define LIB_VARDCT_DEQUANT_WEIGHTS_H_

#include <cstddef>
#include <cstdint>

#include "lib/base/status.h"
#include "lib/vardct/dequant_tables.h"

namespace jxlpool {

// Returns the default parameters of table t, with the mode that they are made by (never kDefault).
DequantParameters DefaultDequantParameters(size_t t);

// Computes the three arrays of table t, one after another: 3 * kDequantTableSizes[t].size() floats. `raw` holds as many
// samples if the mode is kRaw. REQUIRES: mode is not kDefault and legal for t.
// Errors: kCorrupt for bands or weights outside the legal range.
Status ComputeDequantTable(const DequantParameters& parameters, const int32_t* raw, size_t t, float* multipliers);

}  // namespace jxlpool

#endif  // LIB_VARDCT_DEQUANT_WEIGHTS_H_
