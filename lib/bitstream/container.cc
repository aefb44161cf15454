#include "lib/bitstream/container.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "lib/bitstream/brotli.h"
#include "lib/bitstream/container_reader.h"

namespace jxlpool {

bool Box::is_metadata() const {
  constexpr BoxType kOthers[] = {kSignatureBox,         kFileTypeBox,          kLevelBox,
                                 kCodestreamBox,        kPartialCodestreamBox, kFrameIndexBox,
                                 kJpegReconstructionBox};
  return std::find(std::begin(kOthers), std::end(kOthers), type) == std::end(kOthers);
}

Container::Container(Memory* memory)
    : boxes_(memory, Category::kOther),
      metadata_(memory, Category::kOther),
      kept_(memory, Category::kOther),
      codestream_(memory) {}

Result<Container> Container::Open(std::span<const uint8_t> input, Memory* memory) {
  Container container;
  ContainerReader reader;
  JXLPOOL_RETURN_IF_ERROR(reader.Begin(memory, &container));
  JXLPOOL_RETURN_IF_ERROR(reader.Add(input, InputBytes::kStay));
  JXLPOOL_RETURN_IF_ERROR(reader.End());
  return container;
}

Status Container::AddBox(const Box& box, PoolVector<uint8_t> kept) {
  const auto position = static_cast<uint32_t>(boxes_.size());
  for (size_t i = 0; i < std::size(kIndexedTypes); ++i) {
    if (first_[i] == kNotThere && box.content_type == kIndexedTypes[i]) first_[i] = position;
  }
  if (!kept.empty()) JXLPOOL_RETURN_IF_ERROR(kept_.PushBack(std::move(kept)));
  if (box.is_metadata()) JXLPOOL_RETURN_IF_ERROR(metadata_.PushBack(position));
  return boxes_.PushBack(box);
}

bool Container::MayStillCome(BoxType content_type) const {
  return is_growing_ && (!is_last_box_ || content_type == last_box_type_) && Find(content_type) == nullptr;
}

bool Container::MetadataMayCome() const {
  const bool is_codestream =
      last_box_type_ == BoxType() || last_box_type_ == kCodestreamBox || last_box_type_ == kPartialCodestreamBox;
  return is_growing_ && !(is_last_box_ && is_codestream);
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
