// Proves: whole streams made by a small encoder decode to what was coded, by all ways of reading, with both coders,
// with and without copies; copies that are impossible or need too much memory are errors.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <random>
#include <utility>
#include <vector>

#include "lib/entropy/entropy_decoder.h"
#include "lib/entropy/symbol_reader.h"
#include "tests/unit/entropy/entropy_test_util.h"
#include "tests/unit/entropy/naive_decoder.h"
#include "tests/unit/entropy/test_encoder.h"

namespace jxlpool {
namespace {

struct Stream {
  TestCode code;
  std::vector<uint8_t> bytes;
  std::vector<size_t> contexts;  // of each integer
  std::vector<uint32_t> values;
  uint32_t multiplier;
  uint64_t end;
};

// Appends a copy to `values`, from the definition.
void Copy(uint32_t length, uint32_t code, uint32_t multiplier, std::vector<uint32_t>* values) {
  const uint64_t distance = Lz77Distance(code, multiplier, values->size());
  for (uint32_t i = 0; i < length; ++i) values->push_back(distance == 0 ? 0 : (*values)[values->size() - distance]);
}

Stream MakeStream(bool prefix, bool lz77, Distances distances, uint32_t multiplier, size_t length,
                  std::mt19937* random) {
  Stream stream{MakeCode(prefix, lz77, distances, random), {}, {}, {}, multiplier, 0};
  TestStream tokens(stream.code);
  while (stream.values.size() < length) {
    const size_t context = (*random)() % kNumContexts;
    const uint32_t cluster = stream.code.map[context];
    if (lz77 && (*random)() % 6 == 0 && (cluster != 2 || distances == Distances::kCoded)) {
      const uint32_t copied = stream.code.min_length + static_cast<uint32_t>((*random)() % 300) / 7;
      uint32_t code = static_cast<uint32_t>((*random)() % ((*random)() % 2 == 0 ? 130 : 5000));
      if (distances == Distances::kAlwaysOneByCode1) code = 1;
      if (distances == Distances::kAlwaysOneByCode0) code = 0;
      tokens.AddCopy(cluster, copied, code);
      Copy(copied, code, multiplier, &stream.values);
      while (stream.contexts.size() < stream.values.size()) stream.contexts.push_back((*random)() % kNumContexts);
      stream.contexts[stream.values.size() - copied] = context;
      continue;
    }
    uint32_t value = static_cast<uint32_t>((*random)() >> ((*random)() % 8 + 21));
    if (cluster == 2 && distances != Distances::kCoded) value = distances == Distances::kAlwaysOneByCode1 ? 1 : 0;
    tokens.AddInteger(cluster, value);
    stream.contexts.push_back(context);
    stream.values.push_back(value);
  }
  BitWriter writer;
  writer.Write(3, 5);
  stream.code.Write(&writer);
  tokens.Write(&writer);
  stream.end = writer.position();
  stream.bytes = writer.bytes();
  return stream;
}

// Decodes `stream` in pieces, of random lengths and by all methods in turn.
void ExpectDecodes(const Stream& stream, Copies copies, std::mt19937* random) {
  TestMemory test;
  for (const uint64_t max_values : {uint64_t{stream.values.size()}, uint64_t{10}, EntropyDecoder::kUnknownCount}) {
    BitReader reader(stream.bytes.data(), stream.bytes.size());
    reader.Skip(3);
    auto code = EntropyCode::Read(&reader, &test.memory, kNumContexts);
    ASSERT_TRUE(code.ok()) << code.status().message();
    EXPECT_EQ(code.value().kind(stream.multiplier).uses_ans, !stream.code.prefix);
    auto created = EntropyDecoder::Create(code.value(), &reader, &test.memory, stream.multiplier, max_values);
    ASSERT_TRUE(created.ok());
    EntropyDecoder decoder = std::move(created).value();
    ASSERT_EQ(decoder.kind().copies, copies);
    for (size_t i = 0; i < stream.values.size();) {
      const size_t end = std::min<size_t>(stream.values.size(), i + 1 + (*random)() % 50);
      if ((*random)() % 2 == 0) {
        for (; i < end; ++i) ASSERT_EQ(decoder.Read(&reader, stream.contexts[i]), stream.values[i]) << i;
        continue;
      }
      VisitCoder(decoder.kind(), [&](auto coder) {
        SymbolReader<decltype(coder)> symbols(&decoder, reader);
        while (i < end) {
          ASSERT_EQ(symbols.ReadCluster(code.value().cluster_map()[stream.contexts[i]]), stream.values[i]) << i;
          ++i;
        }
        symbols.Store(&reader);
      });
    }
    EXPECT_EQ(reader.BitsConsumed(), stream.end);
    EXPECT_TRUE(decoder.Finish(&reader).ok());
  }
  EXPECT_EQ(test.budget.total().live, 0u);

  naive::Bits bits(stream.bytes, 3);
  naive::Code code;
  ASSERT_TRUE(code.Read(&bits, kNumContexts));
  naive::Stream naive_stream(code, &bits, stream.multiplier);
  for (size_t i = 0; i < stream.values.size(); ++i) {
    ASSERT_EQ(naive_stream.Read(&bits, stream.contexts[i]), stream.values[i]);
  }
}

class StreamTest : public testing::TestWithParam<bool> {};

TEST_P(StreamTest, WithoutCopies) {
  std::mt19937 random(11);
  for (int repeat = 0; repeat < 20; ++repeat) {
    ExpectDecodes(MakeStream(GetParam(), false, Distances::kCoded, 0, 3000, &random), Copies::kNone, &random);
  }
}

TEST_P(StreamTest, WithCopiesOfAnyDistance) {
  std::mt19937 random(12);
  for (const uint32_t multiplier : {0u, 1u, 2u, 7u, 20u, 300u, 100000u}) {
    for (int repeat = 0; repeat < 5; ++repeat) {
      ExpectDecodes(MakeStream(GetParam(), true, Distances::kCoded, multiplier, 8000, &random), Copies::kWindow,
                    &random);
    }
  }
}

TEST_P(StreamTest, WithRepetitionsOfThePreviousInteger) {
  std::mt19937 random(13);
  for (int repeat = 0; repeat < 5; ++repeat) {
    ExpectDecodes(MakeStream(GetParam(), true, Distances::kAlwaysOneByCode1, 20, 3000, &random), Copies::kRepeat,
                  &random);
    ExpectDecodes(MakeStream(GetParam(), true, Distances::kAlwaysOneByCode1, 0, 3000, &random), Copies::kWindow,
                  &random);
    ExpectDecodes(MakeStream(GetParam(), true, Distances::kAlwaysOneByCode0, 0, 3000, &random), Copies::kRepeat,
                  &random);
    ExpectDecodes(MakeStream(GetParam(), true, Distances::kAlwaysOneByCode0, 1, 3000, &random), Copies::kRepeat,
                  &random);
    ExpectDecodes(MakeStream(GetParam(), true, Distances::kAlwaysOneByCode0, 3, 3000, &random), Copies::kWindow,
                  &random);
  }
}

// A copy before there is anything to copy gives zeros, of any length and in all kinds.
TEST_P(StreamTest, CopyFromNothingGivesZeros) {
  std::mt19937 random(14);
  for (const Distances distances : {Distances::kCoded, Distances::kAlwaysOneByCode0}) {
    Stream stream{MakeCode(GetParam(), true, distances, &random), {}, {}, {}, 0, 0};
    TestStream tokens(stream.code);
    tokens.AddCopy(0, 5000, distances == Distances::kCoded ? 77 : 0);
    tokens.AddInteger(1, 123);
    tokens.AddCopy(0, 20, distances == Distances::kCoded ? 9 : 0);
    stream.values.assign(5000, 0);
    stream.values.push_back(123);
    Copy(20, distances == Distances::kCoded ? 9 : 0, 0, &stream.values);
    stream.contexts.assign(stream.values.size(), 0);
    stream.contexts[5000] = 1;
    BitWriter writer;
    writer.Write(3, 5);
    stream.code.Write(&writer);
    tokens.Write(&writer);
    stream.end = writer.position();
    stream.bytes = writer.bytes();
    ExpectDecodes(stream, distances == Distances::kCoded ? Copies::kWindow : Copies::kRepeat, &random);
  }
}

// More integers than the window holds: distances are cut to 2^20, and the window wraps.
TEST_P(StreamTest, WindowOfTwoToTheTwenty) {
  std::mt19937 random(15);
  Stream stream{MakeCode(GetParam(), true, Distances::kCoded, &random), {}, {}, {}, 0, 0};
  TestStream tokens(stream.code);
  const auto integer = [&](uint32_t value) {
    tokens.AddInteger(0, value);
    stream.values.push_back(value);
  };
  const auto copy = [&](uint32_t length, uint32_t code) {
    tokens.AddCopy(0, length, code);
    Copy(length, code, 0, &stream.values);
  };
  for (uint32_t i = 0; i < 100; ++i) integer((i * i) % 1000);
  copy(1 << 19, 98);
  for (uint32_t i = 0; i < 100; ++i) integer((i * 17) % 1000);
  copy(1 << 19, 150);
  copy(1000, 0x7FFFFFFF);  // more than 2^20 back
  copy(1000, (1 << 20) - 1);
  copy(1000, (1 << 20) - 2);
  copy(1 << 19, 12345);
  integer(7);
  stream.contexts.assign(stream.values.size(), 0);
  BitWriter writer;
  writer.Write(3, 5);
  stream.code.Write(&writer);
  tokens.Write(&writer);
  stream.end = writer.position();
  stream.bytes = writer.bytes();
  ExpectDecodes(stream, Copies::kWindow, &random);
}

// A copy of 2^32 or more integers is an error at the end, and harmless until then.
TEST_P(StreamTest, ImpossibleLengthIsCorrupt) {
  std::mt19937 random(16);
  TestMemory test;
  for (const Distances distances : {Distances::kCoded, Distances::kAlwaysOneByCode0}) {
    TestCode code = MakeCode(GetParam(), true, distances, &random);
    code.length_config = HybridConfig{0, 0, 0};
    TestStream tokens(code);
    tokens.AddInteger(0, 5);
    tokens.AddCopy(0, 0xFFFFFFFF, 0);  // still possible
    for (const bool too_long : {false, true}) {
      if (too_long) {
        tokens = TestStream(code);
        tokens.AddInteger(0, 5);
        tokens.AddToken(0, Token{code.min_symbol + 32, 31, 0x7FFFFFFF});
        tokens.AddInteger(2, 0);
      }
      BitWriter writer;
      code.Write(&writer);
      tokens.Write(&writer);
      BitReader reader(writer.bytes().data(), writer.bytes().size());
      auto read = EntropyCode::Read(&reader, &test.memory, kNumContexts);
      ASSERT_TRUE(read.ok());
      auto decoder = EntropyDecoder::Create(read.value(), &reader, &test.memory);
      ASSERT_TRUE(decoder.ok());
      for (int i = 0; i < 1000; ++i) EXPECT_EQ(decoder.value().Read(&reader, 0), 5u);
      EXPECT_EQ(decoder.value().Finish(&reader).code(), too_long ? ErrorCode::kCorrupt : ErrorCode::kOk);
    }
  }
}

// The window grows only as far as the budget allows; running into the limit is reported at the end.
TEST_P(StreamTest, WindowRespectsTheBudget) {
  std::mt19937 random(17);
  TestMemory test;
  const Stream stream = MakeStream(GetParam(), true, Distances::kCoded, 0, 9000, &random);
  const auto decode = [&](uint64_t extra, uint64_t max_values, uint64_t* peak) -> Status {
    Budget budget;
    Memory memory(&test.pool, &budget);
    BitReader reader(stream.bytes.data(), stream.bytes.size());
    reader.Skip(3);
    JXLPOOL_ASSIGN_OR_RETURN(const EntropyCode code, EntropyCode::Read(&reader, &memory, kNumContexts));
    budget.set_limit(budget.total().live + extra);
    const uint64_t live = budget.total().live;
    budget.ResetPeaks();
    JXLPOOL_ASSIGN_OR_RETURN(EntropyDecoder decoder,
                             EntropyDecoder::Create(code, &reader, &memory, stream.multiplier, max_values));
    for (const size_t context : stream.contexts) decoder.Read(&reader, context);
    *peak = budget.total().peak - live;
    return decoder.Finish(&reader);
  };
  uint64_t peak = 0;
  EXPECT_EQ(decode(1000, 9000, &peak).code(), ErrorCode::kMemoryLimit);
  EXPECT_EQ(decode(5000, EntropyDecoder::kUnknownCount, &peak).code(), ErrorCode::kMemoryLimit);
  EXPECT_TRUE(decode(1 << 17, EntropyDecoder::kUnknownCount, &peak).ok());
  EXPECT_TRUE(decode(1 << 16, 9000, &peak).ok());
  EXPECT_EQ(peak, 65536u);  // 2^14 integers
}

INSTANTIATE_TEST_SUITE_P(BothCoders, StreamTest, testing::Bool(),
                         [](const testing::TestParamInfo<bool>& coder) { return coder.param ? "Prefix" : "Ans"; });

}  // namespace
}  // namespace jxlpool
