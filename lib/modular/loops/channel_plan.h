// ChannelPlan: which loop suits a channel's part of the tree, and all that this loop works on.
#ifndef LIB_MODULAR_LOOPS_CHANNEL_PLAN_H_
#define LIB_MODULAR_LOOPS_CHANNEL_PLAN_H_

#include <cstddef>
#include <cstdint>

#include "lib/base/status.h"
#include "lib/entropy/entropy_decoder.h"
#include "lib/modular/loops/leaf_tables.h"
#include "lib/modular/loops/loop_context.h"
#include "lib/modular/loops/tree_prune.h"
#include "lib/modular/stream/channel_stream.h"
#include "lib/pool/pool_vector.h"

namespace jxlpool {

class ChannelPlan {
 public:
  // Takes from the tree the part that concerns channel `index`, and chooses the kind of loop. Errors: kMemoryLimit.
  Status Make(const ChannelStream& stream, size_t index);

  // A specialised loop can decode the channel, as far as is known: not before Make, and Build may find that none can.
  // The generic loop decodes any channel.
  bool is_possible() const { return is_possible_; }
  LoopKind kind() const { return kind_; }
  // All samples are the same and nothing is read for them.
  bool IsConstant(const EntropyDecoder& decoder, int32_t* value) const;

  // Words that sets of leaves have at least. REQUIRES of an argument: at most LeafTables::kMaxWords.
  size_t min_words() const { return min_words_; }
  void set_min_words(size_t min_words) { min_words_ = min_words; }

  // Builds the whole context of the loop, if one is possible; only the first row is missing. The context refers to this
  // plan. The arguments are those of Make. Errors: kMemoryLimit.
  Status Build(const ChannelStream& stream, size_t index, LoopContext* context);

 private:
  bool has_sets() const { return kind_ >= LoopKind::kByGradient; }
  Status BuildTables(uint64_t num_samples, Memory* memory);
  Status ListClusters(uint32_t property, Memory* memory, LoopContext* context);

  PrunedTree tree_;
  LeafTables tables_;
  PoolVector<uint8_t> clusters_;
  LoopKind kind_ = LoopKind::kZero;
  bool is_possible_ = false;
  size_t min_words_ = 1;
};

}  // namespace jxlpool

#endif  // LIB_MODULAR_LOOPS_CHANNEL_PLAN_H_
