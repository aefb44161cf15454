// The multi-dimensional tables inside synthesised profiles: tone mapping for PQ and HLG, and scaled XYB.
#ifndef LIB_COLOR_ICC_LUT_H_
#define LIB_COLOR_ICC_LUT_H_

#include "lib/base/status.h"
#include "lib/color/icc_writer.h"
#include "lib/headers/color_description.h"

namespace jxlpool {

// Writes an 8-bit table (`mft1`) from the signal to Lab, tone-mapped to ordinary displays. REQUIRES: RGB with PQ or
// HLG. Errors: kCorrupt.
Status WriteToneMappingTable(const ColorDescription& description, IccWriter* writer);
// Writes a table from scaled XYB to XYZ (`mAB `).
void WriteXybTable(IccWriter* writer);
// Writes an `mBA ` element that does nothing, as engines insist on one.
void WriteEmptyInverseTable(IccWriter* writer);

}  // namespace jxlpool

#endif  // LIB_COLOR_ICC_LUT_H_
