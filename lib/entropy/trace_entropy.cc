#include "lib/entropy/trace_entropy.h"

#ifdef JXLPOOL_TRACE
#include <algorithm>

namespace jxlpool {
namespace {

// Checkpoints that a stream's event holds at most.
constexpr size_t kMaxCheckpoints = 48;

std::string Number(uint64_t value) { return std::to_string(value); }
const char* Bool(bool value) { return value ? "true" : "false"; }

std::string ConfigJson(const HybridConfig& config) {
  return "[" + Number(config.split_exponent) + "," + Number(config.msb) + "," + Number(config.lsb) + "]";
}

void AppendTo(std::string* list, const std::string& element) { *list += (list->empty() ? "" : ",") + element; }

std::string HexCrc(uint32_t crc) { return TraceEvent::Crc32<uint32_t>(nullptr, 0, &crc); }

uint32_t ByteCrc(const std::vector<uint8_t>& bytes) {
  uint32_t crc = ~0u;
  for (const uint8_t byte : bytes) {
    crc ^= byte;
    for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1) ^ (0xEDB88320u & (0u - (crc & 1)));
  }
  return ~crc;
}

}  // namespace

void StreamTrace::Start(uint64_t position_before, uint64_t position, bool uses_ans, uint32_t state) {
  position_before_ = position_before;
  position_after_state_ = position_ = position;
  uses_ans_ = uses_ans;
  initial_state_ = state;
}

void StreamTrace::Add(uint32_t value, uint64_t position) {
  TraceEvent::Crc32(&value, 1, &crc_);
  position_ = position;
  if (++count_ % step_ != 0) return;
  if (checkpoints_.size() == kMaxCheckpoints) {
    step_ *= 2;
    size_t kept = 0;
    for (const Checkpoint& checkpoint : checkpoints_) {
      if (checkpoint.count % step_ == 0) checkpoints_[kept++] = checkpoint;
    }
    checkpoints_.resize(kept);
    if (count_ % step_ != 0) return;
  }
  checkpoints_.push_back(Checkpoint{count_, position, crc_});
}

void StreamTrace::AddConstants(uint32_t value, uint64_t count) {
  for (uint64_t i = 0; i < count; ++i) Add(value, position_);
}

void StreamTrace::Finish(uint64_t position, uint32_t state) {
  TraceEvent event("entropy_stream");
  event.Integer("pos_before", static_cast<int64_t>(position_before_));
  event.Text("kind", uses_ans_ ? "ANS" : "prefix");
  if (uses_ans_) {
    event.Integer("initial_state", initial_state_);
    event.Integer("pos_after_state", static_cast<int64_t>(position_after_state_));
    event.Integer("final_state", state);
  }
  event.Integer("pos_after", static_cast<int64_t>(position));
  event.Integer("num_values", static_cast<int64_t>(count_));
  event.Raw("values_crc32", HexCrc(crc_));
  std::string list;
  for (const Checkpoint& checkpoint : checkpoints_) {
    AppendTo(&list,
             "[" + Number(checkpoint.count) + "," + Number(checkpoint.position) + "," + HexCrc(checkpoint.crc) + "]");
  }
  event.Raw("checkpoints", "[" + list + "]");
}

void HeaderTrace::Start(uint64_t position, size_t num_contexts) {
  position_before_ = position;
  num_contexts_ = num_contexts;
}

void HeaderTrace::Lz77(bool enabled, uint32_t min_symbol, uint32_t min_length, const HybridConfig& length_config) {
  lz77_ = std::string("{\"enabled\":") + Bool(enabled);
  if (enabled) {
    lz77_ += ",\"min_symbol\":" + Number(min_symbol) + ",\"min_length\":" + Number(min_length) +
             ",\"length_config\":" + ConfigJson(length_config);
  }
}

void HeaderTrace::ClusterMap(uint64_t before, uint64_t after, const uint8_t* map, size_t size, size_t num_clusters) {
  position_before_map_ = before;
  position_after_map_ = after;
  map_.assign(map, map + size);
  num_clusters_ = num_clusters;
}

