#include "lib/pool/drained_blocks.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>

#include "lib/pool/poison.h"

namespace jxlpool {
namespace {

constexpr size_t kSize = size_t{100} << 10;

class DrainedBlocksTest : public testing::Test {
 protected:
  void SetUp() override {
    if (kSanitizerWatchesHeap) GTEST_SKIP() << "blocks of the C heap cannot be drained";
  }
  void Allocate(size_t size, BlockHeader* block) {
    block->size = size;
    block->payload = system_.Allocate(size, SystemMemory::Backing::kNow, &block->is_zero);
    ASSERT_NE(block->payload, nullptr);
    std::memset(block->payload, 1, size);
    block->is_zero = false;
  }
  void Free(const BlockHeader& block) { system_.Free(block.payload, block.size); }

  SystemMemory system_{SystemMemoryOptions()};
  DrainedBlocks drained_{&system_};
};

TEST_F(DrainedBlocksTest, ComeBackAtTheSameAddressAndZero) {
  BlockHeader block;
  Allocate(kSize, &block);
  const uint8_t* payload = block.payload;
  ASSERT_TRUE(drained_.Drain(&block));
  EXPECT_EQ(drained_.Take(kSize + 128), nullptr);
  ASSERT_EQ(drained_.Take(kSize), &block);
  EXPECT_EQ(drained_.Take(kSize), nullptr);
  EXPECT_EQ(block.payload, payload);
  EXPECT_TRUE(block.is_zero);
  EXPECT_EQ(std::count(payload, payload + kSize, 0), static_cast<ptrdiff_t>(kSize));
  ASSERT_TRUE(drained_.Drain(&block));
  BlockChain all;
  drained_.DetachAll(&all);
  EXPECT_EQ(all.head, &block);
  EXPECT_EQ(all.blocks, 1u);
  EXPECT_EQ(block.payload[kSize - 1], 0) << "pages come when they are touched";
  Free(block);
}

TEST_F(DrainedBlocksTest, BlocksOfTheHeapAreRefused) {
  BlockHeader block;
  Allocate(4096, &block);
  EXPECT_FALSE(drained_.Drain(&block));
  EXPECT_EQ(block.payload[4095], 1);
  Free(block);
}

TEST_F(DrainedBlocksTest, AddressSpaceIsBounded) {
  BlockHeader blocks[3];
  int accepted = 0;
  for (BlockHeader& block : blocks) {
    block.size = size_t{100} << 20;
    block.payload = system_.Allocate(block.size, SystemMemory::Backing::kWhenTouched, &block.is_zero);
    ASSERT_NE(block.payload, nullptr);
    accepted += drained_.Drain(&block) ? 1 : 0;
  }
  EXPECT_EQ(accepted, 2);
  for (const BlockHeader& block : blocks) Free(block);
}

}  // namespace
}  // namespace jxlpool
