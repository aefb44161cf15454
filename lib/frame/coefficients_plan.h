// CoefficientsPlan: the quantised coefficients of a recompressed JPEG to a sink. No sample is computed.
#ifndef LIB_FRAME_COEFFICIENTS_PLAN_H_
#define LIB_FRAME_COEFFICIENTS_PLAN_H_

#include <cstdint>

#include "lib/base/status.h"
#include "lib/base/thread_pool.h"
#include "lib/frame/coefficient_sink.h"
#include "lib/frame/frame_state.h"
#include "lib/frame/group_reader.h"
#include "lib/frame/lf_reader.h"
#include "lib/frame/section_reader.h"

namespace jxlpool {

class CoefficientsPlan {
 public:
  // Both must outlive this object. REQUIRES: LfGlobal was read; frame->coefficients has begun and takes what comes.
  CoefficientsPlan(FrameState* frame, SectionReader* sections)
      : frame_(frame), sections_(sections), lf_(frame, sections), groups_(frame, sections) {}

  // Reads everything, rows of groups one after another. Errors: all; kNeedMoreInput also if partial images are allowed.
  Status Run(ThreadPool* threads);

 private:
  Status DecodeGroup(uint32_t group, uint32_t worker);

  FrameState* frame_;
  SectionReader* sections_;
  LfReader lf_;
  GroupReader groups_;
};

}  // namespace jxlpool

#endif  // LIB_FRAME_COEFFICIENTS_PLAN_H_
