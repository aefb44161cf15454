// InverseTransforms: from the coefficients of one varblock and channel to samples (ISO/IEC 18181-1, inverse
// transforms of varblocks).
//
// Coefficients come in stored layout (transform_types.h), dequantised, the LF corner filled in. The transforms are
// separable: one pass along each axis, vectorised over the other one; only rows and columns that may hold non-zeros are
// looked at. Scaling: the coefficient of frequency (0, 0) is the mean of the samples.
//
// Stateless and thread-safe.
#ifndef LIB_VARDCT_INVERSE_DCT_H_
#define LIB_VARDCT_INVERSE_DCT_H_

#include <cstddef>
#include <cstdint>

#include "lib/vardct/transform_types.h"

namespace jxlpool {

// All entries of a stored array outside of rows [0, rows) and columns [0, columns) are zero. At least 1 x 1, and not
// less than the LF corner (block_rows x block_columns, perhaps transposed).
struct CoefficientBounds {
  uint32_t rows;
  uint32_t columns;
};

// Writes the samples of one varblock: 8 * block_rows rows of 8 * block_columns samples at `samples`, rows `stride`
// floats apart, any alignment. `coefficients` is aligned to 64 bytes; the special 8x8 types may overwrite it. `scratch`
// is aligned to 64 bytes and has InverseTransformScratch(type) floats. The three arrays do not overlap.
using InverseTransformFunction = void (*)(float* coefficients, CoefficientBounds bounds, float* scratch, float* samples,
                                          size_t stride);

// Floats of scratch memory that a transform needs.
constexpr size_t InverseTransformScratch(TransformType type) {
  const TransformShape& shape = ShapeOf(type);
  // Two copies of the array (transposed input of wide types, output of the first pass) and three columns of vectors.
  return 2 * shape.size() + 3 * 16 * shape.StoredColumns();
}

// The functions of all types for this CPU, indexed by TransformType.
const InverseTransformFunction* InverseTransforms();

}  // namespace jxlpool

#endif  // LIB_VARDCT_INVERSE_DCT_H_
