#include "lib/entropy/ans.h"

#include <gtest/gtest.h>

#include <numeric>
#include <set>

#include "tests/unit/entropy/naive_decoder.h"
#include "tests/unit/entropy/test_encoder.h"

namespace jxlpool {
namespace {

AnsDistribution ToDistribution(const std::vector<uint32_t>& frequencies) {
  AnsDistribution distribution = {};
  for (size_t i = 0; i < frequencies.size(); ++i) distribution.frequency[i] = static_cast<uint16_t>(frequencies[i]);
  distribution.alphabet_size = static_cast<uint32_t>(frequencies.size());
  return distribution;
}

// For every symbol the offsets are 0..frequency-1, each once; and the mapping is that of the naive construction.
void CheckAliasTable(std::vector<uint32_t> frequencies, uint32_t log_alphabet_size) {
  frequencies.resize(size_t{1} << log_alphabet_size);
  AliasEntry table[256];
  BuildAliasTable(ToDistribution(frequencies), log_alphabet_size, table);
  const naive::AliasMap expected = naive::MakeAliasMap(frequencies, log_alphabet_size);
  const uint32_t log_bucket = 12 - log_alphabet_size;
  std::vector<std::vector<bool>> seen(frequencies.size());
  for (size_t s = 0; s < frequencies.size(); ++s) seen[s].resize(frequencies[s]);
  for (uint32_t r = 0; r < 4096; ++r) {
    const AliasEntry& entry = table[r >> log_bucket];
    const uint32_t position = r & ((1u << log_bucket) - 1);
    const bool is_own = position < entry.cutoff;
    const uint32_t symbol = is_own ? r >> log_bucket : entry.alias;
    const uint32_t offset = is_own ? position : position + entry.alias_offset;
    ASSERT_EQ(symbol, expected[r].first);
    ASSERT_EQ(offset, expected[r].second);
    ASSERT_EQ(is_own ? entry.own_frequency : entry.alias_frequency, frequencies[symbol]);
    ASSERT_LT(offset, frequencies[symbol]);
    ASSERT_FALSE(seen[symbol][offset]);
    seen[symbol][offset] = true;
  }
}

TEST(AnsTest, AliasTablesOfRandomDistributions) {
  std::mt19937 random(3);
  for (uint32_t log_alphabet_size = 5; log_alphabet_size <= 8; ++log_alphabet_size) {
    const uint32_t table_size = 1u << log_alphabet_size;
    for (int repeat = 0; repeat < 100; ++repeat) {
      CheckAliasTable(RandomFrequencies(1 + static_cast<uint32_t>(random() % table_size), &random), log_alphabet_size);
    }
    for (uint32_t single = 0; single < table_size; ++single) {
      std::vector<uint32_t> frequencies(table_size);
      frequencies[single] = 4096;
      CheckAliasTable(frequencies, log_alphabet_size);
      frequencies[single] = 4095;
      frequencies[(single + 1) % table_size] = 1;
      CheckAliasTable(frequencies, log_alphabet_size);
    }
    CheckAliasTable(std::vector<uint32_t>(table_size, 4096 / table_size), log_alphabet_size);
  }
}

TEST(AnsTest, ReadsWhatWasWritten) {
  std::mt19937 random(4);
  for (int repeat = 0; repeat < 300; ++repeat) {
    const uint32_t size = 3 + static_cast<uint32_t>(random() % 254);
    const std::vector<uint32_t> frequencies = RandomFrequencies(size, &random);
    BitWriter writer;
    WriteDistribution(frequencies, &writer);
    BitReader reader(writer.bytes().data(), writer.bytes().size());
    AnsDistribution distribution;
    ASSERT_TRUE(ReadAnsDistribution(&reader, 256, &distribution).ok());
    EXPECT_EQ(reader.BitsConsumed(), writer.position());
    EXPECT_EQ(std::vector<uint32_t>(distribution.frequency, distribution.frequency + size), frequencies);
    if (size > 128) {
      BitReader again(writer.bytes().data(), writer.bytes().size());
      EXPECT_FALSE(ReadAnsDistribution(&again, 128, &distribution).ok());
    }
  }
}

// Random bits: valid or not, and what frequencies, as the naive reader says. All forms occur.
TEST(AnsTest, RandomBitsAgreeWithTheNaiveReader) {
  std::mt19937 random(5);
  std::set<int> forms;  // the first two bits select one
  for (int repeat = 0; repeat < 20000; ++repeat) {
    std::vector<uint8_t> bytes(400);
    for (uint8_t& byte : bytes) byte = static_cast<uint8_t>(random() >> 9);
    const uint32_t table_size = 32u << (random() % 4);
    naive::Bits bits(bytes, 0);
    std::vector<uint32_t> expected;
    const bool valid = naive::ReadDistribution(&bits, table_size, &expected);
    BitReader reader(bytes.data(), bytes.size());
    AnsDistribution distribution;
    ASSERT_EQ(ReadAnsDistribution(&reader, table_size, &distribution).ok(), valid) << repeat;
    if (!valid) continue;
    forms.insert(bytes[0] & 3);
    ASSERT_EQ(reader.BitsConsumed(), bits.position());
    ASSERT_EQ(std::vector<uint32_t>(distribution.frequency, distribution.frequency + 256),
              std::vector<uint32_t>(expected.begin(), expected.begin() + 256));
    ASSERT_EQ(std::accumulate(expected.begin(), expected.end(), 0u), 4096u);
  }
  EXPECT_EQ(forms.size(), 4u);
}

// A run that goes past the alphabet is cut off there.
TEST(AnsTest, RunPastTheAlphabetIsClipped) {
  BitWriter writer;
  writer.Write(2, 0);
  writer.Write(1, 0);         // no extra precision
  writer.VarU8(5 - 3);        // symbols
  writer.Write(6, 0b100001);  // 11
  writer.Write(6, 0b100001);  // 11
  writer.Write(7, 0b1000001);
  writer.VarU8(100);
  BitReader reader(writer.bytes().data(), writer.bytes().size());
  AnsDistribution distribution;
  // 1024 four times leaves nothing for the first symbol.
  EXPECT_FALSE(ReadAnsDistribution(&reader, 32, &distribution).ok());
  BitWriter smaller;
  smaller.Write(2, 0);
  smaller.Write(1, 0);
  smaller.VarU8(5 - 3);
  smaller.Write(3, 0);      // 11
  smaller.Write(3, 0b110);  // 9: read as 0, 1, 1
  smaller.Write(7, 0b1000001);
  smaller.VarU8(100);
  BitReader again(smaller.bytes().data(), smaller.bytes().size());
  ASSERT_TRUE(ReadAnsDistribution(&again, 32, &distribution).ok());
  EXPECT_EQ(std::vector<uint16_t>(distribution.frequency, distribution.frequency + 6),
            (std::vector<uint16_t>{3072, 256, 256, 256, 256, 0}));
}

}  // namespace
}  // namespace jxlpool
