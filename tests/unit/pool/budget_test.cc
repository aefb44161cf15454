#include "lib/pool/budget.h"

#include <gtest/gtest.h>

#include <atomic>
#include <random>
#include <thread>
#include <utility>
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

void ExpectEqual(const Budget::Usage& a, const Budget::Usage& b) {
  EXPECT_EQ(a.live, b.live);
  EXPECT_EQ(a.peak, b.peak);
}

// What one thread at a time does counts the same whether the budget knows that it is alone or not.
TEST(BudgetTest, CountsAlikeForOneThreadAndForMany) {
  constexpr uint64_t kLimit = 100000;
  Budget one(kLimit, Budget::Users::kOneThread);
  Budget many(kLimit, Budget::Users::kManyThreads);
  struct Charge {
    uint64_t bytes;
    Category category;
    Budget::Holder holder;
  };
  std::vector<Charge> held;
  std::mt19937 random(7);
  for (int i = 0; i < 5000; ++i) {
    if (!held.empty() && random() % 2 == 0) {
      std::swap(held[random() % held.size()], held.back());
      for (Budget* budget : {&one, &many}) budget->Refund(held.back().bytes, held.back().category, held.back().holder);
      held.pop_back();
    } else {
      const Charge charge = {random() % 20000, static_cast<Category>(random() % kNumCategories),
                             random() % 2 == 0 ? Budget::Holder::kMatrix : Budget::Holder::kOther};
      const bool granted = one.TryCharge(charge.bytes, charge.category, charge.holder);
      ASSERT_EQ(many.TryCharge(charge.bytes, charge.category, charge.holder), granted);
      if (granted) held.push_back(charge);
    }
    if (i == 2500) {
      one.ResetPeaks();
      many.ResetPeaks();
    }
    ASSERT_LE(one.total().live, kLimit);
  }
  ExpectEqual(one.total(), many.total());
  for (size_t c = 0; c < kNumCategories; ++c) {
    ExpectEqual(one.category(static_cast<Category>(c)), many.category(static_cast<Category>(c)));
  }
  EXPECT_EQ(one.matrices().created, many.matrices().created);
  EXPECT_EQ(one.matrices().released, many.matrices().released);
  EXPECT_EQ(one.matrices().active, many.matrices().active);
  EXPECT_EQ(one.matrices().peak, many.matrices().peak);
  EXPECT_EQ(one.last_refusal().needed_limit, many.last_refusal().needed_limit);
  EXPECT_GT(one.last_refusal().needed_limit, kLimit);
  EXPECT_GT(one.matrices().peak, 1u);
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
