#include "lib/pool/memory_profile.h"

#include <algorithm>
#include <new>

namespace jxlpool {
namespace {

constexpr uint64_t kFirstIntervalNs = 1000;

}  // namespace

Status MemoryProfile::Start(size_t max_samples) {
  Stop();
  const size_t count = std::clamp<size_t>(max_samples, 16, size_t{1} << 20);
  samples_ = new (std::nothrow) MemorySample[count];
  stages_ = new (std::nothrow) MemoryStage[kMaxStages];
  if (samples_ == nullptr || stages_ == nullptr) {
    Stop();
    return Status(ErrorCode::kMemoryLimit, "no memory for a memory profile");
  }
  max_samples_ = count;
  interval_ns_ = kFirstIntervalNs;
  start_ = std::chrono::steady_clock::now();
  return OkStatus();
}

void MemoryProfile::Stop() {
  delete[] samples_;
  delete[] stages_;
  samples_ = nullptr;
  stages_ = nullptr;
  num_samples_ = num_stages_ = max_samples_ = 0;
  interval_ns_ = sample_begin_ns_ = 0;
  peak_ = MemorySample();
}

uint64_t MemoryProfile::Now() const {
  const auto elapsed = std::chrono::steady_clock::now() - start_;
  return static_cast<uint64_t>(std::chrono::duration_cast<std::chrono::nanoseconds>(elapsed).count());
}

void MemoryProfile::SampleBudget(const Budget& budget) {
  uint64_t live[kNumCategories];
  for (size_t i = 0; i < kNumCategories; ++i) live[i] = budget.category(static_cast<Category>(i)).live;
  Sample(live);
}

void MemoryProfile::Sample(const uint64_t (&by_category)[kNumCategories]) {
  const std::lock_guard<std::mutex> lock(mutex_);
  MemorySample sample;
  sample.time_ns = Now();
  for (size_t i = 0; i < kNumCategories; ++i) sample.total += sample.by_category[i] = by_category[i];
  if (sample.total > peak_.total) peak_ = sample;
  if (num_samples_ != 0 && sample.time_ns - sample_begin_ns_ < interval_ns_) {
    if (sample.total > samples_[num_samples_ - 1].total) samples_[num_samples_ - 1] = sample;
    return;
  }
  if (num_samples_ == max_samples_) Halve();
  samples_[num_samples_++] = sample;
  sample_begin_ns_ = sample.time_ns;
}

// Of each two samples, the higher one stays.
void MemoryProfile::Halve() {
  const size_t half = num_samples_ / 2;
  for (size_t i = 0; i < half; ++i) {
    const MemorySample& a = samples_[2 * i];
    const MemorySample& b = samples_[2 * i + 1];
    samples_[i] = b.total > a.total ? b : a;
  }
  if (num_samples_ % 2 != 0) samples_[half] = samples_[num_samples_ - 1];
  num_samples_ = half + num_samples_ % 2;
  interval_ns_ = std::max(2 * interval_ns_, Now() / max_samples_);
}

MemoryProfile::StageScope::StageScope(MemoryProfile* profile, const char* name, uint32_t frame) : profile_(profile) {
  if (!profile->started() || profile->num_stages_ == kMaxStages) return;
  index_ = profile->num_stages_++;
  const uint64_t now = profile->Now();
  profile->stages_[index_] = MemoryStage{name, frame, now, now};
}

MemoryProfile::StageScope::~StageScope() {
  if (index_ < profile_->num_stages_) profile_->stages_[index_].end_ns = profile_->Now();
}

}  // namespace jxlpool
