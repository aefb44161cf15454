#include "lib/pool/matrix.h"

#include <gtest/gtest.h>

#include <array>
#include <limits>

#include "lib/pool/buffer_pool.h"

namespace jxlpool {
namespace {

class MatrixTest : public testing::Test {
 protected:
  BufferPool pool_;
  Budget budget_;
  Memory memory_{&pool_, &budget_};
};

TEST_F(MatrixTest, RowsAreAlignedDistinctAndPadded) {
  auto result = Matrix3D<float>::Create(&memory_, Category::kTile, 3, 5, 17);
  ASSERT_TRUE(result.ok());
  Matrix3D<float> matrix = std::move(result).value();
  EXPECT_EQ(matrix.stride(), 32u);
  for (size_t plane = 0; plane < 3; ++plane) {
    for (size_t row = 0; row < 5; ++row) {
      float* values = matrix.Row(plane, row);
      EXPECT_EQ(reinterpret_cast<uintptr_t>(values) % kRowAlignment, 0u);
      for (size_t x = 0; x < matrix.stride(); ++x) values[x] = static_cast<float>(plane * 1000 + row * 100 + x);
    }
  }
  for (size_t plane = 0; plane < 3; ++plane) {
    const View2D<float> view = matrix.Plane(plane).Sub(2, 1, 10, 3);
    EXPECT_EQ(view.Row(2)[4], static_cast<float>(plane * 1000 + 3 * 100 + 6));
  }
  EXPECT_EQ(pool_.GetStatistics().by_type[static_cast<size_t>(ElementType::kFloat)].live_blocks, 1u);
  matrix.Release();
  EXPECT_TRUE(matrix.empty());
  EXPECT_EQ(budget_.total().live, 0u);
}

TEST_F(MatrixTest, OverflowingSizesAreAMemoryLimit) {
  constexpr size_t kMax = std::numeric_limits<size_t>::max();
  for (const auto& [planes, rows, columns] : {std::array<size_t, 3>{1, 1, kMax},
                                              {1, kMax, 1},
                                              {kMax, 1, 1},
                                              {1, size_t{1} << 32, size_t{1} << 32},
                                              {size_t{1} << 21, size_t{1} << 21, size_t{1} << 21},
                                              {1, 1, kMax / 4 - 16}}) {
    auto matrix = Matrix3D<float>::Create(&memory_, Category::kTile, planes, rows, columns);
    ASSERT_FALSE(matrix.ok());
    EXPECT_EQ(matrix.status().code(), ErrorCode::kMemoryLimit);
  }
  EXPECT_EQ(budget_.total().live, 0u);
}

TEST_F(MatrixTest, EmptyDimensionsOwnNothing) {
  auto matrix = Matrix2D<int32_t>::Create(&memory_, Category::kTile, 0, 7);
  ASSERT_TRUE(matrix.ok());
  EXPECT_TRUE(matrix.value().empty());
  EXPECT_TRUE(matrix.value().View().empty());
  EXPECT_EQ(pool_.GetStatistics().total.acquires, 0u);
}

TEST(MatrixCountTest, MatricesAreCounted) {
  BufferPool pool;
  Budget budget;
  Memory memory(&pool, &budget);
  {
    auto a = Matrix3D<float>::Create(&memory, Category::kTile, 3, 10, 10);
    auto b = Matrix2D<int16_t>::Create(&memory, Category::kTile, 10, 10);
    auto empty = Matrix2D<uint8_t>::Create(&memory, Category::kTile, 0, 10);
    ASSERT_TRUE(a.ok() && b.ok() && empty.ok());
    const Matrix3D<float> moved = std::move(a).value();
    auto other = memory.Acquire(5000, Category::kTile, ElementType::kOther, Fill::kUninitialized);
    EXPECT_EQ(budget.matrices().created, 2u);
    EXPECT_EQ(budget.matrices().active, 2u);
    b.value().Release();
    EXPECT_EQ(budget.matrices().released, 1u);
  }
  EXPECT_EQ(budget.matrices().active, 0u);
  EXPECT_EQ(budget.matrices().peak, 2u);
  budget.ResetPeaks();
  EXPECT_EQ(budget.matrices().created, 0u);
  EXPECT_EQ(budget.matrices().peak, 0u);
}

}  // namespace
}  // namespace jxlpool
