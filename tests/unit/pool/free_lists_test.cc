#include "lib/pool/free_lists.h"

#include <gtest/gtest.h>

#include <deque>
#include <map>
#include <random>
#include <vector>

namespace jxlpool {
namespace {

constexpr auto keep_none = [](size_t, uint32_t) { return 0u; };

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
      EXPECT_TRUE(lists_.Push(block));
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

TEST_F(FreeListsTest, DetachOldest) {
  for (int i = 0; i < 3; ++i) lists_.Push(Make(128));
  for (int i = 0; i < 3; ++i) lists_.Push(Make(256));
  lists_.Push(Make(1024));
  lists_.Pop(128);  // 2 left, now the most recently used size
  BlockChain oldest;
  lists_.DetachOldest(600, /*min_size=*/0, &oldest);
  EXPECT_EQ(oldest.bytes, 768u) << "the three of 256 bytes";
  BlockChain more;
  lists_.DetachOldest(1, /*min_size=*/0, &more);
  EXPECT_EQ(Sizes(more), (std::vector<size_t>{1024}));
  BlockChain rest;
  lists_.DetachOldest(1 << 20, /*min_size=*/129, &rest);
  EXPECT_EQ(rest.blocks, 0u);
  lists_.DetachOldest(1 << 20, /*min_size=*/128, &rest);
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
  lists_.DetachIdle(keep_none, &idle);
  EXPECT_EQ(idle.blocks, 0u) << "they came just now";
  // Two of the five are used: the three at the bottom are idle.
  BlockHeader* a = lists_.Pop(128);
  BlockHeader* b = lists_.Pop(128);
  lists_.Push(b);
  lists_.Push(a);
  lists_.DetachIdle(keep_none, &idle);
  EXPECT_EQ(idle.blocks, 3u);
  for (BlockHeader* block = idle.head; block != nullptr; block = block->next) {
    EXPECT_NE(block, made[3]);
    EXPECT_NE(block, made[4]);
  }
  EXPECT_EQ(lists_.Pop(128), made[4]);
  lists_.Push(made[4]);
  BlockChain second;
  lists_.DetachIdle(keep_none, &second);
  EXPECT_EQ(second.blocks, 1u);
  BlockChain third;
  lists_.DetachIdle(keep_none, &third);
  EXPECT_EQ(third.blocks, 1u);
  EXPECT_EQ(lists_.bytes(), 0u);
}

TEST_F(FreeListsTest, SomeIdleBlocksMayBeKept) {
  for (int i = 0; i < 5; ++i) lists_.Push(Make(128));
  BlockHeader* top = Make(128);
  lists_.Push(top);
  BlockChain idle;
  lists_.DetachIdle([](size_t, uint32_t) { return 0u; }, &idle);
  lists_.Push(lists_.Pop(128));
  lists_.DetachIdle(
      [](size_t size, uint32_t count) {
        EXPECT_EQ(size, 128u);
        EXPECT_EQ(count, 5u);
        return 2u;
      },
      &idle);
  EXPECT_EQ(idle.blocks, 3u);
  EXPECT_EQ(lists_.blocks(), 3u);
  EXPECT_EQ(lists_.Pop(128), top) << "their order stays";
}

}  // namespace
}  // namespace jxlpool
