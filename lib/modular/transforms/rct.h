// Undoes reversible color transforms (ISO/IEC 18181-1, modular transforms: RCT).
#ifndef LIB_MODULAR_TRANSFORMS_RCT_H_
#define LIB_MODULAR_TRANSFORMS_RCT_H_

#include <cstddef>
#include <cstdint>

namespace jxlpool {

inline constexpr uint32_t kNumRctTypes = 42;

// Undoes RCT `type` on `count` samples of three channels, in place; sums wrap to the storage type. The rows must not
// overlap. REQUIRES: type < kNumRctTypes.
void UndoRctRow(uint32_t type, int16_t* c0, int16_t* c1, int16_t* c2, size_t count);
void UndoRctRow(uint32_t type, int32_t* c0, int32_t* c1, int32_t* c2, size_t count);

}  // namespace jxlpool

#endif  // LIB_MODULAR_TRANSFORMS_RCT_H_
