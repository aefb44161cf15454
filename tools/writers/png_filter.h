// PNG's row filters: the choice of one for each row.
#ifndef TOOLS_WRITERS_PNG_FILTER_H_
#define TOOLS_WRITERS_PNG_FILTER_H_

#include <cstddef>
#include <cstdint>

namespace jxlpool::tools {

// Writes the filter type and the filtered bytes to out[0..row_bytes]. Takes the filter whose residuals have the least
// sum of magnitudes, as the PNG specification recommends. `above` is the row above, zeros for the first row.
// REQUIRES: row_bytes is a multiple of pixel_bytes; pixel_bytes is 1, 2, 3, 4, 6 or 8.
void FilterRow(const uint8_t* row, const uint8_t* above, size_t row_bytes, size_t pixel_bytes, uint8_t* out);

}  // namespace jxlpool::tools

#endif  // TOOLS_WRITERS_PNG_FILTER_H_
