// Streams of real files: positions, states, sums and hashes that another decoder found; then the same streams cut and
// damaged in every possible place.
#include <gtest/gtest.h>

#include <random>

#include "lib/entropy/cluster_map.h"
#include "lib/entropy/entropy_decoder.h"
#include "lib/entropy/permutation.h"
#include "lib/entropy/symbol_reader.h"
#include "tests/unit/entropy/entropy_test_util.h"
#include "tests/unit/entropy/naive_decoder.h"

namespace jxlpool {
namespace {

struct Decoded {
  Status status;
  uint64_t code_end = 0;
  uint64_t stream_end = 0;
  std::vector<uint32_t> values;
};

enum class How { kRead, kSymbolReader, kSymbolReaderInPieces };

Decoded Decode(const WorkedStream& stream, const std::vector<uint8_t>& bytes, How how, Memory* memory,
               uint64_t max_values = EntropyDecoder::kUnknownCount) {
  Decoded decoded;
  BitReader reader(bytes.data(), bytes.size());
  reader.Skip(stream.code_position);
  auto code = EntropyCode::Read(&reader, memory, stream.num_contexts);
  decoded.status = code.status();
  if (!code.ok()) return decoded;
  decoded.code_end = reader.BitsConsumed();
  reader.Skip(stream.stream_position - stream.code_end);
  auto created = EntropyDecoder::Create(code.value(), &reader, memory, stream.distance_multiplier, max_values);
  decoded.status = created.status();
  if (!created.ok()) return decoded;
  EntropyDecoder decoder = std::move(created).value();
  for (const auto& [selected, count] : stream.clusters) {
    const uint32_t cluster =
        selected % static_cast<uint32_t>(code.value().num_clusters());  // damaged headers have fewer
    if (how == How::kRead) {
      for (uint32_t i = 0; i < count; ++i) decoded.values.push_back(decoder.ReadCluster(&reader, cluster));
      continue;
    }
    VisitCoder(decoder.kind(), [&, count = count](auto coder) {
      for (uint32_t i = 0; i < count;) {
        SymbolReader<decltype(coder)> symbols(&decoder, reader);
        const uint32_t end = how == How::kSymbolReader ? count : std::min(count, i + 7);
        for (; i < end; ++i) decoded.values.push_back(symbols.ReadCluster(cluster));
        symbols.Store(&reader);
      }
    });
  }
  decoded.stream_end = reader.BitsConsumed();
  decoded.status = decoder.Finish(&reader);
  return decoded;
}

Decoded DecodeNaively(const WorkedStream& stream, const std::vector<uint8_t>& bytes) {
  Decoded decoded;
  decoded.status = Corrupt("naive");
  naive::Bits bits(bytes, stream.code_position);
  naive::Code code;
  if (!code.Read(&bits, stream.num_contexts)) return decoded;
  decoded.code_end = bits.position();
  bits.U(static_cast<uint32_t>(stream.stream_position - stream.code_end));
  naive::Stream values(code, &bits, stream.distance_multiplier);
  for (const auto& [cluster, count] : stream.clusters) {
    for (uint32_t i = 0; i < count; ++i) {
      decoded.values.push_back(values.ReadCluster(&bits, cluster % static_cast<uint32_t>(code.configs.size())));
    }
  }
  decoded.stream_end = bits.position();
  if (values.Finish() && !bits.overrun()) decoded.status = OkStatus();
  return decoded;
}

class WorkedStreamTest : public testing::TestWithParam<size_t> {
 protected:
  const WorkedStream& stream() const { return WorkedStreams()[GetParam()]; }
  TestMemory test_;
};

TEST_P(WorkedStreamTest, GivesTheKnownValuesAndPositions) {
  const std::vector<uint8_t> bytes = FromHex(stream().hex);
  for (const How how : {How::kRead, How::kSymbolReader, How::kSymbolReaderInPieces}) {
    for (const uint64_t max_values : {EntropyDecoder::kUnknownCount, uint64_t{0}, uint64_t{100000}}) {
      const Decoded decoded = Decode(stream(), bytes, how, &test_.memory, max_values);
      EXPECT_TRUE(decoded.status.ok()) << stream().name << ": " << decoded.status.message();
      EXPECT_EQ(decoded.code_end, stream().code_end);
      EXPECT_EQ(decoded.stream_end, stream().stream_end);
      EXPECT_EQ(Hash31(decoded.values), stream().hash);
      uint64_t sum = 0;
      for (const uint32_t value : decoded.values) sum += value;
      EXPECT_EQ(sum, stream().sum);
    }
  }
  EXPECT_EQ(test_.budget.total().live, 0u);
  EXPECT_EQ(DecodeNaively(stream(), bytes).values, Decode(stream(), bytes, How::kRead, &test_.memory).values);
}

// Cut anywhere, a stream asks for more input; it never gives the impression of being complete or corrupt.
TEST_P(WorkedStreamTest, CutAnywhereAsksForMore) {
  const std::vector<uint8_t> bytes = FromHex(stream().hex);
  for (size_t size = 0; 8 * size < stream().stream_end; ++size) {
    const std::vector<uint8_t> cut(bytes.begin(), bytes.begin() + static_cast<ptrdiff_t>(size));
    const Decoded decoded = Decode(stream(), cut, How::kSymbolReader, &test_.memory);
    EXPECT_EQ(decoded.status.code(), ErrorCode::kNeedMoreInput) << "after byte " << size;
  }
}

// Zeroing everything behind any bit, and flipping any bit: the same result as the naive decoder, and the same values
// where the header is fine.
TEST_P(WorkedStreamTest, DamageIsSeenAsTheNaiveDecoderSeesIt) {
  const std::vector<uint8_t> bytes = FromHex(stream().hex);
  const uint64_t step = stream().values_are_many() ? 7 : 1;
  for (uint64_t bit = stream().code_position; bit < stream().stream_end; bit += step) {
    for (const bool flip : {false, true}) {
      std::vector<uint8_t> damaged = bytes;
      damaged[bit / 8] ^= static_cast<uint8_t>(1u << (bit % 8));
      if (!flip) {
        for (size_t i = bit / 8 + 1; i < damaged.size(); ++i) damaged[i] = 0;
      }
      const Decoded ours = Decode(stream(), damaged, How::kSymbolReaderInPieces, &test_.memory);
      const Decoded naive = DecodeNaively(stream(), damaged);
      ASSERT_EQ(ours.status.ok(), naive.status.ok()) << "bit " << bit << ": " << ours.status.message();
      ASSERT_EQ(ours.code_end, naive.code_end) << "bit " << bit << ": " << ours.status.message();
      if (ours.status.code() == ErrorCode::kNeedMoreInput) continue;
      ASSERT_EQ(ours.stream_end, naive.stream_end) << "bit " << bit;
      ASSERT_EQ(ours.values, naive.values) << "bit " << bit;
    }
  }
}

// Random bytes in place of the rest of the header and the stream.
TEST_P(WorkedStreamTest, RandomContinuationsAgreeWithTheNaiveDecoder) {
  std::mt19937 random(static_cast<uint32_t>(GetParam()));
  const std::vector<uint8_t> bytes = FromHex(stream().hex);
  int complete_headers = 0;
  for (int repeat = 0; repeat < (stream().values_are_many() ? 100 : 3000); ++repeat) {
    std::vector<uint8_t> damaged = bytes;
    const uint64_t begin = stream().code_position + random() % (stream().stream_end - stream().code_position);
    for (size_t i = begin / 8; i < damaged.size(); ++i) damaged[i] = static_cast<uint8_t>(random() >> 8);
    damaged.resize(damaged.size() + 4000, 0x5A);
    const Decoded ours = Decode(stream(), damaged, How::kSymbolReader, &test_.memory);
    const Decoded naive = DecodeNaively(stream(), damaged);
    ASSERT_EQ(ours.status.ok(), naive.status.ok()) << repeat << ": " << ours.status.message();
    ASSERT_EQ(ours.code_end, naive.code_end) << repeat << ": " << ours.status.message();
    if (ours.code_end != 0) ++complete_headers;
    if (ours.status.code() == ErrorCode::kNeedMoreInput) continue;
    ASSERT_EQ(ours.stream_end, naive.stream_end) << repeat;
    ASSERT_EQ(ours.values, naive.values) << repeat;
  }
  EXPECT_GT(complete_headers, 0);
}

INSTANTIATE_TEST_SUITE_P(AllExamples, WorkedStreamTest, testing::Range<size_t>(0, 8),
                         [](const testing::TestParamInfo<size_t>& example) {
                           return WorkedStreams()[example.param].name;
                         });

// The first states, tokens and bit positions of one stream, token by token.
TEST(WorkedStreamsTest, ValuesComeWithTheKnownPositions) {
  TestMemory test;
  const WorkedStream& stream = WorkedStreams()[0];
  const std::vector<uint8_t> bytes = FromHex(stream.hex);
  BitReader reader(bytes.data(), bytes.size());
  reader.Skip(stream.code_position);
  auto code = EntropyCode::Read(&reader, &test.memory, stream.num_contexts);
  ASSERT_TRUE(code.ok());
  EXPECT_TRUE(code.value().kind(0).uses_ans);
  EXPECT_EQ(code.value().num_clusters(), 1u);
  EXPECT_EQ(code.value().max_value_bits(), 10u);  // symbol 10 of configuration (0, 0, 0)
  const AliasEntry* alias = code.value().tables().alias;
  EXPECT_EQ(alias[9].cutoff, 32);
  EXPECT_EQ(alias[9].alias, 0);
  EXPECT_EQ(alias[9].alias_offset, 608);
  EXPECT_EQ(alias[10].alias, 10);
  EXPECT_EQ(alias[27].alias_offset, 2784);
  EXPECT_EQ(alias[31].alias, 4);
  EXPECT_EQ(alias[31].alias_frequency, 256);
  auto decoder = EntropyDecoder::Create(code.value(), &reader, &test.memory);
  ASSERT_TRUE(decoder.ok());
  const uint32_t values[] = {1, 4, 3, 0, 1, 2, 7, 0, 4, 1022, 4, 0, 1, 0, 12, 1, 12, 0, 0, 0, 1022};
  const uint64_t positions[] = {95, 97, 98, 98, 114, 115, 117, 117};
  for (size_t i = 0; i < std::size(values); ++i) {
    EXPECT_EQ(decoder.value().Read(&reader, i % 6), values[i]);
    if (i < std::size(positions)) {
      EXPECT_EQ(reader.Position(), positions[i]);
    }
  }
}

TEST(WorkedStreamsTest, PropertiesOfCodes) {
  TestMemory test;
  const auto read = [&](size_t i) {
    const WorkedStream& stream = WorkedStreams()[i];
    const std::vector<uint8_t> bytes = FromHex(stream.hex);
    BitReader reader(bytes.data(), bytes.size());
    reader.Skip(stream.code_position);
    return EntropyCode::Read(&reader, &test.memory, stream.num_contexts);
  };
  const auto e9 = read(7);
  ASSERT_TRUE(e9.ok());
  EXPECT_FALSE(e9.value().kind(0).uses_ans);
  EXPECT_NE(e9.value().kind(0).copies, Copies::kNone);
  EXPECT_EQ(e9.value().num_clusters(), 5u);
  EXPECT_EQ(std::vector<uint8_t>(e9.value().cluster_map(), e9.value().cluster_map() + 6),
            (std::vector<uint8_t>{4, 3, 2, 1, 0, 0}));
  EXPECT_EQ(e9.value().kind(47).copies, Copies::kRepeat);
  EXPECT_EQ(e9.value().kind(0).copies, Copies::kWindow);  // code 1 means distance 2 there
  EXPECT_TRUE(e9.value().cluster(0).is_constant);
  EXPECT_EQ(e9.value().cluster(0).constant_value, 1u);
  EXPECT_TRUE(e9.value().cluster(1).can_copy);
  EXPECT_FALSE(e9.value().cluster(1).is_constant);
  EXPECT_EQ(e9.value().cluster(1).max_value_bits, 10);
  const auto e4 = read(4);
  ASSERT_TRUE(e4.ok());
  EXPECT_EQ(e4.value().kind(20).copies, Copies::kWindow);
  EXPECT_EQ(e4.value().max_value_bits(), 9u);  // token 54 of configuration (3, 2, 1): 5 extra bits and 4 in the token
}

TEST(WorkedStreamsTest, Permutation) {
  TestMemory test;
  const WorkedStream& stream = WorkedStreams()[6];
  const std::vector<uint8_t> bytes = FromHex(stream.hex);
  BitReader reader(bytes.data(), bytes.size());
  reader.Skip(stream.code_position);
  auto code = EntropyCode::Read(&reader, &test.memory, kNumPermutationContexts);
  ASSERT_TRUE(code.ok());
  auto decoder = EntropyDecoder::Create(code.value(), &reader, &test.memory);
  ASSERT_TRUE(decoder.ok());
  std::vector<uint32_t> permutation(49);
  ASSERT_TRUE(ReadPermutation(&decoder.value(), &reader, &test.memory, 49, 0, permutation.data()).ok());
  EXPECT_TRUE(decoder.value().Finish(&reader).ok());
  EXPECT_EQ(reader.Position(), 118u);
  EXPECT_EQ(Hash31(permutation), 0x226F8C82u);
}

TEST(WorkedStreamsTest, ClusterMapWithMoveToFront) {
  TestMemory test;
  const std::vector<uint8_t> bytes = FromHex(kE7Bytes);
  BitReader reader(bytes.data(), bytes.size());
  reader.Skip(5);
  uint8_t map[34];
  size_t num_clusters = 0;
  ASSERT_TRUE(ReadClusterMap(&reader, &test.memory, 34, map, &num_clusters).ok());
  EXPECT_EQ(num_clusters, 5u);
  EXPECT_EQ(reader.Position(), 95u);
  EXPECT_EQ(std::vector<uint8_t>(map, map + 34),
            (std::vector<uint8_t>{0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 2, 0, 0,
                                  3, 3, 3, 3, 4, 0, 4, 4, 0, 0, 0, 0, 0, 0, 0, 0, 1}));
}

TEST(WorkedStreamsTest, LargeClusterMap) {
  TestMemory test;
  const std::vector<uint8_t> bytes = FromHex(kE8Bytes);
  BitReader reader(bytes.data(), bytes.size());
  reader.Skip(9);
  auto code = EntropyCode::Read(&reader, &test.memory, 13860);
  ASSERT_TRUE(code.ok());
  EXPECT_EQ(reader.Position(), 474u);
  EXPECT_EQ(code.value().num_clusters(), 5u);
  EXPECT_EQ(Hash31(std::vector<uint32_t>(code.value().cluster_map(), code.value().cluster_map() + 13860)), 0xF00AF0D2u);
  EXPECT_FALSE(code.value().cluster(0).is_constant);
  EXPECT_TRUE(code.value().cluster(1).is_constant);
  EXPECT_EQ(code.value().cluster(1).constant_value, 0u);
  EXPECT_EQ(code.value().cluster(2).constant_value, 1u);
  EXPECT_FALSE(code.value().cluster(3).is_constant);
  // Five clusters with one configuration share their integers.
  EXPECT_EQ(code.value().cluster(4).integers, code.value().cluster(0).integers);

  // One byte short of the map is a memory limit, not a crash.
  Budget small_budget(13860);
  Memory small(&test.pool, &small_budget);
  BitReader again(bytes.data(), bytes.size());
  again.Skip(9);
  EXPECT_EQ(EntropyCode::Read(&again, &small, 13860).status().code(), ErrorCode::kMemoryLimit);
  EXPECT_EQ(small_budget.total().live, 0u);
}

}  // namespace
}  // namespace jxlpool
