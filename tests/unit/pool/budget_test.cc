#include "lib/pool/budget.h"

#include <gtest/gtest.h>

#include <atomic>
#include <random>
#include <thread>
#include <vector>

namespace jxlpool {
namespace {

TEST(BudgetTest, ChargesExactlyByCategory) {
  Budget budget(1000);
  EXPECT_TRUE(budget.TryCharge(600, Category::kTile));
  EXPECT_TRUE(budget.TryCharge(400, Category::kLf));
  EXPECT_FALSE(budget.TryCharge(1, Category::kBorder));
  EXPECT_EQ(budget.last_refusal().bytes, 1u);
  EXPECT_EQ(budget.last_refusal().category, Category::kBorder);
  EXPECT_EQ(budget.last_refusal().needed_limit, 1001u);
  EXPECT_EQ(budget.total().live, 1000u);
  EXPECT_EQ(budget.category(Category::kTile).live, 600u);
  budget.Refund(600, Category::kTile);
  EXPECT_EQ(budget.category(Category::kTile).live, 0u);
  EXPECT_EQ(budget.category(Category::kTile).peak, 600u);
  EXPECT_EQ(budget.total().peak, 1000u);
  budget.ResetPeaks();
  EXPECT_EQ(budget.total().peak, 400u);
  EXPECT_EQ(budget.category(Category::kTile).peak, 0u);
}

TEST(BudgetTest, HugeChargesDoNotWrapAround) {
  Budget budget(1000);
  EXPECT_TRUE(budget.TryCharge(10, Category::kTile));
  EXPECT_FALSE(budget.TryCharge(~uint64_t{0}, Category::kTile));
  EXPECT_FALSE(budget.TryCharge(~uint64_t{0} - 5, Category::kTile));
  budget.set_limit(Budget::kUnlimited);
  EXPECT_FALSE(budget.TryCharge(~uint64_t{0}, Category::kTile));
  EXPECT_EQ(budget.total().live, 10u);
}

// Threads charge and refund at random; at no moment may the sum exceed the limit.
TEST(BudgetTest, LimitHoldsAtEveryMomentForRandomSequences) {
  constexpr uint64_t kLimit = 100000;
  Budget budget(kLimit);
  std::atomic<uint64_t> charged{0};  // raised after a charge and lowered before a refund: never more than the budget's
  std::atomic<bool> exceeded{false};
  auto work = [&](unsigned seed) {
    std::mt19937 random(seed);
    std::vector<uint64_t> held;
    for (int i = 0; i < 20000; ++i) {
      if (!held.empty() && random() % 2 == 0) {
        charged.fetch_sub(held.back());
        budget.Refund(held.back(), Category::kModular);
        held.pop_back();
      } else {
        const uint64_t bytes = random() % 20000;
        if (budget.TryCharge(bytes, Category::kModular)) {
          if (charged.fetch_add(bytes) + bytes > kLimit) exceeded = true;
          held.push_back(bytes);
        }
      }
      if (budget.total().live > kLimit) exceeded = true;
    }
    for (const uint64_t bytes : held) {
      charged.fetch_sub(bytes);
      budget.Refund(bytes, Category::kModular);
    }
  };
  std::vector<std::thread> threads;
  for (unsigned i = 0; i < 4; ++i) threads.emplace_back(work, i + 1);
  for (std::thread& thread : threads) thread.join();
  EXPECT_FALSE(exceeded.load());
  EXPECT_LE(budget.total().peak, kLimit);
  EXPECT_GT(budget.total().peak, kLimit / 2);
  EXPECT_EQ(budget.total().live, 0u);
  EXPECT_EQ(budget.category(Category::kModular).live, 0u);
}

}  // namespace
}  // namespace jxlpool
