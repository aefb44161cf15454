// A WorkBudget bounds what is charged by what was allowed, whatever the order.
#include "lib/base/work_budget.h"

#include <gtest/gtest.h>

#include <thread>
#include <vector>

namespace jxlpool {
namespace {

constexpr uint64_t kImage = WorkBudget::kUnitsPerImage;

TEST(WorkBudgetTest, HasNoLimitBeforeAnImage) {
  WorkBudget work;
  work.AllowFrame(1, 1);
  EXPECT_TRUE(work.Charge(uint64_t{1} << 63).ok());
}

TEST(WorkBudgetTest, AllowsAConstantAndASharePerPixelAndByte) {
  WorkBudget work;
  work.Renew();
  EXPECT_TRUE(work.Charge(kImage).ok());
  EXPECT_EQ(work.Charge(1).code(), ErrorCode::kSizeLimit);
  work.AllowFrame(100, 7);
  const uint64_t units = 100 * WorkBudget::kUnitsPerPixel + 7 * WorkBudget::kUnitsPerByte;
  EXPECT_EQ(work.Charge(units + 1).code(), ErrorCode::kSizeLimit);
  EXPECT_TRUE(work.Charge(units).ok());
  EXPECT_EQ(work.Charge(1).code(), ErrorCode::kSizeLimit);
  work.Renew();
  EXPECT_TRUE(work.Charge(kImage).ok());
}

TEST(WorkBudgetTest, SurvivesFramesOfAnySize) {
  WorkBudget work;
  work.Renew();
  for (int i = 0; i < 1 << 20; ++i) work.AllowFrame(~uint64_t{0}, ~uint64_t{0});
  EXPECT_TRUE(work.Charge(uint64_t{1} << 62).ok());
}

TEST(WorkBudgetTest, CountsTheChargesOfAllThreads) {
  WorkBudget work;
  work.Renew();
  constexpr uint64_t kCharges = 4096;
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&] {
      for (uint64_t i = 0; i < kCharges; ++i) EXPECT_TRUE(work.Charge(kImage / kCharges / 4).ok());
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_FALSE(work.Charge(1).ok());
}

}  // namespace
}  // namespace jxlpool
