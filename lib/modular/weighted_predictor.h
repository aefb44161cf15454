// Parameters of the self-correcting ("weighted") predictor (ISO/IEC 18181-1, modular prediction).
#ifndef LIB_MODULAR_WEIGHTED_PREDICTOR_H_
#define LIB_MODULAR_WEIGHTED_PREDICTOR_H_

#include <cstdint>

namespace jxlpool {

struct WeightedParams {
  uint32_t p1 = 16;
  uint32_t p2 = 10;
  uint32_t p3[5] = {7, 7, 7, 0, 0};
  uint32_t w[4] = {13, 12, 12, 12};

  friend bool operator==(const WeightedParams&, const WeightedParams&) = default;
};

}  // namespace jxlpool

#endif  // LIB_MODULAR_WEIGHTED_PREDICTOR_H_
