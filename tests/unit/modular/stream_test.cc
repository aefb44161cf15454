// Sub-bitstreams and frames: worked examples, and that no input whatever makes the decoder crash, hang or leak.
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <random>

#include "lib/modular/stream/modular_stream.h"
#include "tests/unit/entropy/test_encoder.h"
#include "tests/unit/modular/test_codestream.h"

namespace jxlpool {
namespace {

DecodedFrame DecodeHex(const char* hex) {
  TestMemory memory;
  DecodedFrame frame;
  const Status status = DecodeTestFrame(FromHex(hex), DecodeOptions(), &memory.memory, &frame);
  EXPECT_TRUE(status.ok()) << status.message();
  return frame;
}

TEST(ModularExamples, ConstantResiduals) {
  const DecodedFrame frame = DecodeHex("ff0afa1f810381040818100040004b28709ccf68833a007200240907d001");
  ASSERT_EQ(frame.channels.size(), 4u);
  for (size_t y = 0; y < 1024; ++y) {
    for (size_t x = 0; x < 1024; ++x) {
      const int32_t expected[4] = {static_cast<int32_t>(8 * x), static_cast<int32_t>(4 * x),
                                   static_cast<int32_t>(4 * x), static_cast<int32_t>(4 * y)};
      for (size_t c = 0; c < 4; ++c) ASSERT_EQ(frame.channels[c].samples[y * 1024 + x], expected[c]);
    }
  }
}

TEST(ModularExamples, WeightedPredictor) {
  const DecodedFrame frame = DecodeHex(
      "ff0a10101050b9b78a2208040100c8004b188b15526c00fce7ed42d304841708829db37d131d60e87e7dec06e8d1737cd6b7debf4ba8e020"
      "37"
      "fd9fd1ef194ca45200");
  ASSERT_EQ(frame.channels.size(), 3u);
  EXPECT_EQ(frame.channels[0].samples, (std::vector<int32_t>{255, 0, 0, 128, 64, 64, 255, 128, 0}));
  EXPECT_EQ(frame.channels[1].samples, (std::vector<int32_t>{0, 255, 0, 64, 128, 64, 255, 128, 0}));
  EXPECT_EQ(frame.channels[2].samples, (std::vector<int32_t>{0, 0, 255, 64, 64, 128, 255, 128, 0}));
}

// A stream with a local tree of one leaf; samples follow as 8-bit unsigned integers with a fixed-length code.
std::vector<uint8_t> SimpleStream(uint32_t num_samples, std::mt19937* random) {
  BitWriter out;
  out.Write(1, 0);  // local tree
  out.Write(1, 1);  // default predictor parameters
  out.Write(2, 0);  // no transforms
  TestCode tree;
  tree.map.assign(6, 0);
  tree.prefix = true;
  tree.configs = {HybridConfig{4, 0, 0}};
  tree.lengths = {std::vector<uint32_t>(16, 4)};
  tree.Write(&out);
  TestStream nodes(tree);
  for (const uint32_t value : {0, 5, 0, 0, 0}) nodes.AddInteger(0, value);
  nodes.Write(&out);
  TestCode samples;
  samples.map.assign(1, 0);
  samples.prefix = true;
  samples.configs = {HybridConfig{4, 0, 0}};
  samples.lengths = {std::vector<uint32_t>(16, 4)};
  samples.Write(&out);
  TestStream stream(samples);
  for (uint32_t i = 0; i < num_samples; ++i) stream.AddInteger(0, random->operator()() % 16);
  stream.Write(&out);
  return out.bytes();
}

TEST(ModularStream, NothingIsReadForAnEmptyList) {
  TestMemory memory;
  ModularImage image(&memory.memory, SampleType::kInt32);
  BitReader reader(nullptr, 0);
  EXPECT_TRUE(DecodeModularStream(ModularStreamParams(), &reader, &image).ok());
  EXPECT_EQ(reader.BitsConsumed(), 0u);
}

TEST(ModularStream, NoTreeWhereNothingIsCoded) {
  TestMemory memory;
  ModularImage image(&memory.memory, SampleType::kInt32);
  ASSERT_TRUE(image.Add(ChannelShape{0, 7, 0, 0}).ok());
  const uint8_t header[] = {2};  // local tree, default parameters, no transforms
  BitReader reader(header, sizeof(header));
  EXPECT_TRUE(DecodeModularStream(ModularStreamParams(), &reader, &image).ok());
  EXPECT_EQ(reader.BitsConsumed(), 4u);
}

TEST(ModularStream, GlobalTreeMustExist) {
  TestMemory memory;
  ModularImage image(&memory.memory, SampleType::kInt32);
  ASSERT_TRUE(image.Add(ChannelShape{7, 7, 0, 0}).ok());
  const uint8_t header[] = {3};
  BitReader reader(header, sizeof(header));
  EXPECT_EQ(DecodeModularStream(ModularStreamParams(), &reader, &image).code(), ErrorCode::kCorrupt);
}

// Channels of the caller are decoded in place, wherever they are.
TEST(ModularStream, KeepsBorrowedChannels) {
  std::mt19937 random(1);
  const std::vector<uint8_t> bytes = SimpleStream(20 * 9, &random);
  TestMemory memory;
  std::vector<int32_t> expected;
  {
    ModularImage image(&memory.memory, SampleType::kInt32);
    ASSERT_TRUE(image.Add(ChannelShape{20, 9, 0, 0}).ok());
    BitReader reader(bytes.data(), bytes.size());
    ASSERT_TRUE(DecodeModularStream(ModularStreamParams(), &reader, &image).ok());
    for (size_t y = 0; y < 9; ++y)
      expected.insert(expected.end(), image[0].Row<int32_t>(y), image[0].Row<int32_t>(y) + 20);
  }
  auto large = ModularChannel::Create(&memory.memory, ChannelShape{64, 32, 0, 0}, SampleType::kInt32);
  ASSERT_TRUE(large.ok());
  large.value().FillWith(-99);
  ModularImage image(&memory.memory, SampleType::kInt32);
  ASSERT_TRUE(image.Add(large.value().BorrowRegion(Rect{5, 3, 20, 9})).ok());
  BitReader reader(bytes.data(), bytes.size());
  ASSERT_TRUE(DecodeModularStream(ModularStreamParams(), &reader, &image).ok());
  for (size_t y = 0; y < 32; ++y) {
    for (size_t x = 0; x < 64; ++x) {
      const bool inside = x >= 5 && x < 25 && y >= 3 && y < 12;
      EXPECT_EQ(large.value().Get(x, y), inside ? expected[(y - 3) * 20 + x - 5] : -99);
    }
  }
}

// Every prefix of every vector is refused (or, if only padding is missing, decodes to the same).
TEST(ModularRobustness, Truncation) {
  for (const TestVector& vector : TestVectors()) {
    for (const ChannelLoops loops : {ChannelLoops::kSpecialised, ChannelLoops::kGeneric}) {
      const size_t step = vector.codestream.size() > 600 ? 7 : 1;
      for (size_t size = 0; size < vector.codestream.size(); size += step) {
        TestMemory memory;
        DecodeOptions options;
        options.loops = loops;
        DecodedFrame frame;
        const std::vector<uint8_t> cut(vector.codestream.begin(),
                                       vector.codestream.begin() + static_cast<ptrdiff_t>(size));
        const Status status = DecodeTestFrame(cut, options, &memory.memory, &frame);
        if (status.ok()) {
          EXPECT_EQ(CrcOfSamples(frame), vector.crc) << vector.name << " " << size;
        }
        EXPECT_EQ(memory.budget.total().live, 0u);
      }
    }
  }
}

TEST(ModularRobustness, Mutation) {
  std::mt19937 random(1);
  for (int round = 0; round < 6; ++round) {
    for (const TestVector& vector : TestVectors()) {
      std::vector<uint8_t> bytes = vector.codestream;
      // The headers are others' business: change what comes behind.
      const size_t start = std::min<size_t>(bytes.size() - 1, 16);
      for (uint32_t i = 0; i <= random() % 4; ++i) {
        bytes[start + random() % (bytes.size() - start)] ^= static_cast<uint8_t>(1u << (random() % 8));
      }
      std::string crcs[3];
      for (size_t i = 0; i < 3; ++i) {
        TestMemory memory;
        memory.budget.set_limit(uint64_t{64} << 20);
        DecodeOptions options;
        options.loops = i == 0 ? ChannelLoops::kGeneric : ChannelLoops::kSpecialised;
        options.groups_at_a_time = i == 2 ? 2 : 1;
        options.allow_int16 = false;
        options.max_samples = 1 << 22;
        DecodedFrame frame;
        const Status status = DecodeTestFrame(bytes, options, &memory.memory, &frame);
        crcs[i] = status.ok() ? CrcOfSamples(frame) : "error";
        EXPECT_EQ(memory.budget.total().live, 0u);
      }
      EXPECT_EQ(crcs[0], crcs[1]) << vector.name;
      EXPECT_EQ(crcs[0], crcs[2]) << vector.name;
    }
  }
}

// Whatever the limit on memory, decoding either succeeds or says that the limit is reached.
// The groups that are not refused have the samples that they have without a limit.
void ExpectGoodGroups(const DecodedFrame& expected, const DecodedFrame& actual) {
  for (size_t c = 0; c < expected.channels.size(); ++c) {
    const DecodedFrame::Channel& channel = expected.channels[c];
    for (uint32_t i = 0; i < channel.samples.size(); ++i) {
      const uint32_t group =
          i / channel.width / expected.group_dim * expected.groups_x + i % channel.width / expected.group_dim;
      if (std::ranges::count(actual.refused_groups, group) != 0) continue;
      ASSERT_EQ(channel.samples[i], actual.channels[c].samples[i]) << "group " << group;
    }
  }
}

// Of two groups that are decoded together one may find no memory; the other must not be passed off as decoded.
TEST(ModularRobustness, GroupsDecodedTogetherFailAlone) {
  std::ifstream file(JXLPOOL_TESTDATA "/images/four_groups.jxl", std::ios::binary);
  const std::vector<uint8_t> codestream(std::istreambuf_iterator<char>(file), {});
  TestMemory memory;
  DecodeOptions options;
  DecodedFrame expected;
  ASSERT_TRUE(DecodeTestFrame(codestream, options, &memory.memory, &expected).ok());
  ASSERT_TRUE(expected.group_local);
  options.groups_at_a_time = 2;
  options.group_budget = &memory.budget;
  size_t num_refused_alone = 0;
  for (;; options.group_bytes += kBufferAlignment) {
    DecodedFrame frame;
    ASSERT_TRUE(DecodeTestFrame(codestream, options, &memory.memory, &frame).ok());
    ASSERT_NO_FATAL_FAILURE(ExpectGoodGroups(expected, frame)) << options.group_bytes;
    num_refused_alone += frame.refused_groups.size() % 2;
    if (frame.refused_groups.empty()) break;
  }
  EXPECT_GT(num_refused_alone, 0u);
}

TEST(ModularRobustness, MemoryLimits) {
  for (const TestVector& vector : TestVectors()) {
    uint64_t limit = 1000;
    for (;; limit += limit / 4) {
      TestMemory memory;
      memory.budget.set_limit(limit);
      DecodedFrame frame;
      DecodeOptions options;
      options.loops = ChannelLoops::kSpecialised;
      const Status status = DecodeTestFrame(vector.codestream, options, &memory.memory, &frame);
      EXPECT_EQ(memory.budget.total().live, 0u);
      if (status.ok()) break;
      ASSERT_EQ(status.code(), ErrorCode::kMemoryLimit) << vector.name << " " << limit << " " << status.message();
    }
    EXPECT_LT(limit, uint64_t{4} << 20) << vector.name;
  }
}

}  // namespace
}  // namespace jxlpool
