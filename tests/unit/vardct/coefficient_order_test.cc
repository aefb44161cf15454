// Proves: natural orders have the published checksums; coded permutations apply to the right orders and channels.
#include "lib/vardct/coefficient_order.h"

#include "tests/unit/vardct/stream_writer.h"
#include "tests/unit/vardct/vardct_test_util.h"

namespace jxlpool {
namespace {

struct OrderCheck {
  uint32_t fnv;
  uint16_t first_hf[8];
  uint16_t last[4];
};
constexpr OrderCheck kOrderChecks[kNumOrders] = {
    {0xEDAEEF85, {1, 8, 16, 9, 2, 3, 10, 17}, {47, 55, 62, 63}},
    {0xEDAEEF85, {1, 8, 16, 9, 2, 3, 10, 17}, {47, 55, 62, 63}},
    {0xE11FEE95, {32, 2, 3, 18, 33, 48, 64, 49}, {223, 239, 254, 255}},
    {0xE6B5C575, {128, 4, 5, 36, 129, 160, 192, 161}, {959, 991, 1022, 1023}},
    {0xDF05FC85, {16, 2, 3, 17, 32, 18, 4, 5}, {111, 125, 126, 127}},
    {0xB136E445, {32, 4, 5, 33, 34, 6, 7, 35}, {252, 253, 254, 255}},
    {0x1DC3DD35, {64, 4, 5, 65, 96, 66, 36, 6}, {479, 509, 510, 511}},
    {0x023BDBDD, {512, 8, 9, 72, 513, 576, 640, 577}, {3967, 4031, 4094, 4095}},
    {0x06CECF65, {256, 8, 9, 257, 320, 258, 72, 10}, {1983, 2045, 2046, 2047}},
    {0x3258B955, {2048, 16, 17, 144, 2049, 2176, 2304, 2177}, {16127, 16255, 16382, 16383}},
    {0x9AD44B7D, {1024, 16, 17, 1025, 1152, 1026, 144, 18}, {8063, 8189, 8190, 8191}},
    {0xF7362B85, {8192, 32, 33, 288, 8193, 8448, 8704, 8449}, {65023, 65279, 65534, 65535}},
    {0x8E8005A5, {4096, 32, 33, 4097, 4352, 4098, 288, 34}, {32511, 32765, 32766, 32767}},
};

TEST(CoefficientOrderTest, NaturalOrdersMatchTheChecksums) {
  for (size_t o = 0; o < kNumOrders; ++o) {
    SCOPED_TRACE(o);
    const uint16_t* order = NaturalOrder(o);
    EXPECT_EQ(order, NaturalOrder(o));
    const size_t size = kOrderSizes[o].size();
    uint32_t hash = 0x811C9DC5;
    for (size_t i = 0; i < size; ++i) {
      for (uint32_t byte = 0; byte < 4; ++byte) hash = (hash ^ (uint32_t{order[i]} >> (8 * byte) & 0xFF)) * 0x01000193;
    }
    EXPECT_EQ(hash, kOrderChecks[o].fnv);
    for (size_t i = 0; i < 8; ++i) EXPECT_EQ(order[size / 64 + i], kOrderChecks[o].first_hf[i]);
    for (size_t i = 0; i < 4; ++i) EXPECT_EQ(order[size - 4 + i], kOrderChecks[o].last[i]);
  }
}

TEST(CoefficientOrderTest, NothingIsReadWithoutUsedOrders) {
  TestMemory memory;
  BitWriter writer;
  writer.U(2, 2);  // the constant 0
  CoefficientOrders orders;
  BitReader reader = writer.Reader();
  ASSERT_TRUE(orders.Read(&reader, &memory.memory).ok());
  EXPECT_EQ(reader.BitsConsumed(), 2u);
  for (size_t o = 0; o < kNumOrders; ++o) {
    for (size_t c = 0; c < 3; ++c) EXPECT_EQ(orders.Order(o, c), NaturalOrder(o));
  }
  EXPECT_EQ(memory.budget.total().peak, 0u);
}

// One Lehmer code: `end` entries are coded, entry 0 is `first`, the others 0; shorter than the contexts' alphabets.
void WritePermutation(size_t size, uint32_t end, uint32_t first, StreamWriter* stream) {
  const auto context = [](uint32_t value) { return std::min<size_t>(7, static_cast<size_t>(std::bit_width(value))); };
  stream->Put(context(static_cast<uint32_t>(size)), end);
  uint32_t previous = 0;
  for (uint32_t i = 0; i < end; ++i) {
    const uint32_t value = i == 0 ? first : 0;
    stream->Put(context(previous), value);
    previous = value;
  }
}

TEST(CoefficientOrderTest, PermutationsApplyPerOrderAndChannel) {
  TestMemory memory;
  BitWriter writer;
  writer.U(3, 2).U(1u << 0 | 1u << 4, 13);
  StreamWriter stream(8, 1);
  stream.WriteHeader(&writer);
  for (const uint32_t size : {64, 128}) {
    for (uint32_t c = 0; c < 3; ++c) WritePermutation(size, c, 5 + c, &stream);
  }
  stream.WriteSymbols(&writer);
  CoefficientOrders orders;
  BitReader reader = writer.Reader();
  ASSERT_TRUE(orders.Read(&reader, &memory.memory).ok());
  EXPECT_EQ(reader.BitsConsumed(), writer.size());
  for (const size_t o : {0, 4}) {
    const size_t size = kOrderSizes[o].size();
    const size_t skip = size / 64;
    const uint16_t* natural = NaturalOrder(o);
    EXPECT_EQ(orders.Order(o, 0)[7], natural[7]) << "nothing is moved in channel 0";
    for (uint32_t c = 1; c < 3; ++c) {
      const uint16_t* order = orders.Order(o, c);
      for (size_t k = 0; k < size; ++k) {
        // Element 5 + c of the rest comes first.
        const size_t from = k < skip ? k : k == skip ? skip + 5 + c : k <= skip + 5 + c ? k - 1 : k;
        ASSERT_EQ(order[k], natural[from]) << o << " " << c << " " << k;
      }
    }
  }
  EXPECT_EQ(orders.Order(1, 0), NaturalOrder(1));
}

TEST(CoefficientOrderTest, CorruptPermutationsAreRejected) {
  const auto read = [](uint32_t end, uint32_t first) {
    TestMemory memory;
    BitWriter writer;
    writer.U(3, 2).U(1, 13);
    StreamWriter stream(8, 1);
    stream.WriteHeader(&writer);
    for (uint32_t c = 0; c < 3; ++c) WritePermutation(64, end, first, &stream);
    stream.WriteSymbols(&writer);
    CoefficientOrders orders;
    BitReader reader = writer.Reader();
    return orders.Read(&reader, &memory.memory);
  };
  EXPECT_TRUE(read(63, 62).ok());
  EXPECT_EQ(read(64, 0).code(), ErrorCode::kCorrupt);
  EXPECT_EQ(read(3, 63).code(), ErrorCode::kCorrupt);
}

}  // namespace
}  // namespace jxlpool
