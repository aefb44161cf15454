#include "lib/frame/frame_decoder.h"

#include <utility>

#include "lib/frame/coefficients_plan.h"
#include "lib/frame/global_sections.h"
#include "lib/frame/group_tiles_plan.h"
#include "lib/frame/groups_plan.h"
#include "lib/frame/whole_frame_plan.h"

namespace jxlpool {
namespace {

// Passes that suffice for an image reduced by `downsampling`; 0: the LF image does. Frames that others refer to stay
// whole.
uint32_t PassesForDownsampling(const FrameHeader& header, size_t num_extra, uint32_t downsampling) {
  const Passes& passes = header.passes;
  const uint32_t reduction = downsampling / header.upsampling;
  if (reduction <= 1 || !header.IsNormalFrame()) return passes.num_passes;
  // Extra channels are in the groups, too.
  if (reduction >= 8 && !header.is_modular && num_extra == 0) return 0;
  for (uint32_t i = 0; i < passes.num_ds; ++i) {
    if (passes.downsample[i] <= reduction) return passes.last_pass[i] + 1;
  }
  return passes.num_passes;
}

// True if rows of decoded samples need no stage that looks at neighbours or changes the size, and no feature is drawn.
bool NeedsNoStages(const FrameState& frame) {
  const FrameHeader& header = frame.header;
  if (header.restoration_filter.gab || header.restoration_filter.epf_iters > 0 || header.upsampling != 1) return false;
  if (header.HasFlag(kFlagPatches) || header.HasFlag(kFlagSplines) || header.HasFlag(kFlagNoise)) return false;
  for (const uint8_t factor : header.ec_factor) {
    if (factor != 1) return false;
  }
  return !frame.dimensions.subsampled;
}

}  // namespace

Status FrameDecoder::ReadSharedSections() {
  if (!state_.header.is_modular) state_.vardct.Initialize(state_.image(), state_.header, state_.dimensions);
  if (state_.lf_only) {
    state_.num_passes = 0;
    return InitWithoutLfGlobal(&state_);
  }
  JXLPOOL_RETURN_IF_ERROR(sections_.OpenFirst());
  BitReader* reader = sections_.first();
  JXLPOOL_RETURN_IF_ERROR(ReadLfGlobal(reader, &state_).At(reader->Position()));
  return state_.header.is_modular || state_.toc.IsSingleSection() ? OkStatus() : ReadHfGlobal();
}

Status FrameDecoder::ReadGlobalSamples(ModularStorage storage) {
  if (state_.lf_only) return OkStatus();
  BitReader* reader = sections_.first();
  Status status = state_.modular.DecodeGlobal(reader, storage).At(reader->Position());
  if (status.ok()) status = reader->Check();
  // Samples that have not come are zero.
  const bool is_cut = sections_.first_is_cut() && status.code() == ErrorCode::kNeedMoreInput;
  return is_cut ? OkStatus() : status;
}

Status FrameDecoder::MayReadGlobals() const {
  if (state_.lf_only) return OkStatus();
  JXLPOOL_RETURN_IF_ERROR(sections_.MayOpen(state_.toc.LfGlobal()));
  return state_.header.is_modular || state_.toc.IsSingleSection() ? OkStatus()
                                                                  : sections_.MayOpen(state_.toc.HfGlobal());
}

Status FrameDecoder::ReadGlobals() {
  JXLPOOL_RETURN_IF_ERROR(MayReadGlobals());
  state_.num_passes = PassesForDownsampling(state_.header, state_.num_extra(), state_.context->downsampling);
  JXLPOOL_RETURN_IF_ERROR(ReadSharedSections());
  JXLPOOL_RETURN_IF_ERROR(MakePlan());
  has_globals_ = true;
  return OkStatus();
}

Status FrameDecoder::NeedGlobals() { return has_globals_ ? OkStatus() : ReadGlobals(); }

Status FrameDecoder::ReadHfGlobal() {
  JXLPOOL_ASSIGN_OR_RETURN(SectionReader::Section section, sections_.Open(state_.toc.HfGlobal()));
  if (!section.available) {
    state_.num_passes = 0;
    return OkStatus();
  }
  JXLPOOL_RETURN_IF_ERROR(ReadHfGlobalSection(&section.reader, &state_).At(section.reader.Position()));
  state_.has_hf_global = true;
  return OkStatus();
}

Status FrameDecoder::AttachLfFrame() {
  if (!state_.header.HasFlag(kFlagUseLfFrame)) return OkStatus();
  if (state_.header.lf_level >= 4 || state_.slots.lf[state_.header.lf_level].empty()) {
    return Corrupt("a frame uses an LF frame that does not exist");
  }
  if (state_.header.is_modular) return OkStatus();
  const FramePlanes& lf = *state_.slots.lf[state_.header.lf_level];
  const View2D<const float> planes[3] = {lf.planes.Plane(0), lf.planes.Plane(1), lf.planes.Plane(2)};
  return state_.vardct.UseLfFrame(planes);
}

Status FrameDecoder::MakePlan() {
  if (plan_) return OkStatus();
  Memory* memory = state_.memory();
  const bool no_stages = state_.header.is_modular && NeedsNoStages(state_);
  if (!state_.modular.groups_are_independent()) {
    WholeFramePlan::Delivery delivery;
    delivery.as_groups = no_stages;
    JXLPOOL_ASSIGN_OR_RETURN(PooledObject<WholeFramePlan> plan,
                             MakePooled<WholeFramePlan>(memory, Category::kOther, &state_, &sections_, delivery));
    JXLPOOL_RETURN_IF_ERROR(plan->Begin());
    plan_ = std::move(plan);
  } else if (no_stages) {
    JXLPOOL_ASSIGN_OR_RETURN(plan_, MakePooled<GroupsPlan>(memory, Category::kOther, &state_, &sections_));
  } else {
    JXLPOOL_ASSIGN_OR_RETURN(PooledObject<GroupTilesPlan> plan,
                             MakePooled<GroupTilesPlan>(memory, Category::kOther, &state_, &sections_));
    JXLPOOL_RETURN_IF_ERROR(plan->Begin());
    plan_ = std::move(plan);
  }
  return OkStatus();
}

void FrameDecoder::LookAtGroups() {
  // The sections of VarDCT groups begin with coefficients, and with several passes each holds other channels.
  const bool tells = state_.header.is_modular && !state_.toc.IsSingleSection() && state_.num_passes == 1;
  if (has_looked_ || !has_globals_ || !tells) return;
  has_looked_ = true;
  const auto section = [&](uint64_t group) { return state_.toc.entries[state_.toc.PassGroup(0, group)]; };
  const auto look = [&](uint64_t group, FrameModular::Look how) {
    const uint64_t offset = state_.sections_offset + section(group).offset;
    const auto data = state_.context->source.codestream->Section(offset, section(group).size);
    if (data.ok()) state_.modular.LookAtGroup(BitReader(data.value().data(), data.value().size(), 8 * offset), how);
  };
  const uint64_t work_left = state_.memory()->work()->left();
  const uint64_t num_groups = state_.dimensions.num_groups;
  uint64_t largest = 0;
  for (uint64_t group = 0; group < num_groups; ++group) {
    look(group, FrameModular::Look::kTransforms);
    if (section(group).size > section(largest).size) largest = group;
  }
  // Trees take longer to read: a few from all over the frame, and that of the largest section.
  constexpr uint64_t kTrees = 4;
  for (uint64_t i = 0; i < kTrees; ++i) look((2 * i + 1) * num_groups / (2 * kTrees), FrameModular::Look::kTree);
  look(largest, FrameModular::Look::kTree);
  state_.memory()->work()->Restore(work_left);
}

Result<uint64_t> FrameDecoder::Needs(const FrameRequest& request, const Workforce& workforce) {
  JXLPOOL_RETURN_IF_ERROR(MakePlan());
  LookAtGroups();
  // Lists of channels and what else is small whatever the frame is.
  constexpr uint64_t kBookkeeping = uint64_t{24} << 10;
  return kBookkeeping + plan_->Needs(request, workforce);
}

Status FrameDecoder::DecodeBy(FramePlan* plan, const FrameRequest& request, const Workforce& workforce,
                              SharedFrame* saved) {
  if (!has_global_samples_) {
    JXLPOOL_RETURN_IF_ERROR(AttachLfFrame());
    JXLPOOL_RETURN_IF_ERROR(ReadGlobalSamples(plan->storage()));
    has_global_samples_ = true;
  }
  return plan->Advance(request, workforce, saved);
}

Status FrameDecoder::Decode(const FrameRequest& request, const Workforce& workforce, SharedFrame* saved) {
  JXLPOOL_RETURN_IF_ERROR(NeedGlobals());
  return DecodeBy(plan_.get(), request, workforce, saved);
}

Status FrameDecoder::Rehearse(const FrameRequest& request, const Workforce& workforce, SizeRecorder* recorder) {
  JXLPOOL_RETURN_IF_ERROR(NeedGlobals());
  JXLPOOL_RETURN_IF_ERROR(AttachLfFrame());
  JXLPOOL_RETURN_IF_ERROR(ReadGlobalSamples(plan_->storage()));
  return plan_->Rehearse(request, workforce, recorder);
}

Status FrameDecoder::DecodeCoefficients(CoefficientSink* sink, ThreadPool* threads) {
  state_.coefficients = sink;
  state_.num_passes = state_.header.passes.num_passes;
  JXLPOOL_RETURN_IF_ERROR(sink->Begin(state_));
  JXLPOOL_RETURN_IF_ERROR(ReadSharedSections());
  JXLPOOL_RETURN_IF_ERROR(
      ReadGlobalSamples(state_.modular.groups_are_independent() ? ModularStorage::kGroups : ModularStorage::kFrame));
  CoefficientsPlan plan(&state_, &sections_);
  return plan.Run(threads);
}

}  // namespace jxlpool
