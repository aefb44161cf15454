// Helpers of the tests of features and render.
#ifndef TESTS_UNIT_FEATURES_FEATURES_TEST_UTIL_H_
#define TESTS_UNIT_FEATURES_FEATURES_TEST_UTIL_H_

#include <gtest/gtest.h>
#include <hwy/aligned_allocator.h>

#include <cstdint>
#include <fstream>
#include <random>
#include <sstream>
#include <string>
#include <vector>

#include "lib/features/symbol_source.h"
#include "lib/pool/buffer_pool.h"
#include "lib/pool/memory.h"
#include "tests/unit/each_target.h"
#include "tests/unit/test_memory.h"

namespace jxlpool {

// Random 32-bit numbers, the same in every run.
class Rng {
 public:
  using result_type = uint32_t;
  explicit Rng(uint32_t seed) : engine_(seed) {}
  static constexpr uint32_t min() { return 0; }
  static constexpr uint32_t max() { return 0xFFFFFFFF; }
  uint32_t operator()() { return static_cast<uint32_t>(engine_()); }

 private:
  std::mt19937 engine_;
};

// Floats aligned to 64 bytes with room for vectors before and after.
class PaddedRow {
 public:
  explicit PaddedRow(size_t size, float value = 0) : storage_(hwy::AllocateAligned<float>(size + 2 * kPadding + 64)) {
    for (size_t i = 0; i < size + 2 * kPadding + 64; ++i) storage_[i] = value;
  }
  float* data() const { return storage_.get() + kPadding; }
  float& operator[](int64_t i) const { return data()[i]; }

 private:
  static constexpr size_t kPadding = 64;
  hwy::AlignedFreeUniquePtr<float[]> storage_;
};

// The numbers of a CSV file of testdata/vectors, by line; lines that start with '#' are left out, words become 0.
inline std::vector<std::vector<double>> ReadVectors(const std::string& name) {
  std::ifstream file(std::string(JXLPOOL_TESTDATA) + "/vectors/" + name);
  EXPECT_TRUE(file.good()) << name;
  std::vector<std::vector<double>> lines;
  std::string line;
  while (std::getline(file, line)) {
    if (line.empty() || line[0] == '#') continue;
    std::istringstream cells(line);
    std::vector<double> values;
    std::string cell;
    while (std::getline(cells, cell, ',')) values.push_back(std::strtod(cell.c_str(), nullptr));
    lines.push_back(values);
  }
  return lines;
}

// The inputs of the vectors: n(c, x, y).
inline double VectorInput(int c, int x, int y) {
  return ((3 * x * x + 5 * y * y + 7 * x * y + 11 * c + 13 * x + 17 * y) % 97) / 96.0;
}

// A fixed list of integers, whatever the context; remembers the contexts.
class ListSymbols final : public SymbolSource {
 public:
  explicit ListSymbols(std::vector<uint32_t> values) : values_(std::move(values)) {}
  uint32_t Next(size_t context) override {
    contexts.push_back(context);
    return next_ < values_.size() ? values_[next_++] : (++missing, 0);
  }
  Status Check() override { return missing == 0 ? OkStatus() : NeedMoreInput("the list is too short"); }
  uint64_t Position() override { return next_; }
  size_t left() const { return values_.size() - next_; }

  std::vector<size_t> contexts;
  size_t missing = 0;

 private:
  std::vector<uint32_t> values_;
  size_t next_ = 0;
};

// Integers of all magnitudes, most of them small.
inline std::vector<uint32_t> RandomIntegers(size_t count, Rng* rng) {
  std::vector<uint32_t> list;
  const uint32_t max_bits = 1 + (*rng)() % 32;
  for (size_t i = 0; i < count; ++i) {
    const uint32_t bits = (*rng)() % 8 == 0 ? (*rng)() % max_bits : (*rng)() % 5;
    list.push_back((*rng)() & ((uint32_t{2} << bits) - 1));
  }
  return list;
}

inline uint32_t PackSigned(int64_t value) { return static_cast<uint32_t>(value >= 0 ? 2 * value : -2 * value - 1); }

}  // namespace jxlpool

#endif  // TESTS_UNIT_FEATURES_FEATURES_TEST_UTIL_H_
