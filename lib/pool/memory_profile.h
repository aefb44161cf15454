// MemoryProfile: what a Budget has live by category, over time, with the stages of the decode; for tools that draw it.
//
// A budget without a profile pays one load per charge for the possibility. With one, charges and refunds take a lock
// and a clock reading. The number of samples is bounded: when there are too many, neighbours are merged and only the
// highest of each interval stays, so that no peak is lost.
//
// Sample is thread-safe; the rest belongs to the thread that uses the decoder, while no decode runs. The memory comes
// from the C heap and is not charged to any budget.
#ifndef LIB_POOL_MEMORY_PROFILE_H_
#define LIB_POOL_MEMORY_PROFILE_H_

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <mutex>

#include "lib/base/status.h"
#include "lib/pool/budget.h"
#include "lib/pool/category.h"

namespace jxlpool {

struct MemorySample {
  uint64_t time_ns = 0;  // since Start
  uint64_t total = 0;    // bytes; the sum of by_category
  uint64_t by_category[kNumCategories] = {};
};

struct MemoryStage {
  const char* name = "";  // static storage
  uint32_t frame = 0;     // which frame, for stages that concern one
  uint64_t begin_ns = 0;  // since Start
  uint64_t end_ns = 0;
};

class MemoryProfile : public BudgetObserver {
 public:
  static constexpr size_t kMaxStages = 1024;  // later ones are not recorded

  MemoryProfile() = default;
  ~MemoryProfile() override { Stop(); }
  MemoryProfile(const MemoryProfile&) = delete;
  MemoryProfile& operator=(const MemoryProfile&) = delete;

  // Begins anew with room for `max_samples` (at least 16). Errors: kMemoryLimit.
  Status Start(size_t max_samples);
  // Forgets everything.
  void Stop();
  bool started() const { return samples_ != nullptr; }

  void Charged(uint64_t /*bytes*/, const Budget& budget) override { SampleBudget(budget); }
  void Refunded(uint64_t /*bytes*/, const Budget& budget) override { SampleBudget(budget); }
  // `by_category`: live bytes of each category now.
  void Sample(const uint64_t (&by_category)[kNumCategories]);

  // Records a stage if the profile is started. Stages may nest.
  class StageScope {
   public:
    StageScope(MemoryProfile* profile, const char* name, uint32_t frame = 0);
    ~StageScope();
    StageScope(const StageScope&) = delete;
    StageScope& operator=(const StageScope&) = delete;

   private:
    MemoryProfile* profile_;
    size_t index_ = kMaxStages;
  };

  // In the order of time.
  const MemorySample* samples() const { return samples_; }
  size_t num_samples() const { return num_samples_; }
  const MemoryStage* stages() const { return stages_; }
  size_t num_stages() const { return num_stages_; }
  // The highest sample; the first one if there are several.
  const MemorySample& peak() const { return peak_; }

 private:
  void SampleBudget(const Budget& budget);
  uint64_t Now() const;
  void Halve();

  std::chrono::steady_clock::time_point start_;
  MemoryStage* stages_ = nullptr;
  size_t num_stages_ = 0;

  std::mutex mutex_;
  MemorySample* samples_ = nullptr;  // guarded by mutex_ while decodes run, as the following
  size_t num_samples_ = 0;
  size_t max_samples_ = 0;
  uint64_t interval_ns_ = 0;  // covered by a sample at least
  uint64_t sample_begin_ns_ = 0;
  MemorySample peak_;
};

}  // namespace jxlpool

#endif  // LIB_POOL_MEMORY_PROFILE_H_
