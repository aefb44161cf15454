// Codestream: the bytes of one image's codestream, which a container may have cut into parts, as far as they have come.
//
// Bytes come in one of two ways. Append leaves them where they are in the caller's input. AppendCopy copies them into
// pooled blocks, which are given back as soon as all their bytes have been released; so a file can be decoded that is
// never there as a whole. Section gives contiguous bytes: in place if they lie within one part (always for bare
// codestreams and single boxes in place) or one block, else gathered into a pooled buffer. What a truncated or broken
// container withholds is reported when it is asked for; what has not come yet, too.
//
// Thread safety: all const methods may be called from any thread at any time, except while a method that is not const
// runs. So the owner appends only while nobody decodes. Bytes must not be released while somebody still reads them.
#ifndef LIB_BITSTREAM_CODESTREAM_H_
#define LIB_BITSTREAM_CODESTREAM_H_

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <span>
#include <utility>

#include "lib/base/status.h"
#include "lib/bitstream/bit_reader.h"
#include "lib/bitstream/input_releaser.h"
#include "lib/pool/memory.h"
#include "lib/pool/pool_vector.h"

namespace jxlpool {

// Contiguous bytes of the codestream: a part of the input or of a block, or a copy that this object owns.
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
  // Blocks of copied bytes: the first has kFirstBlock bytes, each further one twice as many up to kLargestBlock. They
  // follow each other without gaps, so that their borders depend on nothing but the position in the codestream.
  static constexpr size_t kFirstBlock = size_t{4} << 10;
  static constexpr size_t kLargestBlock = size_t{256} << 10;

  // An empty codestream; only assignment and destruction are allowed.
  Codestream() = default;
  // Blocks and copies are taken from `memory`, which must outlive the codestream and what Section returns.
  explicit Codestream(Memory* memory)
      : memory_(memory), parts_(memory, Category::kOther), blocks_(memory, Category::kOther) {}
  Codestream(Codestream&& other) noexcept { *this = std::move(other); }
  // Neither side may be in use by another thread.
  Codestream& operator=(Codestream&& other) noexcept;

  // Appends a part; empty ones are ignored. `bytes` must outlive the codestream. REQUIRES: AppendCopy was never called.
  // Errors: kMemoryLimit.
  Status Append(std::span<const uint8_t> bytes);
  // Appends a copy of `bytes`; fills the last block first. Bytes before ReleaseBefore's offset are not kept. REQUIRES:
  // is_growing(); Append was never called; no decode runs. Errors: kMemoryLimit; some bytes may have been appended
  // then.
  Status AppendCopy(std::span<const uint8_t> bytes);
  // Bytes from size() on that need not be kept, as ReleaseBefore said.
  uint64_t NotNeeded() const;
  // Takes so many bytes for come and released. REQUIRES: as AppendCopy; count <= NotNeeded(). Errors: kMemoryLimit.
  Status AppendReleased(uint64_t count);
  // What asking for bytes beyond the end means once no more can come: kNeedMoreInput (the default) if the file ends too
  // early, else kCorrupt.
  void SetEnd(const Status& status) { end_ = status; }
  // Whether more bytes may come; false at first.
  void SetGrowing(bool growing);
  // Copied bytes stay even when they are released. REQUIRES: nothing was appended.
  void KeepAll() { keeps_all_ = true; }
  // Who is told by Release about bytes in place.
  void set_releaser(const InputReleaser& releaser) { releaser_ = releaser; }

  // Bytes that have come.
  uint64_t size() const { return size_; }
  bool is_growing() const { return is_growing_; }
  // The bytes are blocks of this object.
  bool is_copied() const { return !blocks_.empty(); }
  // Bytes from `offset` on that lie within one part or block; 0 at and beyond the end.
  uint64_t ContiguousSize(uint64_t offset) const;
  // The bytes [offset, offset + size) have come, and none is known to have been released.
  bool Has(uint64_t offset, uint64_t size) const;
  // The bytes [offset, offset + size). If they must be gathered, they go into a block of max(size, room) bytes. Errors:
  // MissingBefore(offset + size) if some have not come, kInvalidArgument if some have been released, kMemoryLimit.
  Result<SectionData> Section(uint64_t offset, uint64_t size, uint64_t room = 0) const;
  // The error for bytes beyond the end: kWaiting for one more byte while more may come, else what SetEnd said.
  Status Missing() const { return MissingBefore(size_ + 1); }
  // As above, but kWaiting asks for the bytes before `end`: its bit position is 8 * end.
  Status MissingBefore(uint64_t end) const;
  // Bytes that Section had to gather so far.
  uint64_t copied_bytes() const { return copied_bytes_.load(std::memory_order_relaxed); }

