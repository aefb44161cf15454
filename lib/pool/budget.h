// Budget: how many bytes one decode may hold at a time, with exact accounting by category.
//
// Thread-safe and lock-free. Charges are exact: the sum over live blocks never exceeds the limit, not even for a
// moment.
#ifndef LIB_POOL_BUDGET_H_
#define LIB_POOL_BUDGET_H_

#include <atomic>
#include <cstddef>
#include <cstdint>

#include "lib/pool/category.h"

namespace jxlpool {

class Budget {
 public:
  static constexpr uint64_t kUnlimited = ~uint64_t{0};

  explicit Budget(uint64_t limit_bytes = kUnlimited) : limit_(limit_bytes) {}
  Budget(const Budget&) = delete;
  Budget& operator=(const Budget&) = delete;

  // Reserves `bytes` for `category`, or changes nothing and returns false if that would exceed the limit.
  bool TryCharge(uint64_t bytes, Category category);
  // Returns a charge. REQUIRES: the same bytes and category were charged before.
  void Refund(uint64_t bytes, Category category);

  uint64_t limit() const { return limit_.load(std::memory_order_relaxed); }
  // Affects later charges only.
  void set_limit(uint64_t limit_bytes) { limit_.store(limit_bytes, std::memory_order_relaxed); }

  struct Usage {
    uint64_t live = 0;  // bytes charged now
    uint64_t peak = 0;  // largest `live` since construction or ResetPeaks
  };
  Usage total() const;
  Usage category(Category category) const;
  // The refused request that exceeded the limit most recently: its bytes and category; 0 bytes if there was none.
  uint64_t refused_bytes() const { return refused_bytes_.load(std::memory_order_relaxed); }
  Category refused_category() const { return refused_category_.load(std::memory_order_relaxed); }
  // The next peaks start from what is live now.
  void ResetPeaks();

 private:
  struct alignas(64) Counter {
    std::atomic<uint64_t> live{0};
    std::atomic<uint64_t> peak{0};
    void Add(uint64_t bytes);
  };
  std::atomic<uint64_t> limit_;
  std::atomic<uint64_t> refused_bytes_{0};
  std::atomic<Category> refused_category_{Category::kOther};
  Counter total_;
  Counter categories_[kNumCategories];
};

}  // namespace jxlpool

#endif  // LIB_POOL_BUDGET_H_
