#include "lib/frame/frame_decoder.h"

#include <algorithm>

#include "lib/base/bits.h"
#include "lib/frame/lf_global.h"
#include "lib/frame/lf_group.h"
#include "lib/vardct/lf_coefficients.h"

namespace jxlpool {
namespace {

// Passes that suffice for an image reduced by `downsampling`; 0: the LF image does.
uint32_t PassesForDownsampling(const FrameHeader& header, uint32_t downsampling) {
  const Passes& passes = header.passes;
  if (downsampling <= 1) return passes.num_passes;
  if (downsampling >= 8 && !header.is_modular) return 0;
  for (uint32_t i = 0; i < passes.num_ds; ++i) {
    if (passes.downsample[i] <= downsampling) return passes.last_pass[i] + 1;
  }
  return passes.num_passes;
}

}  // namespace

// The passes of one group.
struct FrameDecoder::GroupReaders {
  OpenSection sections[kMaxPasses];
  BitReader readers[kMaxPasses];
  uint32_t count = 0;
  BitReader* single = nullptr;  // single-section frames: readers[0] continues there
};

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

Status FrameDecoder::CheckReferences() const {
  if (!state_.header.HasFlag(kFlagUseLfFrame)) return OkStatus();
  if (state_.header.lf_level >= 4 || state_.slots.lf[state_.header.lf_level].empty()) {
    return Corrupt("a frame uses an LF frame that does not exist");
  }
  return OkStatus();
}

Status FrameDecoder::BeginVarDct() {
  VarDctFrame* vardct = &state_.vardct;
  JXLPOOL_RETURN_IF_ERROR(
      vardct->Initialize(MakeVarDctParameters(state_.image(), state_.header, state_.dimensions), state_.memory()));
  if (!state_.header.HasFlag(kFlagUseLfFrame)) return OkStatus();
  const FramePlanes& lf = *state_.slots.lf[state_.header.lf_level];
  const View2D<const float> planes[3] = {lf.planes.Plane(0), lf.planes.Plane(1), lf.planes.Plane(2)};
  return vardct->UseLfFrame(planes);
}

Status FrameDecoder::ReadLfGroups() {
  const Toc& toc = state_.toc;
  return state_.context->threads->Run(
      static_cast<uint32_t>(state_.dimensions.num_lf_groups), [&](uint32_t lf_group, uint32_t) -> Status {
        JXLPOOL_RETURN_IF_ERROR(state_.CheckCancelled());
        const TraceScope trace({static_cast<int64_t>(state_.frame_index), "LfGroup", lf_group, -1, nullptr});
        JXLPOOL_ASSIGN_OR_RETURN(OpenSection section, Open(toc.LfGroup(lf_group)));
        if (!section.available) {
          return state_.header.is_modular ? OkStatus() : NeedMoreInput("the file ends in the LF image");
        }
        return ReadLfGroup(lf_group, &section.reader, &state_).At(section.reader.Position());
      });
}

Status FrameDecoder::ReadSections() {
  const Toc& toc = state_.toc;
  const int64_t frame_index = static_cast<int64_t>(state_.frame_index);
  const bool single = toc.IsSingleSection();
  JXLPOOL_ASSIGN_OR_RETURN(single_, Open(0));
  if (!single_.available) return NeedMoreInput("the file ends before the first section of a frame");
  BitReader* reader = &single_.reader;
  {
    const TraceScope trace({frame_index, "LfGlobal", -1, -1, nullptr});
    JXLPOOL_RETURN_IF_ERROR(ReadLfGlobal(reader, &state_).At(reader->Position()));
  }
  if (single) {
    const TraceScope trace({frame_index, "LfGroup", 0, -1, nullptr});
    JXLPOOL_RETURN_IF_ERROR(ReadLfGroup(0, reader, &state_).At(reader->Position()));
  } else {
    JXLPOOL_RETURN_IF_ERROR(ReadLfGroups());
  }
  if (state_.header.is_modular) return OkStatus();
  JXLPOOL_RETURN_IF_ERROR(SmoothLf(state_.memory(), &state_.vardct));
  const TraceScope trace({frame_index, "HfGlobal", -1, -1, nullptr});
  if (single) return ReadHfGlobalSection(reader, &state_).At(reader->Position());
  JXLPOOL_ASSIGN_OR_RETURN(OpenSection section, Open(toc.HfGlobal()));
  if (!section.available) {
    state_.num_passes = 0;
    return OkStatus();
  }
  return ReadHfGlobalSection(&section.reader, &state_).At(section.reader.Position());
}

Status FrameDecoder::OpenGroup(uint32_t group, GroupReaders* readers) {
  readers->count = 0;
  if (state_.toc.IsSingleSection()) {
    readers->single = &single_.reader;
    readers->readers[0] = single_.reader;
    readers->count = 1;
    return OkStatus();
  }
  for (uint32_t pass = 0; pass < state_.num_passes; ++pass) {
    JXLPOOL_ASSIGN_OR_RETURN(OpenSection section, Open(state_.toc.PassGroup(pass, group)));
    if (!section.available) break;
    readers->sections[pass].data = std::move(section.data);
    readers->readers[pass] = section.reader;
    readers->count = pass + 1;
  }
  return OkStatus();
}

Status FrameDecoder::DecodeVarDctGroup(uint32_t group, uint32_t worker, GroupReaders* readers) {
  const BlockRect rect = state_.vardct.geometry.GroupRect(group);
  View2D<float> planes[3];
  for (size_t c = 0; c < 3; ++c) {
    const uint32_t hshift = state_.vardct.parameters.hshift[c];
    const uint32_t vshift = state_.vardct.parameters.vshift[c];
    planes[c] = state_.colour_planes[c].View().Sub(8 * (rect.x0 >> hshift), 8 * (rect.y0 >> vshift),
                                                   8 * (rect.columns >> hshift), 8 * (rect.rows >> vshift));
  }
  const uint32_t count = std::min(readers->count, state_.num_passes);
  return state_.workers[worker].group_decoder.Decode(state_.vardct, group, readers->readers, count, planes);
}

Status FrameDecoder::DecodeFullGroup(uint32_t group, uint32_t worker) {
  JXLPOOL_RETURN_IF_ERROR(state_.CheckCancelled());
  GroupReaders readers;
  JXLPOOL_RETURN_IF_ERROR(OpenGroup(group, &readers));
  const TraceScope trace({static_cast<int64_t>(state_.frame_index), "PassGroup", group, 0, nullptr});
  if (!state_.header.is_modular) {
    JXLPOOL_RETURN_IF_ERROR(DecodeVarDctGroup(group, worker, &readers).At(readers.readers[0].Position()));
  }
  for (uint32_t pass = 0; pass < readers.count; ++pass) {
    BitReader* reader = &readers.readers[pass];
    if (!state_.modular.group_local()) {
      JXLPOOL_RETURN_IF_ERROR(state_.modular.DecodeGroup(pass, group, reader).At(reader->Position()));
    }
    JXLPOOL_RETURN_IF_ERROR(reader->Check());
  }
  return OkStatus();
}

Status FrameDecoder::DecodeAllGroups() {
  if (!state_.header.is_modular) {
    const VarDctGeometry& geometry = state_.vardct.geometry;
    for (size_t c = 0; c < 3; ++c) {
      JXLPOOL_ASSIGN_OR_RETURN(
          state_.colour_planes[c],
          Matrix2D<float>::Create(state_.memory(), Category::kTile,
                                  8 * size_t{geometry.block_rows >> state_.vardct.parameters.vshift[c]},
                                  8 * size_t{geometry.block_columns >> state_.vardct.parameters.hshift[c]}));
    }
    for (FrameWorker& worker : state_.workers) {
      JXLPOOL_RETURN_IF_ERROR(worker.group_decoder.Prepare(state_.vardct, state_.memory()));
    }
  }
  JXLPOOL_RETURN_IF_ERROR(
      state_.context->threads->Run(static_cast<uint32_t>(state_.dimensions.num_groups),
                                   [&](uint32_t group, uint32_t worker) { return DecodeFullGroup(group, worker); }));
  if (state_.modular.group_local()) return OkStatus();
  return state_.modular.Finish(state_.context->threads);
}

Result<ModularImage> FrameDecoder::ModularGroup(uint32_t group) {
  if (!state_.modular.group_local()) return state_.modular.GroupView(group);
  GroupReaders readers;
  JXLPOOL_RETURN_IF_ERROR(OpenGroup(group, &readers));
  const TraceScope trace({static_cast<int64_t>(state_.frame_index), "PassGroup", group, 0, nullptr});
  const bool missing = readers.count < state_.header.passes.num_passes;
  JXLPOOL_ASSIGN_OR_RETURN(ModularImage image,
                           state_.modular.NewGroupImage(group, missing ? Fill::kZero : Fill::kUninitialized));
  for (uint32_t pass = 0; pass < readers.count; ++pass) {
    BitReader* reader = &readers.readers[pass];
    JXLPOOL_RETURN_IF_ERROR(state_.modular.DecodeGroupInto(pass, group, reader, &image).At(reader->Position()));
    JXLPOOL_RETURN_IF_ERROR(reader->Check());
  }
  JXLPOOL_RETURN_IF_ERROR(state_.modular.FinishGroup(&image));
  return image;
}

Status FrameDecoder::Decode(const FrameDelivery& delivery, SharedFrame* saved) {
  state_.incomplete = false;
  state_.num_passes = PassesForDownsampling(state_.header, state_.context->downsampling);
  JXLPOOL_RETURN_IF_ERROR(CheckReferences());
  state_.workers = PoolVector<FrameWorker>(state_.memory(), Category::kOther);
  JXLPOOL_RETURN_IF_ERROR(state_.workers.Resize(state_.context->threads->num_workers()));
  if (!state_.header.is_modular) JXLPOOL_RETURN_IF_ERROR(BeginVarDct());
  JXLPOOL_RETURN_IF_ERROR(ReadSections());
  samples_ = FrameSamples(state_);
  const bool by_group = state_.header.is_modular && NeedsNoStages(state_);
  if (!by_group || !state_.modular.group_local()) JXLPOOL_RETURN_IF_ERROR(DecodeAllGroups());
  JXLPOOL_RETURN_IF_ERROR(BeginDelivery(delivery));
  JXLPOOL_RETURN_IF_ERROR(by_group ? DeliverGroups() : DeliverTiles());
  JXLPOOL_ASSIGN_OR_RETURN(*saved, composer_.Finish());
  return OkStatus();
}

}  // namespace jxlpool
