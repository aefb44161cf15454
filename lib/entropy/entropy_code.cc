#include "lib/entropy/entropy_code.h"

#include <algorithm>
#include <cstring>
#include <limits>

#include "lib/base/bits.h"
#include "lib/entropy/ans.h"
#include "lib/entropy/cluster_map.h"
#include "lib/entropy/elementary_codes.h"
#include "lib/entropy/entropy_tables.h"
#include "lib/entropy/prefix_code.h"

namespace jxlpool {
namespace {

constexpr uint32_t kNumSpecialDistances = 120;
constexpr int64_t kMaxDistance = int64_t{1} << 20;
constexpr uint32_t kLz77LogAlphabetSize = 8;
constexpr uint32_t kPrefixLogAlphabetSize = 15;

// What a unit of work suffices for (see WorkBudget).
constexpr size_t kTableEntriesPerUnit = 4;
constexpr size_t kContextsPerUnit = 32;

// Adds what one token that can occur means for its cluster.
void AddToken(const IntegerEntry& entry, bool is_only, ClusterInfo* info) {
  if (entry.is_copy != 0) {
    info->can_copy = true;
    return;
  }
  info->max_value_bits = std::max(info->max_value_bits, entry.max_bits);
  if (!is_only) return;
  info->is_constant = true;
  info->constant_value = entry.base;
  info->constant_extra_bits = entry.extra_bits;
}

}  // namespace

// Reads the parts of a header one after the other.
class EntropyCodeParser {
 public:
  EntropyCodeParser(BitReader* reader, Memory* memory) : reader_(reader), memory_(memory) {}

  Status Read(size_t num_contexts, Lz77Rule rule) {
    code_.num_contexts_ = num_contexts;
    JXLPOOL_RETURN_IF_ERROR(ReadLz77(rule));
    JXLPOOL_RETURN_IF_ERROR(ReadMap());
    code_.uses_prefix_code_ = reader_->ReadBool();
    log_alphabet_size_ = code_.uses_prefix_code_ ? kPrefixLogAlphabetSize : 5 + reader_->Read(2);
    for (size_t c = 0; c < code_.num_clusters_; ++c) {
      JXLPOOL_ASSIGN_OR_RETURN(configs_[c], HybridConfig::Read(reader_, log_alphabet_size_));
    }
    // Copy distances are a cluster of their own: there, tokens never start a copy.
    num_tables_ = code_.num_clusters_ + (lz77_enabled_ ? 1 : 0);
    configs_[code_.num_clusters_] = configs_[distance_cluster_];
    JXLPOOL_RETURN_IF_ERROR(code_.uses_prefix_code_ ? ReadPrefixCodes() : ReadDistributions());
    Summarise();
    return OkStatus();
  }

  EntropyCode Take() { return std::move(code_); }

 private:
  Status ReadLz77(Lz77Rule rule) {
    lz77_enabled_ = reader_->ReadBool();
    if (!lz77_enabled_) return OkStatus();
    if (rule == Lz77Rule::kForbidden) return Corrupt("LZ77 copies where they are not allowed", reader_->Position());
    switch (reader_->Read(2)) {
      case 0:
        min_symbol_ = 224;
        break;
      case 1:
        min_symbol_ = 512;
        break;
      case 2:
        min_symbol_ = 4096;
        break;
      default:
        min_symbol_ = 8 + reader_->Read(15);
    }
    uint32_t& min_length = code_.tables_.min_length;
    switch (reader_->Read(2)) {
      case 0:
        min_length = 3;
        break;
      case 1:
        min_length = 4;
        break;
      case 2:
        min_length = 5 + reader_->Read(2);
        break;
      default:
        min_length = 9 + reader_->Read(8);
    }
    JXLPOOL_ASSIGN_OR_RETURN(length_config_, HybridConfig::Read(reader_, kLz77LogAlphabetSize));
    return OkStatus();
  }

