// MA trees: what is accepted, what is rejected, and that pruning keeps every leaf's place.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <bit>
#include <random>
#include <utility>
#include <vector>

#include "lib/entropy/entropy_code.h"
#include "lib/modular/loops/leaf_tables.h"
#include "lib/modular/loops/tree_prune.h"
#include "lib/modular/stream/ma_tree.h"
#include "tests/unit/entropy/test_encoder.h"
#include "tests/unit/modular/test_codestream.h"

namespace jxlpool {
namespace {

MaNode Decision(int16_t property, int32_t value, uint32_t child) {
  MaNode node;
  node.property = property;
  node.value = value;
  node.child = child;
  return node;
}
MaNode Leaf(uint32_t context, Predictor predictor = Predictor::kZero) {
  MaNode node;
  node.child = context;
  node.predictor = predictor;
  return node;
}

Status Check(const std::vector<MaNode>& nodes) {
  TestMemory memory;
  return MaTree::FromNodes(nodes.data(), nodes.size(), &memory.memory).status();
}

TEST(MaTreeValidity, EveryDecisionMustBeOpen) {
  EXPECT_TRUE(Check({Leaf(0)}).ok());
  EXPECT_TRUE(Check({Decision(9, 5, 1), Leaf(0), Leaf(1)}).ok());
  // Left of "p > 5" values are 6 and more, right of it 5 and less.
  EXPECT_TRUE(Check({Decision(9, 5, 1), Decision(9, 6, 3), Leaf(0), Leaf(1), Leaf(2)}).ok());
  EXPECT_EQ(Check({Decision(9, 5, 1), Decision(9, 5, 3), Leaf(0), Leaf(1), Leaf(2)}).code(), ErrorCode::kCorrupt);
  EXPECT_TRUE(Check({Decision(9, 5, 1), Leaf(0), Decision(9, 4, 3), Leaf(1), Leaf(2)}).ok());
  EXPECT_EQ(Check({Decision(9, 5, 1), Leaf(0), Decision(9, 5, 3), Leaf(1), Leaf(2)}).code(), ErrorCode::kCorrupt);
  // Other properties do not matter.
  EXPECT_TRUE(Check({Decision(9, 5, 1), Leaf(0), Decision(8, 5, 3), Leaf(1), Leaf(2)}).ok());
  // The ends of the range.
  EXPECT_TRUE(Check({Decision(0, INT32_MIN, 1), Leaf(0), Leaf(1)}).ok());
  EXPECT_EQ(Check({Decision(0, INT32_MAX, 1), Leaf(0), Leaf(1)}).code(), ErrorCode::kCorrupt);
  EXPECT_TRUE(Check({Decision(0, INT32_MAX - 1, 1), Leaf(0), Leaf(1)}).ok());
}

// A tree whose deepest nodes have `depth` ancestors.
std::vector<MaNode> Chain(uint32_t depth) {
  // Decisions at 0, 1, 3, 5, ...: the left child goes on, the right one is a leaf.
  std::vector<MaNode> ordered(2 * depth + 1);
  for (uint32_t i = 0; i < depth; ++i) {
    const uint32_t at = i == 0 ? 0 : 2 * i - 1;
    ordered[at] = Decision(9, static_cast<int32_t>(i), 2 * i + 1);
    ordered[2 * i + 2] = Leaf(i);
  }
  if (depth > 0) ordered[2 * depth - 1] = Leaf(depth);
  return ordered;
}

TEST(MaTreeValidity, DepthIsLimited) {
  EXPECT_TRUE(Check(Chain(MaTree::kMaxDepth)).ok());
  EXPECT_EQ(Check(Chain(MaTree::kMaxDepth + 1)).code(), ErrorCode::kCorrupt);
}

// Writes trees as streams: one cluster, prefix code, integers as 12-bit tokens.
class TreeWriter {
 public:
  TreeWriter() {
    code_.map.assign(6, 0);
    code_.prefix = true;
    code_.configs = {HybridConfig{0, 0, 0}};
    code_.lengths = {std::vector<uint32_t>(33, 6)};
    // 31 codes of length 5 and two of length 6 fill the space.
    for (uint32_t i = 0; i < 31; ++i) code_.lengths[0][i] = 5;
  }
  void Decision(uint32_t property, int32_t value) {
    Add(property + 1);
    Add(value >= 0 ? 2u * static_cast<uint32_t>(value) : 2u * static_cast<uint32_t>(-(value + 1)) + 1);
  }
  void Leaf(uint32_t predictor, uint32_t multiplier_log = 0, uint32_t multiplier_bits = 0) {
    Add(0);
    Add(predictor);
    Add(0);
    Add(multiplier_log);
    Add(multiplier_bits);
  }
  void Add(uint32_t value) { values_.push_back(value); }
  Result<MaTree> Read(uint64_t max_nodes, Memory* memory, size_t cut = 0) const {
    BitWriter bits;
    code_.Write(&bits);
    TestStream stream(code_);
    for (const uint32_t value : values_) stream.AddInteger(0, value);
    stream.Write(&bits);
    BitReader reader(bits.bytes().data(), bits.bytes().size() - cut);
    return MaTree::Read(&reader, memory, max_nodes);
  }
  ErrorCode ReadCode(uint64_t max_nodes) const {
    TestMemory memory;
    return Read(max_nodes, &memory.memory).status().code();
  }

