#include "lib/render/gaborish.h"

namespace jxlpool {

GaborishWeights NormalizeGaborish(float weight1, float weight2) {
  const float center = 1.0f / (1.0f + 4.0f * (weight1 + weight2));
  return GaborishWeights{center, weight1 * center, weight2 * center};
}

}  // namespace jxlpool
