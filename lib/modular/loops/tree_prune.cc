#include "lib/modular/loops/tree_prune.h"

#include <algorithm>
#include <limits>

namespace jxlpool {
namespace {

struct Range {
  int64_t low = std::numeric_limits<int32_t>::min();
  int64_t high = std::numeric_limits<int32_t>::max();
};

// Returns what a property from 4 on can be if samples have 16 bits. Such a property is a sum of a few samples and
// negated samples, or the magnitude of one.
Range RangeOfInt16(uint32_t property) {
  constexpr int64_t kLargest = int64_t{1} << 15;
  constexpr uint8_t kNumSummed[11] = {1, 1, 1, 1, 4, 3, 2, 2, 2, 2, 2};  // of properties 4 to 14
  constexpr uint8_t kNumSummedOfReference[4] = {1, 1, 2, 2};
  if (property == kPropertyWeighted) return Range();
  const bool is_reference = property >= kFirstReferenceProperty;
  const int64_t bound = kLargest * (is_reference ? kNumSummedOfReference[property % 4] : kNumSummed[property - 4]);
  const bool is_magnitude = is_reference ? property % 2 == 0 : property < 6;
  return Range{is_magnitude ? 0 : -bound, bound};
}

class Pruner {
 public:
  Pruner(const MaTreeAndCode& tree, const ChannelFacts& facts, size_t max_visits, PrunedTree* pruned)
      : tree_(tree), facts_(facts), visits_left_(max_visits), pruned_(*pruned) {}

  Status Run() {
    JXLPOOL_RETURN_IF_ERROR(Append(Resolve(0)));
    // Nodes hold the index of their original in `child` until they are expanded.
    for (size_t i = 0; i < pruned_.nodes.size() && visits_left_ > 0; ++i) {
      const uint32_t original = pruned_.nodes[i].child;
      const MaNode& from = tree_.tree.nodes()[original];
      if (from.is_leaf()) {
        JXLPOOL_RETURN_IF_ERROR(AppendLeaf(from, &pruned_.nodes[i]));
        continue;
      }
      NoteProperty(static_cast<uint32_t>(from.property));
      pruned_.nodes[i] = PrunedNode{from.value, static_cast<uint32_t>(pruned_.nodes.size()), from.property};
      JXLPOOL_RETURN_IF_ERROR(Append(Resolve(from.child)));
      JXLPOOL_RETURN_IF_ERROR(Append(Resolve(from.child + 1)));
    }
    pruned_.is_complete = visits_left_ > 0;
    return OkStatus();
  }

 private:
  Range RangeOf(uint32_t property) const {
    if (property == kPropertyChannel) return Range{facts_.channel, facts_.channel};
    if (property == kPropertyStream) return Range{facts_.stream, facts_.stream};
    if (property == kPropertyY) return Range{0, int64_t{facts_.height} - 1};
    if (property == kPropertyX) return Range{0, int64_t{facts_.width} - 1};
    if (property >= kFirstReferenceProperty + 4 * facts_.num_references) return Range{0, 0};
    return facts_.type == SampleType::kInt16 ? RangeOfInt16(property) : Range();
  }

  // Returns the first node from `node` on that can go both ways, or the leaf.
  uint32_t Resolve(uint32_t node) {
    for (;;) {
      if (visits_left_ == 0) return node;
      --visits_left_;
      const MaNode& current = tree_.tree.nodes()[node];
      if (current.is_leaf()) return node;
      const Range range = RangeOf(static_cast<uint32_t>(current.property));
      if (range.low > current.value) {
        node = current.child;
      } else if (range.high <= current.value) {
        node = current.child + 1;
      } else {
        return node;
      }
    }
  }

  Status Append(uint32_t original) { return pruned_.nodes.PushBack(PrunedNode{0, original, -1}); }

  Status AppendLeaf(const MaNode& from, PrunedNode* node) {
    node->child = static_cast<uint32_t>(pruned_.leaves.size());
    pruned_.predictors |= 1u << static_cast<uint32_t>(from.predictor);
    pruned_.unit_residuals &= from.value == 0 && from.multiplier == 1;
    return pruned_.leaves.PushBack(
        PrunedLeaf{from.value, from.multiplier, tree_.code.cluster_map()[from.child], from.predictor});
  }

  void NoteProperty(uint32_t property) {
    if (property < kFirstReferenceProperty) {
      pruned_.properties |= 1u << property;
    } else {
      pruned_.num_references = std::max(pruned_.num_references, (property - kFirstReferenceProperty) / 4 + 1);
    }
  }

  const MaTreeAndCode& tree_;
  const ChannelFacts& facts_;
  size_t visits_left_;
  PrunedTree& pruned_;
};

}  // namespace

Status PruneTree(const MaTreeAndCode& tree, const ChannelFacts& facts, size_t max_visits, Memory* memory,
                 PrunedTree* pruned) {
  *pruned = PrunedTree();
  pruned->nodes = PoolVector<PrunedNode>(memory, Category::kModular);
  pruned->leaves = PoolVector<PrunedLeaf>(memory, Category::kModular);
  return Pruner(tree, facts, max_visits, pruned).Run();
}

}  // namespace jxlpool
