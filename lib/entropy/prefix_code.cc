#include "lib/entropy/prefix_code.h"

#include <algorithm>
#include <cstring>

#include "lib/base/bits.h"
#include "lib/entropy/entropy_tables.h"

namespace jxlpool {
namespace {

constexpr uint32_t kNumCodeLengthSymbols = 18;
constexpr uint32_t kMaxCodeLengthLength = 5;
constexpr uint32_t kRepeatPrevious = 16;

uint32_t ReverseBits(uint32_t code, uint32_t count) {
  uint32_t reversed = code;
  reversed = ((reversed & 0x5555) << 1) | ((reversed >> 1) & 0x5555);
  reversed = ((reversed & 0x3333) << 2) | ((reversed >> 2) & 0x3333);
  reversed = ((reversed & 0x0F0F) << 4) | ((reversed >> 4) & 0x0F0F);
  reversed = ((reversed & 0x00FF) << 8) | ((reversed >> 8) & 0x00FF);
  return reversed >> (16 - count);
}

// Hands out canonical codewords, as they appear in the stream (first bit lowest), symbol by symbol in ascending order.
class CanonicalCode {
 public:
  CanonicalCode(const uint8_t* lengths, uint32_t size) {
    uint32_t count[kMaxPrefixLength + 1] = {};
    for (uint32_t i = 0; i < size; ++i) ++count[lengths[i]];
    uint32_t code = 0;
    for (uint32_t length = 1; length <= kMaxPrefixLength; ++length) {
      next_[length] = code;
      code = (code + count[length]) << 1;
    }
  }
  // REQUIRES: 1 <= length <= kMaxPrefixLength.
  uint32_t Next(uint32_t length) { return ReverseBits(next_[length]++, length); }

 private:
  uint32_t next_[kMaxPrefixLength + 1];
};

Status ReadSimpleLengths(BitReader* reader, PrefixLengths* code) {
  constexpr uint8_t kLengths[5][4] = {{0, 0, 0, 0}, {1, 1, 0, 0}, {1, 2, 2, 0}, {2, 2, 2, 2}, {1, 2, 3, 3}};
  const uint32_t num_symbols = reader->Read(2) + 1;
  const uint32_t bits = CeilLog2(code->alphabet_size);
  uint32_t symbols[4];
  for (uint32_t i = 0; i < num_symbols; ++i) {
    symbols[i] = reader->Read(bits);
    if (symbols[i] >= code->alphabet_size) {
      return Corrupt("prefix code with a symbol outside its alphabet", reader->Position());
    }
    if (std::find(symbols, symbols + i, symbols[i]) != symbols + i) {
      return Corrupt("prefix code with two equal symbols", reader->Position());
    }
  }
  const bool deep = num_symbols == 4 && reader->ReadBool();
  const uint8_t* lengths = kLengths[num_symbols - 1 + (deep ? 1 : 0)];
  for (uint32_t i = 0; i < num_symbols; ++i) code->lengths[symbols[i]] = lengths[i];
  code->is_single = num_symbols == 1;
  code->single_symbol = symbols[0];
  return OkStatus();
}

// The code that code lengths are sent with.
class CodeLengthCode {
 public:
  Status Read(BitReader* reader, uint32_t num_skipped) {
    uint8_t lengths[kNumCodeLengthSymbols] = {};
    int32_t space = 1 << kMaxCodeLengthLength;
    uint32_t num_used = 0;
    uint8_t last_used = 0;
    for (uint32_t k = num_skipped; k < kNumCodeLengthSymbols && space > 0; ++k) {
      reader->Refill();
      const uint8_t* code = kCodeLengthLengthTable[reader->Peek(4)];
      reader->Consume(code[0]);
      if (code[1] == 0) continue;
      last_used = kCodeLengthOrder[k];
      lengths[last_used] = code[1];
      space -= (1 << kMaxCodeLengthLength) >> code[1];
      ++num_used;
    }
    if (num_used == 1) {
      for (Entry& entry : table_) entry = Entry{last_used, 0};
      return OkStatus();
    }
    if (space != 0) return Corrupt("prefix code with an incomplete code for its lengths", reader->Position());
    CanonicalCode canonical(lengths, kNumCodeLengthSymbols);
    for (uint8_t symbol = 0; symbol < kNumCodeLengthSymbols; ++symbol) {
      if (lengths[symbol] == 0) continue;
      for (uint32_t i = canonical.Next(lengths[symbol]); i < std::size(table_); i += 1u << lengths[symbol]) {
        table_[i] = Entry{symbol, lengths[symbol]};
      }
    }
    return OkStatus();
  }

  uint32_t ReadSymbol(BitReader* reader) const {
    reader->Refill();
    const Entry entry = table_[reader->Peek(kMaxCodeLengthLength)];
    reader->Consume(entry.bits);
    return entry.symbol;
  }

