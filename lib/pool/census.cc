#include "lib/pool/census.h"

#include <algorithm>
#include <cstdlib>
#include <new>

namespace jxlpool {

Census::~Census() { std::free(entries_); }

Census::Entry* Census::Find(size_t size) {
  if (entries_ == nullptr) return nullptr;
  const size_t mask = capacity() - 1;
  for (size_t slot = Slot(size);; slot = (slot + 1) & mask) {
    if (entries_[slot].size == size) return &entries_[slot];
    if (entries_[slot].size == 0) return nullptr;
  }
}

Census::Entry* Census::FindOrInsert(size_t size) {
  if (Entry* entry = Find(size)) return entry;
  if (used_ + 1 > capacity() / 4 * 3 && !Grow()) return nullptr;
  const size_t mask = capacity() - 1;
  size_t slot = Slot(size);
  while (entries_[slot].size != 0) slot = (slot + 1) & mask;
  entries_[slot].size = size;
  ++used_;
  return &entries_[slot];
}

// Makes the table larger; sizes of which there are no blocks any more drop out.
bool Census::Grow() {
  const uint32_t bits = entries_ == nullptr ? kFirstBits : bits_ + 1;
  if (bits > kMaxBits) return false;
  auto* grown = static_cast<Entry*>(std::malloc(sizeof(Entry) << bits));
  if (grown == nullptr) return false;
  for (size_t i = 0; i < size_t{1} << bits; ++i) new (grown + i) Entry;
  Entry* old = entries_;
  const size_t old_capacity = capacity();
  entries_ = grown;
  bits_ = bits;
  used_ = 0;
  for (size_t i = 0; i < old_capacity; ++i) {
    if (old[i].blocks == 0) continue;
    size_t slot = Slot(old[i].size);
    while (entries_[slot].size != 0) slot = (slot + 1) & (capacity() - 1);
    entries_[slot] = old[i];
    ++used_;
  }
  std::free(old);
  return true;
}

void Census::Came(size_t size) {
  const std::lock_guard<std::mutex> lock(mutex_);
  Entry* entry = FindOrInsert(size);
  if (entry == nullptr) return;
  entry->demand = ++entry->blocks;
}

void Census::CameAsSpare(size_t size) {
  const std::lock_guard<std::mutex> lock(mutex_);
  Entry* entry = FindOrInsert(size);
  if (entry != nullptr) ++entry->blocks;
}

void Census::Expect(size_t size) {
  const std::lock_guard<std::mutex> lock(mutex_);
  Entry* entry = Find(size);
  if (entry != nullptr) entry->demand = entry->known_demand = entry->blocks;
}

void Census::Left(size_t size) {
  const std::lock_guard<std::mutex> lock(mutex_);
  Entry* entry = Find(size);
  if (entry == nullptr || entry->blocks == 0) return;
  --entry->blocks;
  entry->demand = std::min(entry->demand, entry->blocks);
  entry->known_demand = std::min(entry->known_demand, entry->blocks);
}

uint32_t Census::BlocksOf(size_t size) {
  const std::lock_guard<std::mutex> lock(mutex_);
  const Entry* entry = Find(size);
  return entry == nullptr ? 0 : entry->blocks;
}

uint32_t Census::num_sizes() {
  const std::lock_guard<std::mutex> lock(mutex_);
  return used_;
}

bool Census::TakeGrown(size_t* cursor, Entry* entry) {
  const std::lock_guard<std::mutex> lock(mutex_);
  for (; *cursor < capacity(); ++*cursor) {
    Entry* candidate = &entries_[*cursor];
    if (candidate->demand <= candidate->known_demand) continue;
    *entry = *candidate;
    candidate->known_demand = candidate->demand;
    ++*cursor;
    return true;
  }
  return false;
}

}  // namespace jxlpool
