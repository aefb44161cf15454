#include "tests/unit/entropy/test_encoder.h"

#include <algorithm>
#include <bit>

#include "lib/base/bits.h"
#include "tests/unit/entropy/naive_decoder.h"

namespace jxlpool {
namespace {

const char* const kLogCountWords[14] = {"10001", "1101", "1111", "1100", "1001",   "1110",    "001",
                                        "010",   "101",  "011",  "000",  "100001", "1000000", "1000001"};

void WriteWord(const char* word, BitWriter* out) {
  for (; *word != 0; ++word) out->Write(1, *word == '1' ? 1 : 0);
}

// The codeword of `symbol`, first bit lowest, and its length.
std::pair<uint32_t, uint32_t> Codeword(const naive::Codewords& code, uint32_t symbol) {
  for (const auto& [word, coded] : code) {
    if (coded != symbol) continue;
    uint32_t reversed = 0;
    for (uint32_t i = 0; i < word.first; ++i) reversed |= ((word.second >> i) & 1) << (word.first - 1 - i);
    return {reversed, word.first};
  }
  return {0, 0};
}

}  // namespace

void BitWriter::Write(uint32_t count, uint64_t value) {
  for (uint32_t i = 0; i < count; ++i, ++position_) {
    if (position_ % 8 == 0) bytes_.push_back(0);
    bytes_.back() |= static_cast<uint8_t>(((value >> i) & 1) << (position_ % 8));
  }
}

void BitWriter::VarU8(uint32_t value) {
  Write(1, value != 0);
  if (value == 0) return;
  Write(3, FloorLog2(value));
  Write(FloorLog2(value), value);
}

void BitWriter::VarU16(uint32_t value) {
  Write(1, value != 0);
  if (value == 0) return;
  Write(4, FloorLog2(value));
  Write(FloorLog2(value), value);
}

void WriteConfig(const HybridConfig& config, uint32_t log_alphabet_size, BitWriter* out) {
  out->Write(CeilLog2(log_alphabet_size + 1), config.split_exponent);
  if (config.split_exponent == log_alphabet_size) return;
  out->Write(CeilLog2(config.split_exponent + 1u), config.msb);
  out->Write(CeilLog2(config.split_exponent - config.msb + 1u), config.lsb);
}

void WriteDistribution(const std::vector<uint32_t>& frequencies, BitWriter* out) {
  const uint32_t size = static_cast<uint32_t>(frequencies.size());
  out->Write(2, 0);
  out->Write(3, 7);
  out->Write(3, 13 - 7);
  out->VarU8(size - 3);
  uint32_t omitted = 0;
  for (uint32_t i = 0; i < size; ++i) {
    if (std::bit_width(frequencies[i]) > std::bit_width(frequencies[omitted])) omitted = i;
    WriteWord(kLogCountWords[std::min(12, static_cast<int>(std::bit_width(frequencies[i])))], out);
  }
  for (uint32_t i = 0; i < size; ++i) {
    if (i != omitted && frequencies[i] > 1) out->Write(FloorLog2(frequencies[i]), frequencies[i]);
  }
}

void WriteLengths(const std::vector<uint32_t>& lengths, BitWriter* out) {
  // Code lengths 0..13 take 4 bits; 14, 15 and the repetitions 5.
  std::vector<uint32_t> length_lengths(18, 4);
  for (uint32_t s = 14; s < 18; ++s) length_lengths[s] = 5;
  const naive::Codewords length_code = naive::MakeCodewords(length_lengths);
  const auto write = [&](uint32_t symbol) {
    const auto [word, count] = Codeword(length_code, symbol);
    out->Write(count, word);
  };
  out->Write(2, 0);
  const uint32_t order[18] = {1, 2, 3, 4, 0, 5, 17, 6, 16, 7, 8, 9, 10, 11, 12, 13, 14, 15};
  for (const uint32_t symbol : order) WriteWord(length_lengths[symbol] == 4 ? "10" : "1111", out);
  int32_t space = 32768;
  for (size_t i = 0; i < lengths.size() && space > 0;) {
    size_t zeros = 0;
    while (i + zeros < lengths.size() && lengths[i + zeros] == 0 && zeros < 10) ++zeros;
    if (zeros >= 4) {  // the literal zero ends a chain of repetitions
      write(17);
      out->Write(3, zeros - 1 - 3);
      write(0);
      i += zeros;
      continue;
    }
    write(lengths[i]);
    if (lengths[i] != 0) space -= 32768 >> lengths[i];
    ++i;
  }
}

std::vector<uint32_t> RandomFrequencies(uint32_t size, std::mt19937* random) {
  std::vector<uint32_t> frequencies(size, 0);
  uint32_t left = 4096;
  while (left > 0) {
    uint32_t& frequency = frequencies[(*random)() % size];
    if (frequency == 0 && (*random)() % 2 == 0 && left < 4000) continue;
    const uint32_t part = 1 + static_cast<uint32_t>((*random)() % std::max<uint32_t>(1, left / 2));
    frequency += part;
    left -= part;
  }
  return frequencies;
}

std::vector<uint32_t> RandomLengths(uint32_t size, uint32_t used, std::mt19937* random) {
  std::vector<uint32_t> leaves = {0};
  while (leaves.size() < used) {
    // Mostly deepens what is deep already, so that all lengths occur.
    const size_t at = (*random)() % 3 != 0 ? leaves.size() - 1 : (*random)() % leaves.size();
    if (leaves[at] == 15) {
      std::shuffle(leaves.begin(), leaves.end(), *random);
      continue;
    }
    leaves.push_back(++leaves[at]);
  }
  std::vector<uint32_t> lengths(size, 0);
  for (const uint32_t leaf : leaves) {
    size_t at = (*random)() % size;
    while (lengths[at] != 0) at = (at + 1) % size;
    lengths[at] = leaf;
  }
  return lengths;
}

Token Tokenise(const HybridConfig& config, uint32_t value) {
  const uint32_t split = 1u << config.split_exponent;
  if (value < split) return Token{value, 0, 0};
  const uint32_t in_token = uint32_t{config.msb} + config.lsb;
  const uint32_t log = FloorLog2(value);
  const uint32_t extra_bits = log - in_token;
  const uint32_t low = value & ((1u << config.lsb) - 1);
  const uint32_t high = (value >> (log - config.msb)) & ((1u << config.msb) - 1);
  const uint32_t extra = static_cast<uint32_t>((value >> config.lsb) & ((uint64_t{1} << extra_bits) - 1));
  return Token{split + ((log - config.split_exponent) << in_token) + (high << config.lsb) + low, extra_bits, extra};
}

TestCode MakeCode(bool prefix, bool lz77, Distances distances, std::mt19937* random) {
  TestCode code;
  code.prefix = prefix;
  code.lz77 = lz77;
  code.min_symbol = 60;
  code.min_length = 1 + 2 * (1 + static_cast<uint32_t>((*random)() % 8));
  code.length_config = HybridConfig{2, 1, 0};
  code.map = {0, 1, 0, 1, 2};
  if (lz77) code.map.push_back(2);
  code.log_alphabet_size = prefix ? 15 : 7;
  code.configs = {HybridConfig{4, 2, 0}, HybridConfig{3, 0, 1}, HybridConfig{0, 0, 0}};
  for (uint32_t c = 0; c < kNumClusters; ++c) {
    const uint32_t size = 100;
    std::vector<uint32_t> frequencies(size, 1);
    std::vector<uint32_t> lengths = RandomLengths(size, size, random);
    if (c == 2 && distances != Distances::kCoded) {
      const uint32_t symbol = distances == Distances::kAlwaysOneByCode1 ? 1 : 0;
      frequencies.assign(size, 0);
      frequencies[symbol] = 4096;
      lengths.assign(size, 0);
      lengths[symbol] = 1;
    } else {
      for (uint32_t left = 4096 - size; left > 0; --left) ++frequencies[(*random)() % size % (1 + (*random)() % size)];
    }
    if (prefix) {
      code.lengths.push_back(lengths);
    } else {
      code.frequencies.push_back(frequencies);
    }
  }
  return code;
}

void TestCode::Write(BitWriter* out) const {
  out->Write(1, lz77);
  if (lz77) {
    if (min_symbol == 224) {
      out->Write(2, 0);
    } else {
      out->Write(2, 3);
      out->Write(15, min_symbol - 8);
    }
    if (min_length < 5) {
      out->Write(2, min_length - 3);
    } else if (min_length < 9) {
      out->Write(2, 2);
      out->Write(2, min_length - 5);
    } else {
      out->Write(2, 3);
      out->Write(8, min_length - 9);
    }
    WriteConfig(length_config, 8, out);
  }
  if (map.size() > 1) {
    out->Write(1, 1);
    out->Write(2, 3);
    for (const uint8_t cluster : map) out->Write(3, cluster);
  }
  out->Write(1, prefix);
  if (!prefix) out->Write(2, log_alphabet_size - 5);
  for (const HybridConfig& config : configs) WriteConfig(config, prefix ? 15 : log_alphabet_size, out);
  for (const std::vector<uint32_t>& d : frequencies) WriteDistribution(d, out);
  for (const std::vector<uint32_t>& l : lengths) out->VarU16(static_cast<uint32_t>(l.size()) - 1);
  for (const std::vector<uint32_t>& l : lengths) {
    const size_t used = l.size() - static_cast<size_t>(std::count(l.begin(), l.end(), 0u));
    if (l.size() == 1) continue;
    if (used == 1) {  // the simple form with one symbol
      out->Write(2, 1);
      out->Write(2, 0);
      const auto symbol = std::find_if(l.begin(), l.end(), [](uint32_t length) { return length != 0; }) - l.begin();
      out->Write(CeilLog2(l.size()), static_cast<uint64_t>(symbol));
      continue;
    }
    WriteLengths(l, out);
  }
}

void TestStream::AddCopy(uint32_t cluster, uint32_t length, uint32_t distance_code) {
  Token token = Tokenise(code_->length_config, length - code_->min_length);
  token.token += code_->min_symbol;
  AddToken(cluster, token);
  AddInteger(code_->map.back(), distance_code);
}

void TestStream::Write(BitWriter* out) const {
  if (code_->prefix) {
    std::vector<naive::Codewords> codes;
    for (const std::vector<uint32_t>& lengths : code_->lengths) codes.push_back(naive::MakeCodewords(lengths));
    for (const Item& item : items_) {
      if (codes[item.cluster].size() > 1) {
        const auto [word, count] = Codeword(codes[item.cluster], item.token.token);
        out->Write(count, word);
      }
      out->Write(item.token.extra_bits, item.token.extra);
    }
    return;
  }
  // rANS works backwards: collect the pieces from the last to the first.
  std::vector<std::vector<std::vector<uint32_t>>> residues;  // of a cluster's symbol, by offset
  for (const std::vector<uint32_t>& frequencies : code_->frequencies) {
    std::vector<uint32_t> padded = frequencies;
    padded.resize(size_t{1} << code_->log_alphabet_size);
    const naive::AliasMap alias = naive::MakeAliasMap(padded, code_->log_alphabet_size);
    residues.emplace_back(padded.size());
    for (size_t s = 0; s < padded.size(); ++s) residues.back()[s].resize(padded[s]);
    for (uint32_t r = 0; r < 4096; ++r) residues.back()[alias[r].first][alias[r].second] = r;
  }
  struct Piece {
    uint32_t count;
    uint32_t bits;
  };
  std::vector<Piece> pieces;
  uint64_t state = 0x130000;
  for (size_t i = items_.size(); i-- > 0;) {
    const Item& item = items_[i];
    const uint32_t frequency = code_->frequencies[item.cluster][item.token.token];
    pieces.push_back(Piece{item.token.extra_bits, item.token.extra});
    if (state >= uint64_t{frequency} << 20) {
      pieces.push_back(Piece{16, static_cast<uint32_t>(state & 0xFFFF)});
      state >>= 16;
    }
    state = ((state / frequency) << 12) | residues[item.cluster][item.token.token][state % frequency];
  }
  out->Write(32, state);
  for (size_t i = pieces.size(); i-- > 0;) out->Write(pieces[i].count, pieces[i].bits);
}

}  // namespace jxlpool
