#include "lib/modular/loops/leaf_tables.h"

#include <algorithm>

#include "lib/base/bits.h"

namespace jxlpool {
namespace {

// Sets of few words are made if the decisions of each property are at most so far apart.
constexpr uint64_t kMaxDirectSpan = uint64_t{1} << 12;
// All tables together have at most so many entries for each sample that they serve, and at all. An entry takes about a
// nanosecond, a sample about ten with tables and fifty without.
constexpr uint64_t kStepsPerSample = 8;
constexpr uint64_t kMaxSteps = uint64_t{1} << 20;
// So many leaves are entered into sets in the time of an entry.
constexpr uint64_t kMarksPerStep = 2;

// The intervals of each property from which a node can still be reached.
struct RankBox {
  uint16_t low[LeafTables::kMaxProperties];
  uint16_t high[LeafTables::kMaxProperties];  // inclusive
};

struct PendingNode {
  uint32_t node;
  RankBox box;
};

}  // namespace

Status LeafTables::Build(const PrunedTree& tree, uint32_t word_sizes, uint64_t num_samples, Memory* memory,
                         bool* possible) {
  *possible = tree.leaves.size() <= kMaxLeaves && kFirstReferenceProperty + 4 * tree.num_references <= kMaxProperties;
  if (!*possible) return OkStatus();
  num_words_ = 1;
  word_sizes_ = word_sizes;
  steps_left_ = std::min(kMaxSteps, kStepsPerSample * std::min(kMaxSteps, num_samples));
  GrowTo(CeilDiv<size_t>(tree.leaves.size(), 64));
  JXLPOOL_RETURN_IF_ERROR(Collect(tree, memory, possible));
  if (!*possible) return OkStatus();
  JXLPOOL_RETURN_IF_ERROR(MarkLeaves(tree, memory));
  FillTables();
  return OkStatus();
}

void LeafTables::GrowTo(size_t num_words) {
  while (num_words_ < num_words || (word_sizes_ & num_words_) == 0) num_words_ *= 2;
}

bool LeafTables::Spend(uint64_t count) {
  if (count > steps_left_) return false;
  steps_left_ -= count;
  return true;
}

// Sorts the decisions' values by property and makes room for the tables.
Status LeafTables::Collect(const PrunedTree& tree, Memory* memory, bool* possible) {
  thresholds_ = PoolVector<int32_t>(memory, Category::kModular);
  JXLPOOL_RETURN_IF_ERROR(thresholds_.Reserve(tree.nodes.size()));
  used_ = 0;
  size_t num_entries = 0;
  for (size_t property = 0; property < kMaxProperties; ++property) {
    first_[property] = static_cast<uint32_t>(thresholds_.size());
    const bool used = property < kFirstReferenceProperty ? tree.has_property(static_cast<uint32_t>(property))
                                                         : property < kFirstReferenceProperty + 4 * tree.num_references;
    for (const PrunedNode& node : tree.nodes) {
      if (!used) break;
      if (node.property == static_cast<int32_t>(property)) JXLPOOL_RETURN_IF_ERROR(thresholds_.PushBack(node.value));
    }
    int32_t* begin = thresholds_.begin() + first_[property];
    std::sort(begin, thresholds_.end());
    int32_t* end = std::unique(begin, thresholds_.end());
    while (thresholds_.end() != end) thresholds_.PopBack();
    tables_[property] = PropertyTable();
    if (begin == end) {
      ++num_entries;
      continue;
    }
    used_ |= 1u << property;
    tables_[property].low = *begin;
    tables_[property].high = *(end - 1) + 1;
    const uint64_t span = static_cast<uint64_t>(int64_t{*(end - 1)} - *begin) + 2;
    *possible &= Spend(span);
    if (!*possible) return OkStatus();
    if (span > kMaxDirectSpan) GrowTo(4);
    num_entries += span;
  }
  first_[kMaxProperties] = static_cast<uint32_t>(thresholds_.size());
  // Each leaf is entered into the sets of all intervals from which it can be reached.
  *possible = Spend(tree.leaves.size() * (thresholds_.size() + kMaxProperties) / kMarksPerStep);
  if (!*possible) return OkStatus();
  interval_sets_ = PoolVector<uint64_t>(memory, Category::kModular);
  JXLPOOL_RETURN_IF_ERROR(interval_sets_.Resize((thresholds_.size() + kMaxProperties) * num_words_));
  value_sets_ = PoolVector<uint64_t>(memory, Category::kModular);
  offsets_ = PoolVector<uint32_t>(memory, Category::kModular);
  return is_ranked(num_words_) ? offsets_.ResizeUninitialized(num_entries)
                               : value_sets_.ResizeUninitialized(num_entries * num_words_);
}

// Walks the tree with the intervals that each property has left, and enters the leaves into the sets of those.
Status LeafTables::MarkLeaves(const PrunedTree& tree, Memory* memory) {
  PoolVector<PendingNode> stack(memory, Category::kModular);
  PendingNode current;
  current.node = 0;
  for (size_t p = 0; p < kMaxProperties; ++p) {
    current.box.low[p] = 0;
    current.box.high[p] = static_cast<uint16_t>(first_[p + 1] - first_[p]);
  }
  for (;;) {
    const PrunedNode& node = tree.nodes[current.node];
    if (node.property >= 0) {
      const size_t p = static_cast<size_t>(node.property);
      const int32_t* begin = thresholds_.begin() + first_[p];
      const int32_t* end = thresholds_.begin() + first_[p + 1];
      const uint16_t rank = static_cast<uint16_t>(std::lower_bound(begin, end, node.value) - begin);
      JXLPOOL_RETURN_IF_ERROR(stack.PushBack(current));
      stack.back().node = node.child + 1;
      stack.back().box.high[p] = std::min(current.box.high[p], rank);
      current.node = node.child;
      current.box.low[p] = std::max<uint16_t>(current.box.low[p], static_cast<uint16_t>(rank + 1));
      continue;
    }
    const size_t word = node.child / 64;
    const uint64_t bit = uint64_t{1} << (node.child % 64);
    for (size_t p = 0; p < kMaxProperties; ++p) {
      uint64_t* sets = interval_sets_.data() + (first_[p] + p) * num_words_ + word;
      for (size_t rank = current.box.low[p]; rank <= current.box.high[p]; ++rank) sets[rank * num_words_] |= bit;
    }
    if (stack.empty()) return OkStatus();
    current = stack.back();
    stack.PopBack();
  }
}

// Spreads the intervals over the values in them.
void LeafTables::FillTables() {
  uint64_t* next_set = value_sets_.data();
  uint32_t* next_offset = offsets_.data();
  for (size_t p = 0; p < kMaxProperties; ++p) {
    PropertyTable& table = tables_[p];
    table.origin = table.low;
    table.sets = next_set;
    table.offsets = next_offset;
    size_t interval = first_[p] + p;
    // The interval up to and with the lowest threshold has one entry, the last one too.
    int64_t previous = int64_t{table.low} - 1;
    for (uint32_t i = first_[p]; i <= first_[p + 1]; ++i) {
      const int64_t end = i < first_[p + 1] ? thresholds_[i] : table.high;
      const size_t offset = interval * num_words_;
      if (is_ranked(num_words_)) {
        next_offset = std::fill_n(next_offset, end - previous, static_cast<uint32_t>(offset));
      } else {
        const uint64_t* from = sets() + offset;
        for (int64_t value = previous; value < end; ++value) next_set = std::copy_n(from, num_words_, next_set);
      }
      previous = end;
      ++interval;
    }
  }
}

const uint64_t* LeafTables::Find(size_t property, int32_t value) const {
  const PropertyTable& table = tables_[property];
  const size_t entry = table.Entry(value);
  return is_ranked(num_words_) ? sets() + table.offsets[entry] : table.sets + entry * num_words_;
}

Status LeafTables::MergeMagnitude(size_t merged, size_t merged_into, Memory* memory, bool* possible) {
  if (!is_used(merged)) return OkStatus();
  PropertyTable table = tables_[merged_into];
  const int64_t low = std::min<int64_t>(table.low, -int64_t{tables_[merged].high});
  const int64_t high = std::max(table.high, tables_[merged].high);
  const uint64_t span = static_cast<uint64_t>(high - low) + 1;
  *possible = Spend(span);
  if (!*possible) return OkStatus();
  table.low = table.origin = static_cast<int32_t>(low);
  table.high = static_cast<int32_t>(high);
  PoolVector<uint64_t>& sets = merged_sets_[merged % 2];
  sets = PoolVector<uint64_t>(memory, Category::kModular);
  JXLPOOL_RETURN_IF_ERROR(sets.ResizeUninitialized(span * num_words_));
  uint64_t* next = sets.data();
  for (int32_t value = table.low; value <= table.high; ++value) {
    const uint64_t* from = Find(merged_into, value);
    const uint64_t* of_magnitude = Find(merged, std::abs(value));
    for (size_t word = 0; word < num_words_; ++word) *next++ = from[word] & of_magnitude[word];
  }
  table.sets = sets.data();
  tables_[merged_into] = table;
  used_ = (used_ | 1u << merged_into) & ~(1u << merged);
  return OkStatus();
}

}  // namespace jxlpool
