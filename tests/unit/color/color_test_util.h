// Helpers of the color tests: vectors from CSV files, random numbers.
#ifndef TESTS_UNIT_COLOR_COLOR_TEST_UTIL_H_
#define TESTS_UNIT_COLOR_COLOR_TEST_UTIL_H_

#include <gtest/gtest.h>

#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "tests/unit/each_target.h"

namespace jxlpool {

// The cells of a file in testdata/vectors, without its comment lines.
inline std::vector<std::vector<std::string>> ReadVectors(const std::string& name) {
  std::ifstream file(std::string(JXLPOOL_TESTDATA) + "/vectors/" + name);
  EXPECT_TRUE(file.good()) << name;
  std::vector<std::vector<std::string>> rows;
  for (std::string line; std::getline(file, line);) {
    if (line.empty() || line[0] == '#') continue;
    std::vector<std::string> cells;
    std::istringstream stream(line);
    for (std::string cell; std::getline(stream, cell, ',');) cells.push_back(cell);
    rows.push_back(cells);
  }
  EXPECT_FALSE(rows.empty()) << name;
  return rows;
}

// A linear congruential generator, the same everywhere.
class TestRandom {
 public:
  explicit TestRandom(uint64_t seed) : state_(seed * 2 + 1) {}
  uint32_t Bits() {
    state_ = state_ * 6364136223846793005u + 1442695040888963407u;
    return static_cast<uint32_t>(state_ >> 32);
  }
  double Uniform(double from, double to) { return from + (to - from) * (Bits() / 4294967296.0); }

 private:
  uint64_t state_;
};

}  // namespace jxlpool

#endif  // TESTS_UNIT_COLOR_COLOR_TEST_UTIL_H_