  Status ReadMap() {
    const size_t num_contexts = code_.num_contexts_;
    if (num_contexts > std::numeric_limits<size_t>::max() - 2 * EntropyCode::kMapPadding) {
      return Status(ErrorCode::kMemoryLimit, "too many contexts");
    }
    const size_t num_entries = num_contexts + (lz77_enabled_ ? 1 : 0);
    JXLPOOL_ASSIGN_OR_RETURN(code_.map_, memory_->Acquire(num_entries + EntropyCode::kMapPadding, Category::kEntropy,
                                                          ElementType::kUint8, Fill::kUninitialized));
    uint8_t* map = code_.map_.data();
    code_.map_data_ = map;
    JXLPOOL_RETURN_IF_ERROR(memory_->work()->Charge(num_contexts / kContextsPerUnit));
    map[0] = 0;
    code_.num_clusters_ = 1;
    if (num_entries > 1) {
      JXLPOOL_RETURN_IF_ERROR(ReadClusterMap(reader_, memory_, num_entries, map, &code_.num_clusters_));
    }
    if (lz77_enabled_) distance_cluster_ = map[num_contexts];
    std::memset(map + num_contexts, 0, EntropyCode::kMapPadding);
    return OkStatus();
  }

  // What the tokens of a table mean, and from which cluster they come.
  TokenMeaning Meaning(size_t table) const {
    return TokenMeaning{configs_[table], IsDistances(table) ? kNoCopySymbol : min_symbol_, length_config_};
  }
  bool IsDistances(size_t table) const { return table == code_.num_clusters_; }

  // Gets the block that holds the cluster descriptions and `bytes` more; returns the latter.
  Result<uint8_t*> AllocateTables(size_t bytes) {
    const size_t cluster_bytes = num_tables_ * sizeof(ClusterInfo);
    JXLPOOL_ASSIGN_OR_RETURN(code_.table_memory_,
                             memory_->Acquire(RepeatableSize(cluster_bytes + bytes), Category::kEntropy,
                                              ElementType::kOther, Fill::kUninitialized));
    clusters_ = reinterpret_cast<ClusterInfo*>(code_.table_memory_.data());
    for (size_t i = 0; i < num_tables_; ++i) clusters_[i] = ClusterInfo();
    code_.tables_.clusters = clusters_;
    return code_.table_memory_.data() + cluster_bytes;
  }

  // Clusters with the same configuration share their table of integers, so that it stays in the cache.
  Status ReadDistributions() {
    const size_t table_size = size_t{1} << log_alphabet_size_;
    uint16_t integer_tables[257];  // which table each cluster uses
    uint16_t first_user[257];
    size_t num_integer_tables = 0;
    for (size_t c = 0; c < num_tables_; ++c) {
      size_t i = 0;
      while (i < num_integer_tables && (IsDistances(c) || configs_[first_user[i]] != configs_[c])) ++i;
      if (i == num_integer_tables) first_user[num_integer_tables++] = static_cast<uint16_t>(c);
      integer_tables[c] = static_cast<uint16_t>(i);
    }
    const size_t num_buckets = num_tables_ * table_size;
    const size_t num_integers = num_integer_tables * table_size;
    JXLPOOL_RETURN_IF_ERROR(memory_->work()->Charge((num_buckets + num_integers) / kTableEntriesPerUnit));
    JXLPOOL_ASSIGN_OR_RETURN(uint8_t * memory,
                             AllocateTables(num_buckets * sizeof(AliasEntry) + num_integers * sizeof(IntegerEntry)));
    AliasEntry* alias = reinterpret_cast<AliasEntry*>(memory);
    IntegerEntry* integers = reinterpret_cast<IntegerEntry*>(alias + num_buckets);
    for (size_t i = 0; i < num_integer_tables; ++i) {
      const TokenMeaning meaning = Meaning(first_user[i]);
      for (uint32_t token = 0; token < table_size; ++token) {
        integers[i * table_size + token] = MakeTokenEntry(meaning, token);
      }
    }
    code_.tables_.alias = alias;
    code_.tables_.log_alphabet_size = log_alphabet_size_;
    for (size_t c = 0; c < num_tables_; ++c) {
      clusters_[c].integers = integers + integer_tables[c] * table_size;
    }

    for (size_t c = 0; c < code_.num_clusters_; ++c) {
      AnsDistribution distribution;
      JXLPOOL_RETURN_IF_ERROR(ReadAnsDistribution(reader_, static_cast<uint32_t>(table_size), &distribution));
      BuildAliasTable(distribution, log_alphabet_size_, alias + c * table_size);
      AddFrequencies(distribution, &clusters_[c]);
      if (!lz77_enabled_ || c != distance_cluster_) continue;
      std::copy_n(alias + c * table_size, table_size, alias + code_.num_clusters_ * table_size);
      AddFrequencies(distribution, &clusters_[code_.num_clusters_]);
    }
    return OkStatus();
  }

