#include "lib/frame/group_reader.h"

#include <algorithm>

#include "lib/render/lf_enlargement.h"

namespace jxlpool {

Status GroupReader::Begin(uint32_t num_workers) {
  if (frame_->header.is_modular) return OkStatus();
  decoders_ = PoolVector<GroupDecoder>(frame_->memory(), Category::kOther);
  return decoders_.Resize(num_workers);
}

Status GroupReader::PrepareWorkers() {
  if (frame_->num_passes == 0) return OkStatus();
  for (GroupDecoder& decoder : decoders_) JXLPOOL_RETURN_IF_ERROR(decoder.Prepare(frame_->vardct, frame_->memory()));
  return OkStatus();
}

uint64_t GroupReader::WorkerBytes(const FrameState& frame, uint32_t at_a_time) {
  uint64_t section = 0;
  for (size_t i = 1; i < frame.toc.entries.size(); ++i)
    section = std::max<uint64_t>(section, frame.toc.entries[i].size);
  uint64_t bytes = 0;
  if (!frame.header.is_modular) {
    // Nearly all of the section is coefficients.
    section = std::min<uint64_t>(section, 1024);
    bytes += sizeof(GroupDecoder);
    if (frame.num_passes != 0) bytes += GroupDecoder::Bytes(frame.vardct, frame.num_passes);
  }
  return bytes + at_a_time * frame.modular.GroupBytes(section);
}

// An LF frame is a whole image; otherwise the LF image is missing with its LF group.
bool GroupReader::HasLfImage(uint32_t group) const {
  return frame_->header.HasFlag(kFlagUseLfFrame) ||
         frame_->lf_group_missing[frame_->dimensions.LfGroupOfGroup(group)] == 0;
}

void GroupReader::EnlargeLfImage(uint32_t group, const View2D<float> (&planes)[3]) const {
  const FrameDimensions& dimensions = frame_->dimensions;
  const BlockRect blocks = dimensions.GroupBlocks(group);
  const int64_t groups_x = static_cast<int64_t>(dimensions.groups_x);
  const int64_t groups_y = static_cast<int64_t>(dimensions.groups_y);
  LfPart part;
  for (int64_t i = 0; i < 9; ++i) {
    const int64_t gx = group % groups_x + i % 3 - 1;
    const int64_t gy = group / groups_x + i / 3 - 1;
    if (gx < 0 || gx >= groups_x || gy < 0 || gy >= groups_y) continue;
    // The black of an LF group that is missing must not show in those around it.
    part.goes_on[i / 3][i % 3] = HasLfImage(static_cast<uint32_t>(gy * groups_x + gx)) == HasLfImage(group);
  }
  UpsamplingKernels kernels;
  MakeUpsamplingKernels(frame_->image().upsampling_weights, kBlockDim, &kernels);
  for (size_t c = 0; c < 3; ++c) {
    const uint32_t hshift = dimensions.hshift[c];
    const uint32_t vshift = dimensions.vshift[c];
    part.plane = frame_->vardct.lf[c];
    part.plane_width = static_cast<int64_t>(dimensions.xblocks >> hshift);
    part.plane_height = static_cast<int64_t>(dimensions.yblocks >> vshift);
    part.rect = {blocks.x0 >> hshift, blocks.y0 >> vshift, blocks.columns >> hshift, blocks.rows >> vshift};
    EnlargeLf(kernels, part, planes[c]);
  }
}

Status GroupReader::DecodeVarDct(uint32_t group, uint32_t worker, const View2D<float> (&planes)[3],
                                 SectionReader::Group* opened) {
  JXLPOOL_RETURN_IF_ERROR(sections_->OpenGroup(group, opened));
  const uint64_t lf_group = frame_->dimensions.LfGroupOfGroup(group);
  const bool has_lf = frame_->toc.IsSingleSection() || frame_->lf_group_missing[lf_group] == 0;
  // Without its coefficients the readers are not at the group's modular data either.
  opened->count = has_lf ? std::min(opened->count, frame_->num_passes) : 0;
  if (opened->count == 0) {
    EnlargeLfImage(group, planes);
    return OkStatus();
  }
  GroupDecoder& decoder = decoders_[worker];
  JXLPOOL_RETURN_IF_ERROR(decoder.Prepare(frame_->vardct, frame_->memory()));
  return decoder.Decode(frame_->vardct, group, opened->readers, opened->count, planes)
      .At(opened->readers[0].Position());
}

Status GroupReader::DecodeCoefficients(uint32_t group, uint32_t worker, View2D<const int32_t> (&blocks)[3]) {
  SectionReader::Group opened;
  JXLPOOL_RETURN_IF_ERROR(sections_->OpenGroup(group, &opened));
  if (opened.count < frame_->num_passes) return NeedMoreInput("the file ends before the last pass of a group");
  GroupDecoder& decoder = decoders_[worker];
  JXLPOOL_RETURN_IF_ERROR(decoder.Prepare(frame_->vardct, frame_->memory()));
  JXLPOOL_RETURN_IF_ERROR(decoder.DecodeCoefficients(frame_->vardct, group, opened.readers, opened.count, blocks)
                              .At(opened.readers[0].Position()));
  for (uint32_t pass = 0; pass < opened.count; ++pass) JXLPOOL_RETURN_IF_ERROR(opened.readers[pass].Check());
  return OkStatus();
}

Status GroupReader::DecodeModular(uint32_t first, uint32_t count, SectionReader::Group* opened, ModularImage* images) {
  uint32_t num_passes = 0;
  for (uint32_t i = 0; i < count; ++i) num_passes = std::max(num_passes, opened[i].count);
  for (uint32_t pass = 0; pass < num_passes; ++pass) {
    ModularGroupPart parts[kMaxAtATime];
    uint32_t num_parts = 0;
    for (uint32_t i = 0; i < count; ++i) {
      if (pass >= opened[i].count) continue;
      parts[num_parts++] = {first + i, &opened[i].readers[pass], images == nullptr ? nullptr : &images[i], OkStatus()};
    }
    frame_->modular.DecodeGroups(pass, {parts, num_parts});
    for (uint32_t i = 0; i < num_parts; ++i) {
      JXLPOOL_RETURN_IF_ERROR(parts[i].status.At(parts[i].reader->Position()));
      JXLPOOL_RETURN_IF_ERROR(parts[i].reader->Check());
    }
  }
  return OkStatus();
}

Status GroupReader::DecodeImages(uint32_t first, uint32_t count, SectionReader::Group* opened, ModularImage* images) {
  for (uint32_t i = 0; i < count; ++i) {
    const bool missing = opened[i].count < frame_->header.passes.num_passes;
    JXLPOOL_ASSIGN_OR_RETURN(images[i],
                             frame_->modular.NewGroupImage(first + i, missing ? Fill::kZero : Fill::kUninitialized));
  }
  JXLPOOL_RETURN_IF_ERROR(DecodeModular(first, count, opened, images));
  for (uint32_t i = 0; i < count; ++i) JXLPOOL_RETURN_IF_ERROR(frame_->modular.FinishGroup(&images[i]));
  return OkStatus();
}

Status GroupReader::DecodeImages(uint32_t first, uint32_t count, ModularImage* images) {
  SectionReader::Group opened[kMaxAtATime];
  for (uint32_t i = 0; i < count; ++i) JXLPOOL_RETURN_IF_ERROR(sections_->OpenGroup(first + i, &opened[i]));
  return DecodeImages(first, count, opened, images);
}

Status GroupReader::DecodeImage(uint32_t group, SectionReader::Group* opened, ModularImage* image) {
  return DecodeImages(group, 1, opened, image);
}

Status GroupReader::DecodeIntoFrame(uint32_t first, uint32_t count) {
  SectionReader::Group opened[kMaxAtATime];
  for (uint32_t i = 0; i < count; ++i) JXLPOOL_RETURN_IF_ERROR(sections_->OpenGroup(first + i, &opened[i]));
  return DecodeModular(first, count, opened, nullptr);
}

Status GroupReader::DecodeIntoFrame(uint32_t group, SectionReader::Group* opened) {
  return DecodeModular(group, 1, opened, nullptr);
}

}  // namespace jxlpool
