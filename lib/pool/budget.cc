#include "lib/pool/budget.h"

namespace jxlpool {
namespace {

void RaiseTo(std::atomic<uint64_t>* peak, uint64_t value) {
  uint64_t seen = peak->load(std::memory_order_relaxed);
  while (seen < value && !peak->compare_exchange_weak(seen, value, std::memory_order_relaxed)) {
  }
}

}  // namespace

void Budget::Counter::Add(uint64_t bytes) { RaiseTo(&peak, live.fetch_add(bytes, std::memory_order_relaxed) + bytes); }

bool Budget::TryCharge(uint64_t bytes, Category category) {
  uint64_t live = total_.live.load(std::memory_order_relaxed);
  do {
    const uint64_t limit = limit_.load(std::memory_order_relaxed);
    if (bytes > limit || live > limit - bytes) {
      refused_category_.store(category, std::memory_order_relaxed);
      refused_bytes_.store(bytes, std::memory_order_relaxed);
      return false;
    }
  } while (!total_.live.compare_exchange_weak(live, live + bytes, std::memory_order_relaxed));
  RaiseTo(&total_.peak, live + bytes);
  categories_[static_cast<size_t>(category)].Add(bytes);
  return true;
}

void Budget::Refund(uint64_t bytes, Category category) {
  total_.live.fetch_sub(bytes, std::memory_order_relaxed);
  categories_[static_cast<size_t>(category)].live.fetch_sub(bytes, std::memory_order_relaxed);
}

Budget::Usage Budget::total() const {
  return {total_.live.load(std::memory_order_relaxed), total_.peak.load(std::memory_order_relaxed)};
}

Budget::Usage Budget::category(Category category) const {
  const Counter& counter = categories_[static_cast<size_t>(category)];
  return {counter.live.load(std::memory_order_relaxed), counter.peak.load(std::memory_order_relaxed)};
}

void Budget::ResetPeaks() {
  total_.peak.store(total_.live.load(std::memory_order_relaxed), std::memory_order_relaxed);
  for (Counter& counter : categories_) {
    counter.peak.store(counter.live.load(std::memory_order_relaxed), std::memory_order_relaxed);
  }
}

}  // namespace jxlpool
