#include "lib/entropy/permutation.h"

#include <algorithm>
#include <bit>

#include "lib/pool/pool_vector.h"

namespace jxlpool {
namespace {

// Elements between looks at the end of the data.
constexpr size_t kStretch = 4096;

// Units of work (see WorkBudget).
constexpr size_t kUnitsPerDigit = 4;
constexpr size_t kElementsPerUnit = 4;

size_t ContextOf(uint32_t value) { return std::min<size_t>(7, static_cast<size_t>(std::bit_width(value))); }

// The numbers 0..n-1, of which the k-th smallest can be taken out in O(log n): a Fenwick tree of how many are left.
class Remaining {
 public:
  static Result<Remaining> Create(Memory* memory, size_t n) {
    Remaining remaining;
    remaining.counts_ = PoolVector<uint32_t>(memory, Category::kEntropy);
    JXLPOOL_RETURN_IF_ERROR(remaining.counts_.ResizeUninitialized(std::bit_ceil(n) + 1));
    for (size_t i = 0; i < remaining.counts_.size(); ++i) {
      remaining.counts_[i] = static_cast<uint32_t>(i & (~i + 1));
    }
    return remaining;
  }

  // REQUIRES: rank < how many are left of those below n.
  uint32_t Take(uint32_t rank) {
    const size_t last = counts_.size() - 1;
    size_t at = 0;
    for (size_t step = last; step != 0; step /= 2) {
      if (at + step <= last && counts_[at + step] <= rank) {
        at += step;
        rank -= counts_[at];
      }
    }
    for (size_t i = at + 1; i <= last; i += i & (~i + 1)) --counts_[i];
    return static_cast<uint32_t>(at);
  }

 private:
  PoolVector<uint32_t> counts_;
};

// Leaves in `permutation` the Lehmer code's `*end` digits, from index `skip` on.
Status ReadLehmerCode(EntropyDecoder* decoder, BitReader* reader, size_t size, size_t skip, size_t* end,
                      uint32_t* permutation) {
  *end = decoder->Read(reader, ContextOf(static_cast<uint32_t>(size)));
  if (*end > size - skip) return Corrupt("permutation with too many elements", reader->Position());
  uint32_t previous = 0;
  for (size_t i = 0; i < *end; ++i) {
    previous = decoder->Read(reader, ContextOf(previous));
    if (previous >= size - skip - i) return Corrupt("permutation with an impossible element", reader->Position());
    permutation[skip + i] = previous;
    if (i % kStretch == 0) JXLPOOL_RETURN_IF_ERROR(reader->Check());
  }
  return OkStatus();
}

}  // namespace

Status ReadPermutation(EntropyDecoder* decoder, BitReader* reader, Memory* memory, size_t size, size_t skip,
                       uint32_t* permutation) {
  size_t end = 0;
  const Status status = ReadLehmerCode(decoder, reader, size, skip, &end, permutation);
  JXLPOOL_RETURN_IF_ERROR(reader->Check());
  JXLPOOL_RETURN_IF_ERROR(status);
  JXLPOOL_RETURN_IF_ERROR(memory->work()->Charge(end * kUnitsPerDigit + size / kElementsPerUnit));
  for (size_t i = 0; i < skip; ++i) permutation[i] = static_cast<uint32_t>(i);
  // Behind the last digit that is not 0, what remains is in order.
  while (end > 0 && permutation[skip + end - 1] == 0) --end;
  if (end == 0) {
    for (size_t i = skip; i < size; ++i) permutation[i] = static_cast<uint32_t>(i);
    return OkStatus();
  }
  JXLPOOL_ASSIGN_OR_RETURN(Remaining remaining, Remaining::Create(memory, size - skip));
  PoolVector<uint8_t> taken(memory, Category::kEntropy);
  JXLPOOL_RETURN_IF_ERROR(taken.Resize(size - skip));
  for (size_t i = 0; i < end; ++i) {
    const uint32_t element = remaining.Take(permutation[skip + i]);
    taken[element] = 1;
    permutation[skip + i] = static_cast<uint32_t>(skip + element);
  }
  uint32_t* out = permutation + skip + end;
  for (size_t element = 0; element < size - skip; ++element) {
    if (taken[element] == 0) *out++ = static_cast<uint32_t>(skip + element);
  }
  return OkStatus();
}

}  // namespace jxlpool
