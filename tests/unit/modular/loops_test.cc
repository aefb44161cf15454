// The specialised loops give the samples that the generic loop gives, whatever the tree, the entropy coder and the
// values. Any bits decode to something, so random bits make the streams.
#include <gtest/gtest.h>

#include <algorithm>
#include <ostream>
#include <random>

#include "lib/entropy/entropy_code.h"
#include "lib/entropy/entropy_decoder.h"
#include "lib/modular/modular_image.h"
#include "lib/modular/stream/channel_decoder.h"
#include "lib/modular/stream/ma_tree.h"
#include "tests/unit/each_target.h"
#include "tests/unit/entropy/test_encoder.h"
#include "tests/unit/modular/test_codestream.h"

namespace jxlpool {
namespace {

using Random = std::mt19937;

uint32_t Below(Random* random, uint32_t bound) { return static_cast<uint32_t>((*random)() % bound); }
template <typename T>
T OneOf(Random* random, const std::vector<T>& values) {
  return values[Below(random, static_cast<uint32_t>(values.size()))];
}

// What a random tree may contain.
struct TreeStyle {
  std::vector<int16_t> properties;
  std::vector<int> predictors;
  bool unit = true;
  int32_t spread = 40;  // of the values of decisions
  uint32_t max_leaves = 20;
};

// Nodes in breadth-first order, as a stream would give them.
std::vector<MaNode> RandomTree(const TreeStyle& style, Random* random) {
  const uint32_t num_leaves = 1 + Below(random, style.max_leaves);
  std::vector<MaNode> nodes(1);
  std::vector<std::vector<std::pair<int64_t, int64_t>>> ranges(1);
  ranges[0].assign(kNumProperties, {INT32_MIN, INT32_MAX});
  uint32_t leaves = 1;
  uint32_t contexts = 0;
  for (size_t i = 0; i < nodes.size(); ++i) {
    const bool must = i + 1 == nodes.size() && leaves < num_leaves && !style.properties.empty();
    if (!style.properties.empty() && leaves < num_leaves && (must || Below(random, 4) != 0)) {
      const int16_t property = OneOf(random, style.properties);
      const auto [low, high] = ranges[i][property];
      int64_t value = static_cast<int64_t>(Below(random, 2 * style.spread + 1)) - style.spread;
      if (property == 2 || property == 3) value = Below(random, 20);
      if (value >= low && value < high) {
        nodes[i].property = property;
        nodes[i].value = static_cast<int32_t>(value);
        nodes[i].child = static_cast<uint32_t>(nodes.size());
        for (const bool left : {true, false}) {
          nodes.emplace_back();
          ranges.push_back(ranges[i]);
          if (left) {
            ranges.back()[property].first = value + 1;
          } else {
            ranges.back()[property].second = value;
          }
        }
        ++leaves;
        continue;
      }
    }
    nodes[i].property = -1;
    nodes[i].predictor = static_cast<Predictor>(OneOf(random, style.predictors));
    nodes[i].value = style.unit ? 0 : static_cast<int32_t>(Below(random, 9)) - 4;
    nodes[i].multiplier = style.unit ? 1 : 1 + Below(random, 3);
    nodes[i].child = contexts++;
  }
  return nodes;
}

enum class Coding { kAns, kPrefix, kAnsCopies, kPrefixRepeats };

// A code for `num_contexts` contexts whose integers are mostly small, or large now and then.
TestCode RandomCode(size_t num_contexts, Coding coding, bool large_values, Random* random) {
  TestCode code;
  const uint32_t num_clusters = 1 + Below(random, 6);
  for (size_t i = 0; i < num_contexts; ++i) {
    code.map.push_back(static_cast<uint8_t>(i < num_clusters ? i : Below(random, num_clusters)));
  }
  const uint32_t used = std::min<uint32_t>(num_clusters, static_cast<uint32_t>(num_contexts));
  code.prefix = coding == Coding::kPrefix || coding == Coding::kPrefixRepeats;
  code.lz77 = coding == Coding::kAnsCopies || coding == Coding::kPrefixRepeats;
  code.min_symbol = 28;
  code.min_length = 3 + Below(random, 6);
  code.length_config = HybridConfig{2, 0, 0};
  if (code.lz77) code.map.push_back(static_cast<uint8_t>(used));
  const uint32_t size = code.lz77 ? 32 : large_values ? 60 : 22;
  for (uint32_t i = 0; i < used; ++i) {
    code.configs.push_back(OneOf<HybridConfig>(random, {{4, 2, 0}, {4, 1, 2}, {3, 1, 0}, {4, 0, 0}}));
    if (code.prefix) {
      code.lengths.push_back(RandomLengths(size, 2 + Below(random, size - 2), random));
    } else {
      code.frequencies.push_back(RandomFrequencies(size, random));
    }
  }
  if (code.lz77) {
    // One distance: the previous integer. Or all kinds of distances.
    code.configs.push_back(HybridConfig{coding == Coding::kPrefixRepeats ? uint8_t{0} : uint8_t{4}, 0, 0});
    if (coding == Coding::kPrefixRepeats) {
      code.lengths.push_back({0, 1});
    } else {
      code.frequencies.push_back(RandomFrequencies(16, random));
    }
  }
  return code;
}

struct Decoded {
  Status status;
  std::vector<std::vector<int32_t>> channels;
  uint64_t position = 0;
};

// A stream: a tree, a code, and random bits that make samples of it.
struct Stream {
  MaTreeAndCode tree;
  std::vector<uint8_t> bits;
  std::vector<ChannelShape> shapes;
  WeightedParams weighted;
};

// A stream while it is decoded.
struct Decoding {
  Decoding(const Stream& stream, ChannelLoops loops, SampleType type, Memory* memory)
      : image(memory, type), reader(stream.bits.data(), stream.bits.size()) {
    uint32_t widest = 0;
    for (const ChannelShape& shape : stream.shapes) {
      EXPECT_TRUE(image.Add(shape).ok());
      widest = std::max(widest, shape.width);
    }
    EXPECT_TRUE(image.Allocate().ok());
    auto created = EntropyDecoder::Create(stream.tree.code, &reader, memory, widest);
    EXPECT_TRUE(created.ok());
    decoder = std::move(created).value();
    channels.tree = &stream.tree;
    channels.weighted = stream.weighted;
    channels.stream_index = 3;
    channels.loops = loops;
    channels.image = &image;
    channels.decoder = &decoder;
    channels.reader = &reader;
  }