 private:
  TestCode code_;
  std::vector<uint32_t> values_;
};

TEST(MaTreeStream, ReadsNodesInOrder) {
  TreeWriter writer;
  writer.Decision(9, -7);
  writer.Leaf(5);
  writer.Decision(0, 2);
  writer.Leaf(6, 3, 4);
  writer.Leaf(0);
  TestMemory memory;
  auto tree = writer.Read(100, &memory.memory);
  ASSERT_TRUE(tree.ok()) << tree.status().message();
  ASSERT_EQ(tree.value().num_leaves(), 3u);
  EXPECT_TRUE(tree.value().uses_weighted());
  EXPECT_EQ(tree.value().num_references(), 0u);
  const MaNode* nodes = tree.value().nodes();
  EXPECT_EQ(nodes[0].property, 9);
  EXPECT_EQ(nodes[0].value, -7);
  EXPECT_EQ(nodes[0].child, 1u);
  EXPECT_TRUE(nodes[1].is_leaf());
  EXPECT_EQ(nodes[1].child, 0u);
  EXPECT_EQ(nodes[2].child, 3u);
  EXPECT_EQ(nodes[3].multiplier, 40u);
  EXPECT_EQ(nodes[4].child, 2u);
}

TEST(MaTreeStream, LimitsNodes) {
  TreeWriter writer;
  writer.Decision(9, 0);
  writer.Leaf(5);
  writer.Leaf(5);
  EXPECT_EQ(writer.ReadCode(2), ErrorCode::kOk);  // one more than the limit is accepted
  EXPECT_EQ(writer.ReadCode(1), ErrorCode::kCorrupt);
}

TEST(MaTreeStream, RejectsBadValues) {
  const auto leaf = [](uint32_t predictor, uint32_t log, uint32_t bits) {
    TreeWriter writer;
    writer.Leaf(predictor, log, bits);
    return writer.ReadCode(100);
  };
  EXPECT_EQ(leaf(13, 0, 0), ErrorCode::kOk);
  EXPECT_EQ(leaf(14, 0, 0), ErrorCode::kCorrupt);
  EXPECT_EQ(leaf(0, 30, 0), ErrorCode::kOk);
  EXPECT_EQ(leaf(0, 31, 0), ErrorCode::kCorrupt);
  EXPECT_EQ(leaf(0, 30, 1), ErrorCode::kCorrupt);
  EXPECT_EQ(leaf(0, 0, 0x7FFFFFFE), ErrorCode::kOk);
  EXPECT_EQ(leaf(0, 0, 0x7FFFFFFF), ErrorCode::kCorrupt);
  TreeWriter property;
  property.Decision(256, 0);
  EXPECT_EQ(property.ReadCode(100), ErrorCode::kCorrupt);
}

TEST(MaTreeStream, EndlessTreesEnd) {
  // After the written values the stream goes on with zero bits, which are decisions here: the code of property 1 is the
  // shortest. Whatever they mean, the reader stops.
  TreeWriter writer;
  for (int i = 0; i < 50; ++i) writer.Decision(static_cast<uint32_t>(i), 0);
  TestMemory memory;
  const auto tree = writer.Read(uint64_t{1} << 22, &memory.memory, 3);
  EXPECT_FALSE(tree.ok());
}

// A tree whose leaves all have the same cluster, with a prefix code of one symbol.
bool ReadOneClusterTree(const std::vector<MaNode>& nodes, Memory* memory, MaTreeAndCode* tree) {
  auto checked = MaTree::FromNodes(nodes.data(), nodes.size(), memory);
  if (!checked.ok()) return false;
  tree->tree = std::move(checked).value();
  BitWriter header;
  TestCode code;
  code.prefix = true;
  code.map.assign(tree->tree.num_leaves(), 0);
  code.configs = {HybridConfig{0, 0, 0}};
  code.lengths = {{0}};
  code.Write(&header);
  BitReader reader(header.bytes().data(), header.bytes().size());
  auto read_code = EntropyCode::Read(&reader, memory, tree->tree.num_leaves());
  if (!read_code.ok()) return false;
  tree->code = std::move(read_code).value();
  return true;
}

// Walking the pruned tree and searching its tables lead to the leaf that the whole tree has.
TEST(TreePrune, KeepsLeaves) {
  std::mt19937 random(1);
  for (int round = 0; round < 300; ++round) {
    // A random tree on properties 0, 1, 3, 9, 10, 17 with values in [-8, 8).
    const int16_t properties[] = {0, 1, 3, 9, 10, 17};
    std::vector<MaNode> nodes(1);
    std::vector<std::array<std::pair<int, int>, 18>> ranges(1);
    for (auto& range : ranges[0]) range = {-1000, 1000};
    uint32_t leaves = 0;
    for (size_t i = 0; i < nodes.size(); ++i) {
      const int16_t p = properties[random() % 6];
      const int value = static_cast<int>(random() % 16) - 8;
      const auto range = ranges[i][p];
      if (nodes.size() < 300 && random() % 8 != 0 && value >= range.first && value < range.second) {
        nodes[i] = Decision(p, value, static_cast<uint32_t>(nodes.size()));
        nodes.resize(nodes.size() + 2);
        ranges.push_back(ranges[i]);
        ranges.back()[p].first = value + 1;
        ranges.push_back(ranges[i]);
        ranges.back()[p].second = value;
      } else {
        nodes[i] = Leaf(leaves++);
      }
    }
    TestMemory memory;
    MaTreeAndCode tree;
    ASSERT_TRUE(ReadOneClusterTree(nodes, &memory.memory, &tree));

    ChannelFacts facts;
    facts.channel = static_cast<uint32_t>(random() % 4);
    facts.stream = static_cast<uint32_t>(random() % 4);
    facts.width = static_cast<uint32_t>(1 + random() % 10);
    facts.height = 5;
    facts.num_references = static_cast<uint32_t>(random() % 2);
    PrunedTree pruned;
    ASSERT_TRUE(PruneTree(tree, facts, 1000, &memory.memory, &pruned).ok());
    ASSERT_TRUE(pruned.is_complete);
    for (const PrunedNode& node : pruned.nodes) {
      EXPECT_NE(node.property, 0);
      EXPECT_NE(node.property, 1);
    }
    LeafTables tables;
    bool possible = false;
    ASSERT_TRUE(tables.Build(pruned, round % 2 == 0 ? 15 : 8, 4096, &memory.memory, &possible).ok());
    ASSERT_TRUE(possible);
    ASSERT_LE(pruned.leaves.size(), leaves);
    for (int sample = 0; sample < 200; ++sample) {
      int32_t values[18] = {};
      for (int32_t& value : values) value = static_cast<int32_t>(random() % 24) - 12;
      values[0] = static_cast<int32_t>(facts.channel);
      values[1] = static_cast<int32_t>(facts.stream);
      values[3] = static_cast<int32_t>(random() % facts.width);
      if (facts.num_references == 0) values[17] = 0;
      uint32_t node = 0;
      while (pruned.nodes[node].property >= 0) {
        const PrunedNode& at = pruned.nodes[node];
        node = at.child + (values[at.property] > at.value ? 0 : 1);
      }
      uint64_t set[8] = {~uint64_t{0}, ~uint64_t{0}, ~uint64_t{0}, ~uint64_t{0},
                         ~uint64_t{0}, ~uint64_t{0}, ~uint64_t{0}, ~uint64_t{0}};
      for (size_t p = 2; p < 18; ++p) {
        const uint64_t* allowed = tables.Find(p, values[p]);
        for (size_t word = 0; word < tables.num_words(); ++word) set[word] &= allowed[word];
      }
      for (uint32_t leaf = 0; leaf < 64 * tables.num_words(); ++leaf) {
        EXPECT_EQ((set[leaf / 64] >> (leaf % 64) & 1) != 0, leaf == pruned.nodes[node].child);
      }
    }
  }
}

// What is beyond the samples' type is decided: no table has to reach there.
TEST(TreePrune, KnowsWhatPropertiesOf16BitSamplesCanBe) {
  struct Case {
    int16_t property;
    int32_t low, high;  // the least and largest values
  };
  const Case cases[] = {{4, 0, 32768},        {5, 0, 32768},       {6, -32768, 32768},  {7, -32768, 32768},
                        {8, -131072, 131072}, {9, -98304, 98304},  {10, -65536, 65536}, {14, -65536, 65536},
                        {16, 0, 32768},       {17, -32768, 32768}, {18, 0, 65536},      {19, -65536, 65536},
                        {20, 0, 32768},       {23, -65536, 65536}};
  for (const Case& c : cases) {
    SCOPED_TRACE(c.property);
    const auto is_open = [&](int32_t value, SampleType type) {
      const std::vector<MaNode> nodes = {Decision(c.property, value, 1), Leaf(0), Leaf(0)};
      TestMemory memory;
      MaTreeAndCode tree;
      EXPECT_TRUE(ReadOneClusterTree(nodes, &memory.memory, &tree));
      ChannelFacts facts;
      facts.width = facts.height = 10;
      facts.num_references = 2;
      facts.type = type;
      PrunedTree pruned;
      EXPECT_TRUE(PruneTree(tree, facts, 100, &memory.memory, &pruned).ok());
      return pruned.leaves.size() == 2;
    };
    EXPECT_TRUE(is_open(c.low, SampleType::kInt16));
    EXPECT_TRUE(is_open(c.high - 1, SampleType::kInt16));
    EXPECT_FALSE(is_open(c.low - 1, SampleType::kInt16));
    EXPECT_FALSE(is_open(c.high, SampleType::kInt16));
    EXPECT_TRUE(is_open(c.low - 1, SampleType::kInt32));
    EXPECT_TRUE(is_open(c.high, SampleType::kInt32));
  }
}

TEST(TreePrune, GivesUpOnHugeTrees) {
  const std::vector<MaNode> nodes = Chain(1000);
  TestMemory memory;
  MaTreeAndCode tree;
  auto checked = MaTree::FromNodes(nodes.data(), nodes.size(), &memory.memory);
  ASSERT_TRUE(checked.ok());
  tree.tree = std::move(checked).value();
  PrunedTree pruned;
  pruned.is_complete = true;
  ChannelFacts facts;
  facts.width = facts.height = 10;
  ASSERT_TRUE(PruneTree(tree, facts, 0, &memory.memory, &pruned).ok());
  EXPECT_FALSE(pruned.is_complete);
}

// A pruned tree that compares each property in `properties` with the ends of [low, high]; leaves differ in clusters.
PrunedTree TreeOnProperties(const std::vector<int32_t>& properties, int32_t low, int32_t high, Memory* memory) {
  PrunedTree tree;
  tree.nodes = PoolVector<PrunedNode>(memory, Category::kModular);
  tree.leaves = PoolVector<PrunedLeaf>(memory, Category::kModular);
  const auto add_leaf = [&] {
    const auto leaf = static_cast<uint32_t>(tree.leaves.size());
    EXPECT_TRUE(tree.leaves.PushBack(PrunedLeaf{0, 1, leaf, Predictor::kZero}).ok());
    EXPECT_TRUE(tree.nodes.PushBack(PrunedNode{0, leaf, -1}).ok());
  };
  // Each decision's left child is a leaf and its right child the next decision.
  for (const int32_t property : properties) {
    if (property < 16) tree.properties |= 1u << property;
    for (const int32_t value : {high, low}) {
      if (!tree.nodes.empty()) tree.nodes.PopBack();
      const auto at = static_cast<uint32_t>(tree.nodes.size());
      EXPECT_TRUE(tree.nodes.PushBack(PrunedNode{value, at + 1, property}).ok());
      add_leaf();
      EXPECT_TRUE(tree.nodes.PushBack(PrunedNode()).ok());
    }
  }
  tree.nodes.PopBack();
  add_leaf();
  return tree;
}

// Building takes time and memory for each value between the decisions, which a stream chooses at will.
TEST(LeafTables, AreBoundedByTheSamplesTheyServe) {
  TestMemory memory;
  const auto bytes_for = [&](int32_t distance, uint64_t num_samples, bool* possible) {
    const PrunedTree tree = TreeOnProperties({6, 7, 9, 10, 11, 12}, 0, distance, &memory.memory);
    const uint64_t before = memory.budget.total().live;
    LeafTables tables;
    EXPECT_TRUE(tables.Build(tree, 8, num_samples, &memory.memory, possible).ok());
    return memory.budget.total().live - before;
  };
  bool possible = false;
  for (const uint64_t num_samples : {uint64_t{512}, uint64_t{4096}, uint64_t{65536}, uint64_t{1} << 20}) {
    for (int32_t distance = 1; distance < 1 << 30; distance *= 2) {
      SCOPED_TRACE(distance);
      EXPECT_LE(bytes_for(distance, num_samples, &possible), 32 * num_samples + 16384);
      const uint64_t num_entries = 6 * (uint64_t(distance) + 2);
      const uint64_t bound = 8 * std::min(num_samples, uint64_t{1} << 17);
      if (num_entries <= bound / 2 || num_entries > bound) {
        EXPECT_EQ(possible, num_entries <= bound);
      }
    }
  }
}

TEST(LeafTables, MergeWithinTheBound) {
  TestMemory memory;
  // What Build takes for property 6 leaves nothing for a table that goes as far down as property 4 goes up.
  const PrunedTree tree = TreeOnProperties({4, 6}, 0, 2000, &memory.memory);
  LeafTables tables;
  bool possible = false;
  ASSERT_TRUE(tables.Build(tree, 15, 512, &memory.memory, &possible).ok());
  ASSERT_TRUE(possible);
  const uint64_t before = memory.budget.total().live;
  ASSERT_TRUE(tables.MergeMagnitude(4, 6, &memory.memory, &possible).ok());
  EXPECT_FALSE(possible);
  EXPECT_TRUE(tables.is_used(4));
  EXPECT_EQ(memory.budget.total().live, before);

  ASSERT_TRUE(tables.Build(tree, 15, 4096, &memory.memory, &possible).ok());
  ASSERT_TRUE(tables.MergeMagnitude(4, 6, &memory.memory, &possible).ok());
  ASSERT_TRUE(possible);
  EXPECT_FALSE(tables.is_used(4));
  const auto leaf = [&](int32_t value) { return std::countr_zero(*tables.Find(6, value)); };
  EXPECT_EQ(leaf(-2001), 0);  // |v| > 2000
  EXPECT_EQ(leaf(-2000), 1);  // |v| > 0
  EXPECT_EQ(leaf(2000), 1);
  EXPECT_EQ(leaf(2001), 0);
  EXPECT_EQ(leaf(0), 4);
}

}  // namespace
}  // namespace jxlpool
