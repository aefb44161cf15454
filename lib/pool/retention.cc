#include "lib/pool/retention.h"

#include <algorithm>

namespace jxlpool {

bool Retention::ReserveSystem(uint64_t bytes) {
  uint64_t system = system_bytes();
  do {
    if (bytes > options_.max_system_bytes || system > options_.max_system_bytes - bytes) return false;
  } while (!system_.compare_exchange_weak(system, system + bytes, std::memory_order_relaxed));
  RaiseTo(&peak_system_, system + bytes);
  return true;
}

uint64_t Retention::Excess(uint64_t fresh, int64_t unpublished) const {
  const auto recent = static_cast<uint64_t>(
      std::max(recent_peak_.load(std::memory_order_relaxed), previous_peak_.load(std::memory_order_relaxed)));
  const uint64_t peak = std::max(recent, static_cast<uint64_t>(Live(unpublished)) + fresh);
  const uint64_t slack = std::max(options_.slack_bytes, peak / 100 * options_.slack_percent);
  const uint64_t allowed = peak + slack + learned_.load(std::memory_order_relaxed);
  const uint64_t wanted = system_bytes() + fresh;
  return wanted > allowed ? wanted - allowed : 0;
}

void Retention::EndDecode() {
  const uint64_t regret = regret_.exchange(0, std::memory_order_relaxed);
  if (regret == 0) return;
  const uint64_t learned = learned_.load(std::memory_order_relaxed);
  learned_.store(std::min(options_.max_cached_bytes, learned + regret), std::memory_order_relaxed);
}

void Retention::EndPeriod() {
  previous_peak_.store(recent_peak_.load(std::memory_order_relaxed), std::memory_order_relaxed);
  recent_peak_.store(Live(0), std::memory_order_relaxed);
}

void Retention::Forget() {
  recent_peak_.store(Live(0), std::memory_order_relaxed);
  previous_peak_.store(0, std::memory_order_relaxed);
  regret_.store(0, std::memory_order_relaxed);
  learned_.store(0, std::memory_order_relaxed);
}

void Retention::ResetPeaks(int64_t live) {
  peak_live_.store(live, std::memory_order_relaxed);
  peak_system_.store(system_bytes(), std::memory_order_relaxed);
}

}  // namespace jxlpool
