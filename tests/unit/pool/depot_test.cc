#include "lib/pool/depot.h"

#include <gtest/gtest.h>

#include <deque>
#include <random>

namespace jxlpool {
namespace {

class DepotTest : public testing::Test {
 protected:
  void Put(Depot* depot, size_t size, BlockChain* overflow) {
    blocks_.emplace_back();
    blocks_.back().size = size;
    BlockChain chain;
    chain.Add(&blocks_.back());
    depot->Put(&chain, overflow);
    EXPECT_EQ(chain.head, nullptr);
  }

  std::deque<BlockHeader> blocks_;
};

TEST_F(DepotTest, GivesBackExactSizes) {
  Depot depot(1 << 20, 100);
  BlockChain overflow;
  Put(&depot, 4096, &overflow);
  EXPECT_EQ(depot.Pop(4096 + 128), nullptr);
  EXPECT_EQ(depot.Pop(4096 - 128), nullptr) << "one that is a little too large is refused as well";
  EXPECT_EQ(depot.Pop(4096), &blocks_[0]);
  EXPECT_EQ(depot.Pop(4096), nullptr);
  EXPECT_EQ(overflow.head, nullptr);
}

TEST_F(DepotTest, BoundsHoldForRandomSequences) {
  constexpr uint64_t kMaxBytes = 100000;
  constexpr uint64_t kMaxBlocks = 50;
  Depot depot(kMaxBytes, kMaxBlocks);
  std::mt19937 random(7);
  uint64_t given_up = 0;
  for (int i = 0; i < 20000; ++i) {
    const size_t size = 128 * (1 + random() % (i % 2 == 0 ? 100 : 4));
    BlockChain overflow;
    if (random() % 3 == 0) {
      static_cast<void>(depot.Pop(size));
    } else {
      Put(&depot, size, &overflow);
    }
    given_up += overflow.blocks;
    ASSERT_LE(depot.bytes(), kMaxBytes);
    ASSERT_LE(depot.blocks(), kMaxBlocks);
  }
  EXPECT_GT(given_up, 0u);
}

TEST_F(DepotTest, OverflowDropsTheOldestSizesAndKeepsTheRest) {
  Depot depot(10240, 1000);
  BlockChain overflow;
  Put(&depot, 1024, &overflow);
  for (int i = 0; i < 4; ++i) Put(&depot, 2048, &overflow);
  EXPECT_EQ(overflow.blocks, 0u);
  Put(&depot, 1280, &overflow);
  EXPECT_EQ(overflow.blocks, 2u);
  EXPECT_EQ(depot.Pop(1024), nullptr);
  EXPECT_NE(depot.Pop(1280), nullptr);
  EXPECT_EQ(depot.bytes(), 3 * 2048u);
}

TEST_F(DepotTest, BlockBeyondTheBoundIsNotKept) {
  Depot depot(1024, 10);
  BlockChain overflow;
  Put(&depot, 1024, &overflow);
  Put(&depot, 2048, &overflow);
  EXPECT_EQ(overflow.blocks, 1u);
  EXPECT_EQ(overflow.bytes, 2048u);
  EXPECT_EQ(depot.bytes(), 1024u);
}

}  // namespace
}  // namespace jxlpool
