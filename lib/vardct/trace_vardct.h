// Trace events of this folder. Empty in builds without traces.
#ifndef LIB_VARDCT_TRACE_VARDCT_H_
#define LIB_VARDCT_TRACE_VARDCT_H_

#include <cstdint>

#include "lib/base/trace.h"
#include "lib/vardct/group_state.h"
#include "lib/vardct/hf_metadata.h"
#include "lib/vardct/vardct_frame.h"

namespace jxlpool {

#ifdef JXLPOOL_TRACE
// LfGlobal up to the color correlation, which ends at `position`.
void TraceLfGlobal(const VarDctFrame& frame, uint64_t position);
// One LF group after dequantisation.
void TraceLfGroup(const VarDctFrame& frame, uint32_t lf_group);
// The LF planes of the whole frame; event lf_before_smoothing or lf_smoothed.
void TraceLfPlanes(const char* event, const VarDctFrame& frame);
void TraceHfMetadata(const VarDctFrame& frame, uint32_t lf_group, const HfMetadata& metadata);
void TraceHfGlobal(const VarDctFrame& frame);
void TraceDequantTables(const VarDctFrame& frame);
// Sums of all passes of a group.
template <typename T>
void TraceCoefficients(const GroupState& state, const StoredCoefficients<T>& coefficients);
#else
inline void TraceLfGlobal(const VarDctFrame& /*frame*/, uint64_t /*position*/) {}
inline void TraceLfGroup(const VarDctFrame& /*frame*/, uint32_t /*lf_group*/) {}
inline void TraceLfPlanes(const char* /*event*/, const VarDctFrame& /*frame*/) {}
inline void TraceHfMetadata(const VarDctFrame& /*frame*/, uint32_t /*lf_group*/, const HfMetadata& /*metadata*/) {}
inline void TraceHfGlobal(const VarDctFrame& /*frame*/) {}
inline void TraceDequantTables(const VarDctFrame& /*frame*/) {}
template <typename T>
void TraceCoefficients(const GroupState& /*state*/, const StoredCoefficients<T>& /*coefficients*/) {}
#endif

}  // namespace jxlpool

#endif  // LIB_VARDCT_TRACE_VARDCT_H_
