#include "lib/entropy/prefix_code.h"

#include <gtest/gtest.h>

#include <numeric>

#include "tests/unit/entropy/entropy_test_util.h"
#include "tests/unit/entropy/naive_decoder.h"
#include "tests/unit/entropy/test_encoder.h"

namespace jxlpool {
namespace {

// Random complete codes, all root sizes: what the tables say about any bits is what decoding bit by bit says.
TEST(PrefixCodeTest, TablesAgreeWithBitByBitDecoding) {
  TestMemory test;
  std::mt19937 random(6);
  for (int repeat = 0; repeat < 400; ++repeat) {
    const uint32_t size = 2 + static_cast<uint32_t>(random() % (repeat % 20 == 0 ? 30000 : 300));
    const uint32_t used = 2 + static_cast<uint32_t>(random() % std::min<uint32_t>(size - 1, 2000));
    const std::vector<uint32_t> lengths = RandomLengths(size, used, &random);
    std::vector<uint8_t> bytes(lengths.begin(), lengths.end());
    const uint8_t split = static_cast<uint8_t>(random() % 5);
    const HybridConfig config{split, static_cast<uint8_t>(random() % (split + 1)), 0};
    PrefixLengths code = {};
    code.lengths = bytes.data();
    code.alphabet_size = size;
    const uint32_t root_bits = static_cast<uint32_t>(random() % (kMaxRootBits + 1));
    const uint32_t min_copy = random() % 2 == 0 ? kNoCopySymbol : size / 2;
    const TokenMeaning meaning{config, min_copy, HybridConfig{2, 1, 1}};
    PoolVector<PrefixEntry> tables(&test.memory, Category::kEntropy);
    const size_t begin = size_t{random() % 3} << root_bits;
    ASSERT_TRUE(tables.ResizeUninitialized(begin + (size_t{1} << root_bits)).ok());
    ASSERT_TRUE(BuildPrefixTable(code, meaning, root_bits, begin, &tables).ok());

    const naive::Codewords codewords = naive::MakeCodewords(lengths);
    for (int sample = 0; sample < 300; ++sample) {
      const uint64_t word = (uint64_t{random()} << 32) | random();
      std::vector<uint8_t> stream(8);
      for (int i = 0; i < 8; ++i) stream[i] = static_cast<uint8_t>(word >> (8 * i));
      naive::Bits bits(stream, 0);
      uint32_t codeword = 0;
      uint32_t length = 0;
      while (codewords.count({length, codeword}) == 0) {
        codeword = 2 * codeword + bits.Bit();
        ASSERT_LE(++length, 15u);
      }
      const uint32_t token = codewords.at({length, codeword});
      const bool is_copy = token >= min_copy;
      const uint32_t integer =
          is_copy ? naive::ReadInteger(&bits, naive::Config{2, 1, 1}, token - min_copy)
                  : naive::ReadInteger(&bits, naive::Config{config.split_exponent, config.msb, 0}, token);

      const PrefixEntry* entry = &tables[begin + (word & ((1u << root_bits) - 1))];
      if (entry->flags == PrefixEntry::kNextTable) {
        entry = &tables[entry->base + ((word >> root_bits) & ((1u << entry->code_bits) - 1))];
      }
      const uint64_t raw = (word & ((uint64_t{1} << entry->total_bits) - 1)) >> entry->code_bits;
      ASSERT_EQ(entry->base + (static_cast<uint32_t>(raw) << entry->lsb), integer);
      ASSERT_EQ(entry->total_bits, bits.position());
      ASSERT_EQ(entry->flags, is_copy ? PrefixEntry::kCopy : 0);
    }
  }
}

TEST(PrefixCodeTest, ReadsWhatWasWritten) {
  std::mt19937 random(7);
  for (int repeat = 0; repeat < 300; ++repeat) {
    const uint32_t size = 2 + static_cast<uint32_t>(random() % 2000);
    const std::vector<uint32_t> lengths =
        RandomLengths(size, 2 + static_cast<uint32_t>(random() % (size - 1)), &random);
    BitWriter writer;
    WriteLengths(lengths, &writer);
    BitReader reader(writer.bytes().data(), writer.bytes().size());
    std::vector<uint8_t> read(size, 99);
    PrefixLengths code = {};
    code.lengths = read.data();
    code.alphabet_size = size;
    ASSERT_TRUE(ReadPrefixLengths(&reader, &code).ok());
    EXPECT_FALSE(code.is_single);
    EXPECT_EQ(reader.BitsConsumed(), writer.position());
    EXPECT_EQ(std::vector<uint32_t>(read.begin(), read.end()), lengths);
  }
}

// Random bits: valid or not, and which code, as the naive reader says; simple, complex and chained forms all occur.
TEST(PrefixCodeTest, RandomBitsAgreeWithTheNaiveReader) {
  std::mt19937 random(8);
  int num_simple = 0;
  int num_general = 0;
  for (int repeat = 0; repeat < 30000; ++repeat) {
    std::vector<uint8_t> bytes(3000);
    for (uint8_t& byte : bytes) byte = static_cast<uint8_t>(random() >> 9);
    const uint32_t size = 1 + static_cast<uint32_t>(random() % (repeat % 3 == 0 ? 32768 : 40));
    naive::Bits bits(bytes, 0);
    naive::Codewords expected;
    const bool valid = naive::ReadPrefixCode(&bits, size, &expected);
    BitReader reader(bytes.data(), bytes.size());
    std::vector<uint8_t> lengths(size);
    PrefixLengths code = {};
    code.lengths = lengths.data();
    code.alphabet_size = size;
    ASSERT_EQ(ReadPrefixLengths(&reader, &code).ok(), valid) << repeat;
    if (!valid) continue;
    ASSERT_EQ(reader.BitsConsumed(), bits.position());
    const naive::Codewords ours = code.is_single
                                      ? naive::Codewords{{{0u, 0u}, code.single_symbol}}
                                      : naive::MakeCodewords(std::vector<uint32_t>(lengths.begin(), lengths.end()));
    ASSERT_EQ(ours, expected);
    if (size == 1) continue;
    const bool is_simple = (bytes[0] & 3) == 1;
    num_simple += is_simple ? 1 : 0;
    num_general += is_simple ? 0 : 1;
  }
  EXPECT_GT(num_simple, 100);
  EXPECT_GT(num_general, 100);
}

}  // namespace
}  // namespace jxlpool
