#include "lib/pool/depot.h"

#include <gtest/gtest.h>

#include <deque>
#include <thread>
#include <vector>

namespace jxlpool {
namespace {

class DepotTest : public testing::Test {
 protected:
  void Put(size_t size) {
    blocks_.emplace_back();
    blocks_.back().size = size;
    BlockChain chain;
    chain.Add(&blocks_.back());
    depot_.Put(&chain);
    EXPECT_EQ(chain.head, nullptr);
  }

  std::deque<BlockHeader> blocks_;
  Depot depot_;
};

TEST_F(DepotTest, GivesBackExactSizes) {
  Put(4096);
  EXPECT_EQ(depot_.Pop(4096 + 128), nullptr);
  EXPECT_EQ(depot_.Pop(4096 - 128), nullptr) << "one that is a little too large is refused as well";
  EXPECT_EQ(depot_.Pop(4096), &blocks_[0]);
  EXPECT_EQ(depot_.Pop(4096), nullptr);
}

// There are only so many sizes that it can keep apart.
TEST_F(DepotTest, WhatItCannotKeepStaysWithTheCaller) {
  BlockChain chain;
  for (size_t i = 1; i <= 20000; ++i) {
    blocks_.emplace_back();
    blocks_.back().size = 128 * i;
    chain.Add(&blocks_.back());
  }
  depot_.Put(&chain);
  EXPECT_EQ(depot_.blocks() + chain.blocks, 20000u);
  EXPECT_GT(depot_.blocks(), 10000u);
  EXPECT_GT(chain.blocks, 0u);
}

TEST_F(DepotTest, ThreadsShareIt) {
  constexpr size_t kBlocks = 100;
  for (size_t i = 0; i < kBlocks; ++i) Put(128 * (1 + i % 7));
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&, i] {
      for (size_t round = 0; round < 5000; ++round) {
        BlockHeader* block = depot_.Pop(128 * (1 + (round + i) % 7));
        if (block == nullptr) continue;
        BlockChain chain;
        chain.Add(block);
        depot_.Put(&chain);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(depot_.blocks(), kBlocks);
}

}  // namespace
}  // namespace jxlpool
