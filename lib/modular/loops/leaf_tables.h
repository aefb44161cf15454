// LeafTables: finding the leaf of a pruned tree without walking it.
//
// Each property's decisions cut its values into intervals. For each interval there is a set of the leaves that can
// still be reached, one bit a leaf; the sets of all properties have exactly one leaf in common. So a leaf costs one
// table lookup for each property, whatever the depth of the tree, and no branch that could be mispredicted.
//
// One thread builds the tables; afterwards they are immutable and any thread may read.
#ifndef LIB_MODULAR_LOOPS_LEAF_TABLES_H_
#define LIB_MODULAR_LOOPS_LEAF_TABLES_H_

#include <cstddef>
#include <cstdint>

#include "lib/base/status.h"
#include "lib/modular/loops/branchless.h"
#include "lib/modular/loops/tree_prune.h"
#include "lib/pool/memory.h"
#include "lib/pool/pool_vector.h"

namespace jxlpool {

// The sets of the values from `low` to `high` of a property; values outside have the set of the nearer end.
struct PropertyTable {
  int32_t low = 0;
  int32_t high = 0;
  int32_t origin = 0;                 // the value of entry 0: `low`; apart from it, no register has to hold it
  const uint64_t* sets = nullptr;     // one after the other, unless the tables are ranked
  const uint32_t* offsets = nullptr;  // where they begin, in words from LeafTables::sets(), if the tables are ranked

  // Which entry is that of `value`.
  size_t Entry(int32_t value) const { return static_cast<uint32_t>(BranchlessClamp(value, low, high) - origin); }
};

class LeafTables {
 public:
  static constexpr size_t kMaxWords = 8;
  static constexpr size_t kMaxLeaves = 64 * kMaxWords;
  // Tables exist for the properties of the current channel and of three previous ones.
  static constexpr size_t kMaxProperties = 28;

  LeafTables() = default;

  // `word_sizes` is the sum of the sizes that sets may have, in words; kMaxWords is one of them. `num_samples` is the
  // number of samples that are going to be looked up; the effort of making tables is bounded by a multiple of it. Sets
  // *possible to false, and has no tables then, if the tree has too many leaves or too many references, or if its
  // decisions are too many or too far apart for so few samples. Errors: kMemoryLimit.
  Status Build(const PrunedTree& tree, uint32_t word_sizes, uint64_t num_samples, Memory* memory, bool* possible);

  // A set has 1, 2, 4 or 8 words.
  size_t num_words() const { return num_words_; }
  // Sets of 4 and more words are not repeated for each value.
  static constexpr bool is_ranked(size_t num_words) { return num_words >= 4; }
  // The sets that ranked tables refer to.
  const uint64_t* sets() const { return interval_sets_.data(); }
  // Returns the set of any value. REQUIRES: property < kMaxProperties.
  const uint64_t* Find(size_t property, int32_t value) const;
  // Makes the table of property `merged_into` do the work of `merged` too, where the values of the latter are the
  // absolute values of the former (not for -2^31). Sets *possible to false and changes nothing if the merged table
  // exceeds what Build left of the bound. REQUIRES: !is_ranked(num_words()). Errors: kMemoryLimit.
  Status MergeMagnitude(size_t merged, size_t merged_into, Memory* memory, bool* possible);
  // A property that no decision looks at has a table of one set with all leaves. REQUIRES: property < kMaxProperties.
  const PropertyTable& table(size_t property) const { return tables_[property]; }
  bool is_used(size_t property) const { return (used_ >> property & 1) != 0; }
  // Bit p: property p is used.
  uint32_t used() const { return used_; }

 private:
  // Takes `count` from steps_left_, if there are so many.
  bool Spend(uint64_t count);
  Status Collect(const PrunedTree& tree, Memory* memory, bool* possible);
  Status MarkLeaves(const PrunedTree& tree, Memory* memory);
  void FillTables();
  void GrowTo(size_t num_words);

  size_t num_words_ = 1;
  uint32_t word_sizes_ = kMaxWords;
  uint32_t used_ = 0;
  uint64_t steps_left_ = 0;  // entries of tables that may still be filled
  // Sorted values of the decisions of each property, one after the other; property p has those from first_[p] to
  // first_[p + 1].
  PoolVector<int32_t> thresholds_;
  uint32_t first_[kMaxProperties + 1] = {};
  PoolVector<uint64_t> interval_sets_;  // first_[p] + p is the first one of property p
  PoolVector<uint64_t> value_sets_;
  PoolVector<uint32_t> offsets_;
  PoolVector<uint64_t> merged_sets_[2];  // of properties 4 and 6, 5 and 7
  PropertyTable tables_[kMaxProperties];
};

}  // namespace jxlpool

#endif  // LIB_MODULAR_LOOPS_LEAF_TABLES_H_
