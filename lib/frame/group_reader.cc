#include "lib/frame/group_reader.h"

#include <algorithm>

namespace jxlpool {

Status GroupReader::Begin(uint32_t num_workers) {
  if (frame_->header.is_modular) return OkStatus();
  decoders_ = PoolVector<GroupDecoder>(frame_->memory(), Category::kOther);
  return decoders_.Resize(num_workers);
}

Status GroupReader::PrepareWorkers() {
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
    bytes += sizeof(GroupDecoder) + GroupDecoder::Bytes(frame.vardct, frame.num_passes);
  }
  return bytes + at_a_time * frame.modular.GroupBytes(section);
}

Status GroupReader::DecodeVarDct(uint32_t group, uint32_t worker, const View2D<float> (&planes)[3],
                                 SectionReader::Group* opened) {
  JXLPOOL_RETURN_IF_ERROR(sections_->OpenGroup(group, opened));
  const uint64_t lf_group = frame_->dimensions.LfGroupOfGroup(group);
  const bool has_lf = frame_->toc.IsSingleSection() || frame_->lf_group_missing[lf_group] == 0;
  // Without its coefficients the readers are not at the group's modular data either.
  opened->count = has_lf ? std::min(opened->count, frame_->num_passes) : 0;
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
