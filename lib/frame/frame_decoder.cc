#include "lib/frame/frame_decoder.h"

#include <algorithm>

#include "lib/base/bits.h"
#include "lib/frame/lf_global.h"

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

}  // namespace

// The passes of one group.
struct FrameDecoder::GroupReaders {
  OpenSection sections[kMaxPasses];
  BitReader readers[kMaxPasses];
  uint32_t count = 0;
};

Status FrameDecoder::OpenGroup(uint32_t group, GroupReaders* readers) {
  readers->count = 0;
  if (state_.toc.IsSingleSection()) {
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

Status FrameDecoder::DecodeVarDctGroup(uint32_t group, uint32_t worker, GroupReaders* readers,
                                       View2D<float> (&planes)[3]) {
  const uint64_t lf_group = state_.dimensions.LfGroupOfGroup(group);
  const bool has_lf = state_.toc.IsSingleSection() || state_.lf_group_missing[lf_group] == 0;
  const uint32_t count = has_lf ? std::min(readers->count, state_.num_passes) : 0;
  // Without its coefficients the readers are not at the group's modular data either.
  readers->count = count;
  const View2D<float> views[3] = {planes[0], planes[1], planes[2]};
  GroupDecoder& decoder = state_.workers[worker].group_decoder;
  JXLPOOL_RETURN_IF_ERROR(decoder.Prepare(state_.vardct, state_.memory()));
  return decoder.Decode(state_.vardct, group, readers->readers, count, views).At(readers->readers[0].Position());
}

Status FrameDecoder::DecodeModularGroups(uint32_t first, uint32_t count, GroupReaders* readers, ModularImage* images) {
  for (uint32_t i = 0; i < count; ++i) {
    const bool missing = readers[i].count < state_.header.passes.num_passes;
    JXLPOOL_ASSIGN_OR_RETURN(images[i],
                             state_.modular.NewGroupImage(first + i, missing ? Fill::kZero : Fill::kUninitialized));
  }
  JXLPOOL_RETURN_IF_ERROR(DecodeModularPasses(first, count, readers, images));
  for (uint32_t i = 0; i < count; ++i) JXLPOOL_RETURN_IF_ERROR(state_.modular.FinishGroup(&images[i]));
  return OkStatus();
}

Status FrameDecoder::DecodeVarDctGroupIntoPlanes(uint32_t group, uint32_t worker, GroupReaders* readers) {
  const BlockRect rect = state_.vardct.geometry.GroupRect(group);
  View2D<float> planes[3];
  for (size_t c = 0; c < 3; ++c) {
    const uint32_t hshift = state_.vardct.parameters.hshift[c];
    const uint32_t vshift = state_.vardct.parameters.vshift[c];
    planes[c] = state_.color_planes[c].View().Sub(8 * (rect.x0 >> hshift), 8 * (rect.y0 >> vshift),
                                                  8 * (rect.columns >> hshift), 8 * (rect.rows >> vshift));
  }
  return DecodeVarDctGroup(group, worker, readers, planes);
}

uint32_t FrameDecoder::ModularGroupsAtATime() const {
  if (!state_.header.is_modular) return 1;
  return jxlpool::ModularGroupsAtATime(state_.dimensions.num_groups, state_.dimensions.group_dim,
                                       state_.context->threads->num_workers(), state_.context->schedule_mode);
}

Status FrameDecoder::DecodeModularPasses(uint32_t first, uint32_t count, GroupReaders* readers, ModularImage* images) {
  uint32_t num_passes = 0;
  for (uint32_t i = 0; i < count; ++i) num_passes = std::max(num_passes, readers[i].count);
  for (uint32_t pass = 0; pass < num_passes; ++pass) {
    ModularGroupPart parts[kMaxGroupsAtATime];
    uint32_t num_parts = 0;
    for (uint32_t i = 0; i < count; ++i) {
      if (pass >= readers[i].count) continue;
      parts[num_parts++] = {first + i, &readers[i].readers[pass], images == nullptr ? nullptr : &images[i], OkStatus()};
    }
    state_.modular.DecodeGroups(pass, {parts, num_parts});
    for (uint32_t i = 0; i < num_parts; ++i) {
      JXLPOOL_RETURN_IF_ERROR(parts[i].status.At(parts[i].reader->Position()));
      JXLPOOL_RETURN_IF_ERROR(parts[i].reader->Check());
    }
  }
  return OkStatus();
}

Status FrameDecoder::AllocatePlanes() {
  if (state_.header.is_modular) return OkStatus();
  const VarDctGeometry& geometry = state_.vardct.geometry;
  for (size_t c = 0; c < 3; ++c) {
    JXLPOOL_ASSIGN_OR_RETURN(
        state_.color_planes[c],
        Matrix2D<float>::Create(state_.memory(), Category::kTile,
                                8 * size_t{geometry.block_rows >> state_.vardct.parameters.vshift[c]},
                                8 * size_t{geometry.block_columns >> state_.vardct.parameters.hshift[c]}));
  }
  return OkStatus();
}

Status FrameDecoder::DecodeGroupsIntoFrame(uint32_t first, uint32_t count, uint32_t worker) {
  JXLPOOL_RETURN_IF_ERROR(state_.CheckCancelled());
  GroupReaders readers[kMaxGroupsAtATime];
  for (uint32_t i = 0; i < count; ++i) JXLPOOL_RETURN_IF_ERROR(OpenGroup(first + i, &readers[i]));
  for (uint32_t i = 0; i < count && !state_.header.is_modular; ++i) {
    JXLPOOL_RETURN_IF_ERROR(DecodeVarDctGroupIntoPlanes(first + i, worker, &readers[i]));
  }
  return DecodeModularPasses(first, count, readers, nullptr);
}

Status FrameDecoder::DecodeAllGroups() {
  JXLPOOL_RETURN_IF_ERROR(AllocatePlanes());
  ThreadPool* threads = state_.context->threads;
  const uint32_t num_groups = static_cast<uint32_t>(state_.dimensions.num_groups);
  const uint32_t at_a_time = ModularGroupsAtATime();
  JXLPOOL_RETURN_IF_ERROR(threads->Run(CeilDiv(num_groups, at_a_time), [&](uint32_t task, uint32_t worker) {
    const uint32_t first = task * at_a_time;
    return DecodeGroupsIntoFrame(first, std::min(at_a_time, num_groups - first), worker);
  }));
  return state_.modular.Finish(threads);
}

Status FrameDecoder::DecodeGroupIntoTile(uint32_t gx, uint32_t gy, uint32_t worker, GroupTiles* tiles) {
  const uint32_t group = gy * static_cast<uint32_t>(state_.dimensions.groups_x) + gx;
  GroupReaders readers;
  JXLPOOL_RETURN_IF_ERROR(OpenGroup(group, &readers));
  Matrix3D<float>* tile = tiles->Tile(gx, gy);
  if (!state_.header.is_modular) {
    View2D<float> planes[3] = {tile->Plane(0), tile->Plane(1), tile->Plane(2)};
    JXLPOOL_RETURN_IF_ERROR(DecodeVarDctGroup(group, worker, &readers, planes));
  }
  if (state_.modular.num_channels() == 0) {
    for (uint32_t pass = 0; pass < readers.count; ++pass) JXLPOOL_RETURN_IF_ERROR(readers.readers[pass].Check());
    return OkStatus();
  }
  ModularImage image;
  JXLPOOL_RETURN_IF_ERROR(DecodeModularGroups(group, 1, &readers, &image));
  for (size_t plane = 0; plane < tile->planes(); ++plane) {
    if (samples_.ChannelOfPlane(plane) == SIZE_MAX) continue;
    const Rect rect = tiles->PlaneRect(plane, gx, gy);
    for (size_t y = 0; y < static_cast<size_t>(rect.height); ++y) {
      samples_.ToFloat(image, plane, y, 0, static_cast<size_t>(rect.width), tile->Row(plane, y));
    }
  }
  return OkStatus();
}

Status FrameDecoder::ModularGroups(uint32_t first, uint32_t count, ModularImage* images) {
  if (!state_.modular.group_local()) {
    for (uint32_t i = 0; i < count; ++i) {
      JXLPOOL_ASSIGN_OR_RETURN(images[i], state_.modular.GroupView(first + i));
    }
    return OkStatus();
  }
  GroupReaders readers[kMaxGroupsAtATime];
  for (uint32_t i = 0; i < count; ++i) JXLPOOL_RETURN_IF_ERROR(OpenGroup(first + i, &readers[i]));
  return DecodeModularGroups(first, count, readers, images);
}

FrameDecoder::Plan FrameDecoder::ChoosePlan() const {
  if (state_.context->one_tile) return Plan::kFrame;
  if (state_.header.is_modular && NeedsNoStages(state_)) return Plan::kGroups;
  return state_.modular.group_local() ? Plan::kGroupTiles : Plan::kFrame;
}

Status FrameDecoder::Begin() {
  state_.incomplete = false;
  state_.lf_group_missing = PoolVector<uint8_t>(state_.memory(), Category::kOther);
  state_.num_passes = PassesForDownsampling(state_.header, state_.num_extra(), state_.context->downsampling);
  JXLPOOL_RETURN_IF_ERROR(CheckReferences());
  state_.workers = PoolVector<FrameWorker>(state_.memory(), Category::kOther);
  JXLPOOL_RETURN_IF_ERROR(state_.workers.Resize(state_.context->threads->num_workers()));
  if (!state_.header.is_modular) JXLPOOL_RETURN_IF_ERROR(BeginVarDct());
  JXLPOOL_RETURN_IF_ERROR(ReadSections());
  samples_ = FrameSamples(state_);
  return OkStatus();
}

Status FrameDecoder::Decode(const FrameDelivery& delivery, SharedFrame* saved) {
  JXLPOOL_RETURN_IF_ERROR(Begin());
  if (!state_.modular.group_local() || ChoosePlan() == Plan::kFrame) JXLPOOL_RETURN_IF_ERROR(DecodeAllGroups());
  switch (ChoosePlan()) {
    case Plan::kGroups:
      JXLPOOL_RETURN_IF_ERROR(DeliverGroups(delivery));
      break;
    case Plan::kGroupTiles:
      JXLPOOL_RETURN_IF_ERROR(DeliverGroupTiles(delivery));
      break;
    case Plan::kFrame:
      JXLPOOL_RETURN_IF_ERROR(DeliverFrame(delivery));
      break;
  }
  JXLPOOL_ASSIGN_OR_RETURN(*saved, composer_.Finish());
  return OkStatus();
}

Status FrameDecoder::DecodeJpegGroup(uint32_t group, uint32_t worker) {
  JXLPOOL_RETURN_IF_ERROR(state_.CheckCancelled());
  GroupReaders readers;
  JXLPOOL_RETURN_IF_ERROR(OpenGroup(group, &readers));
  if (readers.count < state_.num_passes) return NeedMoreInput("the file ends before the last pass of a group");
  View2D<const int32_t> blocks[3];
  GroupDecoder& decoder = state_.workers[worker].group_decoder;
  JXLPOOL_RETURN_IF_ERROR(decoder.Prepare(state_.vardct, state_.memory()));
  JXLPOOL_RETURN_IF_ERROR(decoder.DecodeCoefficients(state_.vardct, group, readers.readers, readers.count, blocks)
                              .At(readers.readers[0].Position()));
  for (uint32_t pass = 0; pass < readers.count; ++pass) JXLPOOL_RETURN_IF_ERROR(readers.readers[pass].Check());
  return StoreJpegGroup(state_, group, blocks, state_.jpeg);
}

Status FrameDecoder::DecodeJpegRows() {
  JpegCoefficients* jpeg = state_.jpeg;
  ThreadPool* threads = state_.context->threads;
  const uint32_t groups_x = static_cast<uint32_t>(state_.dimensions.groups_x);
  const uint32_t groups_y = static_cast<uint32_t>(state_.dimensions.groups_y);
  // As many rows at a time as keep all workers busy.
  const uint32_t rows_at_a_time = threads->num_workers() == 1 ? 1 : CeilDiv(8 * threads->num_workers(), groups_x);
  if (jpeg->receiver != nullptr) JXLPOOL_RETURN_IF_ERROR(jpeg->receiver->Begin());
  for (uint32_t gy = 0; gy < groups_y;) {
    const uint32_t first = gy * groups_x;
    const uint32_t rows = std::min(rows_at_a_time, groups_y - gy);
    JXLPOOL_RETURN_IF_ERROR(threads->Run(
        rows * groups_x, [&](uint32_t task, uint32_t worker) { return DecodeJpegGroup(first + task, worker); }));
    ReleaseGroups(first, rows * groups_x);
    gy += rows;
    if (jpeg->receiver == nullptr) continue;
    JXLPOOL_RETURN_IF_ERROR(jpeg->receiver->TakeRows(gy));
    jpeg->store.Clear();
  }
  return OkStatus();
}

Status FrameDecoder::DecodeJpegCoefficients(uint32_t num_components, JpegCoefficients* jpeg) {
  state_.incomplete = false;
  state_.num_passes = state_.header.passes.num_passes;
  state_.lf_group_missing = PoolVector<uint8_t>(state_.memory(), Category::kOther);
  state_.workers = PoolVector<FrameWorker>(state_.memory(), Category::kOther);
  JXLPOOL_RETURN_IF_ERROR(state_.workers.Resize(state_.context->threads->num_workers()));
  if (!state_.header.is_modular && !state_.header.HasFlag(kFlagUseLfFrame)) JXLPOOL_RETURN_IF_ERROR(BeginVarDct());
  JXLPOOL_RETURN_IF_ERROR(BeginJpegCoefficients(state_, num_components, jpeg));
  state_.jpeg = jpeg;
  JXLPOOL_RETURN_IF_ERROR(ReadSections());
  if (state_.incomplete) return NeedMoreInput("the file ends before the coefficients");
  JXLPOOL_RETURN_IF_ERROR(StoreJpegTables(state_, jpeg));
  return DecodeJpegRows();
}

}  // namespace jxlpool
