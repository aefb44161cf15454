// From the control points of a spline to points at distance 1 along the curve: centripetal Catmull-Rom, then a walk
// along its polyline.
#ifndef LIB_FEATURES_SPLINE_PATH_H_
#define LIB_FEATURES_SPLINE_PATH_H_

#include <cstddef>
#include <cstdint>

#include "lib/base/status.h"
#include "lib/features/splines.h"
#include "lib/pool/pool_vector.h"

namespace jxlpool {

struct SplineSample {
  float x, y;
  float weight;  // 1; of the last sample, the length that was left
};

// Replaces the contents of `samples`; at least two. `manhattan` is the summed distance of the control points; it bounds
// the number of samples. REQUIRES: num_points >= 1, successive points differ.
Status SampleSplinePath(const Splines::Point* points, size_t num_points, uint64_t manhattan,
                        PoolVector<SplineSample>* samples);

}  // namespace jxlpool

#endif  // LIB_FEATURES_SPLINE_PATH_H_
