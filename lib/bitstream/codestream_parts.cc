#include "lib/bitstream/codestream_parts.h"

#include <algorithm>

#include "lib/base/big_endian.h"
#include "lib/bitstream/container.h"

namespace jxlpool {
namespace {

constexpr size_t kIndexSize = 4;
constexpr uint32_t kLastFlag = uint32_t{1} << 31;

}  // namespace

Status CodestreamParts::AddWhole(const Box& box) {
  if (seen_last_) return Corrupt("a second codestream");
  seen_any_ = seen_last_ = true;
  ends_complete_ = !box.is_truncated && !box.is_unbounded;
  return codestream_->Append(box.contents);
}

Status CodestreamParts::AddPart(const Box& box) {
  if (seen_last_) return Corrupt("a part of the codestream after its last part");
  if (box.contents.size() < kIndexSize) {
    return box.is_truncated ? OkStatus() : Corrupt("a part of the codestream without an index");
  }
  const uint32_t word = LoadBigEndian32(box.contents.data());
  const Part part = {word & ~kLastFlag, (word & kLastFlag) != 0, !box.is_truncated && !box.is_unbounded,
                     box.contents.subspan(kIndexSize)};
  if (part.index < expected_) return Corrupt("two parts of the codestream with the same index");
  if (part.index != expected_) {
    if (!allow_any_order_) return Corrupt("parts of the codestream out of order");
    if (pending_.size() >= kMaxPending) return Corrupt("too many parts of the codestream out of order");
    seen_any_ = true;
    JXLPOOL_RETURN_IF_ERROR(pending_.PushBack(part));
    std::push_heap(pending_.begin(), pending_.end(), ComesLater);
    return OkStatus();
  }
  JXLPOOL_RETURN_IF_ERROR(Append(part));
  if (box.is_truncated) return OkStatus();  // what waits would not join on
  while (!pending_.empty() && pending_[0].index <= expected_) {
    std::pop_heap(pending_.begin(), pending_.end(), ComesLater);
    const Part next = pending_.back();
    pending_.PopBack();
    if (next.index < expected_) return Corrupt("two parts of the codestream with the same index");
    JXLPOOL_RETURN_IF_ERROR(Append(next));
  }
  return OkStatus();
}

Status CodestreamParts::Append(const Part& part) {
  seen_any_ = true;
  ++expected_;
  if (part.is_last) {
    seen_last_ = true;
    ends_complete_ = part.is_complete;
  }
  return codestream_->Append(part.bytes);
}

Status CodestreamParts::Finish(const Status& end) {
  std::sort(pending_.begin(), pending_.end(), [](const Part& a, const Part& b) { return a.index < b.index; });
  const bool has_duplicates = std::adjacent_find(pending_.begin(), pending_.end(), [](const Part& a, const Part& b) {
                                return a.index == b.index;
                              }) != pending_.end();
  Status status = end;
  if (status.ok() && has_duplicates) status = Corrupt("two parts of the codestream with the same index");
  if (seen_last_ && ends_complete_) {
    codestream_->SetEnd(Corrupt("the codestream ends too early"));
  } else if (!seen_last_ && !status.ok()) {
    codestream_->SetEnd(status);
  }
  return end.ok() ? status : OkStatus();
}

}  // namespace jxlpool
