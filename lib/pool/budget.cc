#include "lib/pool/budget.h"

#include <algorithm>

#include "lib/pool/memory_profile.h"
#include "lib/pool/size_recorder.h"

namespace jxlpool {
namespace {

void RaiseTo(std::atomic<uint64_t>* peak, uint64_t value) {
  uint64_t seen = peak->load(std::memory_order_relaxed);
  while (seen < value && !peak->compare_exchange_weak(seen, value, std::memory_order_relaxed)) {
  }
}

}  // namespace

void Budget::Counter::Add(uint64_t bytes) { RaiseTo(&peak, live.fetch_add(bytes, std::memory_order_relaxed) + bytes); }

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
  } while (!total_.live.compare_exchange_weak(live, live + bytes + matrix, std::memory_order_relaxed));
  live += bytes + matrix;
  RaiseTo(&total_.peak, BytesIn(live));
  if (matrix != 0) CountMatrix(live);
  categories_[static_cast<size_t>(category)].Add(bytes);
  if (MemoryProfile* profile = profile_.load(std::memory_order_relaxed)) [[unlikely]]
    Sample(profile);
  if (SizeRecorder* recorder = recorder_.load(std::memory_order_relaxed)) [[unlikely]]
    recorder->Acquired(bytes);
  return true;
}

void Budget::CountMatrix(uint64_t live) {
  RaiseTo(&matrices_peak_, live >> kMatrixShift);
  matrices_created_.fetch_add(1, std::memory_order_relaxed);
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
  total_.live.fetch_sub(bytes + (holder == Holder::kMatrix ? kMatrix : 0), std::memory_order_relaxed);
  categories_[static_cast<size_t>(category)].live.fetch_sub(bytes, std::memory_order_relaxed);
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
