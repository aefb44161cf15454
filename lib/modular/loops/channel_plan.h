// How the samples of a channel are going to be decoded: the part of the tree that concerns it, and the loop that suits.
#ifndef LIB_MODULAR_LOOPS_CHANNEL_PLAN_H_
#define LIB_MODULAR_LOOPS_CHANNEL_PLAN_H_

#include <cstddef>
#include <cstdint>

#include "lib/base/bits.h"
#include "lib/base/status.h"
#include "lib/modular/loops/channel_loops.h"
#include "lib/modular/loops/leaf_tables.h"
#include "lib/modular/loops/loop_context.h"
#include "lib/modular/loops/tree_prune.h"
#include "lib/modular/modular_image.h"
#include "lib/modular/stream/channel_params.h"
#include "lib/pool/pool_vector.h"

namespace jxlpool {

struct ChannelPlan {
  PrunedTree tree;
  LeafTables tables;
  PoolVector<uint8_t> clusters;
  LoopKind kind = LoopKind::kZero;
  // A loop is in question at all; the generic one decodes any channel.
  bool is_possible = false;
  uint64_t num_samples = 0;  // of the channel

  bool has_sets() const { return kind >= LoopKind::kByGradient; }
  // Words of sets that suffice for the leaves.
  size_t min_words() const { return CeilDiv<size_t>(tree.leaves.size(), 64); }
};

// First step: the part of the tree that concerns channel `index`, and the kind of loop. Errors: kMemoryLimit.
Status BeginPlan(const ChannelDecoderParams& params, const ModularImage& image, size_t index, ChannelPlan* plan);
// Second step: tables with sets of at least `min_words` words, if any, to which `context` is going to refer. May find
// that only the generic loop can decode the channel. REQUIRES: plan->is_possible, min_words <= LeafTables::kMaxWords.
// Errors: kMemoryLimit.
Status CompletePlan(const ChannelDecoderParams& params, size_t min_words, ChannelPlan* plan, LoopContext* context);

}  // namespace jxlpool

#endif  // LIB_MODULAR_LOOPS_CHANNEL_PLAN_H_
