// Proves: a code's header tells what costs nothing (constant clusters, copies that cannot occur), headers that no
// stream can have are refused, and distances of any size stay within the window.
#include <gtest/gtest.h>

#include <cstdint>
#include <random>
#include <vector>

#include "lib/entropy/entropy_decoder.h"
#include "tests/unit/entropy/entropy_test_util.h"
#include "tests/unit/entropy/test_encoder.h"

namespace jxlpool {
namespace {

// LZ77 is enabled, but no context can produce a length: no window, no copies.
TEST(EntropyCodeTest, EnabledButImpossibleCopiesCostNothing) {
  std::mt19937 random(18);
  TestMemory test;
  TestCode code = MakeCode(true, true, Distances::kCoded, &random);
  code.map = {0, 1, 0, 1, 0, 2};
  for (uint32_t c = 0; c < 2; ++c) code.lengths[c] = RandomLengths(60, 20, &random);
  BitWriter writer;
  code.Write(&writer);
  BitReader reader(writer.bytes().data(), writer.bytes().size());
  const auto read = EntropyCode::Read(&reader, &test.memory, kNumContexts);
  ASSERT_TRUE(read.ok());
  EXPECT_EQ(read.value().kind(0).copies, Copies::kNone);
  EXPECT_TRUE(read.value().cluster(2).can_copy);
}

TEST(EntropyCodeTest, ConstantClusters) {
  TestMemory test;
  TestCode code;
  code.map = {0, 1, 0, 1, 0};
  code.log_alphabet_size = 5;
  code.configs = {HybridConfig{0, 0, 0}, HybridConfig{4, 2, 0}};
  code.frequencies = {{4096, 0, 0}, {0, 0, 0, 0, 0, 0, 0, 4096}};
  for (const bool extra : {false, true}) {
    if (extra) code.configs[1] = HybridConfig{1, 0, 0};
    BitWriter writer;
    code.Write(&writer);
    const uint64_t header = writer.position();
    TestStream tokens(code);
    tokens.AddInteger(0, 0);
    tokens.AddToken(1, Token{7, extra ? 6u : 0u, 0x15});
    tokens.Write(&writer);
    BitReader reader(writer.bytes().data(), writer.bytes().size());
    const auto read = EntropyCode::Read(&reader, &test.memory, 5);
    ASSERT_TRUE(read.ok());
    EXPECT_EQ(reader.BitsConsumed(), header);
    EXPECT_TRUE(read.value().cluster(0).is_constant);
    EXPECT_EQ(read.value().cluster(0).constant_value, 0u);
    EXPECT_TRUE(read.value().cluster(1).is_constant);
    EXPECT_EQ(read.value().cluster(1).constant_value, extra ? 64u : 7u);
    EXPECT_EQ(read.value().cluster(1).constant_extra_bits, extra ? 6 : 0);
    EXPECT_EQ(read.value().max_value_bits(), extra ? 7u : 3u);
    if (extra) continue;
    auto decoder = EntropyDecoder::Create(read.value(), &reader, &test.memory);
    ASSERT_TRUE(decoder.ok());
    for (int i = 0; i < 10; ++i) EXPECT_EQ(decoder.value().Read(&reader, 1), 7u);
    EXPECT_EQ(reader.BitsConsumed(), header + 32);
    EXPECT_TRUE(decoder.value().Finish(&reader).ok());
  }
}

// Lists of what to reject that real streams never contain.
TEST(EntropyCodeTest, RejectsImpossibleHeaders) {
  TestMemory test;
  const auto read = [&](const BitWriter& writer, size_t num_contexts, Lz77Rule rule = Lz77Rule::kAllowed) {
    std::vector<uint8_t> bytes = writer.bytes();
    bytes.resize(bytes.size() + 100);
    BitReader reader(bytes.data(), bytes.size());
    return EntropyCode::Read(&reader, &test.memory, num_contexts, rule).status();
  };
  BitWriter lz77;
  lz77.Write(1, 1);
  EXPECT_EQ(read(lz77, 1, Lz77Rule::kForbidden).code(), ErrorCode::kCorrupt);
  BitWriter hole;  // clusters 0 and 2
  hole.Write(1, 0);
  hole.Write(1, 1);
  hole.Write(2, 2);
  hole.Write(2, 0);
  hole.Write(2, 2);
  EXPECT_EQ(read(hole, 2).code(), ErrorCode::kCorrupt);
  for (const uint32_t size : {32768u, 32769u, 65536u}) {
    BitWriter alphabet;
    alphabet.Write(1, 0);
    alphabet.Write(1, 1);
    alphabet.Write(4, 15);
    alphabet.VarU16(size - 1);
    alphabet.Write(2, 1);  // one symbol
    alphabet.Write(2, 0);
    alphabet.Write(15, 32767);
    EXPECT_EQ(read(alphabet, 1).code(), size == 32768 ? ErrorCode::kOk : ErrorCode::kCorrupt);
  }
}

TEST(EntropyCodeTest, DistancesOfAnySizeStayInBounds) {
  EXPECT_EQ(Lz77Distance(0xFFFFFFFF, 0, ~uint64_t{0}), 1u << 20);
  EXPECT_EQ(Lz77Distance(0xFFFFFFFF, 5, ~uint64_t{0}), 1u << 20);
  EXPECT_EQ(Lz77Distance(119, 0x7FFFFFFF, ~uint64_t{0}), 1u << 20);
  EXPECT_EQ(Lz77Distance(0, 0, 0), 0u);
  EXPECT_EQ(Lz77Distance(0, 0, 5), 1u);
  EXPECT_EQ(Lz77Distance(120, 9, 5), 1u);
  EXPECT_EQ(Lz77Distance(121, 9, 5), 2u);
  EXPECT_EQ(Lz77Distance(3, 1, 5), 1u);  // (-1, 1): 0 becomes 1
  EXPECT_EQ(Lz77Distance(0, 20, 100), 20u);
  EXPECT_EQ(Lz77Distance(119, 20, 1000), 8u + 7 * 20);
}

}  // namespace
}  // namespace jxlpool
