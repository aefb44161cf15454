#include "lib/features/noise.h"

#include <bit>

#include "lib/features/mirror.h"
#include "lib/features/noise_kernels.h"
#include "tests/unit/features/features_test_util.h"

namespace jxlpool {
namespace {

// The generator and the planes as the standard tells them, one value at a time.
struct NaiveGenerator {
  uint64_t s0[8], s1[8];
  static uint64_t Mix(uint64_t z) {
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
    return z ^ (z >> 31);
  }
  NaiveGenerator(uint64_t v, uint64_t i, uint64_t x0, uint64_t y0) {
    s0[0] = Mix((v << 32) + i + 0x9E3779B97F4A7C15u);
    s1[0] = Mix((x0 << 32) + y0 + 0x9E3779B97F4A7C15u);
    for (int k = 1; k < 8; ++k) {
      s0[k] = Mix(s0[k - 1]);
      s1[k] = Mix(s1[k - 1]);
    }
  }
  void Batch(uint64_t r[8]) {
    for (int k = 0; k < 8; ++k) {
      uint64_t a = s0[k];
      const uint64_t b = s1[k];
      r[k] = a + b;
      s0[k] = b;
      a ^= a << 23;
      s1[k] = a ^ b ^ (a >> 18) ^ (b >> 5);
    }
  }
};

using Plane = std::vector<std::vector<float>>;

std::vector<Plane> NaiveRandom(const NoiseField& field) {
  std::vector<Plane> planes(3, Plane(field.height, std::vector<float>(field.width)));
  for (uint32_t y0 = 0; y0 < field.height; y0 += field.group_dim) {
    for (uint32_t x0 = 0; x0 < field.width; x0 += field.group_dim) {
      NaiveGenerator generator(field.visible_frames, field.invisible_frames, x0, y0);
      for (Plane& plane : planes) {
        for (uint32_t y = y0; y < std::min(y0 + field.group_dim, field.height); ++y) {
          const uint32_t x1 = std::min(x0 + field.group_dim, field.width);
          for (uint32_t x = x0; x < x1; x += 16) {
            uint64_t r[8];
            generator.Batch(r);
            for (uint32_t i = 0; i < 16 && x + i < x1; ++i) {
              const uint32_t u = static_cast<uint32_t>(i % 2 == 0 ? r[i / 2] : r[i / 2] >> 32);
              plane[y][x + i] = std::bit_cast<float>((u >> 9) | 0x3F800000u);
            }
          }
        }
      }
    }
  }
  return planes;
}

double NaiveFiltered(const NoiseField& field, const Plane& plane, int64_t x, int64_t y) {
  double sum = 0;
  for (int dy = -2; dy <= 2; ++dy) {
    for (int dx = -2; dx <= 2; ++dx) {
      if (dx != 0 || dy != 0) sum += plane[Mirror(y + dy, field.height)][Mirror(x + dx, field.width)];
    }
  }
  return 0.16 * sum - 3.84 * plane[y][x];
}

struct AlignedFloats {
  explicit AlignedFloats(size_t size) : data(hwy::AllocateAligned<float>(size)) {}
  hwy::AlignedFreeUniquePtr<float[]> data;
};

// The rows of a rectangle, plane by plane.
std::vector<Plane> Rows(const NoiseField& field, const Rect& rect, NoiseRows* rows) {
  AlignedFloats scratch(NoiseRows::ScratchFloats(field, static_cast<uint32_t>(rect.width)));
  rows->Start(field, rect, scratch.data.get());
  std::vector<Plane> result(3);
  for (int64_t y = 0; y < rect.height; ++y) {
    const float* row[3];
    rows->NextRow(row);
    for (int p = 0; p < 3; ++p) {
      EXPECT_EQ(reinterpret_cast<uintptr_t>(row[p]) % 64, 0u);
      result[p].emplace_back(row[p], row[p] + rect.width);
    }
  }
  return result;
}

TEST(NoiseTest, SeedsMatchTheVectors) {
  NoiseField field;
  field.visible_frames = 1;
  const NoiseState state = SeedNoise(field, 0, 0);
  EXPECT_EQ(state.s0[0], 0xC42C5A1AA3820138u);
  EXPECT_EQ(state.s0[1], 0x038196B5B0C91985u);
  EXPECT_EQ(state.s0[2], 0xDB046D1F7C461246u);
  EXPECT_EQ(state.s1[0], 0xE220A8397B1DCDAFu);
  EXPECT_EQ(state.s1[1], 0x48218226FF3CD4BFu);
  EXPECT_EQ(state.s1[2], 0x33FE8BD4F9C57863u);
  const NoiseState other = SeedNoise(field, 256, 512);
  EXPECT_EQ(other.s0[0] + other.s1[0], 0x43C52DB583755769u);
  field.visible_frames = 0;
  field.invisible_frames = 3;
  const NoiseState invisible = SeedNoise(field, 0, 0);
  EXPECT_EQ(invisible.s0[0] + invisible.s1[0], 0xFF2BBD1E561F5D9Cu);
}

TEST(NoiseTest, BatchesMatchTheVectorsOnEveryTarget) {
  const uint64_t expected[9] = {0xA64D02541E9FCEE7, 0x4BA318DCB005EE44, 0x0F02F8F4760B8AA9,
                                0xF729890FF47E6053, 0x0CDFD3B5006258BA, 0xA399FC591E883FB8,
                                0x21FD51C8329CAFB6, 0x25185632D2A757CB, 0x0E6CAC77649F7AC9};
  ForEachTarget([&] {
    NoiseField field;
    field.visible_frames = 1;
    NoiseState state = SeedNoise(field, 0, 0);
    AlignedFloats out(32);
    MakeNoiseBatches(0, 2, 0, &state, out.data.get());
    for (int i = 0; i < 18; ++i) {
      const uint32_t u = static_cast<uint32_t>(expected[i / 2] >> (32 * (i % 2)));
      EXPECT_EQ(std::bit_cast<uint32_t>(out.data[i]), (u >> 9) | 0x3F800000u) << i;
    }
  });
}

// One column of batches makes each jump to a row a power of its own, the wide tile has the longest jumps there are.
TEST(NoiseTest, JumpsToAnyRowOfAnyPlaneEqualMakingAllRowsBefore) {
  for (const uint32_t width : {16u, 1008u, 1024u}) {
    SCOPED_TRACE(width);
    NoiseField field;
    field.width = width;
    field.height = field.group_dim = 1024;
    field.visible_frames = 7;
    const std::vector<Plane> random = NaiveRandom(field);
    ForEachTarget([&] {
      NoiseRows rows;
      for (const uint32_t first : {0u, 1u, 2u, 127u, 128u, 129u, 1000u, 1019u}) {
        const Rect rect{0, first + 2, 16, 2};  // random rows are made from `first` on
        const std::vector<Plane> part = Rows(field, rect, &rows);
        for (int p = 0; p < 3; ++p) {
          for (int64_t y = 0; y < rect.height; ++y) {
            for (int64_t x = 0; x < rect.width; ++x) {
              ASSERT_NEAR(part[p][y][x], NaiveFiltered(field, random[p], x, rect.y0 + y), 4e-6) << first;
            }
          }
        }
      }
    });
  }
}

TEST(NoiseTest, MatchesTheVectorsOfAFrame) {
  const auto lines = ReadVectors("test_noise.csv");
  ASSERT_EQ(lines.size(), 126u);
  NoiseParameters parameters;
  const float coded[8] = {0, 100, 205, 410, 307, 154, 819, 256};
  for (int i = 0; i < 8; ++i) parameters.lut[i] = coded[i] / 1024;
  NoiseField field;
  field.width = 21;
  field.height = 6;
  field.visible_frames = 1;
  const std::vector<Plane> random = NaiveRandom(field);
  ForEachTarget([&] {
    NoiseRows rows;
    const std::vector<Plane> filtered = Rows(field, Rect{0, 0, 21, 6}, &rows);
    for (int y = 0; y < 6; ++y) {
      PaddedRow color[3] = {PaddedRow(21), PaddedRow(21), PaddedRow(21)};
      PaddedRow noise[3] = {PaddedRow(21), PaddedRow(21), PaddedRow(21)};
      for (int x = 0; x < 21; ++x) {
        for (int p = 0; p < 3; ++p) noise[p][x] = filtered[p][y][x];
        color[0][x] = static_cast<float>(0.002 * VectorInput(0, x, y) - 0.001);
        color[1][x] = static_cast<float>(-0.05 + 0.13 * x + 0.01 * y);
        color[2][x] = 0.35f;
      }
      const float* noise_rows[3] = {noise[0].data(), noise[1].data(), noise[2].data()};
      float* const color_rows[3] = {color[0].data(), color[1].data(), color[2].data()};
      AddNoiseRow(parameters, 0.0f, 1.0f, noise_rows, 21, color_rows);
      for (int x = 0; x < 21; ++x) {
        const std::vector<double>& expected = lines[y * 21 + x];
        for (int p = 0; p < 3; ++p) {
          EXPECT_NEAR(random[p][y][x], expected[2 + p], 1e-7);
          EXPECT_NEAR(filtered[p][y][x], expected[5 + p], 4e-6) << x << "," << y;
          EXPECT_NEAR(color[p][x], expected[8 + p], 3e-6) << x << "," << y;
        }
      }
    }
  });
}

TEST(NoiseTest, AnyRectangleHoldsTheNoiseOfTheWholeFrame) {
  Rng rng(2);
  ForEachTarget([&] {
    NoiseRows rows;  // one for all, as in a worker
    for (int round = 0; round < 60; ++round) {
      NoiseField field;
      field.width = 1 + rng() % (round % 3 == 0 ? 8 : 500);
      field.height = 1 + rng() % (round % 4 == 0 ? 8 : 400);
      field.group_dim = 128 << rng() % 2;
      field.visible_frames = rng() % 5;
      field.invisible_frames = rng() % 5;
      const std::vector<Plane> random = NaiveRandom(field);
      const std::vector<Plane> whole = Rows(field, Rect{0, 0, field.width, field.height}, &rows);
      Rect rect;
      rect.x0 = rng() % field.width;
      rect.y0 = rng() % field.height;
      rect.width = 1 + rng() % (field.width - rect.x0);
      rect.height = 1 + rng() % (field.height - rect.y0);
      const std::vector<Plane> part = Rows(field, rect, &rows);
      for (int p = 0; p < 3; ++p) {
        for (int64_t y = 0; y < rect.height; ++y) {
          for (int64_t x = 0; x < rect.width; ++x) {
            ASSERT_EQ(part[p][y][x], whole[p][rect.y0 + y][rect.x0 + x]);
          }
        }
        for (int sample = 0; sample < 300; ++sample) {
          const int64_t x = rng() % field.width;
          const int64_t y = rng() % field.height;
          ASSERT_NEAR(whole[p][y][x], NaiveFiltered(field, random[p], x, y), 4e-6) << x << " " << y;
        }
      }
    }
  });
}

TEST(NoiseTest, IsInvisibleUpToOneUnit) {
  const uint8_t ones[10] = {0x01, 0x04, 0x10, 0x40, 0x00, 0x01, 0x04, 0x10, 0x40, 0x00};
  BitReader reader(ones, sizeof(ones));
  const NoiseParameters weak = ReadNoiseParameters(&reader);
  EXPECT_EQ(reader.BitsConsumed(), 80u);
  for (const float strength : weak.lut) EXPECT_EQ(strength, 1.0f / 1024);
  EXPECT_FALSE(weak.IsVisible());
  NoiseParameters strong = weak;
  strong.lut[7] = 2.0f / 1024;
  EXPECT_TRUE(strong.IsVisible());
}

TEST(NoiseTest, StrengthStaysInsideTheTableForAnySample) {
  ForEachTarget([] {
    NoiseParameters parameters;
    for (float& strength : parameters.lut) strength = 0.5f;
    const float samples[8] = {0, -1e30f, 1e30f, INFINITY, -INFINITY, NAN, 1e9f, -0.0f};
    PaddedRow color[3] = {PaddedRow(8), PaddedRow(8), PaddedRow(8)};
    PaddedRow noise[3] = {PaddedRow(8, 1), PaddedRow(8, 1), PaddedRow(8, 1)};
    for (int i = 0; i < 8; ++i) color[1][i] = samples[i];
    const float* noise_rows[3] = {noise[0].data(), noise[1].data(), noise[2].data()};
    float* const color_rows[3] = {color[0].data(), color[1].data(), color[2].data()};
    AddNoiseRow(parameters, 0.0f, 1.0f, noise_rows, 8, color_rows);
    EXPECT_NEAR(color[1][0], 0.22f, 1e-6);
    EXPECT_NEAR(color[1][7], 0.22f, 1e-6);
  });
}

}  // namespace
}  // namespace jxlpool