  void Keep(size_t i, Decoded* result) const {
    std::vector<int32_t> samples;
    for (size_t y = 0; y < image[i].height(); ++y) {
      for (size_t x = 0; x < image[i].width(); ++x) samples.push_back(image[i].Get(x, y));
    }
    result->channels.push_back(std::move(samples));
    result->position = reader.Position();
  }

  ModularImage image;
  BitReader reader;
  EntropyDecoder decoder;
  ChannelStream channels;
};

// All channels of one stream.
Decoded Decode(const Stream& stream, ChannelLoops loops, SampleType type, Memory* memory) {
  Decoded result;
  Decoding decoding(stream, loops, type, memory);
  for (size_t i = 0; i < stream.shapes.size(); ++i) {
    result.status = ChannelDecoder(decoding.channels, i).Decode();
    if (!result.status.ok()) return result;
    decoding.Keep(i, &result);
  }
  return result;
}

// Of two streams, as long as both have channels and are good. Counts the channels that went together.
void DecodeBoth(const Stream& first, const Stream& second, SampleType type, Memory* memory, Decoded (&results)[2],
                int* num_together) {
  Decoding decodings[2] = {{first, ChannelLoops::kSpecialised, type, memory},
                           {second, ChannelLoops::kSpecialised, type, memory}};
  const Stream* streams[2] = {&first, &second};
  for (size_t i = 0;; ++i) {
    bool going[2];
    for (size_t k = 0; k < 2; ++k) going[k] = results[k].status.ok() && i < streams[k]->shapes.size();
    if (!going[0] && !going[1]) return;
    if (going[0] && going[1]) {
      PairDecoder pair(decodings[0].channels, i, decodings[1].channels, i);
      pair.Decode(&results[0].status, &results[1].status);
      *num_together += pair.went_together() ? 1 : 0;
    } else {
      const size_t k = going[0] ? 0 : 1;
      results[k].status = ChannelDecoder(decodings[k].channels, i).Decode();
    }
    for (size_t k = 0; k < 2; ++k) {
      if (going[k] && results[k].status.ok()) decodings[k].Keep(i, &results[k]);
    }
  }
}

struct LoopCase {
  const char* name;
  TreeStyle style;
};

void PrintTo(const LoopCase& loop_case, std::ostream* out) { *out << loop_case.name; }

std::vector<LoopCase> Cases() {
  const std::vector<int> all = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13};
  const std::vector<int> no_weighted = {0, 1, 2, 3, 4, 5, 7, 8, 9, 10, 11, 12, 13};
  std::vector<int16_t> properties;
  for (int16_t p = 0; p < 28; ++p) properties.push_back(p);
  std::vector<int16_t> plain = properties;
  plain.erase(plain.begin() + 15);
  std::vector<int16_t> many = properties;
  for (int16_t p = 28; p < 36; ++p) many.push_back(p);
  return {
      {"one leaf zero", {{}, {0}, false, 1, 1}},
      {"one leaf gradient", {{}, {5}, true, 1, 1}},
      {"one leaf weighted", {{}, {6}, true, 1, 1}},
      {"one leaf any", {{}, all, false, 1, 1}},
      {"channel and stream", {{0, 1}, {0, 5, 6}, true, 4, 6}},
      {"by gradient", {{9}, {5}, true, 60, 30}},
      {"by gradient, far apart", {{9}, {5}, true, 3000, 100}},
      {"by weighted", {{15}, {6}, true, 60, 30}},
      {"gradient sets", {{2, 3, 4, 6, 9, 10, 11, 12, 13}, {5}, true, 30, 300}},
      {"mixed sets, 1 word", {{9, 10, 11, 12, 15}, {5, 6}, true, 30, 60}},
      {"mixed sets", {{9, 10, 11, 12, 15}, {5, 6}, true, 60, 500}},
      {"mixed sets, references", {{9, 10, 11, 12, 15, 16, 17, 18, 19, 20, 23}, {5, 6}, true, 30, 200}},
      {"mixed, all properties", {properties, {5, 6}, true, 30, 400}},
      {"zero values", {{4, 5, 6, 7, 8}, {0}, false, 30, 60}},
      {"zero values, 2 words", {{4, 5, 6, 7, 8}, {0}, true, 60, 128}},
      {"zero, all properties", {plain, {0}, false, 30, 200}},
      {"any", {plain, no_weighted, false, 30, 300}},
      {"any weighted", {properties, all, false, 30, 300}},
      {"far apart", {{9, 10, 15, 4}, {5, 6}, true, 2500, 20}},
      {"too many leaves", {properties, all, false, 100, 900}},
      {"too many references", {many, all, false, 30, 60}},
  };
}

class Loops : public testing::TestWithParam<LoopCase> {};

WeightedParams RandomWeighted(Random* random) {
  WeightedParams params;
  if (Below(random, 2) == 0) return params;
  params.p1 = Below(random, 32);
  params.p2 = Below(random, 32);
  for (uint32_t& p3 : params.p3) p3 = Below(random, 32);
  for (uint32_t& w : params.w) w = Below(random, 16);
  return params;
}

std::vector<ChannelShape> RandomShapes(Random* random) {
  std::vector<ChannelShape> shapes;
  // Now and then wider than the portions in which leaves are looked for.
  const bool wide = Below(random, 8) == 0;
  const ChannelShape base = wide ? ChannelShape{1000 + Below(random, 1500), 1 + Below(random, 4), 0, 0}
                                 : ChannelShape{1 + Below(random, 60), 1 + Below(random, 24), 0, 0};
  for (uint32_t i = 0; i < 4; ++i) {
    const bool other = Below(random, 4) == 0;
    shapes.push_back(other ? ChannelShape{1 + Below(random, 60), 1 + Below(random, 24), 0, 1} : base);
  }
  return shapes;
}

// All channels agree. Only as far as samples fit 16 bits if one of them is stored so.
void ExpectSame(const Decoded& expected, const Decoded& actual, bool stored_in_16_bits) {
  for (const std::vector<int32_t>& channel : expected.channels) {
    for (const int32_t sample : channel) {
      if (stored_in_16_bits && sample != static_cast<int16_t>(sample)) return;
    }
  }
  ASSERT_EQ(expected.status.code(), actual.status.code());
  ASSERT_EQ(expected.channels.size(), actual.channels.size());
  for (size_t i = 0; i < expected.channels.size(); ++i) ASSERT_EQ(expected.channels[i], actual.channels[i]) << i;
  ASSERT_EQ(expected.position, actual.position);
}

// REQUIRES: `memory` outlives `stream`.
void RandomStream(const TreeStyle& style, uint32_t seed, Memory* memory, Stream* stream) {
  const Coding codings[] = {Coding::kAns, Coding::kPrefix, Coding::kAnsCopies, Coding::kPrefixRepeats};
  Random random(seed);
  const std::vector<MaNode> nodes = RandomTree(style, &random);
  auto tree = MaTree::FromNodes(nodes.data(), nodes.size(), memory);
  ASSERT_TRUE(tree.ok()) << tree.status().message();
  stream->tree.tree = std::move(tree).value();
  BitWriter header;
  const bool large_values = seed % 8 == 7;
  RandomCode(stream->tree.tree.num_leaves(), codings[seed % 4], large_values, &random).Write(&header);
  BitReader header_reader(header.bytes().data(), header.bytes().size());
  auto code = EntropyCode::Read(&header_reader, memory, stream->tree.tree.num_leaves());
  ASSERT_TRUE(code.ok()) << code.status().message();
  stream->tree.code = std::move(code).value();
  stream->shapes = RandomShapes(&random);
  stream->bits.resize(seed % 16 == 5 ? 200 : 40000);
  for (uint8_t& byte : stream->bits) byte = static_cast<uint8_t>(random());
  stream->weighted = RandomWeighted(&random);
}

void TestLoops(const LoopCase& loop_case, uint32_t num_seeds) {
  for (uint32_t seed = 0; seed < num_seeds; ++seed) {
    SCOPED_TRACE(seed);
    TestMemory memory;
    Stream stream;
    ASSERT_NO_FATAL_FAILURE(RandomStream(loop_case.style, seed, &memory.memory, &stream));
    const Decoded expected = Decode(stream, ChannelLoops::kGeneric, SampleType::kInt32, &memory.memory);
    for (const ChannelLoops loops : {ChannelLoops::kSpecialised, ChannelLoops::kFastest}) {
      ExpectSame(expected, Decode(stream, loops, SampleType::kInt32, &memory.memory), false);
      ExpectSame(expected, Decode(stream, loops, SampleType::kInt16, &memory.memory), true);
      if (testing::Test::HasFatalFailure()) return;
    }
  }
}

// Streams of one case with different trees, codes, shapes and lengths; every tenth pair ends early.
void TestPairs(const LoopCase& loop_case, uint32_t num_pairs) {
  int num_together = 0;
  for (uint32_t pair = 0; pair < num_pairs; ++pair) {
    SCOPED_TRACE(pair);
    TestMemory memory;
    Stream streams[2];
    // Seeds that are multiples of 4 are coded with ANS.
    for (uint32_t k = 0; k < 2; ++k) {
      const uint32_t seed = pair % 5 == 4 ? 2 * pair + k : 8 * pair + 4 * k;
      ASSERT_NO_FATAL_FAILURE(RandomStream(loop_case.style, seed, &memory.memory, &streams[k]));
      if (pair % 10 == k) streams[k].bits.resize(300);
    }
    if (pair % 2 == 0) streams[1].shapes = streams[0].shapes;
    Decoded expected[2];
    for (size_t k = 0; k < 2; ++k) {
      expected[k] = Decode(streams[k], ChannelLoops::kGeneric, SampleType::kInt32, &memory.memory);
    }
    for (const SampleType type : {SampleType::kInt32, SampleType::kInt16}) {
      Decoded actual[2];
      DecodeBoth(streams[0], streams[1], type, &memory.memory, actual, &num_together);
      for (size_t k = 0; k < 2; ++k) ExpectSame(expected[k], actual[k], type == SampleType::kInt16);
      if (testing::Test::HasFatalFailure()) return;
    }
  }
  EXPECT_GT(num_together, 0);
}

// Sets of one word suffice for the leaves of one tree, and not for those of the other.
TEST(PairDecoder, MakesSetsOfOneSize) {
  int num_together = 0;
  for (uint32_t seed = 0; seed < 800; seed += 4) {
    SCOPED_TRACE(seed);
    TestMemory memory;
    Stream streams[2];
    ASSERT_NO_FATAL_FAILURE(
        RandomStream({{4, 6, 9, 10, 11, 12, 13}, {5}, true, 200, 60}, seed, &memory.memory, &streams[0]));
    ASSERT_NO_FATAL_FAILURE(
        RandomStream({{4, 6, 9, 10, 11, 12, 13}, {5}, true, 200, 120}, seed + 4, &memory.memory, &streams[1]));
    if (streams[1].tree.tree.num_leaves() <= 64) continue;
    streams[0].shapes = streams[1].shapes = {ChannelShape{200, 60, 0, 0}};
    Decoded actual[2];
    DecodeBoth(streams[0], streams[1], SampleType::kInt32, &memory.memory, actual, &num_together);
    for (size_t k = 0; k < 2; ++k) {
      const Decoded expected = Decode(streams[k], ChannelLoops::kGeneric, SampleType::kInt32, &memory.memory);
      ASSERT_NO_FATAL_FAILURE(ExpectSame(expected, actual[k], false));
    }
  }
  EXPECT_GT(num_together, 0);
}

TEST_P(Loops, PairsAgreeWithTheGenericLoop) { TestPairs(GetParam(), 40); }

TEST_P(Loops, PairsAgreeOnAllTargets) {
  ForEachTarget([] { TestPairs(GetParam(), 6); });
}

TEST_P(Loops, AgreeWithTheGenericLoop) { TestLoops(GetParam(), 64); }

TEST_P(Loops, AgreeOnAllTargets) {
  ForEachTarget([] { TestLoops(GetParam(), 8); });
}

INSTANTIATE_TEST_SUITE_P(All, Loops, testing::ValuesIn(Cases()), [](const auto& test) {
  std::string name = test.param.name;
  std::erase_if(name, [](char c) { return !std::isalnum(static_cast<unsigned char>(c)); });
  return name;
});

}  // namespace
}  // namespace jxlpool
