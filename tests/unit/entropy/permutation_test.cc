// Proves: permutations are those of the definition, valid or refused, and are read with the contexts that it names.
#include "lib/entropy/permutation.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <cstdint>
#include <numeric>
#include <random>
#include <vector>

#include "lib/entropy/entropy_decoder.h"
#include "tests/unit/entropy/entropy_test_util.h"
#include "tests/unit/entropy/naive_decoder.h"
#include "tests/unit/entropy/test_encoder.h"

namespace jxlpool {
namespace {

// Permutations of all kinds against taking elements out of a list.
TEST(PermutationTest, AgreesWithTheDefinition) {
  std::mt19937 random(19);
  TestMemory test;
  int num_valid = 0;
  for (int repeat = 0; repeat < 600; ++repeat) {
    const size_t size = 1 + random() % (repeat % 10 == 0 ? 2000 : 100);
    const size_t skip = random() % 4 == 0 ? random() % (size + 1) : 0;
    TestCode code;
    code.map = {0, 0, 0, 0, 0, 0, 0, 0};
    code.configs = {HybridConfig{4, 1, 0}};
    code.log_alphabet_size = 7;
    code.frequencies = {std::vector<uint32_t>(64, 64)};
    TestStream tokens(code);
    uint32_t end = static_cast<uint32_t>(random() % (size - skip + 1 + (repeat % 7 == 0)));
    if (random() % 4 == 0) end = static_cast<uint32_t>(size - skip);
    tokens.AddInteger(0, end);
    for (uint32_t i = 0; i < end; ++i) {
      const uint32_t left = static_cast<uint32_t>(size - skip - std::min<size_t>(i, size - skip));
      uint32_t digit = random() % 3 == 0 || left == 0 ? 0 : static_cast<uint32_t>(random() % left);
      if (random() % 2000 == 0) digit = left;
      tokens.AddInteger(0, digit);
    }
    BitWriter writer;
    code.Write(&writer);
    tokens.Write(&writer);

    naive::Bits bits(writer.bytes(), 0);
    naive::Code naive_code;
    ASSERT_TRUE(naive_code.Read(&bits, kNumPermutationContexts));
    naive::Stream naive_stream(naive_code, &bits, 0);
    std::vector<uint32_t> expected;
    const bool valid = naive::ReadPermutation(&naive_stream, &bits, size, skip, &expected);

    BitReader reader(writer.bytes().data(), writer.bytes().size());
    auto read = EntropyCode::Read(&reader, &test.memory, kNumPermutationContexts);
    ASSERT_TRUE(read.ok());
    auto decoder = EntropyDecoder::Create(read.value(), &reader, &test.memory);
    ASSERT_TRUE(decoder.ok());
    std::vector<uint32_t> permutation(size, 12345678);
    const Status status = ReadPermutation(&decoder.value(), &reader, &test.memory, size, skip, permutation.data());
    ASSERT_EQ(status.ok(), valid) << status.message();
    if (!valid) continue;
    ++num_valid;
    EXPECT_TRUE(decoder.value().Finish(&reader).ok());
    ASSERT_EQ(permutation, expected);
  }
  EXPECT_GT(num_valid, 400);
  EXPECT_LT(num_valid, 600);
}

// Contexts of a permutation: the bit length of the size, then of the previous digit, at most 7.
TEST(PermutationTest, UsesTheRightContexts) {
  TestMemory test;
  std::mt19937 random(20);
  for (const size_t size : {1u, 2u, 3u, 60u, 64u, 127u, 128u, 300u}) {
    // Cluster c codes every integer with an alphabet of its own, so that a wrong context shows.
    TestCode code;
    code.prefix = true;
    code.map = {0, 1, 2, 3, 4, 5, 6, 7};
    for (uint32_t c = 0; c < 8; ++c) {
      code.configs.push_back(HybridConfig{static_cast<uint8_t>(2 + c % 3), 1, 0});
      code.lengths.push_back(RandomLengths(40, 40, &random));
    }
    const auto context = [](size_t x) { return std::min<uint32_t>(7, static_cast<uint32_t>(std::bit_width(x))); };
    TestStream tokens(code);
    std::vector<uint32_t> order(size);
    std::iota(order.begin(), order.end(), 0u);
    std::shuffle(order.begin(), order.end(), random);
    std::vector<uint32_t> rest(size);
    std::iota(rest.begin(), rest.end(), 0u);
    tokens.AddInteger(context(size), static_cast<uint32_t>(size));
    uint32_t previous = 0;
    for (const uint32_t element : order) {
      const auto at = std::find(rest.begin(), rest.end(), element);
      const uint32_t digit = static_cast<uint32_t>(at - rest.begin());
      tokens.AddInteger(context(previous), digit);
      previous = digit;
      rest.erase(at);
    }
    BitWriter writer;
    code.Write(&writer);
    tokens.Write(&writer);
    BitReader reader(writer.bytes().data(), writer.bytes().size());
    auto read = EntropyCode::Read(&reader, &test.memory, kNumPermutationContexts);
    ASSERT_TRUE(read.ok());
    auto decoder = EntropyDecoder::Create(read.value(), &reader, &test.memory);
    ASSERT_TRUE(decoder.ok());
    std::vector<uint32_t> permutation(size);
    ASSERT_TRUE(ReadPermutation(&decoder.value(), &reader, &test.memory, size, 0, permutation.data()).ok());
    EXPECT_EQ(permutation, order);
    EXPECT_EQ(reader.BitsConsumed(), writer.position());
  }
}

}  // namespace
}  // namespace jxlpool
