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

// Which loop suits a channel. In "unit" loops no leaf has an offset or a multiplier. Loops with leaf sets exist for the
// sizes in words that are listed, and look at the listed ones of the properties 5, 7 to 10 and 14, which depend on the
// sample to the left.
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
  // Rows have so many entries before column 0 and behind the last one: more than neighbours need, for alignment.
  static constexpr size_t kPadding = 16;
  // Leaves are looked for in so many columns at a time.
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
  // For each of kSetColumns columns the leaves that are left by the properties that are known before the row is
  // decoded.
  uint64_t* row_sets = nullptr;
  int32_t* property_row = nullptr;  // scratch
  const ModularChannel* references[(LeafTables::kMaxProperties - kFirstReferenceProperty) / 4] = {};

  // The clusters of the values of the only property that decides, from cluster_low to cluster_high. Null unless leaves
  // differ in nothing but the cluster.
  const uint8_t* clusters = nullptr;
  int32_t cluster_low = 0;
  int32_t cluster_high = 0;

  // The self-correcting predictor; null if it does not run.
  WeightedColumns* weighted = nullptr;

  LoopKind kind = LoopKind::kZero;
  EntropyDecoder* decoder = nullptr;
  BitReader* reader = nullptr;

  // Acquires the memory for rows and sets, and for the self-correcting predictor unless `params` is null. REQUIRES:
  // the members above that do not point there are set. Errors: kMemoryLimit.
  Status Acquire(Memory* memory, const WeightedParams* params);
  // Takes over the first row of the channel and the state of the predictor after it.
  void LoadFirstRow(const GenericLoop& generic);
  // Copies row y from the ring to the channel and completes its border; y + 1 is next.
  void StoreRow(size_t y);

 private:
  Buffer row_memory_;
  WeightedColumnsOwner weighted_memory_;
};

}  // namespace jxlpool

#endif  // LIB_MODULAR_LOOPS_LOOP_CONTEXT_H_
