// Proves: rows of floats become the caller's samples as the rule in plain code says (scaled, dithered, clamped,
// rounded, in any layout), after alpha was divided out and before rows and columns are swapped.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <limits>
#include <string>
#include <vector>

#include "lib/color/sample_conversion.h"
#include "tests/unit/color/color_test_util.h"

namespace jxlpool {
namespace {

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
