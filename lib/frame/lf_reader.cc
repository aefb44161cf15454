#include "lib/frame/lf_reader.h"

#include <algorithm>

#include "lib/base/bits.h"
#include "lib/entropy/entropy_code.h"
#include "lib/frame/global_sections.h"
#include "lib/frame/lf_group.h"

namespace jxlpool {
namespace {

uint32_t KeptBlockRows(const FrameState& frame, uint32_t kept_group_rows) {
  const uint32_t all = static_cast<uint32_t>(RoundUp(frame.dimensions.yblocks, kGroupDimInBlocks));
  return static_cast<uint32_t>(std::min<uint64_t>(all, uint64_t{kept_group_rows} * kGroupDimInBlocks));
}

}  // namespace

Status LfReader::Begin(uint32_t kept_group_rows) {
  frame_->lf_group_missing = PoolVector<uint8_t>(frame_->memory(), Category::kOther);
  JXLPOOL_RETURN_IF_ERROR(frame_->lf_group_missing.Resize(frame_->dimensions.num_lf_groups));
  if (frame_->header.is_modular) return OkStatus();
  JXLPOOL_RETURN_IF_ERROR(frame_->vardct.Allocate(frame_->memory(), KeptBlockRows(*frame_, kept_group_rows)));
  JXLPOOL_ASSIGN_OR_RETURN(smoother_, LfSmoother::Create(frame_->vardct, frame_->memory()));
  return OkStatus();
}

uint64_t LfReader::Bytes(const FrameState& frame, uint32_t kept_group_rows) {
  uint64_t bytes = BufferBytes(frame.dimensions.num_lf_groups);
  if (frame.header.is_modular) return bytes;
  bytes += frame.vardct.Bytes(KeptBlockRows(frame, kept_group_rows)) + LfSmoother::Bytes(frame.vardct);
  if (frame.has_hf_global) return bytes + frame.vardct.dequant.Bytes();
  // HfGlobal is in the rest of the first section, most of which are coefficients.
  return bytes + EntropyCode::Bytes(frame.toc.entries[0].size / 4);
}

Status LfReader::CheckSomeAreThere() const {
  const Codestream& codestream = *frame_->context->source.codestream;
  if (!frame_->context->allow_partial) return OkStatus();
  if (codestream.is_growing() && !frame_->context->provisional) return OkStatus();
  if (frame_->header.is_modular || frame_->header.HasFlag(kFlagUseLfFrame)) return OkStatus();
  if (frame_->toc.IsSingleSection()) return OkStatus();
  const uint64_t size = codestream.size();
  for (uint64_t lf_group = 0; lf_group < frame_->dimensions.num_lf_groups; ++lf_group) {
    const TocEntry& entry = frame_->toc.entries[frame_->toc.LfGroup(lf_group)];
    if (frame_->sections_offset + entry.offset + entry.size <= size) return OkStatus();
  }
  return NeedMoreInput("the file ends in the LF image");
}

Status LfReader::ReadAll(ThreadPool* threads) {
  if (is_complete_) return OkStatus();
  JXLPOOL_RETURN_IF_ERROR(CheckSomeAreThere());
  if (sections_->first_is_cut()) {
    // Modular frames of a single section have all samples in LfGlobal.
  } else if (frame_->toc.IsSingleSection()) {
    BitReader* reader = sections_->first();
    JXLPOOL_RETURN_IF_ERROR(ReadLfGroup(0, reader, frame_).At(reader->Position()));
    if (!frame_->header.is_modular) {
      JXLPOOL_RETURN_IF_ERROR(ReadHfGlobalSection(reader, frame_).At(reader->Position()));
      frame_->has_hf_global = true;
    }
  } else {
    const uint32_t first = num_read_;
    const uint32_t num_lf_groups = static_cast<uint32_t>(frame_->dimensions.num_lf_groups);
    Status wait;
    while (num_read_ < num_lf_groups && (wait = sections_->MayOpenLfGroup(num_read_)).ok()) ++num_read_;
    JXLPOOL_RETURN_IF_ERROR(
        threads->Run(num_read_ - first, [&](uint32_t task, uint32_t) { return Read(first + task); }));
    JXLPOOL_RETURN_IF_ERROR(wait);
  }
  is_complete_ = true;
  if (frame_->header.is_modular) return OkStatus();
  return FinishRows(static_cast<uint32_t>(frame_->dimensions.lf_groups_y));
}

Status LfReader::Read(uint32_t lf_group) {
  JXLPOOL_RETURN_IF_ERROR(frame_->CheckCancelled());
  JXLPOOL_ASSIGN_OR_RETURN(SectionReader::Section section, sections_->Open(frame_->toc.LfGroup(lf_group)));
  if (!section.available) {
    frame_->lf_group_missing[lf_group] = 1;
    return frame_->header.is_modular ? OkStatus() : FillMissingLfGroup(lf_group, frame_);
  }
  return ReadLfGroup(lf_group, &section.reader, frame_).At(section.reader.Position());
}

Status LfReader::FinishRows(uint32_t lf_rows) {
  VarDctFrame* vardct = &frame_->vardct;
  if (frame_->coefficients == nullptr) {
    const uint32_t block_rows = lf_rows * frame_->dimensions.group_dim;
    smoother_.Advance(static_cast<uint32_t>(std::min<uint64_t>(frame_->dimensions.yblocks, block_rows)), vardct);
  }
  return frame_->has_hf_global ? PrepareDequantTables(frame_->memory(), vardct) : OkStatus();
}

}  // namespace jxlpool
