#include "lib/pool/size_recorder.h"

#include <algorithm>
#include <new>

namespace jxlpool {

SizeRecorder::~SizeRecorder() { delete table_; }

Status SizeRecorder::Start() {
  delete table_;
  used_ = 0;
  table_ = new (std::nothrow) Table;
  return table_ != nullptr ? OkStatus() : Status(ErrorCode::kMemoryLimit, "out of memory");
}

SizeRecorder::Entry* SizeRecorder::Find(size_t size) {
  const uint64_t hash = (uint64_t{size} * 0x9E3779B97F4A7C15u) >> 32;
  for (uint32_t i = 0; i < kSlots; ++i) {
    Entry* entry = &table_->entries[(hash + i) & (kSlots - 1)];
    if (entry->size == size) return entry;
    if (entry->size != 0) continue;
    if (used_ == kMaxSizes) return nullptr;
    ++used_;
    entry->size = size;
    return entry;
  }
  return nullptr;
}

void SizeRecorder::Acquired(size_t size) {
  const std::lock_guard<std::mutex> lock(mutex_);
  Entry* entry = Find(size);
  if (entry == nullptr) return;
  ++entry->live;
  entry->peak = std::max(entry->peak, entry->live);
  entry->task_peak = std::max(entry->task_peak, entry->live);
}

void SizeRecorder::Released(size_t size) {
  const std::lock_guard<std::mutex> lock(mutex_);
  Entry* entry = Find(size);
  if (entry != nullptr && entry->live != 0) --entry->live;
}

void SizeRecorder::BeginTask() {
  for (Entry& entry : table_->entries) entry.task_begin = entry.task_peak = entry.live;
}

void SizeRecorder::EndTask() {
  for (Entry& entry : table_->entries) {
    if (entry.task_peak > entry.task_begin) {
      entry.task_most = std::max(entry.task_most, entry.task_peak - entry.task_begin);
    }
  }
}

std::span<const PrewarmRequest> SizeRecorder::Requests(uint32_t further_tasks) {
  PrewarmRequest* requests = table_->requests;
  size_t count = 0;
  for (const Entry& entry : table_->entries) {
    if (entry.peak != 0) requests[count++] = {entry.size, entry.peak + further_tasks * entry.task_most};
  }
  std::sort(requests, requests + count,
            [](const PrewarmRequest& a, const PrewarmRequest& b) { return a.bytes > b.bytes; });
  return {requests, count};
}

}  // namespace jxlpool