  static void AddFrequencies(const AnsDistribution& distribution, ClusterInfo* info) {
    for (uint32_t symbol = 0; symbol < distribution.alphabet_size; ++symbol) {
      const uint32_t frequency = distribution.frequency[symbol];
      if (frequency != 0) AddToken(info->integers[symbol], frequency == kAnsTotal, info);
    }
  }

  // Root tables want to be large enough to hold short codes with their extra bits, and small enough for the cache.
  uint32_t ChooseRootBits(const uint32_t* alphabet_sizes) const {
    const uint32_t limit = num_tables_ <= 6 ? kMaxRootBits : num_tables_ <= 32 ? 9 : 8;
    uint32_t wanted = 0;
    for (size_t c = 0; c < num_tables_; ++c) {
      const uint32_t last = alphabet_sizes[c] - 1;
      wanted = std::max(wanted, std::min(last, kMaxPrefixLength) + MakeTokenEntry(Meaning(c), last).extra_bits);
      if (last > kMaxRootBits) return limit;
    }
    return std::min(limit, wanted);
  }

  Status ReadPrefixCodes() {
    uint32_t alphabet_sizes[257];
    uint32_t largest = 1;
    size_t num_symbols = 0;
    for (size_t c = 0; c < code_.num_clusters_; ++c) {
      alphabet_sizes[c] = 1 + ReadVarU16(reader_);
      num_symbols += alphabet_sizes[c];
      if (alphabet_sizes[c] > kMaxPrefixAlphabet)
        return Corrupt("prefix code with too many symbols", reader_->Position());
      largest = std::max(largest, alphabet_sizes[c]);
    }
    alphabet_sizes[code_.num_clusters_] = alphabet_sizes[distance_cluster_];
    JXLPOOL_ASSIGN_OR_RETURN([[maybe_unused]] const uint8_t* none, AllocateTables(0));
    const uint32_t root_bits = ChooseRootBits(alphabet_sizes);
    const size_t num_root_entries = num_tables_ << root_bits;
    JXLPOOL_RETURN_IF_ERROR(memory_->work()->Charge((num_symbols + num_root_entries) / kTableEntriesPerUnit));
    PoolVector<PrefixEntry>& tables = code_.prefix_memory_;
    tables = PoolVector<PrefixEntry>(memory_, Category::kEntropy);
    JXLPOOL_RETURN_IF_ERROR(tables.ResizeUninitialized(num_root_entries));

    uint8_t small_lengths[1024];
    Buffer large_lengths;
    if (largest > sizeof(small_lengths)) {
      JXLPOOL_ASSIGN_OR_RETURN(
          large_lengths, memory_->Acquire(largest, Category::kEntropy, ElementType::kUint8, Fill::kUninitialized));
    }
    for (size_t c = 0; c < code_.num_clusters_; ++c) {
      PrefixLengths code = {};
      code.lengths = large_lengths.empty() ? small_lengths : large_lengths.data();
      code.alphabet_size = alphabet_sizes[c];
      JXLPOOL_RETURN_IF_ERROR(ReadPrefixLengths(reader_, &code));
      JXLPOOL_RETURN_IF_ERROR(AddPrefixCode(code, c, root_bits));
      if (lz77_enabled_ && c == distance_cluster_) {
        JXLPOOL_RETURN_IF_ERROR(AddPrefixCode(code, code_.num_clusters_, root_bits));
      }
      // A small input can ask for large tables; do not build them for one that has ended.
      JXLPOOL_RETURN_IF_ERROR(reader_->Check());
    }
    code_.tables_.prefix = tables.data();
    code_.tables_.root_bits = root_bits;
    return OkStatus();
  }

