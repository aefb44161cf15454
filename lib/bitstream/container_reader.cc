#include "lib/bitstream/container_reader.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "lib/base/big_endian.h"

namespace jxlpool {
namespace {

constexpr uint64_t kMax = ~uint64_t{0};
constexpr uint8_t kContainerSignature[12] = {0, 0, 0, 12, 'J', 'X', 'L', ' ', 0x0D, 0x0A, 0x87, 0x0A};
constexpr uint8_t kCodestreamSignature[2] = {0xFF, 0x0A};
constexpr size_t kShortHeader = 8;
constexpr size_t kLongHeader = 16;
constexpr size_t kMinFileTypeContents = 12;
constexpr size_t kTypeSize = 4;
constexpr size_t kIndexSize = 4;

enum class Match : uint8_t { kNo, kPrefix, kYes };

template <size_t N>
Match MatchSignature(std::span<const uint8_t> input, const uint8_t (&signature)[N]) {
  const size_t count = std::min(input.size(), N);
  if (count != 0 && std::memcmp(input.data(), signature, count) != 0) return Match::kNo;
  return count == N ? Match::kYes : Match::kPrefix;
}

BoxType LoadType(const uint8_t* bytes) {
  BoxType type;
  std::memcpy(type.name, bytes, kTypeSize);
  return type;
}

// Whether a brob box may contain this type.
bool MayBeCompressed(const BoxType& type) {
  const bool is_jxl = std::memcmp(type.name, "jxl", 3) == 0 || std::memcmp(type.name, "JXL", 3) == 0;
  return !is_jxl && type != kBrotliBox && type != kJpegReconstructionBox;
}

// First bytes of the contents that have a meaning.
size_t PrefixSize(const BoxType& type) {
  if (type == kFileTypeBox) return kMinFileTypeContents;
  if (type == kPartialCodestreamBox) return kIndexSize;
  if (type == kBrotliBox) return kTypeSize;
  return type == kLevelBox ? 1 : 0;
}

}  // namespace

Status ContainerReader::Begin(Memory* memory, Container* container) {
  memory_ = memory;
  container_ = container;
  *container = Container(memory);
  container->is_growing_ = true;
  container->codestream_.SetGrowing(true);
  parts_ = CodestreamParts(memory, &container->codestream_);
  state_ = State::kSignature;
  is_bare_ = false;
  position_ = 0;
  failure_ = OkStatus();
  head_size_ = 0;
  kept_ = PoolVector<uint8_t>(memory, Category::kInput);
  return OkStatus();
}

Status ContainerReader::Add(std::span<const uint8_t> piece, InputBytes how) {
  if (!failure_.ok()) return failure_;
  how_ = how;
  while (!piece.empty()) {
    if (const Status status = Step(&piece); !status.ok()) JXLPOOL_RETURN_IF_ERROR(Stop(status));
  }
  return OkStatus();
}

uint64_t ContainerReader::MaySkip() const {
  const uint64_t not_needed = container_->codestream_.NotNeeded();
  if (state_ == State::kBare) return not_needed;
  if (state_ != State::kContents || !is_codestream() || !parts_.is_appending()) return 0;
  // What ends a box is read, so that there is one way to do that.
  return box_.is_unbounded ? not_needed : std::min(not_needed, box_end() - position_ - 1);
}

Status ContainerReader::Skip(uint64_t count) {
  position_ += count;
  const Status status = container_->codestream_.AppendReleased(count);
  return status.ok() ? OkStatus() : Stop(status);
}

Status ContainerReader::End() {
  if (!failure_.ok()) return failure_;
  return state_ == State::kOver ? OkStatus() : Stop(EndInput());
}

Status ContainerReader::Stop(Status status) {
  state_ = State::kOver;
  container_->is_growing_ = false;
  kept_.Release();
  const Status parts = parts_.Finish(status);
  if (status.code() == ErrorCode::kMemoryLimit) return Fail(status);
  if (status.ok()) status = parts;
  container_->status_ = status;
  if (parts_.seen_any() || is_bare_) return OkStatus();
  return Fail(status.ok() ? NeedMoreInput("the file has no codestream") : status);
}

Status ContainerReader::Fail(const Status& status) {
  failure_ = status;
  return status;
}

void ContainerReader::Close() {
  state_ = State::kOver;
  parts_ = CodestreamParts();
  kept_.Release();
}

Status ContainerReader::Step(std::span<const uint8_t>* rest) {
  switch (state_) {
    case State::kSignature:
      return ReadSignature(rest);
    case State::kBare: {
      const std::span<const uint8_t> bytes = Take(rest->size(), rest);
      Codestream* codestream = &container_->codestream_;
      return how_ == InputBytes::kStay ? codestream->Append(bytes) : codestream->AppendCopy(bytes);
    }
    case State::kHeader:
      return ReadHeader(rest);
    case State::kPrefix:
      return ReadPrefix(rest);
    case State::kContents:
      return ReadContents(rest);
    case State::kOver:
      break;
  }
  Take(rest->size(), rest);
  return OkStatus();
}

std::span<const uint8_t> ContainerReader::Take(size_t count, std::span<const uint8_t>* rest) {
  const std::span<const uint8_t> taken = rest->first(count);
  *rest = rest->subspan(count);
  position_ += count;
  return taken;
}

bool ContainerReader::Collect(size_t count, std::span<const uint8_t>* rest) {
  const std::span<const uint8_t> bytes = Take(std::min(count - head_size_, rest->size()), rest);
  std::copy(bytes.begin(), bytes.end(), head_ + head_size_);
  head_size_ += bytes.size();
  return head_size_ == count;
}

Status ContainerReader::ReadSignature(std::span<const uint8_t>* rest) {
  const size_t before = head_size_;
  std::span<const uint8_t> unread = *rest;
  Collect(std::size(kContainerSignature), &unread);
  const Match bare = MatchSignature({head_, head_size_}, kCodestreamSignature);
  const Match boxed = MatchSignature({head_, head_size_}, kContainerSignature);
  if (bare != Match::kYes && boxed != Match::kYes) {
    *rest = unread;
    return bare == Match::kNo && boxed == Match::kNo ? Corrupt("this is not a JPEG XL file") : OkStatus();
  }
  is_bare_ = bare == Match::kYes;
  state_ = is_bare_ ? State::kBare : State::kHeader;
  container_->is_last_box_ = is_bare_;
  // Now that it is clear what they are, all bytes are read once more: those of earlier pieces here.
  uint8_t earlier[kMaxHead];
  std::copy(head_, head_ + before, earlier);
  head_size_ = 0;
  position_ = 0;
  for (std::span<const uint8_t> again(earlier, before); !again.empty();) JXLPOOL_RETURN_IF_ERROR(Step(&again));
  return OkStatus();
}

Status ContainerReader::ReadHeader(std::span<const uint8_t>* rest) {
  if (head_size_ == 0) {
    box_ = Box();
    box_.offset = position_;
  }
  if (head_size_ < kShortHeader && !Collect(kShortHeader, rest)) return OkStatus();
  const uint32_t short_size = LoadBigEndian32(head_);
  box_.header_size = short_size == 1 ? kLongHeader : kShortHeader;
  if (!Collect(box_.header_size, rest)) return OkStatus();
  head_size_ = 0;
  box_.type = box_.content_type = LoadType(head_ + 4);
  box_.size = short_size == 1 ? LoadBigEndian64(head_ + kShortHeader) : short_size;
  box_.is_unbounded = box_.size == 0;
  box_.contents_offset = box_.offset + box_.header_size;
  if (!box_.is_unbounded) {
    if (box_.size < box_.header_size) return Corrupt("a box is smaller than its header");
    if (box_.size > kMax - box_.offset) return Corrupt("the size of a box overflows");
  }
  return BeginBox(rest);
}

uint64_t ContainerReader::announced() const { return box_.is_unbounded ? kMax : box_end() - box_.contents_offset; }

bool ContainerReader::is_file_type() const { return container_->boxes_.size() == 1; }

Status ContainerReader::BeginBox(std::span<const uint8_t>* rest) {
  JXLPOOL_RETURN_IF_ERROR(CheckBox());
  in_place_ = rest->data();
  prefix_size_ = static_cast<size_t>(std::min<uint64_t>(PrefixSize(box_.type), announced()));
  state_ = State::kPrefix;
  return ReadPrefix(rest);
}

Status ContainerReader::CheckBox() {
  const size_t index = container_->boxes_.size();
  if (index == 0) return OkStatus();  // the signature box was compared as a whole
  if (index == 1) {
    if (box_.type != kFileTypeBox) return Corrupt("the second box is not a file type box");
    if (box_.is_unbounded) return Corrupt("a file type box without a size");
    return announced() < kMinFileTypeContents ? Corrupt("the file type box is too small") : OkStatus();
  }
  if (box_.type == kFileTypeBox) return Corrupt("the file type box is not the second box");
  if (box_.type == kSignatureBox) return Corrupt("another file follows");
  if (box_.type == kCodestreamBox) return parts_.BeginWhole({box_.contents_offset, announced()});
  if (box_.type == kPartialCodestreamBox) return parts_.ExpectPart();
  return OkStatus();
}

Status ContainerReader::ReadPrefix(std::span<const uint8_t>* rest) {
  if (!Collect(prefix_size_, rest)) return OkStatus();
  JXLPOOL_RETURN_IF_ERROR(HandlePrefix());
  head_size_ = 0;
  if (box_.is_unbounded) {
    container_->is_last_box_ = true;
    container_->last_box_type_ = box_.content_type;
  }
  state_ = State::kContents;
  return ReadContents(rest);
}

Status ContainerReader::HandlePrefix() {
  if (is_file_type()) JXLPOOL_RETURN_IF_ERROR(CheckFileType());
  if (box_.type == kPartialCodestreamBox) {
    if (head_size_ < kIndexSize) return Corrupt("a part of the codestream without an index");
    const uint64_t size = box_.is_unbounded ? kMax : announced() - kIndexSize;
    return parts_.BeginPart(LoadBigEndian32(head_), {box_.contents_offset + kIndexSize, size});
  }
  if (box_.type == kLevelBox && head_size_ != 0 && head_[0] == 10) container_->level_ = 10;
  if (box_.type == kBrotliBox) {
    if (head_size_ < kTypeSize) return Corrupt("a compressed box without a type");
    const BoxType inner = LoadType(head_);
    if (MayBeCompressed(inner)) {
      box_.content_type = inner;
      box_.contents_offset += kTypeSize;
      in_place_ += kTypeSize;
      return OkStatus();
    }
  }
  return is_kept() ? KeepBytes({head_, head_size_}, announced(), &kept_) : OkStatus();
}

Status ContainerReader::CheckFileType() {
  if (LoadType(head_) != BoxType("jxl ")) return Corrupt("the file type is not JPEG XL");
  const uint32_t version = LoadBigEndian32(head_ + kTypeSize);
  if (version > 1) return Corrupt("unknown version of the file type");
  parts_.set_allow_any_order(version == 1);
  return OkStatus();
}

Status ContainerReader::ReadContents(std::span<const uint8_t>* rest) {
  const uint64_t left = box_.is_unbounded ? kMax : box_end() - position_;
  const std::span<const uint8_t> bytes = Take(static_cast<size_t>(std::min<uint64_t>(left, rest->size())), rest);
  if (is_codestream()) {
    JXLPOOL_RETURN_IF_ERROR(parts_.Add(bytes, how_));
  } else if (is_kept()) {
    JXLPOOL_RETURN_IF_ERROR(KeepBytes(bytes, announced(), &kept_));
  }
  return bytes.size() == left ? EndBox(CodestreamParts::BoxEnd::kComplete) : OkStatus();
}

Status ContainerReader::EndBox(CodestreamParts::BoxEnd end) {
  state_ = State::kHeader;
  head_size_ = 0;
  if (is_codestream()) JXLPOOL_RETURN_IF_ERROR(parts_.EndBox(end));
  if (box_.is_unbounded) box_.size = position_ - box_.offset;
  box_.is_truncated = end == CodestreamParts::BoxEnd::kTruncated;
  PoolVector<uint8_t> kept = std::exchange(kept_, PoolVector<uint8_t>(memory_, Category::kInput));
  if (how_ == InputBytes::kStay) {
    box_.contents = {in_place_, static_cast<size_t>(position_ - box_.contents_offset)};
  } else {
    box_.contents = {kept.data(), kept.size()};
  }
  return container_->AddBox(box_, std::move(kept));
}

Status ContainerReader::EndInput() {
  switch (state_) {
    case State::kSignature:
      return NeedMoreInput("the file ends in its signature");
    case State::kHeader:
      return head_size_ == 0 ? OkStatus() : NeedMoreInput("the file ends in a box header");
    case State::kPrefix:
    case State::kContents:
      return EndInBox();
    case State::kBare:
    case State::kOver:
      break;
  }
  return OkStatus();
}

Status ContainerReader::EndInBox() {
  if (state_ == State::kPrefix) {
    if (is_file_type()) return NeedMoreInput("the file ends in the file type box");
    if (box_.is_unbounded) {
      JXLPOOL_RETURN_IF_ERROR(HandlePrefix());
    } else if (is_kept()) {
      JXLPOOL_RETURN_IF_ERROR(KeepBytes({head_, head_size_}, announced(), &kept_));
    }
  }
  if (box_.is_unbounded) return EndBox(CodestreamParts::BoxEnd::kUnbounded);
  JXLPOOL_RETURN_IF_ERROR(EndBox(CodestreamParts::BoxEnd::kTruncated));
  return NeedMoreInput("the file ends in a box");
}

uint64_t ContainerReader::FilePosition(uint64_t offset) const {
  if (is_bare_) return offset;
  if (offset < container_->codestream_.size()) return parts_.FilePosition(offset);
  if (state_ == State::kHeader) return position_ - head_size_;
  if (state_ != State::kPrefix && state_ != State::kContents) return position_;
  if (parts_.is_appending()) {
    const uint64_t place = parts_.FilePosition(offset);
    if (box_.is_unbounded || place < box_end()) return place;
  }
  return box_.is_unbounded ? position_ : box_end();
}

uint64_t ContainerReader::BoxEnd() const {
  const bool is_in_box = state_ == State::kPrefix || state_ == State::kContents;
  return is_in_box && !box_.is_unbounded ? box_end() : position_;
}

}  // namespace jxlpool
