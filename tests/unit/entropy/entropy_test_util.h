// What the tests of this folder share: memory without a limit, and the bytes of the worked examples.
#ifndef TESTS_UNIT_ENTROPY_ENTROPY_TEST_UTIL_H_
#define TESTS_UNIT_ENTROPY_ENTROPY_TEST_UTIL_H_

#include <cstdint>
#include <string>
#include <vector>

#include "lib/pool/budget.h"
#include "lib/pool/buffer_pool.h"
#include "lib/pool/memory.h"
#include "tests/unit/test_memory.h"

namespace jxlpool {

inline std::vector<uint8_t> FromHex(const std::string& hex) {
  std::vector<uint8_t> bytes;
  for (size_t i = 0; i + 1 < hex.size(); i += 2) {
    bytes.push_back(static_cast<uint8_t>(std::stoul(hex.substr(i, 2), nullptr, 16)));
  }
  return bytes;
}

inline uint32_t Hash31(const std::vector<uint32_t>& values) {
  uint32_t hash = 0;
  for (const uint32_t value : values) hash = hash * 31 + value;
  return hash;
}

// A code and a stream in the worked examples: where they start and what they hold.
struct WorkedStream {
  const char* name;
  const char* hex;
  uint64_t code_position;
  size_t num_contexts;
  uint64_t code_end;
  uint64_t stream_position;
  uint32_t distance_multiplier;
  // Cluster of each integer, as (cluster, count) pairs.
  std::vector<std::pair<uint32_t, uint32_t>> clusters;
  uint64_t sum;
  uint32_t hash;
  uint64_t stream_end;

  bool values_are_many() const { return clusters[0].second > 10000; }
};

// A cluster map in 34 contexts, from bit 5; a code with 13860 contexts, from bit 9. In hexadecimal digits.
extern const char* const kE7Bytes;
extern const char* const kE8Bytes;

// Streams made by real encoders, with sums and positions found by another decoder.
const std::vector<WorkedStream>& WorkedStreams();

}  // namespace jxlpool

#endif  // TESTS_UNIT_ENTROPY_ENTROPY_TEST_UTIL_H_
