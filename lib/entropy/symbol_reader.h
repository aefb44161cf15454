// SymbolReader: an EntropyDecoder and a BitReader in registers, for hot loops.
//
//   return VisitCoder(decoder.kind(), [&](auto coder) {
//     SymbolReader<decltype(coder)> symbols(&decoder, *reader);
//     for (...) { ... symbols.ReadCluster(cluster) ... }   // any mixture of clusters
//     symbols.Store(reader);                               // hand the state back
//     return ...;
//   });
//
// A SymbolReader must be a local variable whose address does not escape; then the compiler keeps the bit buffer and the
// ANS state in registers. Everything is force-inlined, so that a loop which is compiled for a newer instruction set
// (BMI2 shifts matter here) takes the reader along. Two SymbolReaders of independent streams may be interleaved in one
// loop to hide latency. While one exists, the decoder and the BitReader must not be used otherwise. Like
// EntropyDecoder::Read it never fails; look at overrun() once per row or so.
#ifndef LIB_ENTROPY_SYMBOL_READER_H_
#define LIB_ENTROPY_SYMBOL_READER_H_

#include <cstddef>
#include <cstdint>

#include "lib/bitstream/bit_reader.h"
#include "lib/entropy/entropy_code.h"
#include "lib/entropy/entropy_decoder.h"

namespace jxlpool {

// A static case of CoderKind.
template <bool kAnsValue, Copies kCopiesValue>
struct Coder {
  static constexpr bool kAns = kAnsValue;
  static constexpr Copies kCopies = kCopiesValue;
};

// Calls `visitor` with the Coder object of `kind`.
template <class Visitor>
auto VisitCoder(CoderKind kind, Visitor&& visitor) {
  if (kind.uses_ans) {
    if (kind.copies == Copies::kNone) return visitor(Coder<true, Copies::kNone>());
    if (kind.copies == Copies::kRepeat) return visitor(Coder<true, Copies::kRepeat>());
    return visitor(Coder<true, Copies::kWindow>());
  }
  if (kind.copies == Copies::kNone) return visitor(Coder<false, Copies::kNone>());
  if (kind.copies == Copies::kRepeat) return visitor(Coder<false, Copies::kRepeat>());
  return visitor(Coder<false, Copies::kWindow>());
}

// The state after reading one symbol, if `next` is what is left of the old one: below 2^16 it takes in the 16 bits of
// `bits`, and `consumed` is 16 instead of 0. Whether it does is as good as random, so this must not become a branch,
// which is what GCC makes of it (measured: 20 % slower).
struct RenormalisedState {
  uint32_t state;
  uint32_t consumed;
};
[[gnu::always_inline]] inline RenormalisedState Renormalise(uint32_t next, uint32_t bits) {
  uint32_t state = (next << 16) | bits;
  uint32_t consumed = 16;
#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__)
  const uint32_t zero = 0;
  asm("cmpl $0x10000, %[next]\n\tcmovae %[next], %[state]\n\tcmovae %[zero], %[consumed]"
      : [state] "+r"(state), [consumed] "+r"(consumed)
      : [next] "r"(next), [zero] "r"(zero)
      : "cc");
#else
  state = next < 0x10000 ? state : next;
  consumed = static_cast<uint32_t>((static_cast<int64_t>(next) - 0x10000) >> 63) & 16;
#endif
  return RenormalisedState{state, consumed};
}

template <class Coder>
class SymbolReader {
 public:
  static constexpr Copies kCopies = Coder::kCopies;

  // REQUIRES: decoder->kind() is the kind of Coder. Both arguments must outlive the reader.
  [[gnu::always_inline]] SymbolReader(EntropyDecoder* decoder, const BitReader& reader)
      : bits_(reader),
        tables_(decoder->code_->tables()),
        state_(decoder->state_),
        copy_left_(decoder->copy_left_),
        last_(decoder->last_),
        decoder_(decoder) {
    if constexpr (kCopies == Copies::kWindow) {
      copy_position_ = decoder->copy_position_;
      num_decoded_ = decoder->num_decoded_;
      LoadWindow();
    }
  }

