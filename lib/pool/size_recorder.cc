#include "lib/pool/size_recorder.h"

#include <algorithm>

namespace jxlpool {

void SizeRecorder::Acquired(size_t size) {
  const std::lock_guard<std::mutex> lock(mutex_);
  Count* count = counts_.FindOrInsert(size);
  if (count == nullptr) return;
  ++count->live;
  count->peak = std::max(count->peak, count->live);
  count->task_peak = std::max(count->task_peak, count->live);
}

void SizeRecorder::Released(size_t size) {
  const std::lock_guard<std::mutex> lock(mutex_);
  Count* count = counts_.Find(size);
  if (count != nullptr && count->live != 0) --count->live;
}

void SizeRecorder::BeginTask() {
  counts_.ForEach([](size_t, Count* count) { count->task_begin = count->task_peak = count->live; });
}

void SizeRecorder::EndTask() {
  counts_.ForEach([](size_t, Count* count) {
    if (count->task_peak <= count->task_begin) return;
    count->task_most = std::max(count->task_most, count->task_peak - count->task_begin);
  });
}

std::span<const PrewarmRequest> SizeRecorder::Requests(uint32_t further_tasks) {
  size_t num_requests = 0;
  counts_.ForEach([&](size_t size, const Count* count) {
    if (num_requests == kMaxSizes) return;
    requests_[num_requests++] = {size, count->peak + further_tasks * count->task_most};
  });
  std::sort(requests_, requests_ + num_requests,
            [](const PrewarmRequest& a, const PrewarmRequest& b) { return a.bytes > b.bytes; });
  return {requests_, num_requests};
}

}  // namespace jxlpool
