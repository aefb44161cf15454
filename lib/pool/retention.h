// Retention: how much a pool holds altogether, and how much of that it may keep cached.
//
// Keeping every free block would let the pool grow to the sum of the peaks of all sizes, far above the largest need at
// any moment. So a fresh block from the system first has to fit under
//
//     peak + max(slack, peak x slack_percent / 100) + learned
//
// where `peak` is the largest number of bytes live at a time lately (the fresh block included); otherwise cached blocks
// of other sizes go back first. A first decode hence needs little more than its own peak. Where that was regretted,
// because a block of a size just given up was wanted again, the bytes are added to `learned` when the decode ends: the
// second or third decode of the same shape finds everything cached.
//
// All methods are thread-safe.
#ifndef LIB_POOL_RETENTION_H_
#define LIB_POOL_RETENTION_H_

#include <atomic>
#include <cstddef>
#include <cstdint>

namespace jxlpool {

struct RetentionOptions {
  uint64_t max_cached_bytes = uint64_t{256} << 20;
  uint64_t max_system_bytes = ~uint64_t{0};
  uint64_t slack_bytes = uint64_t{512} << 10;
  uint32_t slack_percent = 3;
};

class Retention {
 public:
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

  // False, and nothing is changed, if max_system_bytes would be exceeded.
  bool ReserveSystem(uint64_t bytes);
  void ReturnSystem(uint64_t bytes) { system_.fetch_sub(bytes, std::memory_order_relaxed); }
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
  // `bytes` given up for want of room were wanted again.
  void Regret(uint64_t bytes) { regret_.fetch_add(bytes, std::memory_order_relaxed); }
  // Everything held now is meant to be kept.
  void ExpectAll() { RaiseTo(&recent_peak_, static_cast<int64_t>(system_bytes())); }

  // Learns from what was regretted.
  void EndDecode();
  // The peak of the time before the last call is forgotten.
  void EndPeriod();
  // Forgets all peaks and all that was learned.
  void Forget();

  int64_t peak_live() const { return peak_live_.load(std::memory_order_relaxed); }
  uint64_t peak_system() const { return peak_system_.load(std::memory_order_relaxed); }
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
  std::atomic<int64_t> peak_live_{0};
  std::atomic<int64_t> recent_peak_{0};
  std::atomic<uint64_t> system_{0};
  // Rarely used.
  alignas(64) std::atomic<uint64_t> peak_system_{0};
  std::atomic<int64_t> previous_peak_{0};
  std::atomic<uint64_t> regret_{0};
  std::atomic<uint64_t> learned_{0};
};

}  // namespace jxlpool

#endif  // LIB_POOL_RETENTION_H_
