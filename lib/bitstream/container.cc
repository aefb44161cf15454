#include "lib/bitstream/container.h"

#include <algorithm>
#include <cstring>

#include "lib/base/big_endian.h"
#include "lib/bitstream/brotli.h"
#include "lib/bitstream/codestream_parts.h"

namespace jxlpool {
namespace {

constexpr uint8_t kContainerSignature[12] = {0, 0, 0, 12, 'J', 'X', 'L', ' ', 0x0D, 0x0A, 0x87, 0x0A};
constexpr uint8_t kCodestreamSignature[2] = {0xFF, 0x0A};
constexpr size_t kShortHeader = 8;
constexpr size_t kLongHeader = 16;
constexpr size_t kMinFileTypeContents = 12;
constexpr size_t kTypeSize = 4;

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

}  // namespace

// One walk over the boxes of a file.
class ContainerParser {
 public:
  ContainerParser(std::span<const uint8_t> input, Memory* memory)
      : input_(input), parts_(memory, &container_.codestream_) {
    container_.boxes_ = PoolVector<Box>(memory, Category::kOther);
    container_.metadata_ = PoolVector<uint32_t>(memory, Category::kOther);
    container_.codestream_ = Codestream(memory);
  }

  Result<Container> Parse() {
    const Match bare = MatchSignature(input_, kCodestreamSignature);
    const Match boxed = MatchSignature(input_, kContainerSignature);
    if (bare == Match::kYes) {
      JXLPOOL_RETURN_IF_ERROR(container_.codestream_.Append(input_));
      return std::move(container_);
    }
    if (bare == Match::kNo && boxed == Match::kNo) return Corrupt("this is not a JPEG XL file");
    if (boxed != Match::kYes) return NeedMoreInput("the file ends in its signature");
    JXLPOOL_RETURN_IF_ERROR(ParseBoxes());
    return std::move(container_);
  }

 private:
  Status ParseBoxes();
  // Reads the header of the box at position_ and finds its contents.
  Status ReadBox(Box* box) const;
  Status HandleBox(Box* box);
  Status CheckFileType(const Box& box);

