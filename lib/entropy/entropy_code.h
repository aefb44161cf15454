// EntropyCode: the header of entropy-coded streams (ISO/IEC 18181-1, entropy decoding): LZ77 parameters, the map from
// contexts to clusters, and for each cluster an integer configuration and a prefix code or ANS distribution, turned
// into lookup tables.
//
// Immutable after Read and movable; any number of streams (EntropyDecoder) and threads may share one. Memory comes from
// the pool, category kEntropy: the cluster map, and one block with the tables of all clusters.
//
// What users ask before they choose a loop:
//  * code.kind(distance_multiplier): which SymbolReader instantiation fits (ANS or prefix code; no copies, copies that
//    only repeat the previous integer, general copies).
//  * code.cluster(c).is_constant: every integer of the cluster is constant_value plus constant_extra_bits raw bits;
//  with
//    0 extra bits no bits are read at all, and if copies are impossible too the stream need not be asked.
//  * code.max_value_bits(): whether 16-bit storage suffices.
#ifndef LIB_ENTROPY_ENTROPY_CODE_H_
#define LIB_ENTROPY_ENTROPY_CODE_H_

#include <cstddef>
#include <cstdint>

#include "lib/base/status.h"
#include "lib/bitstream/bit_reader.h"
#include "lib/entropy/hybrid_integer.h"
#include "lib/pool/memory.h"
#include "lib/pool/pool_vector.h"

namespace jxlpool {

enum class Lz77Rule : uint8_t { kAllowed, kForbidden };

// What copies a stream can contain.
enum class Copies : uint8_t {
  kNone,    // none: every call decodes one integer
  kRepeat,  // every copy repeats the previous integer: no window needed
  kWindow,  // any distance
};

// The static cases of hot loops.
struct CoderKind {
  bool uses_ans = false;
  Copies copies = Copies::kNone;
};

// One bucket of an ANS alias table; 4096 / table size consecutive residues of the state share it.
struct AliasEntry {
  uint8_t cutoff;  // positions in the bucket below it belong to the bucket's own symbol
  uint8_t alias;   // the symbol of the others
  uint16_t own_frequency;
  uint16_t alias_offset;  // added to the position for the alias symbol
  uint16_t alias_frequency;
};
static_assert(sizeof(AliasEntry) == 8);

// One entry of a prefix lookup table, indexed by the next bits of the stream. The integer layer is merged in: if code
// and extra bits together fit the root table, the entry holds the finished integer.
struct PrefixEntry {
  uint32_t base;       // as IntegerEntry; for kNextTable: index of the second-level table
  uint8_t code_bits;   // bits before the extra bits; for kNextTable: index bits of the second-level table
  uint8_t total_bits;  // code_bits + extra bits: what the integer consumes
  uint8_t lsb;
  uint8_t flags;
  static constexpr uint8_t kCopy = 1;       // length of an LZ77 copy, less min_length
  static constexpr uint8_t kNextTable = 2;  // the code is longer than the root table's index
};
static_assert(sizeof(PrefixEntry) == 8);

// Properties of one cluster.
struct alignas(16) ClusterInfo {
  const IntegerEntry* integers = nullptr;  // ANS: what its symbols mean; clusters may share this table
  uint32_t constant_value = 0;             // if is_constant: the integer, or its smallest value if there are extra bits
  uint8_t constant_extra_bits = 0;         // if is_constant: raw bits that still have to be read
  bool is_constant = false;                // the cluster has one symbol and that is not a copy
  bool can_copy = false;                   // it has a symbol that starts a copy
  uint8_t max_value_bits = 0;  // bits of the largest integer that it can produce (copy lengths do not count)
};

// What a SymbolReader needs; plain pointers into the code's memory.
struct EntropyTables {
  const AliasEntry* alias = nullptr;      // ANS: cluster << log_alphabet_size is the first bucket of a cluster
  const PrefixEntry* prefix = nullptr;    // prefix: cluster << root_bits is the root table of a cluster
  const ClusterInfo* clusters = nullptr;  // num_clusters, and one more for copy distances if copies are possible
  uint32_t log_alphabet_size = 0;         // ANS: 5..8
  uint32_t root_bits = 0;                 // prefix: index bits of root tables
  uint32_t min_length = 0;                // added to copy lengths
  uint32_t distance_cluster = 0;          // index into `clusters`, `alias` and `prefix` for copy distances
};

class EntropyCode {
 public:
  // Contexts up to this many beyond the last one may be looked up in cluster_map() (they belong to cluster 0); corrupt
  // HF coefficient streams can produce them.
  static constexpr size_t kMapPadding = 64;

  // A code that holds nothing; only assignment and destruction are allowed.
  EntropyCode() = default;
  EntropyCode(EntropyCode&&) noexcept = default;
  EntropyCode& operator=(EntropyCode&&) noexcept = default;

  // Bytes that a code takes whose header is coded in `coded_bytes` bytes as encoders do it.
  static uint64_t Bytes(uint64_t coded_bytes);

  // Reads the header of a code with `num_contexts` >= 1 contexts. `memory` must outlive the code. Errors: kCorrupt,
  // kNeedMoreInput, kMemoryLimit.
  static Result<EntropyCode> Read(BitReader* reader, Memory* memory, size_t num_contexts,
                                  Lz77Rule rule = Lz77Rule::kAllowed);

  // 1..256.
  size_t num_clusters() const { return num_clusters_; }
  // As many entries below num_clusters() as there are contexts, and kMapPadding zeros.
  const uint8_t* cluster_map() const { return map_data_; }
  // REQUIRES: cluster < num_clusters().
  const ClusterInfo& cluster(size_t cluster) const { return tables_.clusters[cluster]; }
  // Bits of the largest integer that any context can produce.
  uint32_t max_value_bits() const { return max_value_bits_; }
  // The instantiation for streams with this distance multiplier.
  CoderKind kind(uint32_t distance_multiplier) const;
  const EntropyTables& tables() const { return tables_; }

 private:
  friend class EntropyCodeParser;

  size_t num_contexts_ = 0;
  size_t num_clusters_ = 0;
  bool uses_prefix_code_ = false;
  bool copies_possible_ = false;  // some context has a symbol that starts one
  uint32_t max_value_bits_ = 0;
  EntropyTables tables_;
  const uint8_t* map_data_ = nullptr;  // in map_
  Buffer map_;
  Buffer table_memory_;                    // clusters, alias, integers
  PoolVector<PrefixEntry> prefix_memory_;  // root tables of all clusters, then second-level tables
};

// How far an LZ77 copy with this distance code reaches back: at most 2^20, at most `num_decoded` integers, and 0 only
// at the start of a stream. REQUIRES: distance_multiplier < 2^31.
uint32_t Lz77Distance(uint32_t distance_code, uint32_t distance_multiplier, uint64_t num_decoded);

}  // namespace jxlpool

#endif  // LIB_ENTROPY_ENTROPY_CODE_H_
