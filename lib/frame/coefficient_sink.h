// CoefficientSink: takes the quantised coefficients of a VarDCT frame instead of its pixels.
#ifndef LIB_FRAME_COEFFICIENT_SINK_H_
#define LIB_FRAME_COEFFICIENT_SINK_H_

#include <cstdint>

#include "lib/base/status.h"
#include "lib/pool/matrix.h"

namespace jxlpool {

struct FrameState;

// CoefficientsPlan calls the functions in the order in which they stand here. TakeLf and TakeGroup are called by
// several threads at a time for different LF groups and groups, the others by the thread that decodes the frame.
class CoefficientSink {
 public:
  virtual ~CoefficientSink() = default;

  // What stands before the sections is known. An error refuses the frame.
  virtual Status Begin(const FrameState& frame) = 0;
  // The LF coefficients of an LF group: the codestream's channels 0, 1, 2, to be divided by 2^extra_precision.
  virtual void TakeLf(const FrameState& frame, uint32_t lf_group, uint32_t extra_precision,
                      const View2D<const int32_t> (&quantized)[3]) = 0;
  // Everything but the groups has been read.
  virtual Status BeginGroups(const FrameState& frame) = 0;
  // The other coefficients of a group, as GroupDecoder::DecodeCoefficients delivers them.
  virtual Status TakeGroup(const FrameState& frame, uint32_t group, const View2D<const int32_t> (&blocks)[3]) = 0;
  // All groups of the rows of groups before `end` have been taken. `end` increases up to the number of rows.
  virtual Status FinishRows(uint32_t end) = 0;
};

}  // namespace jxlpool

#endif  // LIB_FRAME_COEFFICIENT_SINK_H_
