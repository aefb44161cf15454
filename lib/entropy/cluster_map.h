// The cluster map: which of up to 256 clusters each context belongs to (ISO/IEC 18181-1, decoding of cluster maps).
#ifndef LIB_ENTROPY_CLUSTER_MAP_H_
#define LIB_ENTROPY_CLUSTER_MAP_H_

#include <cstddef>
#include <cstdint>

#include "lib/base/status.h"
#include "lib/bitstream/bit_reader.h"
#include "lib/pool/memory.h"

namespace jxlpool {

// Reads `num_entries` >= 2 entries into `map` and sets `num_clusters` (1..256); every cluster occurs in the map.
// `memory` is used for the tables of a nested code only. Errors: kCorrupt, kNeedMoreInput, kMemoryLimit.
Status ReadClusterMap(BitReader* reader, Memory* memory, size_t num_entries, uint8_t* map, size_t* num_clusters);

}  // namespace jxlpool

#endif  // LIB_ENTROPY_CLUSTER_MAP_H_
