// The first part of FrameDecoder: the sections before the groups.
#include <algorithm>

#include "lib/frame/frame_decoder.h"
#include "lib/frame/lf_global.h"
#include "lib/frame/lf_group.h"
#include "lib/vardct/hf_pass.h"

namespace jxlpool {

Result<FrameDecoder::OpenSection> FrameDecoder::Open(size_t section) {
  OpenSection open;
  const TocEntry& entry = state_.toc.entries[section];
  const uint64_t offset = state_.sections_offset + entry.offset;
  auto data = state_.context->codestream->Section(offset, entry.size);
  if (!data.ok()) {
    if (data.status().code() != ErrorCode::kNeedMoreInput || !state_.context->allow_partial) {
      return data.status().At(8 * offset);
    }
    state_.incomplete = true;
    open.available = false;
    return open;
  }
  open.data = std::move(data).value();
  open.reader = BitReader(open.data.data(), open.data.size(), 8 * offset);
  return open;
}

bool FrameDecoder::HasIndependentGroups() {
  const FrameHeader& header = state_.header;
  if (!header.is_modular && state_.num_extra() == 0) return true;
  // What patches need is not there yet; splines take time.
  if (header.HasFlag(kFlagPatches) || header.HasFlag(kFlagSplines)) return false;
  const auto parameters = MakeVarDctParameters(state_.image(), header, state_.dimensions);
  if (!header.is_modular && !state_.vardct.Initialize(parameters).ok()) return false;
  const TocEntry& entry = state_.toc.entries[0];
  const auto data = state_.context->codestream->Section(state_.sections_offset + entry.offset, entry.size);
  if (!data.ok()) return false;
  BitReader reader(data.value().data(), data.value().size());
  return SeesIndependentGroups(&reader, &state_);
}

Status FrameDecoder::CheckReferences() const {
  if (!state_.header.HasFlag(kFlagUseLfFrame)) return OkStatus();
  if (state_.header.lf_level >= 4 || state_.slots.lf[state_.header.lf_level].empty()) {
    return Corrupt("a frame uses an LF frame that does not exist");
  }
  return OkStatus();
}

Status FrameDecoder::BeginVarDct() {
  VarDctFrame* vardct = &state_.vardct;
  JXLPOOL_RETURN_IF_ERROR(vardct->Initialize(MakeVarDctParameters(state_.image(), state_.header, state_.dimensions)));
  if (!state_.header.HasFlag(kFlagUseLfFrame)) return OkStatus();
  const FramePlanes& lf = *state_.slots.lf[state_.header.lf_level];
  const View2D<const float> planes[3] = {lf.planes.Plane(0), lf.planes.Plane(1), lf.planes.Plane(2)};
  return vardct->UseLfFrame(planes);
}

Status FrameDecoder::AllocateLf() {
  lf_groups_wait_ = !state_.toc.IsSingleSection() && state_.jpeg == nullptr && ChoosePlan() == Plan::kGroupTiles;
  const uint32_t all_rows = static_cast<uint32_t>(RoundUp(state_.vardct.geometry.block_rows, kGroupDimInBlocks));
  const ScheduleLimits limits =
      LimitsFor(MakeGroupGrid(), state_.context->threads->num_workers(), state_.context->schedule_mode);
  const uint32_t kept_rows = lf_groups_wait_ ? limits.lf_rows * kGroupDimInBlocks : all_rows;
  JXLPOOL_RETURN_IF_ERROR(state_.vardct.Allocate(state_.memory(), kept_rows));
  JXLPOOL_ASSIGN_OR_RETURN(lf_smoother_, LfSmoother::Create(state_.vardct, state_.memory()));
  return OkStatus();
}

Status FrameDecoder::CheckLfGroups() const {
  if (state_.header.is_modular || state_.header.HasFlag(kFlagUseLfFrame)) return OkStatus();
  if (!state_.context->allow_partial) return OkStatus();
  const uint64_t size = state_.context->codestream->size();
  for (uint64_t lf_group = 0; lf_group < state_.dimensions.num_lf_groups; ++lf_group) {
    const TocEntry& entry = state_.toc.entries[state_.toc.LfGroup(lf_group)];
    if (state_.sections_offset + entry.offset + entry.size <= size) return OkStatus();
  }
  return NeedMoreInput("the file ends in the LF image");
}

Status FrameDecoder::ReadOneLfGroup(uint32_t lf_group) {
  JXLPOOL_RETURN_IF_ERROR(state_.CheckCancelled());
  JXLPOOL_ASSIGN_OR_RETURN(OpenSection section, Open(state_.toc.LfGroup(lf_group)));
  if (!section.available) {
    state_.lf_group_missing[lf_group] = 1;
    return state_.header.is_modular ? OkStatus() : FillMissingLfGroup(lf_group, &state_);
  }
  return ReadLfGroup(lf_group, &section.reader, &state_).At(section.reader.Position());
}

Status FrameDecoder::ReadLfGroups() {
  return state_.context->threads->Run(static_cast<uint32_t>(state_.dimensions.num_lf_groups),
                                      [&](uint32_t lf_group, uint32_t) { return ReadOneLfGroup(lf_group); });
}

void FrameDecoder::SmoothLfRows(uint32_t rows) {
  if (state_.jpeg != nullptr) return;
  VarDctFrame* vardct = &state_.vardct;
  const uint32_t block_rows = rows * static_cast<uint32_t>(kLfGroupDimInBlocks);
  lf_smoother_.Advance(std::min(vardct->geometry.block_rows, block_rows), vardct);
}

Status FrameDecoder::PrepareTables() {
  return has_hf_global_ ? PrepareDequantTables(state_.memory(), &state_.vardct) : OkStatus();
}

Status FrameDecoder::ReadHfGlobal() {
  has_hf_global_ = true;
  if (state_.toc.IsSingleSection()) {
    return ReadHfGlobalSection(&single_.reader, &state_).At(single_.reader.Position());
  }
  JXLPOOL_ASSIGN_OR_RETURN(OpenSection section, Open(state_.toc.HfGlobal()));
  if (!section.available) {
    has_hf_global_ = false;
    state_.num_passes = 0;
    return OkStatus();
  }
  return ReadHfGlobalSection(&section.reader, &state_).At(section.reader.Position());
}

Status FrameDecoder::ReadSections() {
  const bool single = state_.toc.IsSingleSection();
  const bool is_vardct = !state_.header.is_modular;
  lf_groups_wait_ = false;
  JXLPOOL_ASSIGN_OR_RETURN(single_, Open(0));
  if (!single_.available) return NeedMoreInput("the file ends before the first section of a frame");
  BitReader* reader = &single_.reader;
  JXLPOOL_RETURN_IF_ERROR(ReadLfGlobal(reader, &state_).At(reader->Position()));
  if (is_vardct) JXLPOOL_RETURN_IF_ERROR(AllocateLf());
  JXLPOOL_RETURN_IF_ERROR(state_.lf_group_missing.Resize(state_.dimensions.num_lf_groups));
  if (single) {
    JXLPOOL_RETURN_IF_ERROR(ReadLfGroup(0, reader, &state_).At(reader->Position()));
  } else {
    JXLPOOL_RETURN_IF_ERROR(CheckLfGroups());
    if (!lf_groups_wait_) JXLPOOL_RETURN_IF_ERROR(ReadLfGroups());
  }
  if (!is_vardct) return OkStatus();
  if (!lf_groups_wait_) SmoothLfRows(state_.vardct.geometry.lf_groups_y);
  JXLPOOL_RETURN_IF_ERROR(ReadHfGlobal());
  return lf_groups_wait_ ? OkStatus() : PrepareTables();
}

void FrameDecoder::ReleaseSections(size_t first, size_t count) {
  const InputReleaser& releaser = state_.context->input_releaser;
  if (releaser.release == nullptr) return;
  // Neighbours in the file are released together.
  for (size_t i = 0; i < count;) {
    const TocEntry& entry = state_.toc.entries[first + i];
    uint64_t size = entry.size;
    for (++i; i < count && state_.toc.entries[first + i].offset == entry.offset + size; ++i) {
      size += state_.toc.entries[first + i].size;
    }
    const uint64_t offset = state_.sections_offset + entry.offset;
    if (size == 0 || state_.context->codestream->ContiguousSize(offset) < size) continue;
    const auto data = state_.context->codestream->Section(offset, size);
    if (data.ok()) releaser.release(releaser.object, data.value().data(), data.value().size());
  }
}

void FrameDecoder::ReleaseGroups(uint32_t first, uint32_t count) {
  if (state_.toc.IsSingleSection()) return;
  for (uint32_t pass = 0; pass < state_.num_passes; ++pass) ReleaseSections(state_.toc.PassGroup(pass, first), count);
}

}  // namespace jxlpool
