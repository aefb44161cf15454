#include "lib/bitstream/codestream.h"

#include <bit>
#include <cstring>
#include <limits>

namespace jxlpool {
namespace {

constexpr uint64_t kMax = std::numeric_limits<uint64_t>::max();

uint64_t SaturatingAdd(uint64_t a, uint64_t b) { return b > kMax - a ? kMax : a + b; }

}  // namespace

Codestream& Codestream::operator=(Codestream&& other) noexcept {
  memory_ = other.memory_;
  parts_ = std::move(other.parts_);
  size_ = std::exchange(other.size_, 0);
  is_growing_ = other.is_growing_;
  keeps_all_ = other.keeps_all_;
  end_ = other.end_;
  releaser_ = other.releaser_;
  copied_bytes_.store(other.copied_bytes_.exchange(0, std::memory_order_relaxed), std::memory_order_relaxed);
  blocks_ = std::move(other.blocks_);
  done_before_ = std::exchange(other.done_before_, 0);
  return *this;
}

size_t Codestream::BlockSize(size_t index) {
  constexpr size_t kDoublings = std::bit_width(kLargestBlock / kFirstBlock) - 1;
  return kFirstBlock << std::min(index, kDoublings);
}

Status Codestream::Append(std::span<const uint8_t> bytes) {
  if (bytes.empty()) return OkStatus();
  JXLPOOL_RETURN_IF_ERROR(parts_.PushBack(Part{size_, bytes.data(), bytes.size()}));
  size_ += bytes.size();
  return OkStatus();
}

Status Codestream::FillBlock(const uint8_t* bytes, size_t* count) {
  if (parts_.empty() || parts_.back().size == BlockSize(parts_.size() - 1)) JXLPOOL_RETURN_IF_ERROR(AddBlock());
  Part* last = &parts_.back();
  uint8_t* block = blocks_.back().buffer.data();
  *count = std::min(*count, BlockSize(parts_.size() - 1) - last->size);
  if (block != nullptr && bytes != nullptr) std::memcpy(block + last->size, bytes, *count);
  last->size += *count;
  size_ += *count;
  return OkStatus();
}

Status Codestream::AppendCopy(std::span<const uint8_t> bytes) {
  while (!bytes.empty()) {
    size_t count = bytes.size();
    JXLPOOL_RETURN_IF_ERROR(FillBlock(bytes.data(), &count));
    bytes = bytes.subspan(count);
  }
  return OkStatus();
}

uint64_t Codestream::NotNeeded() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return is_growing_ && done_before_ > size_ ? done_before_ - size_ : 0;
}

Status Codestream::AppendReleased(uint64_t count) {
  while (count != 0) {
    size_t now = static_cast<size_t>(std::min<uint64_t>(count, kLargestBlock));
    JXLPOOL_RETURN_IF_ERROR(FillBlock(nullptr, &now));
    count -= now;
  }
  return OkStatus();
}

Status Codestream::AddBlock() {
  const size_t block_size = BlockSize(parts_.size());
  Block block;
  if (done_before_ < size_ + block_size) {
    JXLPOOL_ASSIGN_OR_RETURN(block.buffer,
                             memory_->Acquire(block_size, Category::kInput, ElementType::kUint8, Fill::kUninitialized));
  }
  const uint8_t* data = block.buffer.data();
  JXLPOOL_RETURN_IF_ERROR(blocks_.PushBack(std::move(block)));
  const Status status = parts_.PushBack(Part{size_, data, 0});
  if (!status.ok()) blocks_.PopBack();
  return status;
}

void Codestream::SetGrowing(bool growing) {
  is_growing_ = growing;
  const std::lock_guard<std::mutex> lock(mutex_);
  if (!blocks_.empty()) GiveBackIfDone(blocks_.size() - 1);
}

size_t Codestream::Find(uint64_t offset) const {
  const Part* after = std::upper_bound(parts_.begin(), parts_.end(), offset,
                                       [](uint64_t at, const Part& part) { return at < part.offset; });
  return static_cast<size_t>(after - parts_.begin()) - 1;
}

uint64_t Codestream::ContiguousSize(uint64_t offset) const {
  if (offset >= size_) return 0;
  const Part& part = parts_[Find(offset)];
  return part.offset + part.size - offset;
}

bool Codestream::IsKept(uint64_t offset, uint64_t size) const {
  const std::lock_guard<std::mutex> lock(mutex_);
  if (offset < done_before_) return false;
  for (size_t i = Find(offset); i < parts_.size() && parts_[i].offset < offset + size; ++i) {
    if (blocks_[i].buffer.empty()) return false;
  }
  return true;
}

