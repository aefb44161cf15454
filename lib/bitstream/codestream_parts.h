// CodestreamParts: puts the codestream together from jxlc and jxlp boxes, which may come out of order and in pieces.
//
// A box begins with BeginWhole or BeginPart, goes on with any number of calls of Add, and ends with EndBox. Bytes whose
// turn it is go to the codestream at once; the others are kept until their turn.
#ifndef LIB_BITSTREAM_CODESTREAM_PARTS_H_
#define LIB_BITSTREAM_CODESTREAM_PARTS_H_

#include <cstddef>
#include <cstdint>
#include <span>

#include "lib/base/status.h"
#include "lib/bitstream/codestream.h"
#include "lib/pool/memory.h"
#include "lib/pool/pool_vector.h"

namespace jxlpool {

// What becomes of input bytes once they have been taken.
enum class InputBytes : uint8_t {
  kStay,  // they stay where they are, and the whole file is one piece
  kCopy,  // they are gone, so what is needed of them is copied
};

// Appends input bytes whose number is not known yet to *kept. The capacity doubles from step to step, up to `announced`
// bytes, so that neither a false announcement nor the size of pieces decides about sizes of blocks. Errors:
// kMemoryLimit.
Status KeepBytes(std::span<const uint8_t> bytes, uint64_t announced, PoolVector<uint8_t>* kept);

class CodestreamParts {
 public:
  // Parts that may wait for earlier ones.
  static constexpr size_t kMaxPending = size_t{1} << 20;

  // Nothing; only assignment and destruction are allowed.
  CodestreamParts() = default;
  // Neither is owned. `codestream` is told when no more bytes can come.
  CodestreamParts(Memory* memory, Codestream* codestream)
      : memory_(memory),
        codestream_(codestream),
        pending_(memory, Category::kOther),
        places_(memory, Category::kOther) {}

  // Parts out of order are an error unless allowed (version 1 of the file type).
  void set_allow_any_order(bool allow) { allow_any_order_ = allow; }

  // Where contents lie in the file, and how many there are.
  struct Place {
    uint64_t offset;
    uint64_t size;  // as announced; all that can be if unbounded
  };
  // A jxlc box. Errors: kCorrupt, kMemoryLimit.
  Status BeginWhole(const Place& contents);
  // The header of a jxlp box has been read. Errors: kCorrupt (the last part was there).
  Status ExpectPart() const;
  // A jxlp box: its first four bytes, and where the others lie. REQUIRES: ExpectPart succeeded. Errors: kCorrupt,
  // kMemoryLimit.
  Status BeginPart(uint32_t index_word, const Place& contents);
  // Further contents of the box. REQUIRES: a box has begun. Errors: kMemoryLimit.
  Status Add(std::span<const uint8_t> bytes, InputBytes how);

  enum class BoxEnd : uint8_t {
    kComplete,   // all announced bytes are there
    kUnbounded,  // the input ends, and nothing was announced
    kTruncated,  // the input ends too early
  };
  // The box is over; does nothing if none has begun. Errors: kCorrupt, kMemoryLimit.
  Status EndBox(BoxEnd end);

  // After the last box; `end` is why reading boxes ended, or OK at the end of the input. Tells the codestream what lies
  // beyond its end. Errors: kCorrupt (two parts with one index).
  Status Finish(const Status& end);

  // A box with codestream bytes was there.
  bool seen_any() const { return seen_any_; }
  // The contents of the box that has begun go to the codestream at once.
  bool is_appending() const { return current_ == Current::kAppended; }
  // Where byte `offset` of the codestream lies in the file, if the part before it goes on so far. REQUIRES: a part of
  // the codestream at or before `offset` has come.
  uint64_t FilePosition(uint64_t offset) const;

 private:
  enum class Current : uint8_t { kNone, kAppended, kWaiting };
  struct Part {
    uint32_t index;
    bool is_last;
    bool is_complete;
    Place place;
    std::span<const uint8_t> bytes;  // if they stay in place
    PoolVector<uint8_t> kept;        // else
  };
  // From this byte of the codestream on, bytes lie at this position of the file.
  struct Run {
    uint64_t offset;
    uint64_t file_position;
  };
  static bool ComesLater(const Part& a, const Part& b) { return a.index > b.index; }
  Status NotePlace(uint64_t file_position);
  // Appends those of the waiting parts that come next.
  Status AppendWaiting();
  Status AddToWaiting(std::span<const uint8_t> bytes, InputBytes how);
  // Nothing can be added to the codestream any more; tells it so if that is known.
  void NoteIfComplete();

  Memory* memory_ = nullptr;
  Codestream* codestream_ = nullptr;
  PoolVector<Part> pending_;  // a heap, smallest index first
  PoolVector<Run> places_;    // in the order of the codestream
  Current current_ = Current::kNone;
  Part waiting_ = {};  // if current_ is kWaiting
  bool current_is_last_ = false;
  uint32_t expected_ = 0;
  bool allow_any_order_ = false;
  bool seen_any_ = false;
  bool seen_last_ = false;
  bool ends_complete_ = false;  // the last part is there with all its bytes, known to be all
};

}  // namespace jxlpool

#endif  // LIB_BITSTREAM_CODESTREAM_PARTS_H_
