#include "lib/entropy/ans.h"

#include <algorithm>
#include <cstring>

#include "lib/entropy/elementary_codes.h"
#include "lib/entropy/entropy_tables.h"

namespace jxlpool {
namespace {

constexpr uint32_t kMaxShift = 13;
constexpr uint32_t kRunSymbol = 13;

Status CheckAlphabet(uint32_t alphabet_size, uint32_t table_size, const BitReader& reader) {
  if (alphabet_size > table_size) return Corrupt("ANS distribution with too many symbols", reader.Position());
  return OkStatus();
}

Status ReadFewSymbols(BitReader* reader, uint32_t table_size, AnsDistribution* out) {
  uint16_t* frequency = out->frequency;
  if (!reader->ReadBool()) {
    const uint32_t symbol = ReadVarU8(reader);
    JXLPOOL_RETURN_IF_ERROR(CheckAlphabet(symbol + 1, table_size, *reader));
    frequency[symbol] = kAnsTotal;
    out->alphabet_size = symbol + 1;
    return OkStatus();
  }
  const uint32_t first = ReadVarU8(reader);
  const uint32_t second = ReadVarU8(reader);
  if (first == second) return Corrupt("ANS distribution with two equal symbols", reader->Position());
  out->alphabet_size = std::max(first, second) + 1;
  JXLPOOL_RETURN_IF_ERROR(CheckAlphabet(out->alphabet_size, table_size, *reader));
  frequency[first] = static_cast<uint16_t>(reader->Read(kAnsLogTotal));
  frequency[second] = static_cast<uint16_t>(kAnsTotal - frequency[first]);
  return OkStatus();
}

Status ReadFlat(BitReader* reader, uint32_t table_size, AnsDistribution* out) {
  const uint32_t size = ReadVarU8(reader) + 1;
  JXLPOOL_RETURN_IF_ERROR(CheckAlphabet(size, table_size, *reader));
  for (uint32_t i = 0; i < size; ++i) {
    out->frequency[i] = static_cast<uint16_t>(kAnsTotal / size + (i < kAnsTotal % size ? 1 : 0));
  }
  out->alphabet_size = size;
  return OkStatus();
}

// Logarithms first, then the bits below the leading one of all symbols; the most frequent symbol gets what is left.
Status ReadGeneral(BitReader* reader, uint32_t table_size, AnsDistribution* out) {
  uint32_t prefix = 0;
  while (prefix < 3 && reader->ReadBool()) ++prefix;
  const uint32_t shift = reader->Read(prefix) + (1u << prefix) - 1;
  if (shift > kMaxShift) return Corrupt("ANS distribution with too much precision", reader->Position());
  const uint32_t size = ReadVarU8(reader) + 3;
  JXLPOOL_RETURN_IF_ERROR(CheckAlphabet(size, table_size, *reader));
  out->alphabet_size = size;

  uint8_t log_count[kMaxAnsAlphabet];
  uint16_t run[kMaxAnsAlphabet];  // length of the run that starts at a symbol
  int best = -1;
  uint32_t omitted = size;
  for (uint32_t i = 0; i < size;) {
    reader->Refill();
    const uint8_t* code = kLogCountTable[reader->Peek(7)];
    reader->Consume(code[0]);
    if (code[1] == kRunSymbol) {
      log_count[i] = kRunSymbol;
      run[i] = static_cast<uint16_t>(ReadVarU8(reader) + 4);
      i += run[i];
      continue;
    }
    log_count[i] = code[1];
    if (code[1] > best) {
      best = code[1];
      omitted = i;
    }
    ++i;
  }
  if (omitted == size) return Corrupt("ANS distribution without a literal frequency", reader->Position());
  if (omitted + 1 < size && log_count[omitted + 1] == kRunSymbol) {
    return Corrupt("ANS distribution repeats the implied frequency", reader->Position());
  }

  uint32_t total = 0;
  for (uint32_t i = 0; i < size;) {
    if (log_count[i] == kRunSymbol) {
      const uint16_t repeated = i > 0 ? out->frequency[i - 1] : uint16_t{0};
      const uint32_t end = std::min<uint32_t>(size, i + run[i]);
      total += (end - i) * repeated;
      for (; i < end; ++i) out->frequency[i] = repeated;
      continue;
    }
    if (i != omitted && log_count[i] > 0) {
      const uint32_t log = log_count[i] - 1u;
      const uint32_t lost = (kAnsLogTotal - log) >> 1;
      const uint32_t bits = std::min(log, shift > lost ? shift - lost : 0);
      out->frequency[i] = static_cast<uint16_t>((1u << log) + (reader->Read(bits) << (log - bits)));
      total += out->frequency[i];
    }
    ++i;
  }
  if (total >= kAnsTotal) return Corrupt("ANS frequencies add up to too much", reader->Position());
  out->frequency[omitted] = static_cast<uint16_t>(kAnsTotal - total);
  return OkStatus();
}

}  // namespace

Status ReadAnsDistribution(BitReader* reader, uint32_t table_size, AnsDistribution* distribution) {
  std::memset(distribution->frequency, 0, sizeof(distribution->frequency));
  if (reader->ReadBool()) return ReadFewSymbols(reader, table_size, distribution);
  if (reader->ReadBool()) return ReadFlat(reader, table_size, distribution);
  return ReadGeneral(reader, table_size, distribution);
}

void BuildAliasTable(const AnsDistribution& distribution, uint32_t log_alphabet_size, AliasEntry* table) {
  const uint16_t* frequency = distribution.frequency;
  const uint32_t num_buckets = 1u << log_alphabet_size;
  const uint32_t bucket_size = kAnsTotal >> log_alphabet_size;
  const uint16_t* whole = std::find(frequency, frequency + num_buckets, kAnsTotal);
  if (whole != frequency + num_buckets) {
    for (uint32_t i = 0; i < num_buckets; ++i) {
      table[i] = AliasEntry{0, static_cast<uint8_t>(whole - frequency), 0, static_cast<uint16_t>(i * bucket_size),
                            static_cast<uint16_t>(kAnsTotal)};
    }
    return;
  }

  // Which share of a bucket its own symbol keeps; symbols with more than a bucket fill up the buckets of others. The
  // order in which that happens is normative.
  uint16_t own[kMaxAnsAlphabet];
  uint8_t under[kMaxAnsAlphabet];
  uint8_t over[kMaxAnsAlphabet];
  uint32_t num_under = 0;
  uint32_t num_over = 0;
  for (uint32_t i = 0; i < num_buckets; ++i) {
    own[i] = frequency[i];
    table[i] = AliasEntry{0, static_cast<uint8_t>(i), frequency[i], 0, frequency[i]};
    if (own[i] > bucket_size) over[num_over++] = static_cast<uint8_t>(i);
    if (own[i] < bucket_size) under[num_under++] = static_cast<uint8_t>(i);
  }
  while (num_over > 0 && num_under > 0) {
    const uint8_t from = over[--num_over];
    const uint8_t to = under[--num_under];
    own[from] = static_cast<uint16_t>(own[from] - (bucket_size - own[to]));
    table[to].cutoff = static_cast<uint8_t>(own[to]);
    table[to].alias = from;
    table[to].alias_offset = static_cast<uint16_t>(own[from] - own[to]);
    table[to].alias_frequency = frequency[from];
    if (own[from] < bucket_size) under[num_under++] = from;
    if (own[from] > bucket_size) over[num_over++] = from;
  }
}

}  // namespace jxlpool
