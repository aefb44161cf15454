#include "lib/bitstream/codestream_parts.h"

#include <algorithm>
#include <cstring>
#include <utility>

namespace jxlpool {
namespace {

constexpr uint32_t kLastFlag = uint32_t{1} << 31;
constexpr uint64_t kFirstKept = 256;

}  // namespace

Status KeepBytes(std::span<const uint8_t> bytes, uint64_t announced, PoolVector<uint8_t>* kept) {
  while (!bytes.empty()) {
    if (kept->size() == kept->capacity()) {
      const uint64_t wanted = std::max(kFirstKept, 2 * uint64_t{kept->capacity()});
      const uint64_t left = announced - std::min(announced, uint64_t{kept->size()});
      const uint64_t grown = std::min(wanted, kept->size() + std::max<uint64_t>(left, 1));
      JXLPOOL_RETURN_IF_ERROR(kept->Reserve(static_cast<size_t>(grown)));
    }
    const size_t old_size = kept->size();
    const size_t count = std::min(bytes.size(), kept->capacity() - old_size);
    JXLPOOL_RETURN_IF_ERROR(kept->ResizeUninitialized(old_size + count));
    std::memcpy(kept->data() + old_size, bytes.data(), count);
    bytes = bytes.subspan(count);
  }
  return OkStatus();
}

Status CodestreamParts::BeginWhole(const Place& contents) {
  if (seen_last_) return Corrupt("a second codestream");
  seen_any_ = seen_last_ = true;
  current_ = Current::kAppended;
  current_is_last_ = true;
  return NotePlace(contents.offset);
}

Status CodestreamParts::ExpectPart() const {
  return seen_last_ ? Corrupt("a part of the codestream after its last part") : OkStatus();
}

Status CodestreamParts::BeginPart(uint32_t index_word, const Place& contents) {
  const uint32_t index = index_word & ~kLastFlag;
  const bool is_last = (index_word & kLastFlag) != 0;
  if (index < expected_) return Corrupt("two parts of the codestream with the same index");
  if (index != expected_) {
    if (!allow_any_order_) return Corrupt("parts of the codestream out of order");
    if (pending_.size() >= kMaxPending) return Corrupt("too many parts of the codestream out of order");
    seen_any_ = true;
    current_ = Current::kWaiting;
    waiting_ = {index, is_last, false, contents, {}, PoolVector<uint8_t>(memory_, Category::kInput)};
    return OkStatus();
  }
  seen_any_ = true;
  ++expected_;
  seen_last_ = current_is_last_ = is_last;
  current_ = Current::kAppended;
  return NotePlace(contents.offset);
}

Status CodestreamParts::Add(std::span<const uint8_t> bytes, InputBytes how) {
  if (current_ == Current::kWaiting) return AddToWaiting(bytes, how);
  return how == InputBytes::kStay ? codestream_->Append(bytes) : codestream_->AppendCopy(bytes);
}

Status CodestreamParts::AddToWaiting(std::span<const uint8_t> bytes, InputBytes how) {
  if (how == InputBytes::kCopy) return KeepBytes(bytes, waiting_.place.size, &waiting_.kept);
  waiting_.bytes = bytes;
  return OkStatus();
}

Status CodestreamParts::EndBox(BoxEnd end) {
  const Current current = std::exchange(current_, Current::kNone);
  const bool is_complete = end == BoxEnd::kComplete;
  if (current == Current::kNone) return OkStatus();
  if (current == Current::kWaiting) {
    waiting_.is_complete = is_complete;
    JXLPOOL_RETURN_IF_ERROR(pending_.PushBack(std::move(waiting_)));
    std::push_heap(pending_.begin(), pending_.end(), ComesLater);
    return OkStatus();
  }
  if (current_is_last_) ends_complete_ = is_complete;
  const Status status = end == BoxEnd::kTruncated ? OkStatus() : AppendWaiting();  // what waits would not join on
  NoteIfComplete();
  return status;
}

Status CodestreamParts::AppendWaiting() {
  while (!pending_.empty() && pending_[0].index <= expected_) {
    std::pop_heap(pending_.begin(), pending_.end(), ComesLater);
    const Part next = std::move(pending_.back());
    pending_.PopBack();
    if (next.index < expected_) return Corrupt("two parts of the codestream with the same index");
    ++expected_;
    if (next.is_last) {
      seen_last_ = true;
      ends_complete_ = next.is_complete;
    }
    JXLPOOL_RETURN_IF_ERROR(NotePlace(next.place.offset));
    // At most one of the two holds bytes.
    JXLPOOL_RETURN_IF_ERROR(codestream_->Append(next.bytes));
    JXLPOOL_RETURN_IF_ERROR(codestream_->AppendCopy({next.kept.data(), next.kept.size()}));
  }
  return OkStatus();
}

void CodestreamParts::NoteIfComplete() {
  if (!seen_last_ || !ends_complete_) return;
  codestream_->SetEnd(Corrupt("the codestream ends too early"));
  codestream_->SetGrowing(false);
}

Status CodestreamParts::Finish(const Status& end) {
  std::sort(pending_.begin(), pending_.end(), [](const Part& a, const Part& b) { return a.index < b.index; });
  const bool has_duplicates = std::adjacent_find(pending_.begin(), pending_.end(), [](const Part& a, const Part& b) {
                                return a.index == b.index;
                              }) != pending_.end();
  pending_.Release();
  waiting_ = {};
  Status status = end;
  if (status.ok() && has_duplicates) status = Corrupt("two parts of the codestream with the same index");
  NoteIfComplete();
  if (!seen_last_ && !status.ok()) codestream_->SetEnd(status);
  codestream_->SetGrowing(false);
  return end.ok() ? status : OkStatus();
}

Status CodestreamParts::NotePlace(uint64_t file_position) {
  const uint64_t offset = codestream_->size();
  if (!places_.empty() && places_.back().offset == offset) places_.PopBack();  // that part was empty
  return places_.PushBack({offset, file_position});
}

uint64_t CodestreamParts::FilePosition(uint64_t offset) const {
  const Run* after = std::upper_bound(places_.begin(), places_.end(), offset,
                                      [](uint64_t at, const Run& run) { return at < run.offset; });
  const Run& run = after[-1];
  const uint64_t skip = offset - run.offset;
  return skip > ~uint64_t{0} - run.file_position ? ~uint64_t{0} : run.file_position + skip;
}

}  // namespace jxlpool
