// WorkBudget: how much computing an image may ask for beyond what its size and its input justify.
//
// A few bytes can describe much work: tables of huge alphabets, curves that wander for a million pixels, permutations
// of zeros. Each such step is small enough for one frame, but a file may repeat it in every frame. So each step charges
// what it costs, and the sum over all frames is bounded by what the frames and their bytes allow. A unit is about what
// decoding one ordinary pixel takes, some 10 ns.
//
// Work that grows with the samples of a frame in a fixed proportion is not charged.
//
// Thread-safe. Whether a decode exceeds the budget does not depend on the order of the charges of a frame.
#ifndef LIB_BASE_WORK_BUDGET_H_
#define LIB_BASE_WORK_BUDGET_H_

#include <algorithm>
#include <atomic>
#include <cstdint>

#include "lib/base/status.h"

namespace jxlpool {

class WorkBudget {
 public:
  // For an image, however small it is.
  static constexpr uint64_t kUnitsPerImage = uint64_t{1} << 25;
  static constexpr uint64_t kUnitsPerByte = 64;
  static constexpr uint64_t kUnitsPerPixel = 8;

  // Without limit until the first Renew.
  WorkBudget() = default;
  WorkBudget(const WorkBudget&) = delete;
  WorkBudget& operator=(const WorkBudget&) = delete;

  // Begins a pass over an image.
  void Renew() { left_.store(kUnitsPerImage, std::memory_order_relaxed); }
  // Adds what a frame of so many pixels and coded bytes may take.
  void AllowFrame(uint64_t num_pixels, uint64_t num_bytes) {
    constexpr uint64_t kMost = uint64_t{1} << 40;
    const uint64_t units = std::min(num_pixels, kMost) * kUnitsPerPixel + std::min(num_bytes, kMost) * kUnitsPerByte;
    const uint64_t left = left_.load(std::memory_order_relaxed);
    left_.store(left + std::min(units, kUnlimited - left), std::memory_order_relaxed);
  }
  // What is left; Restore undoes the charges since then.
  uint64_t left() const { return left_.load(std::memory_order_relaxed); }
  void Restore(uint64_t left) { left_.store(left, std::memory_order_relaxed); }
  // Takes `units` from what is left. Errors: kSizeLimit.
  Status Charge(uint64_t units) {
    uint64_t left = left_.load(std::memory_order_relaxed);
    do {
      if (units > left) return Status(ErrorCode::kSizeLimit, "the image asks for too much work for its size");
    } while (!left_.compare_exchange_weak(left, left - units, std::memory_order_relaxed));
    return OkStatus();
  }

 private:
  static constexpr uint64_t kUnlimited = ~uint64_t{0};

  std::atomic<uint64_t> left_{kUnlimited};
};

}  // namespace jxlpool

#endif  // LIB_BASE_WORK_BUDGET_H_
