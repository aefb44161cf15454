#include "lib/pool/spares.h"

#include <algorithm>

namespace jxlpool {

void Spares::Came(size_t size) {
  const std::lock_guard<std::mutex> lock(mutex_);
  Count* count = counts_.FindOrInsert(size);
  if (count != nullptr) count->demand = ++count->blocks;
}

void Spares::Left(size_t size) {
  const std::lock_guard<std::mutex> lock(mutex_);
  Count* count = counts_.Find(size);
  if (count == nullptr || count->blocks == 0) return;
  --count->blocks;
  count->demand = std::min(count->demand, count->blocks);
  count->settled_demand = std::min(count->settled_demand, count->blocks);
}

void Spares::Expect(size_t size) {
  const std::lock_guard<std::mutex> lock(mutex_);
  Count* count = counts_.Find(size);
  if (count != nullptr) count->demand = count->settled_demand = count->blocks;
}

size_t Spares::num_sizes() {
  const std::lock_guard<std::mutex> lock(mutex_);
  return counts_.num_sizes();
}

uint32_t Spares::CountKept(uint32_t threads, size_t size, uint32_t idle) {
  const std::lock_guard<std::mutex> lock(mutex_);
  const Count* count = counts_.Find(size);
  if (count == nullptr || count->blocks <= idle) return 0;
  const uint64_t in_use = count->blocks - idle;
  return static_cast<uint32_t>(std::min<uint64_t>(idle, in_use * (threads - 1)));
}

}  // namespace jxlpool
