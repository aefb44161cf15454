// CoefficientOrders: the order in which the coefficients of a varblock are coded. Each order id has a natural order,
// which a pass may permute (ISO/IEC 18181-1, HF coefficient order).
#ifndef LIB_VARDCT_COEFFICIENT_ORDER_H_
#define LIB_VARDCT_COEFFICIENT_ORDER_H_

#include <cstddef>
#include <cstdint>

#include "lib/base/status.h"
#include "lib/bitstream/bit_reader.h"
#include "lib/pool/memory.h"
#include "lib/vardct/transform_types.h"

namespace jxlpool {

// Returns kOrderSizes[order_id].size() stored indices in natural order, the LF corner first. They are computed at the
// first call for an order id, in static memory (256 KiB for all), and stay valid. Thread-safe.
const uint16_t* NaturalOrder(size_t order_id);

// The orders of one pass. They do not change once they are read.
class CoefficientOrders {
 public:
  // Entry k is the stored index of the k-th coefficient of channel c (0 X, 1 Y, 2 B). Valid as long as this object.
  const uint16_t* Order(size_t order_id, size_t c) const { return orders_[order_id][c]; }

  // Reads the used orders and their permutations. Errors: kCorrupt, kNeedMoreInput, kMemoryLimit.
  Status Read(BitReader* reader, Memory* memory);

 private:
  const uint16_t* orders_[kNumOrders][3] = {};
  Buffer permuted_;
};

}  // namespace jxlpool

#endif  // LIB_VARDCT_COEFFICIENT_ORDER_H_
