// Proves: where integers go to the caller's samples without floats in between, the samples are those of the way over
// floats, for every value and layout; and that way is refused where something would have to be rounded.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <vector>

#include "lib/color/sample_conversion.h"
#include "tests/unit/color/color_test_util.h"

namespace jxlpool {
namespace {

template <typename T>
void CheckIntegerPath(uint32_t coded_bits, const OutputRowFormat& format, const std::vector<T>& samples) {
  const uint32_t factor = IntegerRowFactor(coded_bits, format);
  ASSERT_NE(factor, 0u);
  std::vector<float> floats(samples.size());
  IntegersToFloat(samples.data(), samples.size(), SampleScale::ForBits(coded_bits), floats.data());
  const T* integer_rows[4];
  const float* float_rows[4];
  const uint32_t factors[4] = {factor, factor, factor, factor};
  std::fill_n(integer_rows, 4, samples.data());
  std::fill_n(float_rows, 4, floats.data());
  std::vector<uint8_t> fast(samples.size() * format.PixelBytes());
  std::vector<uint8_t> slow(fast.size());
  StoreIntegerRow(format, integer_rows, factors, samples.size(), false, fast.data());
  for (size_t y = 0; y < 32; ++y) {
    StoreRow(format, float_rows, samples.size(), {y * 7, y, false}, slow.data());
    ASSERT_EQ(fast, slow) << coded_bits << " bits to " << format.bits;
    if (format.type != OutputSample::kUint8) break;
  }
}

// Every value meets every entry of the dither table: 32 rows, and each value repeated over 32 columns.
TEST(StoreIntegerRowTest, EqualsTheFloatPathForEveryValueAndDitherPosition) {
  size_t pairs = 0;
  for (const OutputSample type : {OutputSample::kUint8, OutputSample::kUint16}) {
    for (uint32_t bits = 1; bits <= 16; ++bits) {
      if (type == OutputSample::kUint8 && bits > 8) continue;
      for (uint32_t coded_bits = 1; coded_bits <= 16; ++coded_bits) {
        OutputRowFormat format = {type, bits, 1, false};
        if (IntegerRowFactor(coded_bits, format) == 0) continue;
        ++pairs;
        std::vector<int32_t> wide;
        const size_t repeats = type == OutputSample::kUint8 ? 32 : 1;
        for (int32_t value = -3; value < (1 << coded_bits) + 3; ++value) wide.insert(wide.end(), repeats, value);
        for (const int32_t value :
             {1 << 20, -(1 << 20), std::numeric_limits<int32_t>::max(), std::numeric_limits<int32_t>::min()}) {
          wide.insert(wide.end(), repeats, value);
        }
        std::vector<int16_t> narrow;
        for (const int32_t value : wide) narrow.push_back(static_cast<int16_t>(std::clamp(value, -32768, 32767)));
        CheckIntegerPath(coded_bits, format, wide);
        CheckIntegerPath(coded_bits, format, narrow);
      }
    }
  }
  // n bits take samples whose depth divides n.
  EXPECT_EQ(pairs, 20u + 50u);
}

TEST(StoreIntegerRowTest, EqualsTheFloatPathInEveryLayoutOnEveryTarget) {
  TestRandom random(6);
  std::vector<int32_t> wide[4];
  std::vector<int16_t> narrow[4];
  std::vector<float> floats[4];
  const uint32_t coded[4] = {8, 8, 8, 4};
  for (size_t c = 0; c < 4; ++c) {
    for (size_t i = 0; i < 1200; ++i) {
      wide[c].push_back(static_cast<int32_t>(random.Bits() % 300) - 20);
      narrow[c].push_back(static_cast<int16_t>(wide[c].back()));
    }
    floats[c].resize(1200);
    IntegersToFloat(wide[c].data(), 1200, SampleScale::ForBits(coded[c]), floats[c].data());
  }
  ForEachTarget([&] {
    for (const OutputSample type : {OutputSample::kUint8, OutputSample::kUint16}) {
      for (uint32_t channels = 1; channels <= 4; ++channels) {
        for (const bool reversed : {false, true}) {
          for (const bool big_endian : {false, true}) {
            for (const bool absent : {false, true}) {
              for (const size_t n : {size_t{1}, size_t{31}, size_t{64}, size_t{511}, size_t{1200}}) {
                const OutputRowFormat format = {type, type == OutputSample::kUint8 ? 8u : 16u, channels, big_endian};
                const int32_t* wide_rows[4];
                const int16_t* narrow_rows[4];
                const float* float_rows[4];
                uint32_t factors[4];
                for (uint32_t c = 0; c < channels; ++c) {
                  const bool null = absent && c + 1 == channels;
                  wide_rows[c] = null ? nullptr : wide[c].data();
                  narrow_rows[c] = null ? nullptr : narrow[c].data();
                  float_rows[c] = null ? nullptr : floats[c].data();
                  factors[c] = IntegerRowFactor(coded[c], format);
                }
                std::vector<uint8_t> expected(n * format.PixelBytes() + 1, 7);
                std::vector<uint8_t> out = expected;
                std::vector<uint8_t> narrow_out = expected;
                StoreRow(format, float_rows, n, {5, 6, reversed}, expected.data());
                StoreIntegerRow(format, wide_rows, factors, n, reversed, out.data());
                StoreIntegerRow(format, narrow_rows, factors, n, reversed, narrow_out.data());
                ASSERT_EQ(out, expected);
                ASSERT_EQ(narrow_out, expected);
              }
            }
          }
        }
      }
    }
  });
}

TEST(StoreIntegerRowTest, RefusesWhatNeedsRounding) {
  EXPECT_EQ(IntegerRowFactor(8, {OutputSample::kUint8, 8, 3, false}), 1u);
  EXPECT_EQ(IntegerRowFactor(8, {OutputSample::kUint16, 16, 3, false}), 257u);
  EXPECT_EQ(IntegerRowFactor(1, {OutputSample::kUint8, 8, 1, false}), 255u);
  EXPECT_EQ(IntegerRowFactor(10, {OutputSample::kUint8, 8, 3, false}), 0u);
  EXPECT_EQ(IntegerRowFactor(10, {OutputSample::kUint16, 16, 3, false}), 0u);
  EXPECT_EQ(IntegerRowFactor(3, {OutputSample::kUint8, 8, 3, false}), 0u);
  EXPECT_EQ(IntegerRowFactor(8, {OutputSample::kFloat32, 32, 3, false}), 0u);
  EXPECT_EQ(IntegerRowFactor(8, {OutputSample::kUint8, 8, 5, false}), 0u);
}

}  // namespace
}  // namespace jxlpool