  std::span<const uint8_t> input_;
  Container container_;
  CodestreamParts parts_;
  uint64_t position_ = 0;
};

Status ContainerParser::ParseBoxes() {
  Status status;
  while (status.ok() && position_ < input_.size()) {
    Box box;
    status = ReadBox(&box);
    if (!status.ok()) break;
    status = HandleBox(&box);
    if (status.code() == ErrorCode::kMemoryLimit) return status;
    if (!status.ok()) break;
    JXLPOOL_RETURN_IF_ERROR(container_.AddBox(box));
    if (box.is_truncated) {
      status = NeedMoreInput("the file ends in a box");
      break;
    }
    position_ += box.size;
  }
  const Status parts = parts_.Finish(status);
  if (parts.code() == ErrorCode::kMemoryLimit) return parts;
  if (status.ok()) status = parts;
  container_.status_ = status;
  if (parts_.seen_any()) return OkStatus();
  return status.ok() ? NeedMoreInput("the file has no codestream") : status;
}

Status ContainerParser::ReadBox(Box* box) const {
  const std::span<const uint8_t> rest = input_.subspan(static_cast<size_t>(position_));
  if (rest.size() < kShortHeader) return NeedMoreInput("the file ends in a box header");
  box->offset = position_;
  box->type = box->content_type = LoadType(rest.data() + 4);
  box->header_size = kShortHeader;
  box->size = LoadBigEndian32(rest.data());
  if (box->size == 1) {
    if (rest.size() < kLongHeader) return NeedMoreInput("the file ends in a box header");
    box->header_size = kLongHeader;
    box->size = LoadBigEndian64(rest.data() + kShortHeader);
  }
  box->is_unbounded = box->size == 0;
  if (box->is_unbounded) box->size = rest.size();
  if (box->size < box->header_size) return Corrupt("a box is smaller than its header");
  if (box->size > ~uint64_t{0} - position_) return Corrupt("the size of a box overflows");
  box->is_truncated = box->size > rest.size();
  const size_t present = box->is_truncated ? rest.size() : static_cast<size_t>(box->size);
  box->contents = rest.subspan(box->header_size, present - box->header_size);
  return OkStatus();
}

Status ContainerParser::HandleBox(Box* box) {
  const size_t index = container_.boxes_.size();
  if (index == 0) return OkStatus();  // the signature box was compared as a whole
  if (index == 1) {
    return box->type == kFileTypeBox ? CheckFileType(*box) : Corrupt("the second box is not a file type box");
  }
  if (box->type == kFileTypeBox) return Corrupt("the file type box is not the second box");
  if (box->type == kSignatureBox) return Corrupt("another file follows");
  if (box->type == kCodestreamBox) return parts_.AddWhole(*box);
  if (box->type == kPartialCodestreamBox) return parts_.AddPart(*box);
  if (box->type == kLevelBox && !box->contents.empty() && box->contents[0] == 10) container_.level_ = 10;
  if (box->type == kBrotliBox) {
    if (box->contents.size() < kTypeSize) {
      return box->is_truncated ? OkStatus() : Corrupt("a compressed box without a type");
    }
    const BoxType inner = LoadType(box->contents.data());
    if (MayBeCompressed(inner)) {
      box->content_type = inner;
      box->contents = box->contents.subspan(kTypeSize);
    }
  }
  return OkStatus();
}

Status ContainerParser::CheckFileType(const Box& box) {
  if (box.is_unbounded) return Corrupt("a file type box without a size");
  if (box.size - box.header_size < kMinFileTypeContents) return Corrupt("the file type box is too small");
  const std::span<const uint8_t> contents = box.contents;
  if (contents.size() < kMinFileTypeContents) return NeedMoreInput("the file ends in the file type box");
  if (LoadType(contents.data()) != BoxType("jxl ")) return Corrupt("the file type is not JPEG XL");
  const uint32_t version = LoadBigEndian32(contents.data() + kTypeSize);
  if (version > 1) return Corrupt("unknown version of the file type");
  parts_.set_allow_any_order(version == 1);
  return OkStatus();
}

bool Box::is_metadata() const {
  constexpr BoxType kOthers[] = {kSignatureBox,         kFileTypeBox,          kLevelBox,
                                 kCodestreamBox,        kPartialCodestreamBox, kFrameIndexBox,
                                 kJpegReconstructionBox};
  return std::find(std::begin(kOthers), std::end(kOthers), type) == std::end(kOthers);
}

Result<Container> Container::Open(std::span<const uint8_t> input, Memory* memory) {
  return ContainerParser(input, memory).Parse();
}

Status Container::AddBox(const Box& box) {
  const auto position = static_cast<uint32_t>(boxes_.size());
  for (size_t i = 0; i < std::size(kIndexedTypes); ++i) {
    if (first_[i] == kNotThere && box.content_type == kIndexedTypes[i]) first_[i] = position;
  }
  if (box.is_metadata()) JXLPOOL_RETURN_IF_ERROR(metadata_.PushBack(position));
  return boxes_.PushBack(box);
}

const Box* Container::Metadata(size_t index) const { return index < metadata_.size() ? At(metadata_[index]) : nullptr; }

const Box* Container::Find(BoxType content_type) const {
  for (size_t i = 0; i < std::size(kIndexedTypes); ++i) {
    if (content_type == kIndexedTypes[i]) return At(first_[i]);
  }
  const Box* box = std::find_if(boxes_.begin(), boxes_.end(),
                                [&](const Box& candidate) { return candidate.content_type == content_type; });
  return box == boxes_.end() ? nullptr : box;
}

Status ReadBoxContents(const Box& box, Memory* memory, uint64_t max_bytes, PoolVector<uint8_t>* contents) {
  *contents = PoolVector<uint8_t>(memory, Category::kInput);
  if (box.is_truncated) return NeedMoreInput("the file ends in a box");
  if (box.is_compressed()) return DecompressBrotli(box.contents, memory, max_bytes, contents);
  if (box.contents.size() > max_bytes) return Status(ErrorCode::kSizeLimit, "the contents of a box exceed the limit");
  JXLPOOL_RETURN_IF_ERROR(contents->ResizeUninitialized(box.contents.size()));
  if (!box.contents.empty()) std::memcpy(contents->data(), box.contents.data(), box.contents.size());
  return OkStatus();
}

}  // namespace jxlpool
