// Helpers of the color tests: vectors from CSV files, random numbers, floats and their bits.
#ifndef TESTS_UNIT_COLOR_COLOR_TEST_UTIL_H_
#define TESTS_UNIT_COLOR_COLOR_TEST_UTIL_H_

#include <gtest/gtest.h>

#include <cmath>
#include <cstdint>
#include <cstring>
#include <fstream>
#include <limits>
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

inline float FromBits(uint32_t bits) {
  float value;
  std::memcpy(&value, &bits, sizeof(value));
  return value;
}
inline uint32_t ToBits(float value) {
  uint32_t bits;
  std::memcpy(&bits, &value, sizeof(bits));
  return bits;
}

// The value of a small float, by definition.
inline double SmallFloat(uint32_t pattern, uint32_t bits, uint32_t exp_bits) {
  const int mant_bits = static_cast<int>(bits - exp_bits - 1);
  const uint32_t mantissa = pattern & ((1u << mant_bits) - 1);
  const uint32_t exponent = (pattern >> mant_bits) & ((1u << exp_bits) - 1);
  const int bias = (1 << (exp_bits - 1)) - 1;
  const double sign = ((pattern >> (bits - 1)) & 1) != 0 ? -1 : 1;
  if (exponent == (1u << exp_bits) - 1) {
    return mantissa == 0 ? sign * std::numeric_limits<double>::infinity() : std::numeric_limits<double>::quiet_NaN();
  }
  if (exponent == 0) return sign * std::ldexp(mantissa, 1 - bias - mant_bits);
  return sign * std::ldexp(mantissa + std::ldexp(1.0, mant_bits), static_cast<int>(exponent) - bias - mant_bits);
}

}  // namespace jxlpool

#endif  // TESTS_UNIT_COLOR_COLOR_TEST_UTIL_H_
