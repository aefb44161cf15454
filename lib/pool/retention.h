// Retention: how many bytes a pool holds, live and cached, and how many it may hold.
//
// Keeping every free block would let the pool grow to the sum of the peaks of all sizes, far above the largest need at
// any moment. So a fresh block from the system first has to fit under the largest number of bytes that were live at a
// time lately (the fresh block included) plus a slack; otherwise cached blocks go back first.
//
// Without it ResidentMemoryTest.PhasesOfOtherSizesDoNotAddUp fails; without forgetting old peaks
// BufferPoolTest.OneLargeDecodeDoesNotLetLaterOnesHoard; without the slack
// BufferPoolTest.PrewarmedBlocksMakeTheFirstDecodeHit.
// Thread-safe.
#ifndef LIB_POOL_RETENTION_H_
#define LIB_POOL_RETENTION_H_

#include <atomic>
#include <cstddef>
#include <cstdint>

#include "lib/pool/statistics.h"

namespace jxlpool {

struct RetentionOptions {
  uint64_t max_cached_bytes = uint64_t{256} << 20;
  uint64_t max_system_bytes = ~uint64_t{0};  // live and cached
  uint64_t slack_bytes = uint64_t{512} << 10;
  uint32_t slack_percent = 3;  // of the peak, if that is more than slack_bytes
};

class Retention {
 public:
  // Why bytes went back to the system.
  enum Reason : uint8_t { kNotPooled, kAged, kPressure, kOverflow, kTrimmed, kNumReasons };

  // A thread tells the others what it acquired and released in portions of this size.
  static constexpr int64_t kPublishBytes = int64_t{256} << 10;

  explicit Retention(const RetentionOptions& options) : options_(options) {}

  // `*unpublished` is the calling thread's: live bytes that are not part of the shared total yet.
  void Acquired(size_t size, int64_t* unpublished) {
    *unpublished += static_cast<int64_t>(size);
    const int64_t live = live_.load(std::memory_order_relaxed) + *unpublished;
    if (live > peak_live_.load(std::memory_order_relaxed)) RaiseTo(&peak_live_, live);
    if (live > recent_peak_.load(std::memory_order_relaxed)) RaiseTo(&recent_peak_, live);
    if (*unpublished >= kPublishBytes) Publish(unpublished);
  }
  void Released(size_t size, int64_t* unpublished) {
    *unpublished -= static_cast<int64_t>(size);
    if (*unpublished <= -kPublishBytes) Publish(unpublished);
  }
  void Publish(int64_t* unpublished) {
    live_.fetch_add(*unpublished, std::memory_order_relaxed);
    *unpublished = 0;
  }

  // Reserves `bytes` for a block from the system; false, and nothing is changed, if max_system_bytes would be exceeded.
  bool ReserveSystem(uint64_t bytes);
  // The system did not give what was reserved.
  void CancelSystem(uint64_t bytes);
  // A block went back to the system.
  void ReturnSystem(uint64_t bytes, Reason reason);
  uint64_t system_bytes() const { return system_.load(std::memory_order_relaxed); }

  // Cached bytes beyond max_cached_bytes.
  uint64_t CacheOverflow(int64_t unpublished) const {
    const auto live = static_cast<uint64_t>(Live(unpublished));
    const uint64_t system = system_bytes();
    const uint64_t cached = system > live ? system - live : 0;
    return cached > options_.max_cached_bytes ? cached - options_.max_cached_bytes : 0;
  }
  // How many cached bytes should go before `fresh` bytes come from the system.
  uint64_t Excess(uint64_t fresh, int64_t unpublished) const;
  // Everything held now is meant to be kept.
  void ExpectAll() { RaiseTo(&recent_peak_, static_cast<int64_t>(system_bytes())); }

  // Begins a new period; the peak of the one before the last is forgotten.
  void EndPeriod();
  // Forgets the peaks of all periods.
  void Forget();

  // Sets the figures that are counted here.
  void AddTo(PoolStatistics* statistics) const;
  // The next peaks reported start from now.
  void ResetPeaks(int64_t live);

 private:
  int64_t Live(int64_t unpublished) const {
    const int64_t live = live_.load(std::memory_order_relaxed) + unpublished;
    return live > 0 ? live : 0;
  }
  template <typename T>
  static void RaiseTo(std::atomic<T>* peak, T value) {
    T seen = peak->load(std::memory_order_relaxed);
    while (seen < value && !peak->compare_exchange_weak(seen, value, std::memory_order_relaxed)) {
    }
  }

  const RetentionOptions options_;
  // Read at each acquisition, written now and then.
  alignas(64) std::atomic<int64_t> live_{0};
  std::atomic<int64_t> peak_live_{0};    // since the last ResetPeaks
  std::atomic<int64_t> recent_peak_{0};  // since the last EndPeriod
  std::atomic<uint64_t> system_{0};
  // Rarely used.
  alignas(64) std::atomic<int64_t> previous_peak_{0};
  std::atomic<uint64_t> peak_system_{0};
  std::atomic<uint64_t> allocations_{0};
  std::atomic<uint64_t> allocated_bytes_{0};
  std::atomic<uint64_t> releases_{0};
  std::atomic<uint64_t> released_bytes_[kNumReasons] = {};
};

}  // namespace jxlpool

#endif  // LIB_POOL_RETENTION_H_
