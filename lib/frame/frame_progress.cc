#include "lib/frame/frame_progress.h"

#include <algorithm>

namespace jxlpool {
namespace {

class Sections {
 public:
  Sections(const FrameStart& frame, const Codestream& codestream) : frame_(frame), codestream_(codestream) {}

  bool Has(size_t section) const {
    const TocEntry& entry = frame_.toc.entries[section];
    return frame_.sections_offset + entry.offset + entry.size <= codestream_.size();
  }
  bool HasLfGroups() const {
    for (uint64_t i = 0; i < frame_.dimensions.num_lf_groups; ++i) {
      if (!Has(frame_.toc.LfGroup(i))) return false;
    }
    return frame_.header.is_modular || Has(frame_.toc.HfGlobal());
  }
  uint32_t PassesOf(uint64_t group) const {
    uint32_t pass = 0;
    while (pass < frame_.header.passes.num_passes && Has(frame_.toc.PassGroup(pass, group))) ++pass;
    return pass;
  }

 private:
  const FrameStart& frame_;
  const Codestream& codestream_;
};

void LookAtGroups(const FrameStart& frame, const Sections& sections, FrameProgress* progress) {
  uint64_t sections_there = 0;
  progress->complete_passes = progress->num_passes;
  for (uint64_t group = 0; group < progress->num_groups; ++group) {
    const uint32_t passes = sections.PassesOf(group);
    progress->complete_groups += passes == progress->num_passes ? 1 : 0;
    progress->complete_passes = std::min(progress->complete_passes, passes);
    sections_there += passes;
  }
  progress->steps += static_cast<uint32_t>(sections_there / frame.dimensions.groups_x);
}

// Modular frames of a single section are shown as far as they have come: a step is an eighth of it.
uint32_t StepsOfSingleSection(const FrameStart& frame, const Codestream& codestream) {
  const uint64_t size = frame.toc.entries[0].size;
  const uint64_t there = std::min(size, codestream.size() - std::min(codestream.size(), frame.sections_offset));
  return size == 0 ? 8 : static_cast<uint32_t>(8 * there / size);
}

uint32_t ReductionOf(const FrameStart& frame, const FrameProgress& progress) {
  if (progress.complete_passes == progress.num_passes) return 1;
  const Passes& passes = frame.header.passes;
  uint32_t reduction = progress.has_lf && !frame.header.is_modular ? 8 : 0;
  for (uint32_t i = 0; i < passes.num_ds; ++i) {
    if (progress.complete_passes <= passes.last_pass[i]) continue;
    if (reduction == 0 || passes.downsample[i] < reduction) reduction = passes.downsample[i];
  }
  return reduction;
}

}  // namespace

FrameProgress ProgressOf(const FrameStart& frame, const Codestream& codestream) {
  const Sections sections(frame, codestream);
  FrameProgress progress;
  progress.num_groups = frame.dimensions.num_groups;
  progress.num_passes = frame.header.passes.num_passes;
  progress.has_globals = sections.Has(0);
  if (frame.toc.IsSingleSection() && frame.header.is_modular) progress.steps = StepsOfSingleSection(frame, codestream);
  if (!progress.has_globals) return progress;
  progress.steps = std::max(progress.steps, 1u);
  if (frame.toc.IsSingleSection()) {
    progress.has_lf = true;
    progress.complete_groups = progress.num_groups;
    progress.complete_passes = progress.num_passes;
  } else {
    progress.has_lf = sections.HasLfGroups();
    progress.steps += progress.has_lf ? 1 : 0;
    LookAtGroups(frame, sections, &progress);
  }
  progress.reduction = ReductionOf(frame, progress);
  return progress;
}

}  // namespace jxlpool