bool Codestream::Has(uint64_t offset, uint64_t size) const {
  if (offset > size_ || size > size_ - offset) return false;
  return size == 0 || !is_copied() || IsKept(offset, size);
}

Status Codestream::MissingBefore(uint64_t end) const {
  if (!is_growing_) return end_.At(8 * size_);
  return Waiting("the input has not come so far yet", 8 * std::min(end, kMax / 16));
}

Result<SectionData> Codestream::Section(uint64_t offset, uint64_t size, uint64_t room) const {
  if (offset > size_ || size > size_ - offset) return MissingBefore(SaturatingAdd(offset, size));
  if (size == 0) return SectionData();
  if (is_copied() && !IsKept(offset, size)) return InvalidArgument("this part of the input has been released");
  const Part* part = &parts_[Find(offset)];
  size_t skip = static_cast<size_t>(offset - part->offset);
  if (size <= part->size - skip) return SectionData(std::span(part->data + skip, static_cast<size_t>(size)));

  JXLPOOL_ASSIGN_OR_RETURN(Buffer copy, memory_->Acquire(static_cast<size_t>(std::max(size, room)), Category::kInput,
                                                         ElementType::kUint8, Fill::kUninitialized));
  uint8_t* to = copy.data();
  for (size_t left = static_cast<size_t>(size); left != 0; ++part) {
    const size_t count = std::min(left, part->size - skip);
    std::memcpy(to, part->data + skip, count);
    to += count;
    left -= count;
    skip = 0;
  }
  copied_bytes_.fetch_add(size, std::memory_order_relaxed);
  return SectionData(std::move(copy), static_cast<size_t>(size));
}

void Codestream::TellReleaser(uint64_t offset, uint64_t size) const {
  if (releaser_.release == nullptr) return;
  const uint64_t end = offset + size;
  for (size_t i = Find(offset); i < parts_.size() && parts_[i].offset < end; ++i) {
    const Part& part = parts_[i];
    const uint64_t begin = std::max(offset, part.offset);
    const uint64_t count = std::min(end, part.offset + part.size) - begin;
    releaser_.release(releaser_.object, part.data + (begin - part.offset), static_cast<size_t>(count));
  }
}

void Codestream::Release(uint64_t offset, uint64_t size) const {
  if (offset >= size_) return;
  size = std::min(size, size_ - offset);
  if (size == 0) return;
  if (!is_copied()) return TellReleaser(offset, size);
  if (keeps_all_) return;
  const std::lock_guard<std::mutex> lock(mutex_);
  const uint64_t end = offset + size;
  for (size_t i = Find(offset); i < parts_.size() && parts_[i].offset < end; ++i) {
    const uint64_t begin = std::max({offset, parts_[i].offset, done_before_});
    const uint64_t part_end = std::min(end, parts_[i].offset + parts_[i].size);
    if (begin >= part_end) continue;
    blocks_[i].released += static_cast<size_t>(part_end - begin);
    GiveBackIfDone(i);
  }
}

void Codestream::ReleaseBefore(uint64_t offset) const {
  if (keeps_all_) return;
  const std::lock_guard<std::mutex> lock(mutex_);
  if (offset <= done_before_) return;
  const uint64_t from = std::exchange(done_before_, offset);
  if (!is_copied() || from >= size_) return;
  for (size_t i = Find(from); i < parts_.size() && parts_[i].offset < offset; ++i) {
    // Which of the released bytes lie before `offset` is not known: as many as possible.
    const uint64_t end = std::min<uint64_t>(offset, parts_[i].offset + BlockSize(i));
    const uint64_t passed = end - std::max(from, parts_[i].offset);
    blocks_[i].released -= static_cast<size_t>(std::min<uint64_t>(blocks_[i].released, passed));
    GiveBackIfDone(i);
  }
}

void Codestream::GiveBackIfDone(size_t index) const {
  const Part& part = parts_[index];
  const bool may_grow = is_growing_ && index + 1 == parts_.size();
  const uint64_t whole = may_grow ? BlockSize(index) : part.size;
  const uint64_t passed = done_before_ > part.offset ? std::min(done_before_ - part.offset, whole) : 0;
  if (passed + blocks_[index].released >= whole) blocks_[index].buffer.Release();
}

}  // namespace jxlpool
