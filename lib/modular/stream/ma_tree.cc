#include "lib/modular/stream/ma_tree.h"

#include <algorithm>
#include <limits>

#include "lib/base/bits.h"
#include "lib/entropy/entropy_decoder.h"

namespace jxlpool {
namespace {

// The contexts of the tree's own code.
enum TreeContext : uint32_t {
  kSplitValue = 0,
  kProperty = 1,
  kPredictor = 2,
  kOffset = 3,
  kMultiplierLog = 4,
  kMultiplierBits = 5,
  kNumTreeContexts = 6,
};

Status ReadLeaf(BitReader* reader, EntropyDecoder* decoder, MaNode* node) {
  const uint32_t predictor = decoder->Read(reader, kPredictor);
  if (predictor >= kNumPredictors) return Corrupt("an MA tree leaf has an unknown predictor", reader->Position());
  node->predictor = static_cast<Predictor>(predictor);
  node->value = UnpackSigned(decoder->Read(reader, kOffset));
  const uint32_t log = decoder->Read(reader, kMultiplierLog);
  if (log > 30) return Corrupt("the multiplier of an MA tree leaf is too large", reader->Position());
  const uint32_t bits = decoder->Read(reader, kMultiplierBits);
  if (bits > (uint32_t{1} << (31 - log)) - 2) {
    return Corrupt("the multiplier of an MA tree leaf is too large", reader->Position());
  }
  node->multiplier = (bits + 1) << log;
  return OkStatus();
}

// A node whose right child is to be visited, or whose change of an interval is to be undone.
struct PendingStep {
  uint32_t node;
  uint32_t depth;
  int32_t low;  // interval of the node's property before its decision
  int32_t high;
  bool right_done;
};

}  // namespace

Result<MaTree> MaTree::Read(BitReader* reader, Memory* memory, uint64_t max_nodes) {
  JXLPOOL_ASSIGN_OR_RETURN(EntropyCode code, EntropyCode::Read(reader, memory, kNumTreeContexts));
  JXLPOOL_ASSIGN_OR_RETURN(EntropyDecoder decoder, EntropyDecoder::Create(code, reader, memory, 0));
  MaTree tree;
  tree.nodes_ = PoolVector<MaNode>(memory, Category::kModular);
  uint64_t pending = 1;
  while (pending > 0) {
    const size_t count = tree.nodes_.size();
    if (count > max_nodes) return Corrupt("the MA tree has too many nodes", reader->Position());
    if (count % 256 == 255) JXLPOOL_RETURN_IF_ERROR(reader->Check());
    --pending;
    const uint32_t property = decoder.Read(reader, kProperty);
    if (property > kNumProperties) return Corrupt("an MA tree decision has an unknown property", reader->Position());
    MaNode node;
    if (property == 0) {
      JXLPOOL_RETURN_IF_ERROR(ReadLeaf(reader, &decoder, &node));
      node.child = tree.num_leaves_;
    } else {
      node.property = static_cast<int16_t>(property - 1);
      node.value = UnpackSigned(decoder.Read(reader, kSplitValue));
      node.child = static_cast<uint32_t>(count + pending + 1);
      pending += 2;
    }
    JXLPOOL_RETURN_IF_ERROR(tree.Append(node));
  }
  JXLPOOL_RETURN_IF_ERROR(decoder.Finish(reader));
  JXLPOOL_RETURN_IF_ERROR(reader->Check());
  JXLPOOL_RETURN_IF_ERROR(tree.Validate(memory).At(reader->Position()));
  return tree;
}

Result<MaTree> MaTree::FromNodes(const MaNode* nodes, size_t count, Memory* memory) {
  MaTree tree;
  tree.nodes_ = PoolVector<MaNode>(memory, Category::kModular);
  JXLPOOL_RETURN_IF_ERROR(tree.nodes_.Reserve(count));
  for (size_t i = 0; i < count; ++i) JXLPOOL_RETURN_IF_ERROR(tree.Append(nodes[i]));
  JXLPOOL_RETURN_IF_ERROR(tree.Validate(memory));
  return tree;
}

Status MaTree::Append(const MaNode& node) {
  if (node.is_leaf()) {
    ++num_leaves_;
    uses_weighted_ |= node.predictor == Predictor::kWeighted;
  } else if (node.property >= static_cast<int>(kFirstReferenceProperty)) {
    num_references_ = std::max(num_references_, (node.property - kFirstReferenceProperty) / 4 + 1);
  } else {
    uses_weighted_ |= node.property == static_cast<int>(kPropertyWeighted);
  }
  return nodes_.PushBack(node);
}

// Walks the tree depth first with the interval that each property can still have; both ways must be open at every
// decision.
Status MaTree::Validate(Memory* memory) const {
  int32_t low[kNumProperties];
  int32_t high[kNumProperties];
  std::fill_n(low, kNumProperties, std::numeric_limits<int32_t>::min());
  std::fill_n(high, kNumProperties, std::numeric_limits<int32_t>::max());
  PoolVector<PendingStep> stack(memory, Category::kModular);
  uint32_t node = 0;
  uint32_t depth = 0;
  for (;;) {
    if (depth > kMaxDepth) return Corrupt("the MA tree is too deep");
    const MaNode& current = nodes_[node];
    if (!current.is_leaf()) {
      const int property = current.property;
      if (current.value < low[property] || current.value >= high[property]) {
        return Corrupt("an MA tree decision can go only one way");
      }
      JXLPOOL_RETURN_IF_ERROR(stack.PushBack(PendingStep{node, depth, low[property], high[property], false}));
      low[property] = current.value + 1;
      node = current.child;
      ++depth;
      continue;
    }
    for (;;) {
      if (stack.empty()) return OkStatus();
      PendingStep& step = stack.back();
      const MaNode& parent = nodes_[step.node];
      low[parent.property] = step.low;
      high[parent.property] = step.high;
      if (step.right_done) {
        stack.PopBack();
        continue;
      }
      step.right_done = true;
      high[parent.property] = parent.value;
      node = parent.child + 1;
      depth = step.depth + 1;
      break;
    }
  }
}

uint64_t MaTreeAndCode::Bytes(uint64_t coded_bytes) {
  constexpr uint64_t kNodesPerByte = 2;
  constexpr uint64_t kMostNodes = uint64_t{1} << 18;
  return EntropyCode::Bytes(coded_bytes) + sizeof(MaNode) * std::min(kMostNodes, kNodesPerByte * coded_bytes);
}

Result<MaTreeAndCode> MaTreeAndCode::Read(BitReader* reader, Memory* memory, uint64_t max_nodes) {
  MaTreeAndCode result;
  JXLPOOL_ASSIGN_OR_RETURN(result.tree, MaTree::Read(reader, memory, max_nodes));
  JXLPOOL_ASSIGN_OR_RETURN(result.code, EntropyCode::Read(reader, memory, result.tree.num_leaves()));
  return result;
}

}  // namespace jxlpool
