// FrameDecoder: a decode that delivers nothing, to learn what memory the real one takes.
#include <algorithm>

#include "lib/frame/frame_decoder.h"

namespace jxlpool {
namespace {

// Codes and trees of groups differ in size: so many groups are looked at where each has its own.
constexpr uint32_t kSampledGroups = 8;

// Runs decode(group) for groups all over the frame, each as a task.
template <typename F>
Status SampleGroups(uint64_t num_groups, SizeRecorder* recorder, F decode) {
  const uint64_t count = std::min<uint64_t>(num_groups, kSampledGroups);
  for (uint64_t i = 0; i < count; ++i) {
    recorder->BeginTask();
    JXLPOOL_RETURN_IF_ERROR(decode(static_cast<uint32_t>((2 * i + 1) * num_groups / (2 * count))));
    recorder->EndTask();
  }
  return OkStatus();
}

}  // namespace

Status FrameDecoder::Rehearse(const FrameDelivery& delivery, SizeRecorder* recorder) {
  JXLPOOL_RETURN_IF_ERROR(Begin());
  const Plan plan = ChoosePlan();
  if (!state_.modular.group_local() || plan == Plan::kFrame) return RehearseFrame(delivery, recorder);
  if (plan == Plan::kGroups) return RehearseIndependentGroups(delivery, recorder);
  return RehearseGroupTiles(delivery, recorder);
}

// One LF group of each shape that there is; the first one last, as its groups come next. Each is a task where there are
// several of its shape.
Status FrameDecoder::RehearseLfGroups(SizeRecorder* recorder) {
  const VarDctGeometry& geometry = state_.vardct.geometry;
  const BlockRect first = geometry.LfGroupRect(0);
  const uint32_t last_column = geometry.lf_groups_x - 1;
  const uint32_t last_row = (geometry.lf_groups_y - 1) * geometry.lf_groups_x;
  const bool narrow = geometry.LfGroupRect(last_column).columns != first.columns;
  const bool low = geometry.LfGroupRect(last_row).rows != first.rows;
  const auto read_as_task = [&](uint32_t lf_group) {
    recorder->BeginTask();
    JXLPOOL_RETURN_IF_ERROR(ReadOneLfGroup(lf_group));
    recorder->EndTask();
    return OkStatus();
  };
  if (narrow && low) JXLPOOL_RETURN_IF_ERROR(ReadOneLfGroup(last_row + last_column));
  if (low) JXLPOOL_RETURN_IF_ERROR(last_column > 1 ? read_as_task(last_row) : ReadOneLfGroup(last_row));
  if (narrow) JXLPOOL_RETURN_IF_ERROR(last_row > last_column ? read_as_task(last_column) : ReadOneLfGroup(last_column));
  return read_as_task(0);
}

Status FrameDecoder::RehearseIndependentGroups(const FrameDelivery& delivery, SizeRecorder* recorder) {
  JXLPOOL_RETURN_IF_ERROR(BeginGroups(delivery));
  const uint32_t groups_x = static_cast<uint32_t>(state_.dimensions.groups_x);
  const uint32_t at_a_time = ModularGroupsAtATime();
  return SampleGroups(state_.dimensions.num_groups, recorder, [&](uint32_t group) {
    const uint32_t gx = group % groups_x / at_a_time * at_a_time;
    ModularImage images[kMaxGroupsAtATime];
    return ModularGroups(group / groups_x * groups_x + gx, std::min(at_a_time, groups_x - gx), images);
  });
}

Status FrameDecoder::RehearseFrame(const FrameDelivery& delivery, SizeRecorder* recorder) {
  JXLPOOL_RETURN_IF_ERROR(AllocatePlanes());
  const uint32_t num_groups = static_cast<uint32_t>(state_.dimensions.num_groups);
  const uint32_t at_a_time = ModularGroupsAtATime();
  JXLPOOL_RETURN_IF_ERROR(SampleGroups(num_groups, recorder, [&](uint32_t group) {
    const uint32_t first = group / at_a_time * at_a_time;
    return DecodeGroupsIntoFrame(first, std::min(at_a_time, num_groups - first), 0);
  }));
  if (ChoosePlan() == Plan::kGroups) return BeginGroups(delivery);
  FrameRenderer renderer;
  return BeginFrame(delivery, FrameRenderer::kTileWidth, FrameRenderer::kTileHeight, &renderer);
}

}  // namespace jxlpool
