#include "lib/pool/budget.h"

#include <algorithm>

namespace jxlpool {
namespace {

// More than any system has: absurd requests are refused here, whatever the limit.
constexpr uint64_t kMaxLive = (uint64_t{1} << 48) - 1;

}  // namespace

uint64_t Budget::Add(std::atomic<uint64_t>* counter, uint64_t value) {
  if (users_ == Users::kManyThreads) return counter->fetch_add(value, std::memory_order_relaxed) + value;
  const uint64_t sum = counter->load(std::memory_order_relaxed) + value;
  counter->store(sum, std::memory_order_relaxed);
  return sum;
}

bool Budget::Replace(std::atomic<uint64_t>* counter, uint64_t* expected, uint64_t value) {
  if (users_ == Users::kManyThreads) {
    return counter->compare_exchange_weak(*expected, value, std::memory_order_relaxed);
  }
  counter->store(value, std::memory_order_relaxed);
  return true;
}

void Budget::RaiseTo(std::atomic<uint64_t>* peak, uint64_t value) {
  uint64_t seen = peak->load(std::memory_order_relaxed);
  while (seen < value && !Replace(peak, &seen, value)) {
  }
}

void Budget::Raise(Counter* counter, uint64_t value) { RaiseTo(&counter->peak, Add(&counter->live, value)); }

bool Budget::TryCharge(uint64_t bytes, Category category, Holder holder) {
  const uint64_t limit = std::min(limit_.load(std::memory_order_relaxed), kMaxLive);
  uint64_t live = total_.live.load(std::memory_order_relaxed);
  do {
    if (bytes > limit || live > limit - bytes) [[unlikely]] {
      NoteRefusal({bytes, category, live > kUnlimited - bytes ? kUnlimited : live + bytes});
      return false;
    }
  } while (!Replace(&total_.live, &live, live + bytes));
  RaiseTo(&total_.peak, live + bytes);
  Raise(&categories_[static_cast<size_t>(category)], bytes);
  if (holder == Holder::kMatrix) {
    Raise(&matrices_, 1);
    Add(&matrices_created_, 1);
  }
  if (BudgetObserver* observer = this->observer()) [[unlikely]]
    observer->Charged(bytes, *this);
  return true;
}

void Budget::Refund(uint64_t bytes, Category category, Holder holder) {
  Add(&total_.live, 0 - bytes);
  Add(&categories_[static_cast<size_t>(category)].live, 0 - bytes);
  if (holder == Holder::kMatrix) Add(&matrices_.live, 0 - uint64_t{1});
  if (BudgetObserver* observer = this->observer()) [[unlikely]]
    observer->Refunded(bytes, *this);
}

void Budget::NoteRefusal(const Refusal& refusal) {
  refused_category_.store(refusal.category, std::memory_order_relaxed);
  needed_limit_.store(refusal.needed_limit, std::memory_order_relaxed);
  refused_bytes_.store(refusal.bytes, std::memory_order_relaxed);
}

Budget::Refusal Budget::last_refusal() const {
  return {refused_bytes_.load(std::memory_order_relaxed), refused_category_.load(std::memory_order_relaxed),
          needed_limit_.load(std::memory_order_relaxed)};
}

Budget::Matrices Budget::matrices() const {
  const Usage usage = Read(matrices_);
  const uint64_t created = matrices_created_.load(std::memory_order_relaxed);
  const uint64_t all = created + matrices_active_before_.load(std::memory_order_relaxed);
  return {created, all > usage.live ? all - usage.live : 0, usage.live, usage.peak};
}

Budget::Usage Budget::Read(const Counter& counter) {
  return {counter.live.load(std::memory_order_relaxed), counter.peak.load(std::memory_order_relaxed)};
}

void Budget::ResetPeaks() {
  const auto reset = [](Counter* counter) {
    counter->peak.store(counter->live.load(std::memory_order_relaxed), std::memory_order_relaxed);
  };
  reset(&total_);
  for (Counter& counter : categories_) reset(&counter);
  reset(&matrices_);
  matrices_created_.store(0, std::memory_order_relaxed);
  matrices_active_before_.store(matrices_.live.load(std::memory_order_relaxed), std::memory_order_relaxed);
}

}  // namespace jxlpool
