// What the specialised loops work on: the rows around the current one, with a border so that neighbours need no case
// distinctions, the state of the self-correcting predictor, and the tables of the leaves.
//
// Samples are decoded into a ring of three rows of 32-bit integers and copied to the channel row by row.
#ifndef LIB_MODULAR_LOOPS_LOOP_CONTEXT_H_
#define LIB_MODULAR_LOOPS_LOOP_CONTEXT_H_

#include <cstddef>
#include <cstdint>

#include "lib/base/status.h"
#include "lib/bitstream/bit_reader.h"
#include "lib/entropy/entropy_decoder.h"
#include "lib/modular/loops/generic_loop.h"
#include "lib/modular/loops/leaf_tables.h"
#include "lib/modular/loops/tree_prune.h"
#include "lib/modular/loops/weighted_columns.h"
#include "lib/modular/modular_image.h"
#include "lib/modular/stream/weighted_predictor.h"
#include "lib/pool/memory.h"

namespace jxlpool {

// Which loop suits a channel. "Unit": no leaf has an offset or a multiplier. Those with leaf sets say how many words
// sets may have, and which of the properties that depend on the sample to the left they look at besides 15.
enum class LoopKind : uint8_t {
  kZero,             // one leaf, predictor Zero
  kGradient,         // one leaf, unit, predictor Gradient
  kWeighted,         // one leaf, unit, predictor Weighted
  kByGradient,       // context depends on property 9 only, unit, Gradient
  kByWeighted,       // context depends on property 15 only, unit, Weighted
  kSetsZeroValues,   // leaf sets (1, 2 words; properties 7, 8), predictor Zero
  kSetsZero,         // leaf sets (8 words; all properties), predictor Zero
  kSetsGradient,     // leaf sets (1, 2, 4, 8 words; properties 9, 10), unit, Gradient
  kSetsMixed,        // leaf sets (1, 2, 4, 8 words; properties 9, 10), unit, Gradient and Weighted
  kSetsMixedAll,     // leaf sets (4, 8 words; all properties), unit, Gradient and Weighted
  kSetsAny,          // leaf sets (8 words; all properties), any predictor but Weighted
  kSetsAnyWeighted,  // leaf sets (8 words; all properties), any predictor
};

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

  LoopKind kind = LoopKind::kZero;
  EntropyDecoder* decoder = nullptr;
  BitReader* reader = nullptr;

  // Acquires the memory for rows and sets, and for the self-correcting predictor unless `params` is null. REQUIRES:
  // the members above that do not point there are set. Errors: kMemoryLimit.
  Status Acquire(Memory* memory, const WeightedParams* params);
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
