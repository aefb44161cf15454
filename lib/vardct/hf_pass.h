// HfGlobal: dequantisation tables, number of histograms, and for each pass the coefficient orders and the entropy code
// of its coefficients (ISO/IEC 18181-1, HfGlobal and HfPass).
#ifndef LIB_VARDCT_HF_PASS_H_
#define LIB_VARDCT_HF_PASS_H_

#include <cstddef>
#include <cstdint>

#include "lib/base/status.h"
#include "lib/bitstream/bit_reader.h"
#include "lib/entropy/entropy_code.h"
#include "lib/pool/memory.h"
#include "lib/vardct/coefficient_order.h"
#include "lib/vardct/dequant_tables.h"
#include "lib/vardct/transform_types.h"

namespace jxlpool {

struct VarDctFrame;

// Each block context has 37 contexts for the number of nonzeros and 458 for coefficients.
inline constexpr uint32_t kNonzeroCountContexts = 37;
inline constexpr uint32_t kCoefficientContexts = 458;
inline constexpr uint32_t kContextsPerBlockContext = kNonzeroCountContexts + kCoefficientContexts;

// What all groups of a pass share. It does not change once it is read, so that any thread may use it.
struct HfPass {
  CoefficientOrders orders;
  EntropyCode code;
};

// Reads the whole HfGlobal section. Errors: kCorrupt, kNeedMoreInput, kMemoryLimit, errors of `source`.
Status ReadHfGlobal(BitReader* reader, const RawTableSource& source, Memory* memory, VarDctFrame* frame);

// Computes the dequantisation tables of the types that occur in the frame. Call after all LF groups and HfGlobal.
Status PrepareDequantTables(Memory* memory, VarDctFrame* frame);

}  // namespace jxlpool

#endif  // LIB_VARDCT_HF_PASS_H_
