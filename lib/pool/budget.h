// Budget: how many bytes one decode may hold at a time, with exact accounting by category.
//
// Lock-free, and thread-safe unless it was made for one thread at a time. Charges are exact: the sum over live blocks
// never exceeds the limit, not even for a moment.
#ifndef LIB_POOL_BUDGET_H_
#define LIB_POOL_BUDGET_H_

#include <atomic>
#include <cstddef>
#include <cstdint>

#include "lib/pool/category.h"

namespace jxlpool {

class Budget;

// Follows the charges of a budget; see MemoryProfile and SizeRecorder. Called by the threads that charge, at any time.
class BudgetObserver {
 public:
  virtual ~BudgetObserver() = default;
  virtual void Charged(uint64_t bytes, const Budget& budget) = 0;
  virtual void Refunded(uint64_t bytes, const Budget& budget) = 0;
};

class Budget {
 public:
  static constexpr uint64_t kUnlimited = ~uint64_t{0};

  // Which threads charge and refund. Where that is one at a time it takes no atomic read-modify-write, without which
  // the benchmark pool/acquire_release takes 5 % more cycles. The rest may be called from any thread in either case.
  enum class Users : uint8_t { kOneThread, kManyThreads };

  explicit Budget(uint64_t limit_bytes = kUnlimited, Users users = Users::kManyThreads)
      : users_(users), limit_(limit_bytes) {}
  Budget(const Budget&) = delete;
  Budget& operator=(const Budget&) = delete;

  // What a charge is for; matrices (matrix.h) are counted as such.
  enum class Holder : uint8_t { kOther, kMatrix };

  // Reserves `bytes` for `category`, or changes nothing and returns false if that would exceed the limit.
  bool TryCharge(uint64_t bytes, Category category, Holder holder = Holder::kOther);
  // Returns a charge. REQUIRES: the same was charged before.
  void Refund(uint64_t bytes, Category category, Holder holder = Holder::kOther);

  uint64_t limit() const { return limit_.load(std::memory_order_relaxed); }
  // Affects later charges only.
  void set_limit(uint64_t limit_bytes) { limit_.store(limit_bytes, std::memory_order_relaxed); }

  struct Usage {
    uint64_t live = 0;  // bytes charged now
    uint64_t peak = 0;  // largest `live` since construction or ResetPeaks
  };
  Usage total() const { return Read(total_); }
  Usage category(Category category) const { return Read(categories_[static_cast<size_t>(category)]); }
  // The request that was refused most recently: what was asked for, by whom, and the limit that would have been needed
  // at that moment (requests to come may need more); 0 bytes if there was none.
  struct Refusal {
    uint64_t bytes = 0;
    Category category = Category::kOther;
    uint64_t needed_limit = 0;
  };
  Refusal last_refusal() const;
  // Remembers a refusal that is not this budget's own: that of a cap on the whole pool.
  void NoteRefusal(const Refusal& refusal);

  // Matrices that were created and released since construction or ResetPeaks, and how many there are.
  struct Matrices {
    uint64_t created = 0;
    uint64_t released = 0;
    uint64_t active = 0;
    uint64_t peak = 0;
  };
  Matrices matrices() const;

  // Lets the observer, which must outlive its use, follow what is charged and refunded; null: none. REQUIRES: nothing
  // is charged or refunded meanwhile.
  void set_observer(BudgetObserver* observer) { observer_.store(observer, std::memory_order_relaxed); }
  BudgetObserver* observer() const { return observer_.load(std::memory_order_relaxed); }

  // The next peaks start from what is live now; matrices are counted anew.
  void ResetPeaks();

 private:
  struct alignas(64) Counter {
    std::atomic<uint64_t> live{0};
    std::atomic<uint64_t> peak{0};
  };
  // Adds to a counter and returns its new value.
  uint64_t Add(std::atomic<uint64_t>* counter, uint64_t value);
  // Replaces `expected` if the counter still has that value, else sets `*expected` to what it has.
  bool Replace(std::atomic<uint64_t>* counter, uint64_t* expected, uint64_t value);
  void RaiseTo(std::atomic<uint64_t>* peak, uint64_t value);
  void Raise(Counter* counter, uint64_t value);
  static Usage Read(const Counter& counter);

  const Users users_;
  std::atomic<uint64_t> limit_;
  std::atomic<BudgetObserver*> observer_{nullptr};
  std::atomic<uint64_t> refused_bytes_{0};
  std::atomic<uint64_t> needed_limit_{0};
  std::atomic<Category> refused_category_{Category::kOther};
  Counter total_;
  Counter categories_[kNumCategories];
  Counter matrices_;
  std::atomic<uint64_t> matrices_created_{0};        // since the last reset
  std::atomic<uint64_t> matrices_active_before_{0};  // at the last reset
};

}  // namespace jxlpool

#endif  // LIB_POOL_BUDGET_H_
