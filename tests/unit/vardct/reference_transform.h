// The inverse transforms of varblocks in double precision, straight from their definitions: the oracle of the tests.
#ifndef TESTS_UNIT_VARDCT_REFERENCE_TRANSFORM_H_
#define TESTS_UNIT_VARDCT_REFERENCE_TRANSFORM_H_

#include <vector>

#include "lib/vardct/transform_types.h"

namespace jxlpool {

// Samples, row by row, of the stored coefficients.
std::vector<double> ReferenceInverse(TransformType type, const std::vector<double>& stored);

// Writes the LF corner of `stored` from block_rows x block_columns LF samples.
void ReferenceLlf(TransformType type, const std::vector<double>& lf, std::vector<double>* stored);

}  // namespace jxlpool

#endif  // TESTS_UNIT_VARDCT_REFERENCE_TRANSFORM_H_
