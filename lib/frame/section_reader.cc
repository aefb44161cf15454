#include "lib/frame/section_reader.h"

#include <utility>

namespace jxlpool {
namespace {

// The bytes have not come yet, or have been released.
bool IsElsewhere(ErrorCode code) { return code == ErrorCode::kWaiting || code == ErrorCode::kInvalidArgument; }

}  // namespace

Status SectionReader::MayOpen(size_t section) const {
  if (frame_->lf_only) return OkStatus();
  const Codestream& codestream = *frame_->context->source.codestream;
  const TocEntry& entry = frame_->toc.entries[section];
  const uint64_t offset = frame_->sections_offset + entry.offset;
  if (!codestream.is_growing() || offset + entry.size <= codestream.size()) return OkStatus();
  return frame_->context->provisional ? OkStatus() : codestream.MissingBefore(offset + entry.size);
}

Status SectionReader::MayOpenLfGroup(uint32_t lf_group) const {
  return frame_->toc.IsSingleSection() ? OkStatus() : MayOpen(frame_->toc.LfGroup(lf_group));
}

Status SectionReader::MayOpenGroup(uint32_t group) const {
  if (frame_->toc.IsSingleSection()) return OkStatus();
  for (uint32_t pass = 0; pass < frame_->num_passes; ++pass) {
    JXLPOOL_RETURN_IF_ERROR(MayOpen(frame_->toc.PassGroup(pass, group)));
  }
  return OkStatus();
}

Status SectionReader::MayOpenRow(uint32_t row_of_groups) const {
  const uint32_t groups_x = static_cast<uint32_t>(frame_->dimensions.groups_x);
  for (uint32_t gx = 0; gx < groups_x; ++gx) {
    JXLPOOL_RETURN_IF_ERROR(MayOpenGroup(row_of_groups * groups_x + gx));
  }
  return OkStatus();
}

Status SectionReader::OpenFirst() {
  JXLPOOL_ASSIGN_OR_RETURN(first_, Open(0));
  if (first_.available) return OkStatus();
  if (frame_->toc.IsSingleSection() && frame_->header.is_modular) return OpenCutFirst();
  return NeedMoreInput("the file ends before the first section of a frame");
}

Status SectionReader::OpenCutFirst() {
  const Codestream& codestream = *frame_->context->source.codestream;
  const uint64_t offset = frame_->sections_offset;
  JXLPOOL_ASSIGN_OR_RETURN(first_.data, codestream.Section(offset, codestream.size() - offset));
  first_.reader = BitReader(first_.data.data(), first_.data.size(), 8 * offset);
  first_is_cut_ = true;
  return OkStatus();
}

Result<SectionReader::Section> SectionReader::Open(size_t section) const {
  Section open;
  open.available = !frame_->lf_only;
  if (!open.available) return open;
  const TocEntry& entry = frame_->toc.entries[section];
  const uint64_t offset = frame_->sections_offset + entry.offset;
  auto data = frame_->context->source.codestream->Section(offset, entry.size);
  if (!data.ok()) {
    const ErrorCode code = data.status().code();
    // What the other decode has used up has been released.
    const bool is_missing = code == ErrorCode::kNeedMoreInput || (frame_->context->provisional && IsElsewhere(code));
    if (!is_missing || !frame_->context->allow_partial) return data.status().At(8 * offset);
    frame_->incomplete = true;
    open.available = false;
    return open;
  }
  open.data = std::move(data).value();
  open.reader = BitReader(open.data.data(), open.data.size(), 8 * offset, ErrorCode::kCorrupt);
  return open;
}

Status SectionReader::OpenGroup(uint32_t group, Group* opened) const {
  opened->count = 0;
  if (first_is_cut_) return OkStatus();
  if (frame_->toc.IsSingleSection()) {
    opened->readers[0] = first_.reader;
    opened->count = 1;
    return OkStatus();
  }
  for (uint32_t pass = 0; pass < frame_->num_passes; ++pass) {
    JXLPOOL_ASSIGN_OR_RETURN(Section section, Open(frame_->toc.PassGroup(pass, group)));
    if (!section.available) break;
    opened->sections[pass].data = std::move(section.data);
    opened->readers[pass] = section.reader;
    opened->count = pass + 1;
  }
  return OkStatus();
}

void SectionReader::Release(size_t first, size_t count) const {
  if (frame_->keeps_sections) return;
  const Codestream& codestream = *frame_->context->source.codestream;
  const PoolVector<TocEntry>& entries = frame_->toc.entries;
  // Neighbours in the file are released together.
  for (size_t i = 0; i < count;) {
    const TocEntry& entry = entries[first + i];
    uint64_t size = entry.size;
    for (++i; i < count && entries[first + i].offset == entry.offset + size; ++i) size += entries[first + i].size;
    codestream.Release(frame_->sections_offset + entry.offset, size);
  }
}

void SectionReader::ReleaseLfGroups(uint32_t first, uint32_t count) const {
  if (!frame_->toc.IsSingleSection()) Release(frame_->toc.LfGroup(first), count);
}

void SectionReader::ReleaseGroups(uint32_t first, uint32_t count) const {
  if (frame_->toc.IsSingleSection()) return;
  for (uint32_t pass = 0; pass < frame_->num_passes; ++pass) Release(frame_->toc.PassGroup(pass, first), count);
}

}  // namespace jxlpool
