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
