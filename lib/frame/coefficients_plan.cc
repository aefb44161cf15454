#include "lib/frame/coefficients_plan.h"

#include <algorithm>

#include "lib/base/bits.h"

namespace jxlpool {

Status CoefficientsPlan::DecodeGroup(uint32_t group, uint32_t worker) {
  JXLPOOL_RETURN_IF_ERROR(frame_->CheckCancelled());
  View2D<const int32_t> blocks[3];
  JXLPOOL_RETURN_IF_ERROR(groups_.DecodeCoefficients(group, worker, blocks));
  return frame_->coefficients->TakeGroup(*frame_, group, blocks);
}

Status CoefficientsPlan::Run(ThreadPool* threads) {
  JXLPOOL_RETURN_IF_ERROR(lf_.Begin(LfReader::kAllRows));
  JXLPOOL_RETURN_IF_ERROR(lf_.ReadAll(threads));
  if (frame_->incomplete) return NeedMoreInput("the file ends before the coefficients");
  JXLPOOL_RETURN_IF_ERROR(frame_->coefficients->BeginGroups(*frame_));
  JXLPOOL_RETURN_IF_ERROR(groups_.Begin(threads->num_workers()));
  const uint32_t groups_x = static_cast<uint32_t>(frame_->dimensions.groups_x);
  const uint32_t groups_y = static_cast<uint32_t>(frame_->dimensions.groups_y);
  // As many rows at a time as keep all workers busy.
  const uint32_t rows_at_a_time = threads->num_workers() == 1 ? 1 : CeilDiv(8 * threads->num_workers(), groups_x);
  for (uint32_t gy = 0; gy < groups_y;) {
    const uint32_t first = gy * groups_x;
    const uint32_t rows = std::min(rows_at_a_time, groups_y - gy);
    JXLPOOL_RETURN_IF_ERROR(threads->Run(
        rows * groups_x, [&](uint32_t task, uint32_t worker) { return DecodeGroup(first + task, worker); }));
    sections_->ReleaseGroups(first, rows * groups_x);
    gy += rows;
    JXLPOOL_RETURN_IF_ERROR(frame_->coefficients->FinishRows(gy));
  }
  return OkStatus();
}

}  // namespace jxlpool