  // Writes the state back to the decoder and to `reader`. The SymbolReader may be used again only if neither is used in
  // between.
  [[gnu::always_inline]] void Store(BitReader* reader) {
    *reader = bits_;
    decoder_->state_ = state_;
    if constexpr (kCopies != Copies::kNone) {
      decoder_->copy_left_ = copy_left_;
      decoder_->last_ = last_;
      if (length_overflow_) decoder_->error_ = Corrupt("an LZ77 copy is too long", bits_.Position());
    }
    if constexpr (kCopies == Copies::kWindow) {
      decoder_->copy_position_ = copy_position_;
      decoder_->num_decoded_ = num_decoded_;
    }
  }

  // The next integer. REQUIRES: cluster < num_clusters() of the code.
  [[gnu::always_inline]] uint32_t ReadCluster(size_t cluster) {
    uint32_t value;
    if constexpr (kCopies == Copies::kNone) {
      value = static_cast<uint32_t>(ReadInteger(cluster).value);
    } else if constexpr (kCopies == Copies::kRepeat) {
      value = ReadOrRepeat(cluster);
    } else {
      value = ReadOrCopy(cluster);
    }
    return value;
  }

  // As ReadCluster; *nonzero is set to all ones if the integer is not zero, else to zero. With ANS it is known before
  // the integer is.
  [[gnu::always_inline]] uint32_t ReadCluster(size_t cluster, uint32_t* nonzero) {
    if constexpr (kCopies == Copies::kNone && Coder::kAns) {
      bits_.Refill();
      const uint32_t symbol = ReadAnsSymbol(cluster);
      *nonzero = symbol != 0 ? ~uint32_t{0} : 0;
      const IntegerEntry& entry = tables_.clusters[cluster].integers[symbol];
      const uint32_t raw = static_cast<uint32_t>(bits_.Peek(entry.extra_bits));
      bits_.Consume(entry.extra_bits);
      const uint32_t value = entry.base + (raw << entry.lsb);
      return value;
    } else {
      const uint32_t value = ReadCluster(cluster);
      *nonzero = value != 0 ? ~uint32_t{0} : 0;
      return value;
    }
  }

  bool overrun() const { return bits_.overrun(); }

 private:
  struct Integer {
    uint64_t value;
    bool is_copy;
  };

  [[gnu::always_inline]] Integer ReadInteger(size_t cluster) {
    bits_.Refill();
    if constexpr (Coder::kAns) {
      const uint32_t symbol = ReadAnsSymbol(cluster);
      const IntegerEntry& entry = tables_.clusters[cluster].integers[symbol];
      const uint32_t raw = static_cast<uint32_t>(bits_.Peek(entry.extra_bits));
      bits_.Consume(entry.extra_bits);
      return Integer{entry.base + (raw << entry.lsb), entry.is_copy != 0};
    } else {
      const uint64_t word = bits_.PeekAll();
      const uint64_t root_mask = (uint64_t{1} << tables_.root_bits) - 1;
      const PrefixEntry* entry = tables_.prefix + (cluster << tables_.root_bits) + (word & root_mask);
      if (entry->flags == PrefixEntry::kNextTable) [[unlikely]] {
        const uint64_t mask = (uint64_t{1} << entry->code_bits) - 1;
        entry = tables_.prefix + entry->base + ((word >> tables_.root_bits) & mask);
      }
      const uint32_t raw = static_cast<uint32_t>(bits_.Peek(entry->total_bits) >> entry->code_bits);
      bits_.Consume(entry->total_bits);
      return Integer{entry->base + (raw << entry->lsb), entry->flags == PrefixEntry::kCopy};
    }
  }

