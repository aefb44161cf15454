// Trace events of this folder: one per code header and one per stream. Empty in builds without traces.
#ifndef LIB_ENTROPY_TRACE_ENTROPY_H_
#define LIB_ENTROPY_TRACE_ENTROPY_H_

#include <cstddef>
#include <cstdint>

#include "lib/base/trace.h"
#include "lib/entropy/entropy_code.h"
#include "lib/entropy/hybrid_integer.h"

#ifdef JXLPOOL_TRACE
#include <string>
#include <vector>
#endif

namespace jxlpool {

// Collects what the event of one stream says.
class StreamTrace {
 public:
#ifdef JXLPOOL_TRACE
  void Start(uint64_t position_before, uint64_t position, bool uses_ans, uint32_t state);
  // `position`: after the value.
  void Add(uint32_t value, uint64_t position);
  void AddConstants(uint32_t value, uint64_t count);
  void Finish(uint64_t position, uint32_t state);

 private:
  struct Checkpoint {
    uint64_t count;
    uint64_t position;
    uint32_t crc;
  };
  uint64_t position_before_ = 0;
  uint64_t position_after_state_ = 0;
  uint64_t position_ = 0;
  bool uses_ans_ = false;
  uint32_t initial_state_ = 0;
  uint64_t count_ = 0;
  uint32_t crc_ = 0;
  uint64_t step_ = 64;
  std::vector<Checkpoint> checkpoints_;
#else
  void Start(uint64_t /*position_before*/, uint64_t /*position*/, bool /*uses_ans*/, uint32_t /*state*/) {}
  void Add(uint32_t /*value*/, uint64_t /*position*/) {}
  void AddConstants(uint32_t /*value*/, uint64_t /*count*/) {}
  void Finish(uint64_t /*position*/, uint32_t /*state*/) {}
#endif
};

// Collects what the event of one code header says.
class HeaderTrace {
 public:
#ifdef JXLPOOL_TRACE
  void Start(uint64_t position, size_t num_contexts);
  void Lz77(bool enabled, uint32_t min_symbol, uint32_t min_length, const HybridConfig& length_config);
  void ClusterMap(uint64_t before, uint64_t after, const uint8_t* map, size_t size, size_t num_clusters);
  void Coder(bool uses_prefix_code, uint32_t log_alphabet_size);
  void Config(const HybridConfig& config);
  void ConfigsEnd(uint64_t position);
  void PrefixCode(const char* form, uint32_t alphabet_size, const uint8_t* lengths, bool is_single,
                  uint32_t single_symbol, uint64_t position);
  void Distribution(const char* form, const uint16_t* frequencies, uint32_t size, const AliasEntry* alias,
                    uint32_t log_alphabet_size, uint64_t position);
  void Finish(uint64_t position);

 private:
  uint64_t position_before_ = 0;
  uint64_t position_before_map_ = 0;
  uint64_t position_after_map_ = 0;
  uint64_t position_after_configs_ = 0;
  size_t num_contexts_ = 0;
  size_t num_clusters_ = 0;
  bool uses_prefix_code_ = false;
  uint32_t log_alphabet_size_ = 0;
  std::vector<uint8_t> map_;
  std::string lz77_;
  std::string configs_;
  std::string distributions_;
#else
  void Start(uint64_t, size_t) {}
  void Lz77(bool, uint32_t, uint32_t, const HybridConfig&) {}
  void ClusterMap(uint64_t, uint64_t, const uint8_t*, size_t, size_t) {}
  void Coder(bool, uint32_t) {}
  void Config(const HybridConfig&) {}
  void ConfigsEnd(uint64_t) {}
  void PrefixCode(const char*, uint32_t, const uint8_t*, bool, uint32_t, uint64_t) {}
  void Distribution(const char*, const uint16_t*, uint32_t, const AliasEntry*, uint32_t, uint64_t) {}
  void Finish(uint64_t) {}
#endif
};

// The thread's trace label with "/cluster_map" appended, for a scope.
class NestedMapScope {
#ifdef JXLPOOL_TRACE
 public:
  NestedMapScope();

 private:
  std::string label_;
  TraceScope scope_;
#endif
};

}  // namespace jxlpool

#endif  // LIB_ENTROPY_TRACE_ENTROPY_H_
