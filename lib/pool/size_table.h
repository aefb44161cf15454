// SizeTable<T>: one T for each block size, in an open-addressed table on the C heap that begins without memory.
//
// A T starts value-initialised when its size is first inserted. Where `T::empty()` holds, the size may be forgotten to
// make room for others. Not thread-safe, except for overhead_bytes().
#ifndef LIB_POOL_SIZE_TABLE_H_
#define LIB_POOL_SIZE_TABLE_H_

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <new>
#include <type_traits>

namespace jxlpool {

template <typename T>
class SizeTable {
  static_assert(std::is_trivially_copyable_v<T>);

 public:
  SizeTable() = default;
  ~SizeTable() { std::free(entries_); }
  SizeTable(const SizeTable&) = delete;
  SizeTable& operator=(const SizeTable&) = delete;

  // nullptr if the size is not in the table. REQUIRES, as for all functions: size != 0.
  T* Find(size_t size) {
    if (entries_ == nullptr) [[unlikely]]
      return nullptr;
    Entry* entry = SlotFor(size);
    return entry->size != 0 ? &entry->value : nullptr;
  }
  // nullptr if there is no memory for one more size, or too many are in use. Earlier pointers become invalid.
  T* FindOrInsert(size_t size) {
    if (T* found = Find(size)) [[likely]]
      return found;
    if (num_sizes_ >= Room(bits_) && !MakeRoom()) return nullptr;
    Entry* entry = SlotFor(size);
    entry->size = size;
    ++num_sizes_;
    return &entry->value;
  }

  // Allocates room for `sizes` different sizes, as far as the bound and memory allow.
  void Reserve(size_t sizes) {
    uint32_t bits = bits_;
    while (bits < kMaxBits && sizes > Room(bits)) ++bits;
    if (bits > bits_) static_cast<void>(Rebuild(bits));
  }
  size_t num_sizes() const { return num_sizes_; }

  // Calls f(size, value) for each size, in no particular order. REQUIRES: f inserts nothing.
  template <typename F>
  void ForEach(F f) {
    for (size_t i = 0; i < Capacity(bits_); ++i) {
      if (entries_[i].size != 0) f(entries_[i].size, &entries_[i].value);
    }
  }

  // Heap bytes of the table; any thread may ask.
  uint64_t overhead_bytes() const { return overhead_.load(std::memory_order_relaxed); }

 private:
  struct Entry {
    size_t size = 0;  // 0: unused
    T value{};
  };
  static constexpr uint32_t kMinBits = 6;
  static constexpr uint32_t kMaxBits = 14;

  static size_t Capacity(uint32_t bits) { return bits == 0 ? 0 : size_t{1} << bits; }
  static size_t Room(uint32_t bits) { return Capacity(bits) / 4 * 3; }

  // The entry of this size, or the unused one where it belongs: the top bits of a multiplicative hash come first.
  Entry* SlotFor(size_t size) {
    const size_t mask = Capacity(bits_) - 1;
    size_t slot = (size * uint64_t{0x9E3779B97F4A7C15}) >> (64 - bits_);
    while (entries_[slot].size != size && entries_[slot].size != 0) slot = (slot + 1) & mask;
    return &entries_[slot];
  }
  bool MakeRoom() {
    size_t num_empty = 0;
    ForEach([&](size_t, const T* value) { num_empty += value->empty() ? 1 : 0; });
    if (num_empty > Capacity(bits_) / 4) return Rebuild(bits_);
    return bits_ < kMaxBits && Rebuild(bits_ == 0 ? kMinBits : bits_ + 1);
  }
  // Moves to a new table of 1 << bits entries, without the sizes that may be forgotten. False if there is no memory.
  bool Rebuild(uint32_t bits) {
    auto* entries = static_cast<Entry*>(std::malloc(sizeof(Entry) * Capacity(bits)));
    if (entries == nullptr) return false;
    for (size_t i = 0; i < Capacity(bits); ++i) new (entries + i) Entry;
    Entry* old_entries = entries_;
    const size_t old_capacity = Capacity(bits_);
    entries_ = entries;
    bits_ = bits;
    num_sizes_ = 0;
    for (size_t i = 0; i < old_capacity; ++i) {
      if (old_entries[i].size == 0 || old_entries[i].value.empty()) continue;
      *SlotFor(old_entries[i].size) = old_entries[i];
      ++num_sizes_;
    }
    std::free(old_entries);
    overhead_.store(sizeof(Entry) * Capacity(bits), std::memory_order_relaxed);
    return true;
  }

  Entry* entries_ = nullptr;
  uint32_t bits_ = 0;  // of the capacity; 0 without a table
  size_t num_sizes_ = 0;
  std::atomic<uint64_t> overhead_{0};
};

}  // namespace jxlpool

#endif  // LIB_POOL_SIZE_TABLE_H_
