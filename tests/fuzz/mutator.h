// Damages files in ways that get past the first checks of a decoder. Deterministic: the same seed, the same damage.
#ifndef TESTS_FUZZ_MUTATOR_H_
#define TESTS_FUZZ_MUTATOR_H_

#include <cstddef>
#include <cstdint>
#include <vector>

namespace jxlpool::fuzz {

// SplitMix64.
class Random {
 public:
  explicit Random(uint64_t seed) : state_(seed) {}

  uint64_t Next();
  // In [0, end). REQUIRES: end > 0.
  size_t Below(size_t end) { return static_cast<size_t>(Next() % end); }

 private:
  uint64_t state_;
};

// A damaged copy of `file`; parts of `other` may be spliced in.
std::vector<uint8_t> Mutate(const std::vector<uint8_t>& file, const std::vector<uint8_t>& other, Random* random);

}  // namespace jxlpool::fuzz

#endif  // TESTS_FUZZ_MUTATOR_H_
