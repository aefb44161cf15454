// Codestream: the bytes of one image's codestream, which a container may have cut into parts.
//
// The parts stay where they are in the caller's input. Section gives contiguous bytes: in place if they lie within one
// part (always for bare codestreams and single boxes), else gathered into a pooled buffer. What a truncated or broken
// container withholds is reported when it is asked for.
//
// Thread safety: after it has been filled, all const methods may be called from any thread.
#ifndef LIB_BITSTREAM_CODESTREAM_H_
#define LIB_BITSTREAM_CODESTREAM_H_

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>

#include "lib/base/status.h"
#include "lib/bitstream/bit_reader.h"
#include "lib/pool/memory.h"
#include "lib/pool/pool_vector.h"

namespace jxlpool {

// Contiguous bytes of the codestream: a part of the input, or a copy that this object owns.
class SectionData {
 public:
  SectionData() = default;
  explicit SectionData(std::span<const uint8_t> bytes) : bytes_(bytes) {}
  // REQUIRES: copy.size() >= size.
  SectionData(Buffer copy, size_t size) : copy_(std::move(copy)), bytes_(copy_.data(), size) {}

  const uint8_t* data() const { return bytes_.data(); }
  size_t size() const { return bytes_.size(); }

 private:
  Buffer copy_;
  std::span<const uint8_t> bytes_;  // moving a Buffer does not move its payload
};

class Codestream {
 public:
  // An empty codestream; only assignment and destruction are allowed.
  Codestream() = default;
  // Copies are taken from `memory`, which must outlive the codestream and what Section returns.
  explicit Codestream(Memory* memory) : memory_(memory), parts_(memory, Category::kOther) {}
  Codestream(Codestream&& other) noexcept { *this = std::move(other); }
  // Neither side may be in use by another thread.
  Codestream& operator=(Codestream&& other) noexcept;

  // Appends a part; empty ones are ignored. `bytes` must outlive the codestream. Errors: kMemoryLimit.
  Status Append(std::span<const uint8_t> bytes);
  // What asking for bytes beyond the end means: kNeedMoreInput (the default) if the file may go on, else kCorrupt.
  void SetEnd(const Status& status) { end_ = status; }

  // Bytes that are there.
  uint64_t size() const { return size_; }
  // Bytes from `offset` on that lie within one part; 0 at and beyond the end.
  uint64_t ContiguousSize(uint64_t offset) const;
  // The bytes [offset, offset + size). Errors: what SetEnd said if some of them are missing, kMemoryLimit.
  Result<SectionData> Section(uint64_t offset, uint64_t size) const;
  // The error for bytes beyond the end.
  Status Missing() const { return end_.At(8 * size_); }
  // Bytes that Section had to copy so far.
  uint64_t copied_bytes() const { return copied_bytes_.load(std::memory_order_relaxed); }

 private:
  struct Part {
    uint64_t offset;  // in the codestream
    std::span<const uint8_t> bytes;
  };
  // The part that contains byte `offset`. REQUIRES: offset < size().
  const Part* Find(uint64_t offset) const;

  Memory* memory_ = nullptr;
  PoolVector<Part> parts_;  // none is empty
  uint64_t size_ = 0;
  Status end_ = NeedMoreInput("the codestream ends too early");
  mutable std::atomic<uint64_t> copied_bytes_{0};
};

// Calls parse(BitReader*) at bit `position` of the codestream: first on the contiguous rest of the part, then, as long
// as the parser reports kNeedMoreInput although the codestream goes on, on a growing gathered copy. `parse` returns
// Status and starts from scratch every time; what it produces must not refer to the reader's bytes. Its first
// successful or otherwise final result is returned; if the codestream is too short, Missing().
template <typename Parse>
Status ParseHeader(const Codestream& codestream, uint64_t position, const Parse& parse) {
  constexpr uint64_t kFirstWindow = 4096;
  const uint64_t offset = position / 8;
  if (offset >= codestream.size()) return codestream.Missing();
  const uint64_t available = codestream.size() - offset;
  for (uint64_t size = codestream.ContiguousSize(offset);;
       size = std::min(available, std::max(4 * size, kFirstWindow))) {
    JXLPOOL_ASSIGN_OR_RETURN(const SectionData window, codestream.Section(offset, size));
    BitReader reader(window.data(), window.size(), 8 * offset);
    reader.Skip(position % 8);
    const Status status = parse(&reader);
    if (status.code() != ErrorCode::kNeedMoreInput) return status;
    if (size == available) return codestream.Missing();
  }
}

}  // namespace jxlpool

#endif  // LIB_BITSTREAM_CODESTREAM_H_
