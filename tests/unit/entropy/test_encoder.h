// A small encoder of code headers and streams: writes exactly what a test asks for, without any cleverness.
#ifndef TESTS_UNIT_ENTROPY_TEST_ENCODER_H_
#define TESTS_UNIT_ENTROPY_TEST_ENCODER_H_

#include <cstddef>
#include <cstdint>
#include <random>
#include <vector>

#include "lib/entropy/hybrid_integer.h"

namespace jxlpool {

class BitWriter {
 public:
  void Write(uint32_t count, uint64_t value);
  void VarU8(uint32_t value);
  void VarU16(uint32_t value);
  uint64_t position() const { return position_; }
  const std::vector<uint8_t>& bytes() const { return bytes_; }

 private:
  std::vector<uint8_t> bytes_;
  uint64_t position_ = 0;
};

void WriteConfig(const HybridConfig& config, uint32_t log_alphabet_size, BitWriter* out);
// A distribution in the general form with full precision. REQUIRES: at least 3 entries, sum 4096.
void WriteDistribution(const std::vector<uint32_t>& frequencies, BitWriter* out);
// A code in the complex form. REQUIRES: the lengths are complete and at least two symbols are used.
void WriteLengths(const std::vector<uint32_t>& lengths, BitWriter* out);

// Frequencies of `size` symbols; about every second one is 0.
std::vector<uint32_t> RandomFrequencies(uint32_t size, std::mt19937* random);
// Lengths of a complete code with `used` >= 2 symbols out of `size`, none longer than 15.
std::vector<uint32_t> RandomLengths(uint32_t size, uint32_t used, std::mt19937* random);

struct Token {
  uint32_t token = 0;
  uint32_t extra_bits = 0;
  uint32_t extra = 0;
};
Token Tokenise(const HybridConfig& config, uint32_t value);

// Everything that a header says.
struct TestCode {
  bool lz77 = false;
  uint32_t min_symbol = 224;  // at least 8
  uint32_t min_length = 3;    // 3..264
  HybridConfig length_config;
  std::vector<uint8_t> map;  // with the entry for distances; at most 8 clusters
  bool prefix = false;
  uint32_t log_alphabet_size = 8;
  std::vector<HybridConfig> configs;
  std::vector<std::vector<uint32_t>> frequencies;  // ANS
  std::vector<std::vector<uint32_t>> lengths;      // prefix

  void Write(BitWriter* out) const;
};

// What the codes of MakeCode have: contexts, and clusters of which the last one is that of distances.
inline constexpr size_t kNumContexts = 5;
inline constexpr uint32_t kNumClusters = 3;

enum class Distances { kCoded, kAlwaysOneByCode1, kAlwaysOneByCode0 };

// A code whose integers up to about 2^11 can be coded, in which copies have `distances`.
TestCode MakeCode(bool prefix, bool lz77, Distances distances, std::mt19937* random);

// Collects tokens, then writes them as one stream.
class TestStream {
 public:
  // `code` must outlive the stream.
  explicit TestStream(const TestCode& code) : code_(&code) {}
  void AddToken(uint32_t cluster, const Token& token) { items_.push_back(Item{cluster, token}); }
  void AddInteger(uint32_t cluster, uint32_t value) { AddToken(cluster, Tokenise(code_->configs[cluster], value)); }
  void AddCopy(uint32_t cluster, uint32_t length, uint32_t distance_code);
  void Write(BitWriter* out) const;

 private:
  struct Item {
    uint32_t cluster;
    Token token;
  };
  const TestCode* code_;
  std::vector<Item> items_;
};

}  // namespace jxlpool

#endif  // TESTS_UNIT_ENTROPY_TEST_ENCODER_H_