  // The bytes [offset, offset + size) will not be needed again. In place, the releaser is told; they stay readable.
  // Copied, they must not be asked for again: a block of which all bytes have been released goes back to the pool.
  // REQUIRES: no byte is released twice by this function. It is const, as is the next one, because those call it who
  // may read the codestream but not add to it.
  void Release(uint64_t offset, uint64_t size) const;
  // As Release for all bytes before `offset`, whether they were released or not; they need not have come yet. Bytes in
  // place are left alone.
  void ReleaseBefore(uint64_t offset) const;

 private:
  struct Part {
    uint64_t offset;      // in the codestream
    const uint8_t* data;  // null if the bytes were not kept
    size_t size;
  };
  // What belongs to a part that is a copy.
  struct Block {
    Buffer buffer;        // empty if given back
    size_t released = 0;  // bytes from done_before_ on that have been released; never too many
  };
  static size_t BlockSize(size_t index);

  // Adds `count` bytes to the last block, or to a new one; copies them from `bytes` if that is not null. Sets *count to
  // how many fit.
  Status FillBlock(const uint8_t* bytes, size_t* count);
  Status AddBlock();
  // The index of the part that contains byte `offset`. REQUIRES: offset < size().
  size_t Find(uint64_t offset) const;
  // Whether bytes that have come are still in their blocks. REQUIRES: size != 0.
  bool IsKept(uint64_t offset, uint64_t size) const;
  // Gives a block back if all its bytes have been released. REQUIRES: mutex_ is held.
  void GiveBackIfDone(size_t index) const;
  void TellReleaser(uint64_t offset, uint64_t size) const;

  Memory* memory_ = nullptr;
  PoolVector<Part> parts_;  // none is empty
  uint64_t size_ = 0;
  bool is_growing_ = false;
  bool keeps_all_ = false;
  Status end_ = NeedMoreInput("the codestream ends too early");
  InputReleaser releaser_;
  mutable std::atomic<uint64_t> copied_bytes_{0};

  // Copied parts only: what has been released.
  mutable std::mutex mutex_;
  mutable PoolVector<Block> blocks_;  // one for each part
  mutable uint64_t done_before_ = 0;
};

// Calls parse(BitReader*) at bit `position` of the codestream: first on the contiguous rest of the part, then, as long
// as the parser reports kNeedMoreInput although the codestream goes on, on a growing gathered copy. `parse` returns
// Status and starts from scratch every time; what it produces must not refer to the reader's bytes. Its first
// successful or otherwise final result is returned; if the codestream is too short (so far), Missing().
template <typename Parse>
Status ParseHeader(const Codestream& codestream, uint64_t position, const Parse& parse) {
  constexpr uint64_t kFirstWindow = 4096;
  const uint64_t offset = position / 8;
  if (offset >= codestream.size()) return codestream.MissingBefore(offset + 1);
  const uint64_t available = codestream.size() - offset;
  uint64_t size = codestream.ContiguousSize(offset);
  for (uint64_t room = size;;) {
    // The blocks for copies of a codestream in blocks must not depend on how much of it has come.
    JXLPOOL_ASSIGN_OR_RETURN(const SectionData window,
                             codestream.Section(offset, size, codestream.is_copied() ? room : size));
    BitReader reader(window.data(), window.size(), 8 * offset);
    reader.Skip(position % 8);
    const Status status = parse(&reader);
    if (status.code() != ErrorCode::kNeedMoreInput) return status;
    if (size == available) return codestream.Missing();
    room = std::max(4 * room, kFirstWindow);
    size = std::min(available, room);
  }
}

}  // namespace jxlpool

#endif  // LIB_BITSTREAM_CODESTREAM_H_
