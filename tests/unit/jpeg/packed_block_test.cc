// Proves: what is packed comes out again, every value behind every run of zeros; blocks take no more than they may;
// rows of blocks are walked across segments.
#include "lib/jpeg/packed_block.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <vector>

#include "lib/jpeg/jpeg_coefficients.h"
#include "lib/pool/buffer_pool.h"

namespace jxlpool {
namespace {

TEST(PackedBlockTest, EveryValueBehindEveryRun) {
  uint8_t bytes[2 * kMaxPackedBlock];
  for (int32_t value = -32768; value <= 32767; ++value) {
    if (value == 0) continue;
    for (uint32_t run = 0; run < 63; run += value < -4100 || value > 4100 ? 20 : 1) {
      uint8_t* end = PackCoefficient(run, value, bytes);
      *end++ = kPackedEnd;
      PackedBlockReader reader(bytes);
      ASSERT_TRUE(reader.Advance());
      ASSERT_EQ(reader.index(), run + 1);
      ASSERT_EQ(reader.value(), value);
      ASSERT_FALSE(reader.Advance());
      ASSERT_EQ(reader.next(), end);
    }
  }
}

TEST(PackedBlockTest, RandomBlocks) {
  std::mt19937 random(3);
  for (int i = 0; i < 20000; ++i) {
    const uint32_t density = static_cast<uint32_t>(random() % 64);
    int32_t block[64] = {};
    uint8_t bytes[kMaxPackedBlock];
    uint8_t* out = bytes;
    uint32_t previous = 0;
    for (uint32_t k = 1; k < 64; ++k) {
      if (random() % 64 >= density) continue;
      block[k] = static_cast<int32_t>(random() % 8191) - 4095;
      if (i % 2 == 0) block[k] %= 8;
      if (block[k] == 0) continue;
      out = PackCoefficient(k - previous - 1, block[k], out);
      previous = k;
    }
    *out++ = kPackedEnd;
    ASSERT_LE(out - bytes, static_cast<ptrdiff_t>(kMaxPackedBlock));
    PackedBlockReader reader(bytes);
    int32_t unpacked[64] = {};
    while (reader.Advance()) {
      ASSERT_LT(reader.index(), 64u);
      unpacked[reader.index()] = reader.value();
    }
    ASSERT_TRUE(std::equal(block, block + 64, unpacked));
    ASSERT_EQ(reader.next(), out);
    PackedBlockReader skipping(bytes);
    skipping.Skip();
    ASSERT_EQ(skipping.next(), out);
  }
}

TEST(PackedBlockRowTest, GoesOnInTheNextSegment) {
  // Five blocks in segments of two; block i is i + 1 bytes long.
  std::vector<std::vector<uint8_t>> segments = {{0, 1, 0}, {1, 1, 0, 1, 1, 1, 0}, {1, 1, 1, 1, 0}};
  const uint8_t* starts[3] = {segments[0].data(), segments[1].data(), segments[2].data()};
  PackedBlockRow row(starts, 2);
  const uint8_t* const expected[5] = {starts[0], starts[0] + 1, starts[1], starts[1] + 3, starts[2]};
  for (int i = 0; i < 5; ++i) {
    const uint8_t* block = row.Block();
    ASSERT_EQ(block, expected[i]) << i;
    row.SetEnd(block + i + 1);
  }
}

TEST(PackedBlockStoreTest, ChunksAreApartAndUsedAgain) {
  BufferPool pool;
  Budget budget;
  Memory memory(&pool, &budget);
  PackedBlockStore store;
  store.Begin(&memory);
  PackedBlockStore::Chunk a, b;
  EXPECT_FALSE(a.HasRoom());
  ASSERT_TRUE(store.Open(&a).ok());
  ASSERT_TRUE(store.Open(&b).ok());
  EXPECT_TRUE(a.HasRoom());
  EXPECT_TRUE(a.end <= b.next || b.end <= a.next);
  const uint8_t* start = a.next;
  a.next += 100;
  store.Close(a);
  PackedBlockStore::Chunk again;
  ASSERT_TRUE(store.Open(&again).ok());
  EXPECT_EQ(again.next, start + 100);
  // A full chunk is not handed out again before Clear.
  again.next = again.end - PackedBlockStore::kMaxPiece + 1;
  EXPECT_FALSE(again.HasRoom());
  store.Close(again);
  store.Close(b);
  const uint64_t live = budget.total().live;
  store.Clear();
  for (int round = 0; round < 3; ++round) {
    ASSERT_TRUE(store.Open(&a).ok());
    ASSERT_TRUE(store.Open(&b).ok());
    EXPECT_EQ(static_cast<size_t>(a.end - a.next), static_cast<size_t>(b.end - b.next));
    store.Clear();
  }
  EXPECT_EQ(budget.total().live, live);
}

}  // namespace
}  // namespace jxlpool
