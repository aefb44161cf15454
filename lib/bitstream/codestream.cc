#include "lib/bitstream/codestream.h"

#include <cstring>

namespace jxlpool {

Codestream& Codestream::operator=(Codestream&& other) noexcept {
  memory_ = other.memory_;
  parts_ = std::move(other.parts_);
  size_ = std::exchange(other.size_, 0);
  end_ = other.end_;
  copied_bytes_.store(other.copied_bytes_.exchange(0, std::memory_order_relaxed), std::memory_order_relaxed);
  return *this;
}

Status Codestream::Append(std::span<const uint8_t> bytes) {
  if (bytes.empty()) return OkStatus();
  JXLPOOL_RETURN_IF_ERROR(parts_.PushBack(Part{size_, bytes}));
  size_ += bytes.size();
  return OkStatus();
}

const Codestream::Part* Codestream::Find(uint64_t offset) const {
  const Part* after = std::upper_bound(parts_.begin(), parts_.end(), offset,
                                       [](uint64_t at, const Part& part) { return at < part.offset; });
  return after - 1;
}

uint64_t Codestream::ContiguousSize(uint64_t offset) const {
  if (offset >= size_) return 0;
  const Part* part = Find(offset);
  return part->offset + part->bytes.size() - offset;
}

Result<SectionData> Codestream::Section(uint64_t offset, uint64_t size) const {
  if (offset > size_ || size > size_ - offset) return Missing();
  if (size == 0) return SectionData();
  const Part* part = Find(offset);
  const size_t skip = static_cast<size_t>(offset - part->offset);
  if (size <= part->bytes.size() - skip) return SectionData(part->bytes.subspan(skip, static_cast<size_t>(size)));

  JXLPOOL_ASSIGN_OR_RETURN(Buffer copy, memory_->Acquire(static_cast<size_t>(size), Category::kInput,
                                                         ElementType::kUint8, Fill::kUninitialized));
  std::span<const uint8_t> from = part->bytes.subspan(skip);
  uint8_t* to = copy.data();
  for (size_t left = static_cast<size_t>(size);;) {
    const size_t count = std::min(left, from.size());
    std::memcpy(to, from.data(), count);
    to += count;
    left -= count;
    if (left == 0) break;
    from = (++part)->bytes;
  }
  copied_bytes_.fetch_add(size, std::memory_order_relaxed);
  return SectionData(std::move(copy), static_cast<size_t>(size));
}

}  // namespace jxlpool
