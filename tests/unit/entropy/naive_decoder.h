// A second, deliberately plain decoder of entropy-coded streams (bit by bit, maps and vectors), as an oracle for tests.
#ifndef TESTS_UNIT_ENTROPY_NAIVE_DECODER_H_
#define TESTS_UNIT_ENTROPY_NAIVE_DECODER_H_

#include <cstddef>
#include <cstdint>
#include <map>
#include <utility>
#include <vector>

namespace jxlpool::naive {

// Bits of a byte vector; zeros after its end.
class Bits {
 public:
  Bits(const std::vector<uint8_t>& bytes, uint64_t position) : bytes_(bytes), position_(position) {}
  uint32_t Bit() {
    const uint64_t at = position_++;
    return at / 8 < bytes_.size() ? (bytes_[at / 8] >> (at % 8)) & 1u : 0;
  }
  uint32_t U(uint32_t n) {
    uint32_t value = 0;
    for (uint32_t i = 0; i < n; ++i) value |= Bit() << i;
    return value;
  }
  uint32_t VarU8() {
    if (Bit() == 0) return 0;
    const uint32_t n = U(3);
    return (1u << n) + U(n);
  }
  uint32_t VarU16() {
    if (Bit() == 0) return 0;
    const uint32_t n = U(4);
    return (1u << n) + U(n);
  }
  uint64_t position() const { return position_; }
  bool overrun() const { return position_ > 8 * bytes_.size(); }

 private:
  const std::vector<uint8_t>& bytes_;
  uint64_t position_;
};

struct Config {
  uint32_t e = 0;
  uint32_t m = 0;
  uint32_t l = 0;
};

bool ReadConfig(Bits* bits, uint32_t log_alphabet_size, Config* config);
// The integer of `token`; reads its extra bits.
uint32_t ReadInteger(Bits* bits, const Config& config, uint32_t token);

// Symbol and offset of every residue 0..4095.
using AliasMap = std::vector<std::pair<uint32_t, uint32_t>>;
bool ReadDistribution(Bits* bits, uint32_t table_size, std::vector<uint32_t>* d);
AliasMap MakeAliasMap(const std::vector<uint32_t>& d, uint32_t log_alphabet_size);

// (length, codeword with its first bit on top) -> symbol; one entry of length 0 for a single symbol.
using Codewords = std::map<std::pair<uint32_t, uint32_t>, uint32_t>;
bool ReadPrefixCode(Bits* bits, uint32_t alphabet_size, Codewords* code);
Codewords MakeCodewords(const std::vector<uint32_t>& lengths);

bool ReadClusterMap(Bits* bits, size_t n, std::vector<uint8_t>* map);

struct Code {
  bool lz77 = false;
  uint32_t min_symbol = 0;
  uint32_t min_length = 0;
  Config length_config;
  std::vector<uint8_t> map;
  bool prefix = false;
  uint32_t log_alphabet_size = 15;
  std::vector<Config> configs;
  std::vector<Codewords> codewords;
  std::vector<std::vector<uint32_t>> distributions;
  std::vector<AliasMap> alias;

  bool Read(Bits* bits, size_t num_contexts, bool lz77_allowed = true);
};

class Stream {
 public:
  Stream(const Code& code, Bits* bits, uint32_t distance_multiplier);
  uint32_t Read(Bits* bits, size_t context) { return ReadCluster(bits, code_.map[context]); }
  uint32_t ReadCluster(Bits* bits, uint32_t cluster);
  // The final state is right and no copy was too long.
  bool Finish() const { return !too_long_ && (code_.prefix || state_ == 0x130000); }
  uint32_t state() const { return state_; }

 private:
  uint32_t Token(Bits* bits, uint32_t cluster);

  const Code& code_;
  uint32_t multiplier_;
  uint32_t state_ = 0;
  uint64_t copy_left_ = 0;
  uint64_t distance_ = 0;
  bool too_long_ = false;
  std::vector<uint32_t> values_;
};

// permutation by taking elements out of a list; false if the Lehmer code is invalid.
bool ReadPermutation(Stream* stream, Bits* bits, size_t size, size_t skip, std::vector<uint32_t>* permutation);

}  // namespace jxlpool::naive

#endif  // TESTS_UNIT_ENTROPY_NAIVE_DECODER_H_
