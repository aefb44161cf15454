// LeafTables: finding the leaf of a pruned tree without walking it.
//
// Each property's decisions cut its values into intervals. For each interval there is a set of the leaves that can
// still be reached, one bit a leaf; the sets of all properties have exactly one leaf in common. So a leaf costs one
// table lookup for each property, whatever the depth of the tree, and no branch that could be mispredicted.
//
// One thread at a time builds; immutable afterwards.
#ifndef LIB_MODULAR_LEAF_TABLES_H_
#define LIB_MODULAR_LEAF_TABLES_H_

#include <cstddef>
#include <cstdint>

#include "lib/base/status.h"
#include "lib/modular/tree_prune.h"
#include "lib/pool/memory.h"
#include "lib/pool/pool_vector.h"

namespace jxlpool {

// The sets of one property: for a value v, `num_words` words from sets[(clamp(v, low, high) - low) * num_words] on.
struct PropertyTable {
  int32_t low = 0;
  int32_t high = 0;
  const uint64_t* sets = nullptr;
};

class LeafTables {
 public:
  static constexpr size_t kMaxWords = 4;
  static constexpr size_t kMaxLeaves = 64 * kMaxWords;
  // Properties of the tables that can be asked for: those of the current channel, and of three previous channels.
  static constexpr size_t kMaxProperties = 28;

  LeafTables() = default;

  // Sets have at least `min_words` words. Sets *possible to false, and has no tables then, if the tree has too many
  // leaves, too many references or decisions too far apart. Errors: kMemoryLimit.
  Status Build(const PrunedTree& tree, size_t min_words, Memory* memory, bool* possible);

  // Words of a set: 1, 2 or 4.
  size_t num_words() const { return num_words_; }
  // A property that no decision looks at has a table of one set with all leaves. REQUIRES: property < kMaxProperties.
  const PropertyTable& table(size_t property) const { return tables_[property]; }
  bool is_used(size_t property) const { return (used_ >> property & 1) != 0; }

 private:
  Status Collect(const PrunedTree& tree, Memory* memory, bool* possible);
  Status MarkLeaves(const PrunedTree& tree, Memory* memory);
  void FillTables();

  size_t num_words_ = 1;
  uint32_t used_ = 0;
  // Sorted values of the decisions of each property, one after the other; property p has those from first_[p] to
  // first_[p + 1].
  PoolVector<int32_t> thresholds_;
  uint32_t first_[kMaxProperties + 1] = {};
  PoolVector<uint64_t> ranks_;  // sets of the intervals: first_[p] + p is the first one of property p
  PoolVector<uint64_t> sets_;
  PropertyTable tables_[kMaxProperties];
};

}  // namespace jxlpool

#endif  // LIB_MODULAR_LEAF_TABLES_H_
