#include "lib/pool/census.h"

#include <gtest/gtest.h>

#include <map>

namespace jxlpool {
namespace {

TEST(CensusTest, CountsBlocksBySize) {
  Census census;
  EXPECT_EQ(census.BlocksOf(128), 0u);
  census.Left(128);
  for (int i = 0; i < 3; ++i) census.Came(128);
  census.Came(256);
  census.Left(128);
  EXPECT_EQ(census.BlocksOf(128), 2u);
  EXPECT_EQ(census.BlocksOf(256), 1u);
  EXPECT_EQ(census.num_sizes(), 2u);
}

TEST(CensusTest, ReportsGrownDemandOnceAndSparesNever) {
  Census census;
  for (size_t size = 128; size <= 128 * 500; size += 128) {
    census.Came(size);
    census.CameAsSpare(size);
  }
  census.CameAsSpare(1 << 20);
  std::map<size_t, Census::Entry> seen;
  Census::Entry entry;
  for (size_t cursor = 0; census.TakeGrown(&cursor, &entry);) EXPECT_TRUE(seen.emplace(entry.size, entry).second);
  EXPECT_EQ(seen.size(), 500u);
  for (const auto& [size, seen_entry] : seen) {
    EXPECT_EQ(seen_entry.blocks, 2u);
    EXPECT_EQ(seen_entry.demand, 1u);
    EXPECT_EQ(seen_entry.known_demand, 0u);
  }
  size_t cursor = 0;
  EXPECT_FALSE(census.TakeGrown(&cursor, &entry));
}

// Who asks for a third block has the spare one in use: demand has grown by two.
TEST(CensusTest, SparesInUseAreDemand) {
  Census census;
  census.Came(256);
  census.CameAsSpare(256);
  Census::Entry entry;
  size_t cursor = 0;
  ASSERT_TRUE(census.TakeGrown(&cursor, &entry));
  census.Came(256);
  cursor = 0;
  ASSERT_TRUE(census.TakeGrown(&cursor, &entry));
  EXPECT_EQ(entry.blocks, 3u);
  EXPECT_EQ(entry.demand, 3u);
  EXPECT_EQ(entry.known_demand, 1u);
}

TEST(CensusTest, ExpectedBlocksAreNotReported) {
  Census census;
  Census::Entry entry;
  for (int i = 0; i < 3; ++i) {
    census.Came(256);
    census.Expect(256);
  }
  size_t cursor = 0;
  EXPECT_FALSE(census.TakeGrown(&cursor, &entry));
  census.Came(256);
  cursor = 0;
  ASSERT_TRUE(census.TakeGrown(&cursor, &entry));
  EXPECT_EQ(entry.demand - entry.known_demand, 1u);
}

TEST(CensusTest, DemandEndsWithTheBlocks) {
  Census census;
  for (int i = 0; i < 3; ++i) census.Came(256);
  Census::Entry entry;
  size_t cursor = 0;
  ASSERT_TRUE(census.TakeGrown(&cursor, &entry));
  for (int i = 0; i < 3; ++i) census.Left(256);
  census.Came(256);
  cursor = 0;
  ASSERT_TRUE(census.TakeGrown(&cursor, &entry));
  EXPECT_EQ(entry.demand, 1u);
  EXPECT_EQ(entry.known_demand, 0u);
}

TEST(CensusTest, SizesWithoutBlocksMakeWay) {
  Census census;
  for (size_t size = 128; size < 128 * 100000; size += 128) {
    census.Came(size);
    census.Left(size);
  }
  EXPECT_LT(census.num_sizes(), 30000u);
}

}  // namespace
}  // namespace jxlpool
