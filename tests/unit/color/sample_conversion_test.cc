#include "lib/color/sample_conversion.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>

#include "tests/unit/color/color_test_util.h"

namespace jxlpool {
namespace {

float FromBits(uint32_t bits) {
  float value;
  std::memcpy(&value, &bits, sizeof(value));
  return value;
}
uint32_t ToBits(float value) {
  uint32_t bits;
  std::memcpy(&bits, &value, sizeof(bits));
  return bits;
}

// ---- Integers to float ----

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

// The value of a small float, by definition.
double SmallFloat(uint32_t pattern, uint32_t bits, uint32_t exp_bits) {
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

// ---- Float to samples ----

class DitherTable {
 public:
  DitherTable() : rows_(ReadVectors("dither_blue_noise_32x32.csv")) {}
  float At(size_t x, size_t y, size_t c) const { return std::stof(rows_[(y + 13 * c) % 32][(x + 23 * c) % 32]); }

 private:
  std::vector<std::vector<std::string>> rows_;
};

uint32_t ExpectedInteger(const OutputRowFormat& format, float value, float dither) {
  const float max = static_cast<float>((1 << format.bits) - 1);
  volatile float t = value * max;  // no fused operation
  if (format.type == OutputSample::kUint8) t = t + dither;
  const float clamped = std::min(std::max(std::isnan(t) ? 0.0f : t, 0.0f), max);
  return static_cast<uint32_t>(std::nearbyint(clamped));
}

uint32_t StoredInteger(const OutputRowFormat& format, const std::vector<uint8_t>& row, size_t sample) {
  if (format.type == OutputSample::kUint8) return row[sample];
  const uint32_t first = row[2 * sample];
  const uint32_t second = row[2 * sample + 1];
  return format.big_endian ? first << 8 | second : second << 8 | first;
}

// Every format, number of channels, direction and tail length, against the rule in plain code.
TEST(StoreRowTest, IntegersFollowTheRule) {
  const DitherTable dither;
  TestRandom random(3);
  std::vector<float> rows[6];
  for (auto& row : rows) {
    for (int i = 0; i < 1300; ++i) row.push_back(static_cast<float>(random.Uniform(-0.1, 1.1)));
    row[1] = std::numeric_limits<float>::quiet_NaN();
    row[2] = std::numeric_limits<float>::infinity();
    row[3] = -std::numeric_limits<float>::infinity();
    row[4] = 1e30f;
    row[5] = -1e30f;
  }
  ForEachTarget([&] {
    for (const OutputSample type : {OutputSample::kUint8, OutputSample::kUint16}) {
      for (const uint32_t bits : {1u, 5u, 8u, 10u, 16u}) {
        if (type == OutputSample::kUint8 && bits > 8) continue;
        for (uint32_t channels = 1; channels <= 6; ++channels) {
          for (const bool reversed : {false, true}) {
            for (const bool big_endian : {false, true}) {
              for (const bool absent : {false, true}) {
                const size_t n = 1 + random.Bits() % 1299;
                const size_t x = random.Bits() % 100;
                const size_t y = random.Bits() % 100;
                const OutputRowFormat format = {type, bits, channels, big_endian};
                const float* pointers[6];
                for (uint32_t c = 0; c < channels; ++c) pointers[c] = rows[c].data();
                if (absent) pointers[channels - 1] = nullptr;
                std::vector<uint8_t> out(n * format.PixelBytes() + 1, 0xA5);
                StoreRow(format, pointers, n, {x, y, reversed}, out.data());
                EXPECT_EQ(out.back(), 0xA5);
                for (size_t i = 0; i < n; ++i) {
                  for (uint32_t c = 0; c < channels; ++c) {
                    const float value = pointers[c] == nullptr ? 1.0f : rows[c][reversed ? n - 1 - i : i];
                    ASSERT_EQ(StoredInteger(format, out, i * channels + c),
                              ExpectedInteger(format, value, dither.At(x + i, y, c)))
                        << "bits " << bits << " channels " << channels << " i " << i << " of " << n << " c " << c;
                  }
                }
              }
            }
          }
        }
      }
    }
  });
}

TEST(StoreRowTest, FloatsAreCopiedBitForBit) {
  TestRandom random(4);
  std::vector<float> rows[5];
  for (auto& row : rows) {
    for (int i = 0; i < 100; ++i) row.push_back(FromBits(random.Bits()));
    row[0] = FromBits(0x7F800001);  // a signalling NaN
  }
  ForEachTarget([&] {
    for (uint32_t channels = 1; channels <= 5; ++channels) {
      for (const bool reversed : {false, true}) {
        for (const bool big_endian : {false, true}) {
          const OutputRowFormat format = {OutputSample::kFloat32, 32, channels, big_endian};
          const float* pointers[5];
          for (uint32_t c = 0; c < channels; ++c) pointers[c] = rows[c].data();
          std::vector<uint8_t> out(100 * format.PixelBytes());
          StoreRow(format, pointers, 100, {0, 0, reversed}, out.data());
          for (size_t i = 0; i < 100; ++i) {
            for (uint32_t c = 0; c < channels; ++c) {
              uint32_t bits;
              std::memcpy(&bits, out.data() + (i * channels + c) * 4, 4);
              if (big_endian) bits = __builtin_bswap32(bits);
              ASSERT_EQ(bits, ToBits(rows[c][reversed ? 99 - i : i]));
            }
          }
        }
      }
    }
  });
}

std::vector<uint16_t> ToHalves(const std::vector<float>& in) {
  std::vector<uint16_t> out(in.size());
  const float* row = in.data();
  StoreRow({OutputSample::kFloat16, 16, 1, false}, &row, in.size(), {}, reinterpret_cast<uint8_t*>(out.data()));
  return out;
}

// Every half, the midpoints between neighbours and the floats around them.
TEST(StoreRowTest, HalvesAreRoundedToNearestEven) {
  ForEachTarget([] {
    std::vector<float> in;
    std::vector<uint16_t> expected;
    for (uint32_t sign : {0u, 0x8000u}) {
      for (uint32_t h = 0; h < 0x7C00; ++h) {
        const float value = static_cast<float>(SmallFloat(h | sign, 16, 5));
        const double next_magnitude = h + 1 == 0x7C00 ? 65536 : SmallFloat(h + 1, 16, 5);
        const double next = sign != 0 ? -next_magnitude : next_magnitude;
        const float middle = static_cast<float>((value + next) / 2);
        in.push_back(value);
        expected.push_back(static_cast<uint16_t>(h | sign));
        in.push_back(middle);
        expected.push_back(static_cast<uint16_t>((h + (h & 1)) | sign));
        in.push_back(std::nextafter(middle, value));
        expected.push_back(static_cast<uint16_t>(h | sign));
        in.push_back(std::nextafter(middle, static_cast<float>(next)));
        expected.push_back(static_cast<uint16_t>((h + 1) | sign));
      }
    }
    in.push_back(std::numeric_limits<float>::infinity());
    expected.push_back(0x7C00);
    in.push_back(-1e38f);
    expected.push_back(0xFC00);
    EXPECT_EQ(ToHalves(in), expected);
    const uint16_t nan = ToHalves({std::nanf("")})[0];
    EXPECT_EQ(nan & 0x7C00, 0x7C00);
    EXPECT_NE(nan & 0x3FF, 0);
  });
}

// ---- The way without floats ----

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

// ---- The rest ----

TEST(UnpremultiplyTest, DividesByAlpha) {
  ForEachTarget([] {
    for (size_t n = 1; n < 40; ++n) {
      std::vector<float> alpha, r;
      for (size_t i = 0; i < n; ++i) {
        alpha.push_back(i % 5 == 0 ? 0.0f : static_cast<float>(i) / 20);
        r.push_back(0.25f + static_cast<float>(i));
      }
      std::vector<float> g = r, b = r, grey = r;
      const std::vector<float> before = r;
      UnpremultiplyRow(r.data(), g.data(), b.data(), alpha.data(), n);
      UnpremultiplyRow(grey.data(), nullptr, nullptr, alpha.data(), n);
      for (size_t i = 0; i < n; ++i) {
        EXPECT_EQ(r[i], before[i] * (1 / std::max(0x1p-26f, alpha[i])));
        EXPECT_EQ(r[i], g[i]);
        EXPECT_EQ(r[i], b[i]);
        EXPECT_EQ(r[i], grey[i]);
      }
    }
  });
}

TEST(TransposeTest, SwapsRowsAndColumns) {
  for (const size_t bytes : {1, 2, 3, 4, 5, 6, 8, 12, 16, 20}) {
    constexpr size_t kWidth = 37;
    constexpr size_t kHeight = 21;
    std::vector<uint8_t> in(kHeight * (kWidth * bytes + 3)), out(kWidth * (kHeight * bytes + 5), 0xEE);
    TestRandom random(bytes);
    for (uint8_t& b : in) b = static_cast<uint8_t>(random.Bits());
    TransposePixels(in.data(), kWidth * bytes + 3, kWidth, kHeight, bytes, out.data(), kHeight * bytes + 5);
    for (size_t y = 0; y < kHeight; ++y) {
      for (size_t x = 0; x < kWidth; ++x) {
        ASSERT_EQ(
            std::memcmp(&in[y * (kWidth * bytes + 3) + x * bytes], &out[x * (kHeight * bytes + 5) + y * bytes], bytes),
            0);
      }
    }
    EXPECT_EQ(out.back(), 0xEE);
  }
}

}  // namespace
}  // namespace jxlpool
