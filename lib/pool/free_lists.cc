#include "lib/pool/free_lists.h"

#include <cstdlib>
#include <new>

namespace jxlpool {

FreeLists::~FreeLists() {
  if (bins_ != inline_bins_) std::free(bins_);
}

FreeLists::Bin* FreeLists::Insert(size_t size) {
  if (used_ + 1 > capacity() / 4 * 3 && !MakeSlot()) return nullptr;
  const size_t mask = capacity() - 1;
  size_t slot = Slot(size);
  while (bins_[slot].size != 0) slot = (slot + 1) & mask;
  bins_[slot] = Bin();
  bins_[slot].size = size;
  bins_[slot].touched = now_;
  ++used_;
  return &bins_[slot];
}

// Room for one more size in a full table.
bool FreeLists::MakeSlot() {
  uint32_t dead = 0;
  for (size_t i = 0; i < capacity(); ++i) {
    if (bins_[i].size != 0 && IsDead(bins_[i])) ++dead;
  }
  if (dead > capacity() / 4) return Rebuild(bits_);
  return bits_ < kMaxBits && Rebuild(bits_ + 1);
}

void FreeLists::EnsureRoom(uint32_t sizes) {
  uint32_t bits = bits_;
  while (bits < kMaxBits && sizes > (size_t{1} << bits) / 4 * 3) ++bits;
  if (bits > bits_) static_cast<void>(Rebuild(bits));  // without memory it grows when it has to
}

// Empty, and not used since the last sweep.
bool FreeLists::IsDead(const Bin& bin) const {
  return bin.head == nullptr && bin.evicted == 0 && now_ - bin.touched >= now_ - swept_;
}

// A new table of 1 << bits slots without the dead bins. False if there is no memory.
bool FreeLists::Rebuild(uint32_t bits) {
  const size_t bytes = sizeof(Bin) << bits;
  auto* bins = static_cast<Bin*>(std::malloc(bytes));
  if (bins == nullptr) return false;
  for (size_t i = 0; i < size_t{1} << bits; ++i) new (bins + i) Bin;
  Bin* old_bins = bins_;
  const size_t old_capacity = capacity();
  bins_ = bins;
  bits_ = bits;
  used_ = 0;
  for (size_t i = 0; i < old_capacity; ++i) {
    const Bin& bin = old_bins[i];
    if (bin.size == 0 || IsDead(bin)) continue;
    size_t slot = Slot(bin.size);
    while (bins_[slot].size != 0) slot = (slot + 1) & (capacity() - 1);
    bins_[slot] = bin;
    ++used_;
  }
  if (old_bins != inline_bins_) std::free(old_bins);
  Set(&overhead_, bytes);
  return true;
}

void FreeLists::DetachHalf(size_t size, BlockChain* out) {
  Bin* bin = Find(size);
  if (bin == nullptr) return;
  for (uint32_t n = bin->count / 2; n > 0; --n) out->Add(Unlink(bin));
}

void FreeLists::DetachOldest(uint64_t bytes, size_t keep_size, BlockChain* out, size_t min_size) {
  uint64_t found = 0;
  while (found < bytes) {
    Bin* oldest = nullptr;
    for (size_t i = 0; i < capacity(); ++i) {
      Bin* bin = &bins_[i];
      if (bin->head == nullptr || bin->size == keep_size || bin->size < min_size) continue;
      if (oldest == nullptr || now_ - bin->touched > now_ - oldest->touched) oldest = bin;
    }
    if (oldest == nullptr) return;
    for (; oldest->head != nullptr && found < bytes; found += oldest->size) out->Add(Unlink(oldest));
  }
}

void FreeLists::DetachIdle(BlockChain* out) {
  for (size_t i = 0; i < capacity(); ++i) {
    Bin* bin = &bins_[i];
    if (bin->size == 0) continue;
    if (bin->least != 0) {
      // The blocks at the far end of the list are the idle ones.
      const uint32_t keep = bin->count - bin->least;
      BlockHeader** link = &bin->head;
      for (uint32_t n = 0; n < keep; ++n) link = &(*link)->next;
      BlockHeader* block = *link;
      *link = nullptr;
      Set(&blocks_, blocks() - bin->least);
      Set(&bytes_, bytes() - bin->least * bin->size);
      bin->count = keep;
      while (block != nullptr) {
        BlockHeader* next = block->next;
        out->Add(block);
        block = next;
      }
    }
    bin->least = bin->count;
    bin->evicted = 0;
  }
  swept_ = now_;
}

void FreeLists::DetachAll(BlockChain* out) {
  for (size_t i = 0; i < capacity(); ++i) {
    while (bins_[i].head != nullptr) out->Add(Unlink(&bins_[i]));
  }
}

void FreeLists::NoteEvicted(size_t size) {
  Bin* bin = FindOrInsert(size);
  if (bin != nullptr) ++bin->evicted;
}

bool FreeLists::TakeRegret(size_t size) {
  Bin* bin = Find(size);
  if (bin == nullptr || bin->evicted == 0) return false;
  --bin->evicted;
  return true;
}

}  // namespace jxlpool