void HeaderTrace::Coder(bool uses_prefix_code, uint32_t log_alphabet_size) {
  uses_prefix_code_ = uses_prefix_code;
  log_alphabet_size_ = log_alphabet_size;
}

void HeaderTrace::Config(const HybridConfig& config) { AppendTo(&configs_, ConfigJson(config)); }

void HeaderTrace::ConfigsEnd(uint64_t position) { position_after_configs_ = position; }

void HeaderTrace::PrefixCode(const char* form, uint32_t alphabet_size, const uint8_t* lengths, bool is_single,
                             uint32_t single_symbol, uint64_t position) {
  std::string list;
  if (is_single) AppendTo(&list, "[" + Number(single_symbol) + ",0]");
  for (uint32_t i = 0; i < alphabet_size && !is_single; ++i) {
    if (lengths[i] != 0) AppendTo(&list, "[" + Number(i) + "," + Number(lengths[i]) + "]");
  }
  AppendTo(&distributions_, std::string("{\"form\":\"") + form + "\",\"alphabet_size\":" + Number(alphabet_size) +
                                ",\"symbol_length\":[" + list + "],\"pos_after\":" + Number(position) + "}");
}

void HeaderTrace::Distribution(const char* form, const uint16_t* frequencies, uint32_t size, const AliasEntry* alias,
                               uint32_t log_alphabet_size, uint64_t position) {
  while (size > 0 && frequencies[size - 1] == 0) --size;
  std::string counts;
  for (uint32_t i = 0; i < size; ++i) AppendTo(&counts, Number(frequencies[i]));
  const uint32_t log_bucket = 12 - log_alphabet_size;
  uint32_t crc = 0;
  std::string samples;
  for (uint32_t r = 0; r < 4096; ++r) {
    const AliasEntry& entry = alias[r >> log_bucket];
    const uint32_t place = r & ((1u << log_bucket) - 1);
    const bool is_own = place < entry.cutoff;
    const uint32_t pair[2] = {is_own ? r >> log_bucket : entry.alias, is_own ? place : place + entry.alias_offset};
    TraceEvent::Crc32(pair, 2, &crc);
    if (r % 512 == 300) AppendTo(&samples, "[" + Number(pair[0]) + "," + Number(pair[1]) + "]");
  }
  AppendTo(&distributions_, std::string("{\"form\":\"") + form + "\",\"counts\":[" + counts +
                                "],\"alias_crc32\":" + HexCrc(crc) + ",\"alias_samples\":[" + samples +
                                "],\"pos_after\":" + Number(position) + "}");
}

void HeaderTrace::Finish(uint64_t position) {
  TraceEvent event("entropy_header");
  event.Integer("pos_before", static_cast<int64_t>(position_before_));
  event.Integer("num_ctx", static_cast<int64_t>(num_contexts_));
  event.Raw("lz77", lz77_ + (map_.size() > num_contexts_ ? ",\"dist_cluster\":" + Number(map_.back()) : "") + "}");
  event.Integer("pos_before_cluster_map", static_cast<int64_t>(position_before_map_));
  event.Integer("pos_after_cluster_map", static_cast<int64_t>(position_after_map_));
  event.Raw("cluster_map_crc32", HexCrc(ByteCrc(map_)));
  event.Integer("num_clusters", static_cast<int64_t>(num_clusters_));
  event.List("cluster_map", map_.data(), std::min<size_t>(map_.size(), 64));
  event.Raw("use_prefix_code", Bool(uses_prefix_code_));
  event.Integer("log_alphabet_size", log_alphabet_size_);
  event.Raw("configs", "[" + configs_ + "]");
  event.Integer("pos_after_configs", static_cast<int64_t>(position_after_configs_));
  event.Raw("distributions", "[" + distributions_ + "]");
  event.Integer("pos_after", static_cast<int64_t>(position));
}

NestedMapScope::NestedMapScope()
    : label_([] {
        const char* label = CurrentTraceContext().label;
        return std::string(label == nullptr ? "" : label) + "/cluster_map";
      }()),
      scope_([this] {
        TraceContext context = CurrentTraceContext();
        context.label = label_.c_str();
        return context;
      }()) {}

}  // namespace jxlpool
#endif
