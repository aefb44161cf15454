// What a few bytes can ask for in every frame anew, large tables and long permutations, is charged to the work budget.
#include <gtest/gtest.h>

#include <vector>

#include "lib/entropy/entropy_code.h"
#include "lib/entropy/entropy_decoder.h"
#include "lib/entropy/permutation.h"
#include "tests/unit/entropy/entropy_test_util.h"
#include "tests/unit/entropy/test_encoder.h"

namespace jxlpool {
namespace {

// How often `step` succeeds with so many units of work. Stops after 1000 times.
template <typename Step>
int CountWithin(uint64_t units, Memory* memory, const Step& step) {
  memory->work()->Renew();
  EXPECT_TRUE(memory->work()->Charge(WorkBudget::kUnitsPerImage - units).ok());
  for (int count = 0; count < 1000; ++count) {
    const Status status = step();
    if (status.ok()) continue;
    EXPECT_EQ(status.code(), ErrorCode::kSizeLimit);
    return count;
  }
  return 1000;
}

TEST(EntropyWorkTest, PrefixTables) {
  TestMemory test;
  TestCode code;
  code.prefix = true;
  code.map = {0};
  code.configs = {HybridConfig{0, 0, 0}};
  code.lengths = {std::vector<uint32_t>(1 << 15, 15)};
  BitWriter writer;
  code.Write(&writer);
  // The lengths are read, 2^10 + 2^15 entries are filled.
  const int count = CountWithin(1 << 18, &test.memory, [&] {
    BitReader reader(writer.bytes().data(), writer.bytes().size());
    return EntropyCode::Read(&reader, &test.memory, 1).status();
  });
  EXPECT_EQ(count, 15);
}

TEST(EntropyWorkTest, AnsTables) {
  TestMemory test;
  TestCode code;
  code.map = {0, 1, 2, 3, 4, 5, 6, 7};
  for (int i = 0; i < 8; ++i) {
    code.configs.push_back(HybridConfig{4, 0, 0});
    code.frequencies.push_back({4000, 90, 6});
  }
  BitWriter writer;
  code.Write(&writer);
  // 8 tables of 256 buckets, and one of 256 integers.
  const int count = CountWithin(1 << 13, &test.memory, [&] {
    BitReader reader(writer.bytes().data(), writer.bytes().size());
    return EntropyCode::Read(&reader, &test.memory, 8).status();
  });
  EXPECT_EQ(count, 14);
}

// 255 times the digit 1, which takes no bits.
TEST(EntropyWorkTest, Permutations) {
  TestMemory test;
  TestCode code;
  code.map = {1, 1, 1, 1, 1, 1, 1, 0};
  code.configs = {HybridConfig{8, 0, 0}, HybridConfig{4, 0, 0}};
  code.frequencies = {std::vector<uint32_t>(256, 0), {0, 4096, 0}};
  code.frequencies[0][255] = 4096;
  BitWriter writer;
  code.Write(&writer);
  TestStream(code).Write(&writer);
  std::vector<uint32_t> permutation(1 << 16);
  BitReader header_reader(writer.bytes().data(), writer.bytes().size());
  const auto read = EntropyCode::Read(&header_reader, &test.memory, kNumPermutationContexts);
  ASSERT_TRUE(read.ok()) << read.status().message();
  const int count = CountWithin(1 << 18, &test.memory, [&]() -> Status {
    BitReader reader = header_reader;
    JXLPOOL_ASSIGN_OR_RETURN(EntropyDecoder decoder, EntropyDecoder::Create(read.value(), &reader, &test.memory));
    return ReadPermutation(&decoder, &reader, &test.memory, permutation.size(), 0, permutation.data());
  });
  EXPECT_EQ(count, 15);  // 255 * 4 + 65536 / 4 units each
}

}  // namespace
}  // namespace jxlpool
