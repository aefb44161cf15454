// What the specialised loops work on: the rows around the current one, with a border so that neighbours need no case
// distinctions, the state of the self-correcting predictor, and the tables of the leaves.
//
// Samples are decoded into a ring of three rows of 32-bit integers and copied to the channel row by row.
#ifndef LIB_MODULAR_LOOPS_LOOP_CONTEXT_H_
#define LIB_MODULAR_LOOPS_LOOP_CONTEXT_H_

#include <cstddef>
#include <cstdint>

#include "lib/base/status.h"
#include "lib/modular/loops/generic_loop.h"
#include "lib/modular/loops/leaf_tables.h"
#include "lib/modular/loops/tree_prune.h"
#include "lib/modular/loops/weighted_columns.h"
#include "lib/modular/modular_image.h"
#include "lib/modular/stream/channel_params.h"
#include "lib/pool/memory.h"

namespace jxlpool {

struct LoopContext {
  // Entries before column 0 and behind the last one that rows have; more than neighbours need, for alignment.
  static constexpr size_t kPadding = 16;
  // Columns that leaves are looked for at a time.
  static constexpr size_t kSetColumns = 1024;
  // Channels narrower than this are left to the generic loop.
  static constexpr size_t kMinWidth = 4;

  uint32_t width = 0;
  uint32_t height = 0;

  // The first row that is not decoded yet.
  size_t next_row = 0;

  // Row y is rows[y % 3].
  int32_t* rows[3] = {};
  ModularChannel* channel = nullptr;

  const PrunedLeaf* leaves = nullptr;
  const LeafTables* tables = nullptr;
  const uint64_t* all_sets = nullptr;  // tables->sets()
  // LeafTables: for each of kSetColumns columns the leaves that the properties which are known before the row is
  // decoded leave over.
  uint64_t* row_sets = nullptr;
  int32_t* property_row = nullptr;  // scratch
  const ModularChannel* references[(LeafTables::kMaxProperties - kFirstReferenceProperty) / 4] = {};

  // If all leaves differ in nothing but the cluster and one property decides: the clusters of its values, from
  // cluster_low to cluster_high.
  const uint8_t* clusters = nullptr;
  int32_t cluster_low = 0;
  int32_t cluster_high = 0;

  // Self-correcting predictor; null if it does not run.
  WeightedColumns* weighted = nullptr;

  // Acquires the memory of the rows. `image` is the list that channel `index` belongs
  // to. Errors: kMemoryLimit.
  Status Init(const ChannelDecoderParams& params, const PrunedTree& pruned, ModularImage* image, size_t index);

  // Takes over the first row of the channel and the state behind it.
  void LoadFirstRow(const GenericLoop& generic);
  // Copies row y from the ring to the channel and completes its border; y + 1 is next.
  void StoreRow(size_t y);

 private:
  Buffer row_memory_;
  WeightedColumnsOwner weighted_memory_;
};

}  // namespace jxlpool

#endif  // LIB_MODULAR_LOOPS_LOOP_CONTEXT_H_
