// The part of an MA tree that the samples of one channel can reach, with contexts replaced by clusters.
#ifndef LIB_MODULAR_LOOPS_TREE_PRUNE_H_
#define LIB_MODULAR_LOOPS_TREE_PRUNE_H_

#include <cstddef>
#include <cstdint>

#include "lib/base/status.h"
#include "lib/modular/modular_image.h"
#include "lib/modular/stream/ma_tree.h"
#include "lib/pool/memory.h"
#include "lib/pool/pool_vector.h"

namespace jxlpool {

// A node with property >= 0 is a decision. It leads to node `child` if property > value, else to `child` + 1. Otherwise
// the node is leaf `child` of PrunedTree::leaves.
struct PrunedNode {
  int32_t value = 0;
  uint32_t child = 0;
  int32_t property = -1;
};

struct PrunedLeaf {
  int32_t offset = 0;
  uint32_t multiplier = 1;
  uint32_t cluster = 0;
  Predictor predictor = Predictor::kZero;
};

struct PrunedTree {
  PoolVector<PrunedNode> nodes;   // the root first, children adjacent
  PoolVector<PrunedLeaf> leaves;  // at least one
  uint32_t properties = 0;        // bit p: some decision looks at property p < 16
  uint32_t num_references = 0;    // previous channels that decisions look at
  uint32_t predictors = 0;        // bit p: some leaf has predictor p
  bool unit_residuals = true;     // all offsets are 0 and all multipliers 1
  bool is_complete = false;       // otherwise it is of no use

  bool has_property(uint32_t property) const { return (properties >> property & 1) != 0; }
  bool has_predictor(Predictor predictor) const { return (predictors >> static_cast<uint32_t>(predictor) & 1) != 0; }
  // Tells whether the self-correcting predictor has to run.
  bool needs_weighted() const { return has_property(kPropertyWeighted) || has_predictor(Predictor::kWeighted); }
};

// What is known of a channel before it is decoded.
struct ChannelFacts {
  uint32_t channel = 0;  // property 0
  uint32_t stream = 0;   // property 1
  uint32_t width = 0;
  uint32_t height = 0;
  uint32_t num_references = 0;  // previous channels alike
  SampleType type = SampleType::kInt32;
};

// Prunes a tree. The result is not complete if more than `max_visits` nodes would have to be looked at. Errors:
// kMemoryLimit.
Status PruneTree(const MaTreeAndCode& tree, const ChannelFacts& facts, size_t max_visits, Memory* memory,
                 PrunedTree* pruned);

}  // namespace jxlpool

#endif  // LIB_MODULAR_LOOPS_TREE_PRUNE_H_
