// Trace events of patches, splines and noise; empty functions unless the build traces.
#ifndef LIB_FEATURES_TRACE_FEATURES_H_
#define LIB_FEATURES_TRACE_FEATURES_H_

#include <cstdint>

#include "lib/features/noise.h"
#include "lib/features/patches.h"
#include "lib/features/splines.h"

namespace jxlpool {

void TracePatches(const PatchDictionary& patches, uint32_t num_extra, uint64_t pos_before, uint64_t pos_after);
void TraceSplines(const Splines& splines, uint64_t pos_before, uint64_t pos_after);
void TraceSplats(const Splines& splines, const SplineSplats& splats, float base_correlation_x,
                 float base_correlation_b);

void TraceNoise(const NoiseParameters& parameters, uint64_t pos_before, uint64_t pos_after);

}  // namespace jxlpool

#endif  // LIB_FEATURES_TRACE_FEATURES_H_