 private:
  struct Entry {
    uint8_t symbol;
    uint8_t bits;
  };
  Entry table_[1 << kMaxCodeLengthLength];
};

Status ReadComplexLengths(BitReader* reader, uint32_t num_skipped, PrefixLengths* code) {
  CodeLengthCode length_code;
  JXLPOOL_RETURN_IF_ERROR(length_code.Read(reader, num_skipped));
  int32_t space = 1 << kMaxPrefixLength;
  uint8_t previous = 8;
  uint32_t repeat = 0;  // of the chain of repetitions so far
  uint32_t repeated_length = ~uint32_t{0};
  uint32_t i = 0;
  while (i < code->alphabet_size && space > 0) {
    const uint32_t symbol = length_code.ReadSymbol(reader);
    if (symbol < kRepeatPrevious) {
      code->lengths[i++] = static_cast<uint8_t>(symbol);
      repeat = 0;
      if (symbol != 0) {
        previous = static_cast<uint8_t>(symbol);
        space -= (1 << kMaxPrefixLength) >> symbol;
      }
      continue;
    }
    const uint8_t length = symbol == kRepeatPrevious ? previous : uint8_t{0};
    const uint32_t extra_bits = symbol - 14;
    if (length != repeated_length) {
      repeat = 0;
      repeated_length = length;
    }
    const uint32_t before = repeat;
    if (repeat > 0) repeat = (repeat - 2) << extra_bits;
    repeat += 3 + reader->Read(extra_bits);
    const uint32_t count = repeat - before;
    if (count > code->alphabet_size - i) {
      return Corrupt("prefix code repeats a length past its alphabet", reader->Position());
    }
    std::memset(code->lengths + i, length, count);
    i += count;
    if (length != 0) space -= static_cast<int32_t>(count << (kMaxPrefixLength - length));
  }
  if (space != 0) return Corrupt("prefix code is not complete", reader->Position());
  code->is_single = false;
  return OkStatus();
}

PrefixEntry MakeEntry(const IntegerEntry& integer, uint32_t code_bits) {
  return PrefixEntry{integer.base, static_cast<uint8_t>(code_bits),
                     static_cast<uint8_t>(code_bits + integer.extra_bits), integer.lsb,
                     integer.is_copy != 0 ? PrefixEntry::kCopy : uint8_t{0}};
}

// Enters a symbol whose codeword is short enough for the root table; with its extra bits merged in, if they fit too.
void FillRoot(const IntegerEntry& integer, uint32_t codeword, uint32_t length, uint32_t root_bits, PrefixEntry* root) {
  const uint32_t size = 1u << root_bits;
  PrefixEntry entry = MakeEntry(integer, length);
  if (entry.total_bits > root_bits) {
    for (uint32_t i = codeword; i < size; i += 1u << length) root[i] = entry;
    return;
  }
  entry.code_bits = entry.total_bits;
  for (uint32_t raw = 0; raw < (1u << integer.extra_bits); ++raw) {
    entry.base = integer.base + (raw << integer.lsb);
    for (uint32_t i = codeword | (raw << length); i < size; i += 1u << entry.total_bits) root[i] = entry;
  }
}

}  // namespace

Status ReadPrefixLengths(BitReader* reader, PrefixLengths* code) {
  std::memset(code->lengths, 0, code->alphabet_size);
  if (code->alphabet_size == 1) {
    code->is_single = true;
    code->single_symbol = 0;
    return OkStatus();
  }
  const uint32_t num_skipped = reader->Read(2);
  JXLPOOL_RETURN_IF_ERROR(num_skipped == 1 ? ReadSimpleLengths(reader, code)
                                           : ReadComplexLengths(reader, num_skipped, code));
  return OkStatus();
}

IntegerEntry MakeTokenEntry(const TokenMeaning& meaning, uint32_t token) {
  if (token < meaning.min_copy_symbol) return MakeIntegerEntry(meaning.config, token);
  IntegerEntry entry = MakeIntegerEntry(meaning.length_config, token - meaning.min_copy_symbol);
  entry.is_copy = 1;
  return entry;
}

Status BuildPrefixTable(const PrefixLengths& code, const TokenMeaning& meaning, uint32_t root_bits, size_t root_begin,
                        PoolVector<PrefixEntry>* tables) {
  PrefixEntry* root = tables->data() + root_begin;
  if (code.is_single) {
    FillRoot(MakeTokenEntry(meaning, code.single_symbol), 0, 0, root_bits, root);
    return OkStatus();
  }
  const uint32_t root_mask = (1u << root_bits) - 1;

  // How deep the code goes below each root entry decides the sizes of second-level tables.
  uint8_t depth[1 << kMaxRootBits] = {};
  CanonicalCode measured(code.lengths, code.alphabet_size);
  size_t num_entries = tables->size();
  for (uint32_t symbol = 0; symbol < code.alphabet_size; ++symbol) {
    const uint8_t length = code.lengths[symbol];
    if (length <= root_bits) continue;
    uint8_t& deepest = depth[measured.Next(length) & root_mask];
    deepest = std::max(deepest, length);
  }
  for (uint32_t i = 0; i <= root_mask; ++i) {
    if (depth[i] == 0) continue;
    const uint32_t bits = depth[i] - root_bits;
    root[i] =
        PrefixEntry{static_cast<uint32_t>(num_entries), static_cast<uint8_t>(bits), 0, 0, PrefixEntry::kNextTable};
    num_entries += size_t{1} << bits;
  }
  if (num_entries > tables->capacity()) {
    JXLPOOL_RETURN_IF_ERROR(tables->Reserve(std::max(num_entries, tables->capacity() * 2)));
    root = tables->data() + root_begin;
  }
  JXLPOOL_RETURN_IF_ERROR(tables->ResizeUninitialized(num_entries));

  CanonicalCode canonical(code.lengths, code.alphabet_size);
  for (uint32_t symbol = 0; symbol < code.alphabet_size; ++symbol) {
    const uint32_t length = code.lengths[symbol];
    if (length == 0) continue;
    const uint32_t codeword = canonical.Next(length);
    const IntegerEntry integer = MakeTokenEntry(meaning, symbol);
    if (length <= root_bits) {
      FillRoot(integer, codeword, length, root_bits, root);
      continue;
    }
    const PrefixEntry& parent = root[codeword & root_mask];
    PrefixEntry* table = tables->data() + parent.base;
    const PrefixEntry entry = MakeEntry(integer, length);
    for (uint32_t i = codeword >> root_bits; i < (1u << parent.code_bits); i += 1u << (length - root_bits)) {
      table[i] = entry;
    }
  }
  return OkStatus();
}

}  // namespace jxlpool
