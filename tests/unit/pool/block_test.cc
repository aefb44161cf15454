#include "lib/pool/block.h"

#include <gtest/gtest.h>

#include <cstddef>
#include <set>
#include <type_traits>
#include <vector>

#include "lib/pool/budget.h"
#include "lib/pool/buffer_pool.h"
#include "lib/pool/memory.h"

namespace jxlpool {
namespace {

TEST(BlockTest, HeaderIsOneCacheLineWithTheHotFieldsFirst) {
  static_assert(sizeof(BlockHeader) == 64);
  static_assert(alignof(BlockHeader) == 64);
  static_assert(std::is_standard_layout_v<BlockHeader>);
  EXPECT_EQ(offsetof(BlockHeader, payload), 0u);
  EXPECT_LT(offsetof(BlockHeader, is_zero), 32u);
}

// What one thread writes at each acquisition must not lie on a cache line of another one.
TEST(BlockTest, ThreadsShareNoCacheLines) {
  static_assert(alignof(ThreadCache) >= 64 && sizeof(ThreadCache) % 64 == 0);
  static_assert(sizeof(ThreadCounters) % 64 == 0 && alignof(ThreadCounters) >= 64);
  static_assert(alignof(Retention) >= 64 && alignof(Budget) >= 64);
  EXPECT_EQ(offsetof(ThreadCache, counters) % 64, 0u);
  // The fields of a header that an acquisition reads are in its first half, so that they come with one transfer even
  // where lines are fetched by halves.
  EXPECT_LT(offsetof(BlockHeader, next), 32u);
  EXPECT_LT(offsetof(BlockHeader, is_matrix), 32u);
  // Headers lie apart from payloads: a payload starts at a cache line of its own.
  BufferPool pool;
  Budget budget;
  Memory memory(&pool, &budget);
  std::set<uintptr_t> lines;
  std::vector<Buffer> held;
  for (int i = 0; i < 100; ++i) {
    auto buffer = memory.Acquire(128, Category::kOther, ElementType::kOther, Fill::kUninitialized);
    ASSERT_TRUE(buffer.ok());
    const auto address = reinterpret_cast<uintptr_t>(buffer.value().data());
    for (uintptr_t line = address / 64; line <= (address + 127) / 64; ++line) {
      EXPECT_TRUE(lines.insert(line).second) << "two payloads on one line";
    }
    held.push_back(std::move(buffer).value());
  }
}

TEST(BlockTest, ChainCountsBlocksAndBytes) {
  BlockHeader a;
  BlockHeader b;
  a.size = 128;
  b.size = 256;
  BlockChain chain;
  chain.Add(&a);
  chain.Add(&b);
  EXPECT_EQ(chain.blocks, 2u);
  EXPECT_EQ(chain.bytes, 384u);
  EXPECT_EQ(chain.Take(), &b);
  EXPECT_EQ(b.next, nullptr);
  EXPECT_EQ(chain.Take(), &a);
  EXPECT_EQ(chain.head, nullptr);
  EXPECT_EQ(chain.bytes, 0u);
}

TEST(HeaderSlabsTest, HeadersAreDistinctAlignedAndRecycled) {
  HeaderSlabs slabs;
  std::set<BlockHeader*> seen;
  for (int i = 0; i < 1000; ++i) {
    BlockHeader* header = slabs.Allocate();
    ASSERT_NE(header, nullptr);
    EXPECT_EQ(reinterpret_cast<uintptr_t>(header) % 64, 0u);
    EXPECT_TRUE(seen.insert(header).second);
    header->size = 128;
    header->is_zero = true;
  }
  const uint64_t bytes = slabs.bytes();
  EXPECT_GE(bytes, 1000 * 64u);
  for (BlockHeader* header : seen) slabs.Free(header);
  for (int i = 0; i < 1000; ++i) {
    BlockHeader* header = slabs.Allocate();
    EXPECT_EQ(seen.erase(header), 1u) << "not one of those freed";
    EXPECT_EQ(header->size, 0u);
    EXPECT_EQ(header->next, nullptr);
    EXPECT_FALSE(header->is_zero);
  }
  EXPECT_EQ(slabs.bytes(), bytes);
}

}  // namespace
}  // namespace jxlpool