  Status AddPrefixCode(const PrefixLengths& code, size_t table, uint32_t root_bits) {
    const TokenMeaning meaning = Meaning(table);
    ClusterInfo* info = &clusters_[table];
    if (code.is_single) AddToken(MakeTokenEntry(meaning, code.single_symbol), true, info);
    for (uint32_t symbol = 0; symbol < code.alphabet_size && !code.is_single; ++symbol) {
      if (code.lengths[symbol] != 0) AddToken(MakeTokenEntry(meaning, symbol), false, info);
    }
    const size_t num_entries = code_.prefix_memory_.size();
    JXLPOOL_RETURN_IF_ERROR(BuildPrefixTable(code, meaning, root_bits, table << root_bits, &code_.prefix_memory_));
    return memory_->work()->Charge((code_.prefix_memory_.size() - num_entries) / kTableEntriesPerUnit);
  }

  // What holds for the code as a whole follows from the clusters that contexts can select.
  void Summarise() {
    bool selected[256] = {};
    for (size_t i = 0; i < code_.num_contexts_; ++i) selected[code_.map_data_[i]] = true;
    for (size_t c = 0; c < code_.num_clusters_; ++c) {
      if (!selected[c]) continue;
      code_.copies_possible_ |= clusters_[c].can_copy;
      code_.max_value_bits_ = std::max<uint32_t>(code_.max_value_bits_, clusters_[c].max_value_bits);
    }
    code_.tables_.distance_cluster = static_cast<uint32_t>(code_.num_clusters_);
  }

  BitReader* reader_;
  Memory* memory_;
  EntropyCode code_;
  bool lz77_enabled_ = false;
  uint32_t min_symbol_ = kNoCopySymbol;
  HybridConfig length_config_;
  size_t distance_cluster_ = 0;
  uint32_t log_alphabet_size_ = 0;
  size_t num_tables_ = 0;  // clusters, and one for copy distances with LZ77
  HybridConfig configs_[257];
  ClusterInfo* clusters_ = nullptr;  // num_tables_ of them, in table_memory_
};

uint64_t EntropyCode::Bytes(uint64_t coded_bytes) {
  // Alias tables, cluster maps and prefix tables.
  constexpr uint64_t kSmallest = uint64_t{24} << 10;
  constexpr uint64_t kLargest = uint64_t{1536} << 10;
  constexpr uint64_t kPerByte = 40;
  return std::min(kLargest, kSmallest + kPerByte * coded_bytes);
}

Result<EntropyCode> EntropyCode::Read(BitReader* reader, Memory* memory, size_t num_contexts, Lz77Rule rule) {
  EntropyCodeParser parser(reader, memory);
  const Status status = parser.Read(num_contexts, rule);
  if (status.code() == ErrorCode::kMemoryLimit) return status;
  // What looks corrupt after the end of the data is the end of the data.
  JXLPOOL_RETURN_IF_ERROR(reader->Check());
  JXLPOOL_RETURN_IF_ERROR(status);
  return parser.Take();
}

CoderKind EntropyCode::kind(uint32_t distance_multiplier) const {
  const bool uses_ans = !uses_prefix_code_;
  if (!copies_possible_) return CoderKind{uses_ans, Copies::kNone};
  const ClusterInfo& distances = tables_.clusters[tables_.distance_cluster];
  const bool only_repeats = distances.is_constant && distances.constant_extra_bits == 0 &&
                            Lz77Distance(distances.constant_value, distance_multiplier, kMaxDistance) == 1;
  return CoderKind{uses_ans, only_repeats ? Copies::kRepeat : Copies::kWindow};
}

uint32_t Lz77Distance(uint32_t distance_code, uint32_t distance_multiplier, uint64_t num_decoded) {
  int64_t distance;
  if (distance_multiplier == 0) {
    distance = int64_t{distance_code} + 1;
  } else if (distance_code < kNumSpecialDistances) {
    const int8_t* offset = kLz77SpecialDistances[distance_code];
    distance = std::max<int64_t>(1, offset[0] + int64_t{distance_multiplier} * offset[1]);
  } else {
    distance = int64_t{distance_code} - (kNumSpecialDistances - 1);
  }
  return static_cast<uint32_t>(std::min<uint64_t>(std::min(distance, kMaxDistance), num_decoded));
}

}  // namespace jxlpool
