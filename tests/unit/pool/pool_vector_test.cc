#include "lib/pool/pool_vector.h"

#include <gtest/gtest.h>

#include "lib/pool/buffer_pool.h"
#include "lib/pool/matrix.h"

namespace jxlpool {
namespace {

TEST(PoolVectorTest, GrowsInsertsAndErasesMoveOnlyElements) {
  BufferPool pool;
  Budget budget;
  Memory memory(&pool, &budget);
  {
    PoolVector<Matrix2D<int16_t>> vector(&memory, Category::kModular);
    for (size_t i = 1; i <= 100; ++i) {
      auto matrix = Matrix2D<int16_t>::Create(&memory, Category::kTile, 1, i);
      ASSERT_TRUE(matrix.ok());
      ASSERT_TRUE(vector.PushBack(std::move(matrix).value()).ok());
    }
    vector.Erase(10, 80);
    ASSERT_EQ(vector.size(), 20u);
    EXPECT_EQ(vector[9].columns(), 10u);
    EXPECT_EQ(vector[10].columns(), 91u);
    auto wide = Matrix2D<int16_t>::Create(&memory, Category::kTile, 1, 1000);
    ASSERT_TRUE(wide.ok());
    ASSERT_TRUE(vector.Insert(5, std::move(wide).value()).ok());
    EXPECT_EQ(vector[5].columns(), 1000u);
    EXPECT_EQ(vector[6].columns(), 6u);
    EXPECT_EQ(vector.size(), 21u);
  }
  EXPECT_EQ(budget.total().live, 0u);
}

// Sizes that contents decide are few, so that one section finds the blocks of another.
TEST(PoolVectorTest, CapacitiesAreOfFewSizes) {
  size_t distinct = 0;
  size_t previous = 0;
  for (size_t bytes = 1; bytes <= 300000; ++bytes) {
    const size_t size = RoundUp(RepeatableSize(bytes), kBufferAlignment);
    ASSERT_GE(size, bytes);
    ASSERT_LE(size - bytes, std::max(bytes / 4, kBufferAlignment - 1)) << bytes;
    ASSERT_GE(size, previous);
    distinct += size != previous;
    previous = size;
  }
  EXPECT_LE(distinct, 48u);
  EXPECT_EQ(RepeatableSize((size_t{100} << 20) + 1), (size_t{100} << 20) + (size_t{32} << 10));
  EXPECT_EQ(RepeatableSize(SIZE_MAX), SIZE_MAX);

  BufferPool pool;
  Budget budget;
  Memory memory(&pool, &budget);
  for (size_t length = 10000; length < 10200; ++length) {
    PoolVector<uint32_t> vector(&memory, Category::kOther);
    ASSERT_TRUE(vector.Resize(length).ok());
  }
  EXPECT_LE(pool.GetStatistics().total.misses(), 2u);
}

TEST(PoolVectorTest, OverTheLimitIsAnErrorAndKeepsTheContents) {
  BufferPool pool;
  Budget budget(4096);
  Memory memory(&pool, &budget);
  PoolVector<uint32_t> vector(&memory, Category::kOther);
  Status status;
  uint32_t count = 0;
  while ((status = vector.PushBack(count)).ok()) ++count;
  EXPECT_EQ(status.code(), ErrorCode::kMemoryLimit);
  ASSERT_EQ(vector.size(), count);
  for (uint32_t i = 0; i < count; ++i) EXPECT_EQ(vector[i], i);
  EXPECT_LE(budget.total().peak, 4096u);
}

}  // namespace
}  // namespace jxlpool
