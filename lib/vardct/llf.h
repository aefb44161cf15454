// The lowest frequencies of a varblock come from the LF image: one LF sample per block (ISO/IEC 18181-1, LLF
// coefficients from LF samples).
#ifndef LIB_VARDCT_LLF_H_
#define LIB_VARDCT_LLF_H_

#include <cstddef>

#include "lib/vardct/transform_types.h"

namespace jxlpool {

// Overwrites the LF corner of `coefficients` (stored layout). `lf` is the LF sample of the varblock's top-left block,
// rows `lf_stride` floats apart. Thread-safe.
void LlfFromLf(TransformType type, const float* lf, size_t lf_stride, float* coefficients);

}  // namespace jxlpool

#endif  // LIB_VARDCT_LLF_H_
