#include "lib/pool/budget.h"

#include <algorithm>

#include "lib/pool/memory_profile.h"
#include "lib/pool/size_recorder.h"

namespace jxlpool {

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

bool Budget::TryCharge(uint64_t bytes, Category category, Holder holder) {
  const uint64_t matrix = holder == Holder::kMatrix ? kMatrix : 0;
  const uint64_t limit = std::min(limit_.load(std::memory_order_relaxed), kMatrix - 1);
  uint64_t live = total_.live.load(std::memory_order_relaxed);
  do {
    const uint64_t live_bytes = BytesIn(live);
    if (bytes > limit || live_bytes > limit - bytes) [[unlikely]] {
      NoteRefusal({bytes, category, live_bytes > kUnlimited - bytes ? kUnlimited : live_bytes + bytes});
      return false;
    }
  } while (!Replace(&total_.live, &live, live + bytes + matrix));
  live += bytes + matrix;
  RaiseTo(&total_.peak, BytesIn(live));
  if (matrix != 0) CountMatrix(live);
  Counter& counter = categories_[static_cast<size_t>(category)];
  RaiseTo(&counter.peak, Add(&counter.live, bytes));
  if (MemoryProfile* profile = profile_.load(std::memory_order_relaxed)) [[unlikely]]
    Sample(profile);
  if (SizeRecorder* recorder = recorder_.load(std::memory_order_relaxed)) [[unlikely]]
    recorder->Acquired(bytes);
  return true;
}

void Budget::CountMatrix(uint64_t live) {
  RaiseTo(&matrices_peak_, live >> kMatrixShift);
  Add(&matrices_created_, 1);
}

void Budget::Sample(MemoryProfile* profile) const {
  uint64_t live[kNumCategories];
  for (size_t i = 0; i < kNumCategories; ++i) live[i] = categories_[i].live.load(std::memory_order_relaxed);
  profile->Sample(live);
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
  const uint64_t active = total_.live.load(std::memory_order_relaxed) >> kMatrixShift;
  Matrices matrices;
  matrices.created =
      matrices_created_.load(std::memory_order_relaxed) - matrices_before_.load(std::memory_order_relaxed);
  const uint64_t all = matrices.created + matrices_active_before_.load(std::memory_order_relaxed);
  matrices.released = all > active ? all - active : 0;
  matrices.active = active;
  matrices.peak = matrices_peak_.load(std::memory_order_relaxed);
  return matrices;
}

void Budget::Refund(uint64_t bytes, Category category, Holder holder) {
  Add(&total_.live, 0 - (bytes + (holder == Holder::kMatrix ? kMatrix : 0)));
  Add(&categories_[static_cast<size_t>(category)].live, 0 - bytes);
  if (MemoryProfile* profile = profile_.load(std::memory_order_relaxed)) [[unlikely]]
    Sample(profile);
  if (SizeRecorder* recorder = recorder_.load(std::memory_order_relaxed)) [[unlikely]]
    recorder->Released(bytes);
}

Budget::Usage Budget::total() const {
  return {BytesIn(total_.live.load(std::memory_order_relaxed)), total_.peak.load(std::memory_order_relaxed)};
}

Budget::Usage Budget::category(Category category) const {
  const Counter& counter = categories_[static_cast<size_t>(category)];
  return {counter.live.load(std::memory_order_relaxed), counter.peak.load(std::memory_order_relaxed)};
}

void Budget::ResetPeaks() {
  const uint64_t live = total_.live.load(std::memory_order_relaxed);
  matrices_before_.store(matrices_created_.load(std::memory_order_relaxed), std::memory_order_relaxed);
  matrices_active_before_.store(live >> kMatrixShift, std::memory_order_relaxed);
  matrices_peak_.store(live >> kMatrixShift, std::memory_order_relaxed);
  total_.peak.store(BytesIn(live), std::memory_order_relaxed);
  for (Counter& counter : categories_) {
    counter.peak.store(counter.live.load(std::memory_order_relaxed), std::memory_order_relaxed);
  }
}

}  // namespace jxlpool
