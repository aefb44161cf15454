// Proves: integers and float patterns of every depth become the floats that the standard's rule gives, bit for bit, on
// every target, and no float beyond the row is touched.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <limits>
#include <vector>

#include "lib/color/sample_conversion.h"
#include "tests/unit/color/color_test_util.h"

namespace jxlpool {
namespace {

TEST(IntegersToFloatTest, FollowsTheRuleForEveryDepth) {
  ForEachTarget([] {
    for (uint32_t bits = 1; bits <= 32; ++bits) {
      TestRandom random(bits);
      std::vector<int32_t> in;
      for (int i = -3; i < 30; ++i) in.push_back(i);
      for (int i = 0; i < 200; ++i) in.push_back(static_cast<int32_t>(random.Bits()) >> (random.Bits() % 32));
      std::vector<float> out(in.size());
      IntegersToFloat(in.data(), in.size(), SampleScale::ForBits(bits), out.data());
      const double factor = 1.0 / (std::ldexp(1.0, static_cast<int>(bits)) - 1);
      for (size_t i = 0; i < in.size(); ++i) {
        const float expected = bits < 23 ? static_cast<float>(in[i]) * static_cast<float>(factor)
                                         : static_cast<float>(static_cast<double>(in[i]) * factor);
        ASSERT_EQ(out[i], expected) << bits << " " << in[i];
      }
    }
  });
}

TEST(IntegersToFloatTest, NarrowSamplesGiveTheSame) {
  ForEachTarget([] {
    for (const uint32_t bits : {8u, 12u, 16u, 24u}) {
      std::vector<int16_t> narrow;
      std::vector<int32_t> wide;
      for (int32_t i = -32768; i <= 32767; ++i) {
        narrow.push_back(static_cast<int16_t>(i));
        wide.push_back(i);
      }
      std::vector<float> a(wide.size()), b(wide.size());
      IntegersToFloat(narrow.data(), a.size(), SampleScale::ForBits(bits), a.data());
      IntegersToFloat(wide.data(), b.size(), SampleScale::ForBits(bits), b.data());
      EXPECT_EQ(a, b);
    }
  });
}

TEST(IntegersToFloatTest, SumsWrapAround) {
  constexpr int32_t kMax = std::numeric_limits<int32_t>::max();
  const int32_t a[5] = {1, kMax, -5, kMax, -kMax};
  const int32_t b[5] = {2, 1, 5, kMax, -kMax};
  const int16_t a16[2] = {32767, -32768};
  const int16_t b16[2] = {32767, -32768};
  ForEachTarget([&] {
    for (const uint32_t bits : {8u, 32u}) {
      float out[5];
      IntegerSumsToFloat(a, b, 5, SampleScale::ForXyb(bits, 0.25f), out);
      EXPECT_EQ(out[0], 0.75f);
      EXPECT_EQ(out[1], -536870912.0f);
      EXPECT_EQ(out[2], 0);
      EXPECT_EQ(out[3], -0.5f);
      EXPECT_EQ(out[4], 0.5f);
      IntegerSumsToFloat(a16, b16, 2, SampleScale::ForXyb(bits, 0.25f), out);
      EXPECT_EQ(out[0], 16383.5f);
      EXPECT_EQ(out[1], -16384.0f);
    }
  });
}

TEST(IntegersToFloatTest, NothingIsWrittenBeyondTheRow) {
  ForEachTarget([] {
    const std::vector<int32_t> in(80, 3);
    for (size_t n = 0; n < 70; ++n) {
      std::vector<float> out(80, -1.0f);
      IntegersToFloat(in.data(), n, SampleScale::ForBits(2), out.data());
      for (size_t i = 0; i < out.size(); ++i) EXPECT_EQ(out[i], i < n ? 1.0f : -1.0f);
    }
  });
}

TEST(FloatPatternsTest, EveryPatternOfEverySmallFormat) {
  ForEachTarget([] {
    for (uint32_t exp_bits = 2; exp_bits <= 8; ++exp_bits) {
      for (uint32_t bits = exp_bits + 3; bits <= std::min(16u, exp_bits + 24); ++bits) {
        std::vector<int32_t> in;
        std::vector<int16_t> narrow;
        for (uint32_t i = 0; i < (1u << bits); ++i) {
          in.push_back(static_cast<int32_t>(i | (i % 3 == 0 ? 0u : 0u - (1u << (bits - 1)) * 2)));
          narrow.push_back(static_cast<int16_t>(i));
        }
        std::vector<float> out(in.size()), narrow_out(in.size());
        FloatPatternsToFloat(in.data(), in.size(), bits, exp_bits, out.data());
        FloatPatternsToFloat(narrow.data(), in.size(), bits, exp_bits, narrow_out.data());
        ASSERT_EQ(std::memcmp(out.data(), narrow_out.data(), out.size() * sizeof(float)), 0);
        for (uint32_t i = 0; i < (1u << bits); ++i) {
          const double expected = SmallFloat(i, bits, exp_bits);
          if (std::isnan(expected)) {
            ASSERT_TRUE(std::isnan(out[i]));
            // The payload is kept.
            const uint32_t mant_bits = bits - exp_bits - 1;
            ASSERT_EQ(ToBits(out[i]) & 0x7FFFFF, (i & ((1u << mant_bits) - 1)) << (23 - mant_bits));
          } else {
            ASSERT_EQ(ToBits(out[i]), ToBits(static_cast<float>(expected))) << bits << " " << exp_bits << " " << i;
          }
        }
      }
    }
  });
}

TEST(FloatPatternsTest, WideFormats) {
  ForEachTarget([] {
    TestRandom random(5);
    for (uint32_t exp_bits = 2; exp_bits <= 8; ++exp_bits) {
      for (uint32_t bits = 17; bits <= exp_bits + 24; ++bits) {
        std::vector<int32_t> in;
        for (int i = 0; i < 500; ++i) in.push_back(static_cast<int32_t>(random.Bits() & random.Bits()));
        std::vector<float> out(in.size());
        FloatPatternsToFloat(in.data(), in.size(), bits, exp_bits, out.data());
        for (size_t i = 0; i < in.size(); ++i) {
          const double expected = SmallFloat(static_cast<uint32_t>(in[i]), bits, exp_bits);
          if (bits == 32) {
            ASSERT_EQ(ToBits(out[i]), static_cast<uint32_t>(in[i]));
          } else if (!std::isnan(expected)) {
            ASSERT_EQ(ToBits(out[i]), ToBits(static_cast<float>(expected))) << bits << " " << exp_bits;
          }
        }
      }
    }
  });
}

}  // namespace
}  // namespace jxlpool
