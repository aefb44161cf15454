#include "lib/pool/retention.h"

#include <algorithm>

namespace jxlpool {
namespace {

constexpr auto kRelaxed = std::memory_order_relaxed;

}  // namespace

bool Retention::ReserveSystem(uint64_t bytes) {
  uint64_t system = system_bytes();
  do {
    if (bytes > options_.max_system_bytes || system > options_.max_system_bytes - bytes) return false;
  } while (!system_.compare_exchange_weak(system, system + bytes, kRelaxed));
  RaiseTo(&peak_system_, system + bytes);
  allocations_.fetch_add(1, kRelaxed);
  allocated_bytes_.fetch_add(bytes, kRelaxed);
  return true;
}

void Retention::CancelSystem(uint64_t bytes) {
  system_.fetch_sub(bytes, kRelaxed);
  allocations_.fetch_sub(1, kRelaxed);
  allocated_bytes_.fetch_sub(bytes, kRelaxed);
}

void Retention::ReturnSystem(uint64_t bytes, Reason reason) {
  system_.fetch_sub(bytes, kRelaxed);
  releases_.fetch_add(1, kRelaxed);
  released_bytes_[reason].fetch_add(bytes, kRelaxed);
}

uint64_t Retention::Excess(uint64_t fresh, int64_t unpublished) const {
  const int64_t recent = std::max(recent_peak_.load(kRelaxed), previous_peak_.load(kRelaxed));
  const uint64_t peak = std::max(static_cast<uint64_t>(recent), static_cast<uint64_t>(Live(unpublished)) + fresh);
  const uint64_t allowed = peak + std::max(options_.slack_bytes, peak / 100 * options_.slack_percent);
  const uint64_t wanted = system_bytes() + fresh;
  return wanted > allowed ? wanted - allowed : 0;
}

void Retention::EndPeriod() {
  previous_peak_.store(recent_peak_.load(kRelaxed), kRelaxed);
  recent_peak_.store(Live(0), kRelaxed);
}

void Retention::Forget() {
  EndPeriod();
  previous_peak_.store(0, kRelaxed);
}

void Retention::AddTo(PoolStatistics* statistics) const {
  statistics->peak_live_bytes = static_cast<uint64_t>(peak_live_.load(kRelaxed));
  statistics->system_bytes = system_bytes();
  statistics->peak_system_bytes = peak_system_.load(kRelaxed);
  statistics->system_allocations = allocations_.load(kRelaxed);
  statistics->system_allocated_bytes = allocated_bytes_.load(kRelaxed);
  statistics->system_releases = releases_.load(kRelaxed);
  for (const auto& bytes : released_bytes_) statistics->system_released_bytes += bytes.load(kRelaxed);
  statistics->aged_bytes = released_bytes_[kAged].load(kRelaxed);
  statistics->pressure_bytes = released_bytes_[kPressure].load(kRelaxed);
  statistics->overflow_bytes = released_bytes_[kOverflow].load(kRelaxed);
  statistics->trimmed_bytes = released_bytes_[kTrimmed].load(kRelaxed);
}

void Retention::ResetPeaks(int64_t live) {
  peak_live_.store(live, kRelaxed);
  peak_system_.store(system_bytes(), kRelaxed);
}

}  // namespace jxlpool
