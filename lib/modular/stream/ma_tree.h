// MaTree: the decision tree that gives every modular sample its predictor and its entropy context (meta-adaptive
// context model, ISO/IEC 18181-1).
//
// Immutable once read; shared by any number of threads.
#ifndef LIB_MODULAR_STREAM_MA_TREE_H_
#define LIB_MODULAR_STREAM_MA_TREE_H_

#include <cstddef>
#include <cstdint>

#include "lib/base/status.h"
#include "lib/bitstream/bit_reader.h"
#include "lib/entropy/entropy_code.h"
#include "lib/pool/memory.h"
#include "lib/pool/pool_vector.h"

namespace jxlpool {

// The numbers are those of the bitstream.
enum class Predictor : uint8_t {
  kZero = 0,
  kWest = 1,
  kNorth = 2,
  kAverageWestNorth = 3,
  kSelect = 4,
  kGradient = 5,
  kWeighted = 6,
  kNorthEast = 7,
  kNorthWest = 8,
  kWestWest = 9,
  kAverageWestNorthWest = 10,
  kAverageNorthNorthWest = 11,
  kAverageNorthNorthEast = 12,
  kAverageAll = 13,
};
inline constexpr uint32_t kNumPredictors = 14;

// The numbers of some properties. Properties 16 + 4 k to 19 + 4 k belong to the k-th previous channel.
inline constexpr uint32_t kPropertyChannel = 0;
inline constexpr uint32_t kPropertyStream = 1;
inline constexpr uint32_t kPropertyY = 2;
inline constexpr uint32_t kPropertyX = 3;
inline constexpr uint32_t kPropertyGradient = 9;
inline constexpr uint32_t kPropertyWeighted = 15;
inline constexpr uint32_t kFirstReferenceProperty = 16;
inline constexpr uint32_t kNumProperties = 256;

// A decision or a leaf. A decision leads to node `child` if property > value, else to `child` + 1.
struct MaNode {
  int16_t property = -1;  // -1: leaf
  Predictor predictor = Predictor::kZero;
  int32_t value = 0;        // decision: what the property is compared with; leaf: offset
  uint32_t child = 0;       // decision: index of the left child; leaf: context
  uint32_t multiplier = 1;  // leaf: 1 .. 2^31 - 1

  bool is_leaf() const { return property < 0; }
};

class MaTree {
 public:
  // A node may have so many ancestors.
  static constexpr uint32_t kMaxDepth = 2046;

  MaTree() = default;

  // Reads and validates a tree, but not the code of the samples behind it. The format defines `max_nodes` for each
  // place where trees are coded; a tree of max_nodes + 1 nodes is still accepted. Errors: kCorrupt, kNeedMoreInput,
  // kMemoryLimit.
  static Result<MaTree> Read(BitReader* reader, Memory* memory, uint64_t max_nodes);

  // Makes a tree of nodes and validates it, for tests.
  static Result<MaTree> FromNodes(const MaNode* nodes, size_t count, Memory* memory);

  // The nodes are in the order of reading, breadth first; the root is node 0.
  const MaNode* nodes() const { return nodes_.data(); }
  // The code of the samples has as many contexts.
  uint32_t num_leaves() const { return num_leaves_; }
  // Tells whether a node needs the self-correcting predictor.
  bool uses_weighted() const { return uses_weighted_; }
  // Tells how many previous channels the nodes look at.
  uint32_t num_references() const { return num_references_; }

 private:
  Status Validate(Memory* memory) const;
  Status Append(const MaNode& node);

  PoolVector<MaNode> nodes_;
  uint32_t num_leaves_ = 0;
  uint32_t num_references_ = 0;
  bool uses_weighted_ = false;
};

// A tree and the code of the samples that it gives contexts to. Immutable, shared by threads.
struct MaTreeAndCode {
  MaTree tree;
  EntropyCode code;

  // Returns the bytes that both take if an encoder made `coded_bytes` bytes of them.
  static uint64_t Bytes(uint64_t coded_bytes);

  // Reads both, one after the other. Errors as MaTree::Read.
  static Result<MaTreeAndCode> Read(BitReader* reader, Memory* memory, uint64_t max_nodes);
};

}  // namespace jxlpool

#endif  // LIB_MODULAR_STREAM_MA_TREE_H_
