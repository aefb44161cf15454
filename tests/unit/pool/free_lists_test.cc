#include "lib/pool/free_lists.h"

#include <gtest/gtest.h>

#include <deque>
#include <map>
#include <random>
#include <vector>

namespace jxlpool {
namespace {

class FreeListsTest : public testing::Test {
 protected:
  BlockHeader* Make(size_t size) {
    blocks_.emplace_back();
    blocks_.back().size = size;
    return &blocks_.back();
  }
  static std::vector<size_t> Sizes(const BlockChain& chain) {
    std::vector<size_t> sizes;
    for (BlockHeader* block = chain.head; block != nullptr; block = block->next) sizes.push_back(block->size);
    return sizes;
  }

  std::deque<BlockHeader> blocks_;
  FreeLists lists_;
};

// Oracle: a map from size to stack.
TEST_F(FreeListsTest, BehavesAsStacksByExactSize) {
  std::map<size_t, std::vector<BlockHeader*>> oracle;
  std::mt19937 random(1);
  uint64_t bytes = 0;
  uint64_t count = 0;
  for (int i = 0; i < 100000; ++i) {
    const size_t size = 128 * (1 + random() % (i < 1000 ? 20 : 2000));
    if (random() % 2 == 0) {
      BlockHeader* block = Make(size);
      oracle[size].push_back(block);
      EXPECT_EQ(lists_.Push(block), oracle[size].size());
      bytes += size;
      ++count;
    } else {
      BlockHeader* expected = nullptr;
      if (!oracle[size].empty()) {
        expected = oracle[size].back();
        oracle[size].pop_back();
        bytes -= size;
        --count;
      }
      ASSERT_EQ(lists_.Pop(size), expected);
    }
    ASSERT_EQ(lists_.bytes(), bytes);
    ASSERT_EQ(lists_.blocks(), count);
  }
  BlockChain all;
  lists_.DetachAll(&all);
  EXPECT_EQ(all.blocks, count);
  EXPECT_EQ(all.bytes, bytes);
  EXPECT_EQ(lists_.blocks(), 0u);
  EXPECT_EQ(lists_.bytes(), 0u);
}

TEST_F(FreeListsTest, FewSizesNeedNoTableOnTheHeap) {
  for (size_t i = 1; i <= 48; ++i) EXPECT_NE(lists_.Push(Make(i * 4096)), 0u);
  EXPECT_EQ(lists_.overhead_bytes(), 0u);
  EXPECT_NE(lists_.Push(Make(128)), 0u);
  EXPECT_GT(lists_.overhead_bytes(), 0u);
}

TEST_F(FreeListsTest, NumberOfSizesIsBounded) {
  size_t accepted = 0;
  for (size_t i = 1; i <= 20000; ++i) accepted += lists_.Push(Make(i * 128)) != 0 ? 1 : 0;
  EXPECT_EQ(accepted, 16384u / 4 * 3);
  EXPECT_EQ(lists_.blocks(), accepted);
  EXPECT_EQ(lists_.Push(Make(128)), 2u) << "known sizes still work";
}

TEST_F(FreeListsTest, DeadSizesMakeWayForOthers) {
  for (int round = 0; round < 20; ++round) {
    for (size_t i = 1; i <= 1000; ++i) {
      const size_t size = (round * 1000 + i) * 128;
      BlockHeader* block = Make(size);
      EXPECT_NE(lists_.Push(block), 0u);
      EXPECT_EQ(lists_.Pop(size), block);
    }
    BlockChain idle;
    lists_.DetachIdle(&idle);
    EXPECT_EQ(idle.blocks, 0u);
  }
  EXPECT_LE(lists_.overhead_bytes(), 4096 * 32u);
}

TEST_F(FreeListsTest, DetachHalfAndOldest) {
  for (int i = 0; i < 5; ++i) lists_.Push(Make(128));
  for (int i = 0; i < 3; ++i) lists_.Push(Make(256));
  lists_.Push(Make(1024));
  BlockChain half;
  lists_.DetachHalf(128, &half);
  EXPECT_EQ(Sizes(half), (std::vector<size_t>{128, 128}));
  lists_.Pop(128);  // 2 left, now the most recently used size
  BlockChain oldest;
  lists_.DetachOldest(600, /*keep_size=*/0, &oldest);
  EXPECT_EQ(oldest.bytes, 768u) << "the three of 256 bytes";
  BlockChain more;
  lists_.DetachOldest(1, /*keep_size=*/1024, &more);
  EXPECT_EQ(Sizes(more), (std::vector<size_t>{128})) << "not the size to keep";
  BlockChain rest;
  lists_.DetachOldest(1 << 20, /*keep_size=*/0, &rest);
  EXPECT_EQ(rest.blocks, 2u);
  EXPECT_EQ(lists_.blocks(), 0u);
}

TEST_F(FreeListsTest, IdleBlocksAreThoseNeverNeededSinceTheLastSweep) {
  std::vector<BlockHeader*> made;
  for (int i = 0; i < 5; ++i) {
    made.push_back(Make(128));
    lists_.Push(made.back());
  }
  BlockChain idle;
  lists_.DetachIdle(&idle);
  EXPECT_EQ(idle.blocks, 0u) << "they came just now";
  // Two of the five are used: the three at the bottom are idle.
  BlockHeader* a = lists_.Pop(128);
  BlockHeader* b = lists_.Pop(128);
  lists_.Push(b);
  lists_.Push(a);
  lists_.DetachIdle(&idle);
  EXPECT_EQ(idle.blocks, 3u);
  for (BlockHeader* block = idle.head; block != nullptr; block = block->next) {
    EXPECT_NE(block, made[3]);
    EXPECT_NE(block, made[4]);
  }
  EXPECT_EQ(lists_.Pop(128), made[4]);
  lists_.Push(made[4]);
  BlockChain second;
  lists_.DetachIdle(&second);
  EXPECT_EQ(second.blocks, 1u);
  BlockChain third;
  lists_.DetachIdle(&third);
  EXPECT_EQ(third.blocks, 1u);
  EXPECT_EQ(lists_.bytes(), 0u);
}

TEST_F(FreeListsTest, RegretIsReportedOncePerEvictionAndForgottenBySweeps) {
  EXPECT_FALSE(lists_.TakeRegret(128));
  lists_.NoteEvicted(128);
  lists_.NoteEvicted(128);
  EXPECT_TRUE(lists_.TakeRegret(128));
  EXPECT_TRUE(lists_.TakeRegret(128));
  EXPECT_FALSE(lists_.TakeRegret(128));
  lists_.NoteEvicted(128);
  BlockChain idle;
  lists_.DetachIdle(&idle);
  EXPECT_FALSE(lists_.TakeRegret(128));
}

}  // namespace
}  // namespace jxlpool