  // REQUIRES: at least 16 bits are available.
  [[gnu::always_inline]] uint32_t ReadAnsSymbol(size_t cluster) {
    const uint32_t log_bucket = 12 - tables_.log_alphabet_size;
    const uint32_t residue = state_ & 0xFFF;
    const uint32_t bucket = residue >> log_bucket;
    const uint32_t position = residue & ((1u << log_bucket) - 1);
    const AliasEntry* table = tables_.alias + (cluster << tables_.log_alphabet_size);
    const AliasEntry& entry = table[bucket];
    const uint32_t quotient = state_ >> 12;
    const uint32_t own_state = quotient * entry.own_frequency + position;
    const uint32_t alias_state = quotient * entry.alias_frequency + (position + entry.alias_offset);
    // In most buckets nearly all positions go one way: GCC's branch is right here, while Clang does better without.
#ifdef __clang__
    const bool is_own = __builtin_unpredictable(position < entry.cutoff);
#else
    const bool is_own = position < entry.cutoff;
#endif
    uint32_t symbol = entry.alias;
    uint32_t next = alias_state;
    if (is_own) {
      symbol = bucket;
      next = own_state;
    }
    const RenormalisedState renormalised = Renormalise(next, static_cast<uint32_t>(bits_.Peek(16)));
    state_ = renormalised.state;
    bits_.Consume(renormalised.consumed);
    return symbol;
  }

  // Begins a copy; the first copied integer is still to be delivered.
  [[gnu::always_inline]] void SetCopyLength(uint64_t length) {
    length += tables_.min_length;
    length_overflow_ |= length > 0xFFFFFFFFu;
    copy_left_ = static_cast<uint32_t>(length > 0xFFFFFFFFu ? 0xFFFFFFFFu : length);
  }

  [[gnu::always_inline]] uint32_t ReadOrRepeat(size_t cluster) {
    if (copy_left_ != 0) {
      --copy_left_;
      return last_;
    }
    const Integer integer = ReadInteger(cluster);
    if (integer.is_copy) [[unlikely]] {
      SetCopyLength(integer.value);
      --copy_left_;
    } else {
      last_ = static_cast<uint32_t>(integer.value);
    }
    return last_;
  }

  [[gnu::always_inline]] uint32_t ReadOrCopy(size_t cluster) {
    uint32_t value;
    if (copy_left_ == 0) {
      const Integer integer = ReadInteger(cluster);
      if (integer.is_copy) [[unlikely]] {
        SymbolReader escaping = *this;
        value = escaping.StartCopy(integer.value);
        *this = escaping;
      } else {
        value = static_cast<uint32_t>(integer.value);
      }
    } else {
      --copy_left_;
      value = window_[copy_position_++ & mask_];
    }
    window_[num_decoded_++ & mask_] = value;
    if (num_decoded_ == grow_at_) [[unlikely]] {
      decoder_->num_decoded_ = num_decoded_;
      decoder_->GrowWindow();
      LoadWindow();
    }
    return value;
  }

  // The first integer of a copy.
  [[gnu::noinline]] uint32_t StartCopy(uint64_t length) {
    SetCopyLength(length);
    const uint32_t code = static_cast<uint32_t>(ReadInteger(tables_.distance_cluster).value);
    const uint32_t distance = Lz77Distance(code, decoder_->distance_multiplier_, num_decoded_);
    copy_position_ = num_decoded_ - distance;
    if (distance == 0) {
      // Nothing to copy yet: zeros, as if a zero had come before.
      copy_position_ = ~uint64_t{0};
      window_[mask_] = 0;
    }
    --copy_left_;
    return window_[copy_position_++ & mask_];
  }

  [[gnu::always_inline]] void LoadWindow() {
    window_ = decoder_->window_data_;
    mask_ = decoder_->window_size_ - 1;
    grow_at_ = decoder_->grow_at_;
  }

  BitReader bits_;
  EntropyTables tables_;
  uint32_t state_;
  uint32_t copy_left_;
  uint32_t last_;
  bool length_overflow_ = false;
  EntropyDecoder* decoder_;
  uint32_t* window_ = nullptr;
  uint64_t mask_ = 0;
  uint64_t grow_at_ = 0;
  uint64_t copy_position_ = 0;
  uint64_t num_decoded_ = 0;
};

}  // namespace jxlpool

#endif  // LIB_ENTROPY_SYMBOL_READER_H_
