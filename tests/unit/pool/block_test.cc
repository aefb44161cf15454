#include "lib/pool/block.h"

#include <gtest/gtest.h>

#include <cstddef>
#include <set>
#include <type_traits>
#include <vector>

namespace jxlpool {
namespace {

TEST(BlockTest, HeaderIsOneCacheLineWithTheHotFieldsFirst) {
  static_assert(sizeof(BlockHeader) == 64);
  static_assert(alignof(BlockHeader) == 64);
  static_assert(std::is_standard_layout_v<BlockHeader>);
  EXPECT_EQ(offsetof(BlockHeader, payload), 0u);
  EXPECT_LT(offsetof(BlockHeader, is_zero), 32u);
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
