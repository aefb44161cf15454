// ContainerReader: fills a Container from the bytes of a file, which may come in pieces of any size.
//
// The result depends on the bytes alone, not on how they were cut into pieces. Everything is looked at as it comes: a
// codestream goes to the container's Codestream, contents of other boxes are kept by the container, and of the rest of
// the file nothing but the header of the current box is stored. How much a box announces does not decide about memory.
//
// Not thread-safe. Nobody may use the container while Add or End runs.
#ifndef LIB_BITSTREAM_CONTAINER_READER_H_
#define LIB_BITSTREAM_CONTAINER_READER_H_

#include <cstddef>
#include <cstdint>
#include <span>

#include "lib/base/status.h"
#include "lib/bitstream/codestream_parts.h"
#include "lib/bitstream/container.h"
#include "lib/pool/memory.h"
#include "lib/pool/pool_vector.h"

namespace jxlpool {

class ContainerReader {
 public:
  ContainerReader() = default;
  ContainerReader(const ContainerReader&) = delete;
  ContainerReader& operator=(const ContainerReader&) = delete;

  // Empties the container, which forgets its releaser, too, and starts at the beginning of a file. Neither is owned;
  // `memory` must outlive the container, and the container must stay where it is until the last call of Add or End. May
  // be called again for another file.
  Status Begin(Memory* memory, Container* container);

  // The next bytes of the file. REQUIRES: Begin succeeded; End was not called; with kStay there is only this one piece.
  // Errors: kCorrupt (not JPEG XL, or malformed before any codestream), kMemoryLimit. No further bytes can heal them,
  // and they repeat themselves. What is wrong behind the beginning of a codestream is no error but container->status().
  Status Add(std::span<const uint8_t> piece, InputBytes how);

  // No more bytes will come: decides what is truncated. The container is no longer growing. Errors: as Add, and
  // kNeedMoreInput (the file ends before any codestream).
  Status End();

  // So many of the bytes that come next will never be needed: they may be left out of Add and given to Skip. 0 while it
  // is not known what comes next.
  uint64_t MaySkip() const;
  // REQUIRES: count <= MaySkip(), as Add. Errors: as Add.
  Status Skip(uint64_t count);

  // Gives the memory back that the reader itself holds; only Begin may follow. The container is not touched.
  void Close();

  // Bytes that Add has taken.
  uint64_t position() const { return position_; }
  // Where byte `offset` of the codestream lies in the file, as far as is known: for bytes that have come and for those
  // of the box that is being read. Others lie at or behind the next box header, the position of which is returned; if
  // there is none, position().
  uint64_t FilePosition(uint64_t offset) const;
  // Where the box that is being read ends, if that is known, else position().
  uint64_t BoxEnd() const;

 private:
  enum class State : uint8_t {
    kSignature,
    kBare,      // in a codestream without boxes
    kHeader,    // of a box
    kPrefix,    // the first bytes of its contents, which tell something
    kContents,  // the other bytes of its contents
    kOver,      // what follows does not matter
  };

  // Does the next thing; takes bytes from the front of *rest, or none if the state changes. Errors: why reading boxes
  // ends here.
  Status Step(std::span<const uint8_t>* rest);
  Status ReadSignature(std::span<const uint8_t>* rest);
  Status ReadHeader(std::span<const uint8_t>* rest);
  Status BeginBox(std::span<const uint8_t>* rest);
  // What the type and the size of the box say.
  Status CheckBox();
  Status ReadPrefix(std::span<const uint8_t>* rest);
  // What the bytes in head_ say, which are the first of the contents.
  Status HandlePrefix();
  Status CheckFileType();
  Status ReadContents(std::span<const uint8_t>* rest);
  Status EndBox(CodestreamParts::BoxEnd end);
  // Ends the box that the input ends in; returns why the input is incomplete.
  Status EndInBox();
  Status EndInput();

  // Appends bytes from the front of *rest to head_ until it has `count` bytes; whether it has.
  bool Collect(size_t count, std::span<const uint8_t>* rest);
  // Takes `count` bytes from the front of *rest.
  std::span<const uint8_t> Take(size_t count, std::span<const uint8_t>* rest);
  // The box has its contents up to here; those that were announced.
  uint64_t box_end() const { return box_.offset + box_.size; }
  uint64_t announced() const;
  bool is_file_type() const;
  bool is_codestream() const { return box_.type == kCodestreamBox || box_.type == kPartialCodestreamBox; }
  // The contents of the box are copied.
  bool is_kept() const { return how_ == InputBytes::kCopy && !is_codestream(); }
  // Nothing more is read; `status` is why, or OK at the end of the input. Returns what is an error of the whole file.
  Status Stop(Status status);
  Status Fail(const Status& status);

  static constexpr size_t kMaxHead = 16;

  Memory* memory_ = nullptr;
  Container* container_ = nullptr;
  CodestreamParts parts_;
  State state_ = State::kOver;
  InputBytes how_ = InputBytes::kCopy;
  bool is_bare_ = false;
  uint64_t position_ = 0;
  Status failure_;  // of the whole file

  uint8_t head_[kMaxHead] = {};  // what was collected of a signature, header or prefix
  size_t head_size_ = 0;
  size_t prefix_size_ = 0;

  // The current box; the size of an unbounded one is not known until its end.
  Box box_;
  const uint8_t* in_place_ = nullptr;  // its contents, if the file stays
  PoolVector<uint8_t> kept_;           // its contents, else
};

}  // namespace jxlpool

#endif  // LIB_BITSTREAM_CONTAINER_READER_H_
