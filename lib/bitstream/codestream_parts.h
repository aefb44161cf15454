// CodestreamParts: puts the codestream together from jxlc and jxlp boxes, which may come out of order.
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

struct Box;

class CodestreamParts {
 public:
  // Parts that may wait for earlier ones.
  static constexpr size_t kMaxPending = size_t{1} << 20;

  // Neither is owned. `codestream` need not be constructed yet.
  CodestreamParts(Memory* memory, Codestream* codestream)
      : codestream_(codestream), pending_(memory, Category::kOther) {}

  // Parts out of order are an error unless allowed (version 1 of the file type).
  void set_allow_any_order(bool allow) { allow_any_order_ = allow; }
  // A jxlc box. Errors: kCorrupt, kMemoryLimit.
  Status AddWhole(const Box& box);
  // A jxlp box. Errors: kCorrupt, kMemoryLimit.
  Status AddPart(const Box& box);
  // After the last box; `end` is why reading boxes ended, or OK at the end of the input. Tells the codestream what lies
  // beyond its end. Errors: kCorrupt (two parts with one index).
  Status Finish(const Status& end);
  // A box with codestream bytes was there.
  bool seen_any() const { return seen_any_; }

 private:
  struct Part {
    uint32_t index;
    bool is_last;
    bool is_complete;
    std::span<const uint8_t> bytes;
  };
  static bool ComesLater(const Part& a, const Part& b) { return a.index > b.index; }
  // The next part in order.
  Status Append(const Part& part);

  Codestream* codestream_;
  PoolVector<Part> pending_;  // a heap, smallest index first
  uint32_t expected_ = 0;
  bool allow_any_order_ = false;
  bool seen_any_ = false;
  bool seen_last_ = false;
  bool ends_complete_ = false;  // the last part is there with all its bytes, known to be all
};

}  // namespace jxlpool

#endif  // LIB_BITSTREAM_CODESTREAM_PARTS_H_
