#include "lib/features/splines.h"

#include <algorithm>
#include <cmath>

#include "lib/features/spline_path.h"
#include "tests/unit/features/features_test_util.h"

namespace jxlpool {
namespace {

struct CurveText {
  std::vector<std::pair<int64_t, int64_t>> second_differences;
  std::vector<int64_t> coefficients[4];  // X, Y, B, sigma; the rest are 0
};

// The integers of a stream of splines, in order.
std::vector<uint32_t> Symbols(const std::vector<std::pair<int64_t, int64_t>>& starts, int64_t adjustment,
                              const std::vector<CurveText>& curves) {
  std::vector<uint32_t> list = {static_cast<uint32_t>(starts.size() - 1)};
  for (size_t i = 0; i < starts.size(); ++i) {
    if (i == 0) {
      list.push_back(static_cast<uint32_t>(starts[0].first));
      list.push_back(static_cast<uint32_t>(starts[0].second));
    } else {
      list.push_back(PackSigned(starts[i].first - starts[i - 1].first));
      list.push_back(PackSigned(starts[i].second - starts[i - 1].second));
    }
  }
  list.push_back(PackSigned(adjustment));
  for (const CurveText& curve : curves) {
    list.push_back(static_cast<uint32_t>(curve.second_differences.size()));
    for (const auto& [ddx, ddy] : curve.second_differences) {
      list.push_back(PackSigned(ddx));
      list.push_back(PackSigned(ddy));
    }
    for (const auto& coefficients : curve.coefficients) {
      for (size_t k = 0; k < kSplineCoefficients; ++k) {
        list.push_back(k < coefficients.size() ? PackSigned(coefficients[k]) : 0);
      }
    }
  }
  return list;
}

// The spline of the vectors. Its deltas are (9, 2), (-3, 7) on top of each other: second differences.
CurveText VectorCurve() { return CurveText{{{9, 2}, {-3, 7}}, {{60, -20, 5}, {12, 4, -3, 2}, {-6, 9}, {4, 1}}}; }

class SplinesTest : public testing::Test {
 protected:
  Result<Splines> Parse(const std::vector<uint32_t>& list, uint64_t num_pixels = 1 << 20) {
    ListSymbols symbols(list);
    auto splines = Splines::Parse(&symbols, &memory_.memory, num_pixels, num_pixels);
    if (splines.ok()) {
      EXPECT_EQ(symbols.left(), 0u);
    }
    return splines;
  }
  TestMemory memory_;
};

TEST_F(SplinesTest, ParsesAndDequantizesTheVectorSpline) {
  ListSymbols symbols(Symbols({{3, 4}}, 0, {VectorCurve()}));
  auto splines = Splines::Parse(&symbols, &memory_.memory, 480, 480);
  ASSERT_TRUE(splines.ok());
  const std::vector<size_t> first_contexts(symbols.contexts.begin(), symbols.contexts.begin() + 10);
  EXPECT_EQ(first_contexts, (std::vector<size_t>{2, 1, 1, 0, 3, 4, 4, 4, 4, 5}));
  const Splines::Curve& curve = splines.value().curve(0);
  ASSERT_EQ(curve.num_points, 3u);
  const Splines::Point* p = splines.value().points() + curve.first_point;
  EXPECT_EQ(p[1].x, 12);
  EXPECT_EQ(p[1].y, 6);
  EXPECT_EQ(p[2].x, 18);
  EXPECT_EQ(p[2].y, 15);
  EXPECT_EQ(curve.manhattan, 26u);
  const DequantizedCurve d = DequantizeCurve(curve, splines.value().InverseQuantization(), 0.0f, 1.0f);
  const float expected[4][4] = {{.1781909f, -.084f, .021f, 0},
                                {.6363961f, .3f, -.225f, .15f},
                                {.3394113f, .93f, -.225f, .15f},
                                {.9427148f, .3333f, 0, 0}};
  for (int c = 0; c < 4; ++c) {
    for (int k = 0; k < 4; ++k) EXPECT_NEAR((c < 3 ? d.color[c] : d.sigma)[k], expected[c][k], 2e-7);
  }
}

TEST_F(SplinesTest, DrawsTheVectorsOnEveryTarget) {
  const auto lines = ReadVectors("test_splines.csv");
  auto splines = Parse(Symbols({{3, 4}}, 0, {VectorCurve()}));
  ASSERT_TRUE(splines.ok());
  auto splats = SplineSplats::Create(&memory_.memory, splines.value(), 0.0f, 1.0f, 24, 20, 480);
  ASSERT_TRUE(splats.ok());
  ASSERT_EQ(splats.value().num_splats(), 22u);
  for (size_t i = 0; i < 22; ++i) {
    const std::vector<double>& line = lines[i];  // 's', index, x, y, weight, sigma, radius, colors
    const Splat& splat = splats.value().splat(i);
    EXPECT_NEAR(splat.center_x, line[2], 3e-6);
    EXPECT_NEAR(splat.center_y, line[3], 3e-6);
    EXPECT_NEAR(splat.inverse_sigma, 1 / line[5], 1e-5);
    EXPECT_NEAR(splat.quarter_sigma_weight, 0.25 * line[4] * line[5], 1e-5);
    EXPECT_NEAR(splat.radius, line[6], 1e-4);
    for (int c = 0; c < 3; ++c) EXPECT_NEAR(splat.color[c], line[7 + c], 3e-5);
  }
  ASSERT_EQ(lines.size(), 22u + 480u);
  ForEachTarget([&] {
    for (uint32_t y = 0; y < 20; ++y) {
      PaddedRow rows[3] = {PaddedRow(24), PaddedRow(24), PaddedRow(24)};
      float* const pointers[3] = {rows[0].data(), rows[1].data(), rows[2].data()};
      splats.value().DrawRow(y, 0, 24, pointers);
      for (uint32_t x = 0; x < 24; ++x) {
        const std::vector<double>& line = lines[22 + y * 24 + x];
        for (int c = 0; c < 3; ++c) EXPECT_NEAR(rows[c][x], line[3 + c], 2e-5) << x << "," << y;
      }
      for (int c = 0; c < 3; ++c) EXPECT_EQ(rows[c][24], 0.0f);
    }
  });
}

TEST_F(SplinesTest, AnySegmentHoldsWhatTheWholeRowHolds) {
  Rng rng(3);
  std::vector<CurveText> curves;
  std::vector<std::pair<int64_t, int64_t>> starts;
  for (int i = 0; i < 5; ++i) {
    starts.emplace_back(rng() % 100, rng() % 60);
    CurveText curve;
    for (int j = 0; j < 4; ++j) curve.second_differences.emplace_back(int64_t{rng() % 90} - 40, rng() % 50 + 1);
    for (auto& coefficients : curve.coefficients) {
      for (int k = 0; k < 6; ++k) coefficients.push_back(static_cast<int64_t>(rng() % 30) - 12);
    }
    curves.push_back(curve);
  }
  auto splines = Parse(Symbols(starts, -3, curves));
  ASSERT_TRUE(splines.ok()) << splines.status().message();
  auto made = SplineSplats::Create(&memory_.memory, splines.value(), 0.1f, 0.9f, 130, 70, 130 * 70);
  ASSERT_TRUE(made.ok()) << made.status().message();
  const SplineSplats& splats = made.value();
  ForEachTarget([&] {
    for (uint32_t y = 0; y < 70; ++y) {
      PaddedRow whole[3] = {PaddedRow(130), PaddedRow(130), PaddedRow(130)};
      float* const all[3] = {whole[0].data(), whole[1].data(), whole[2].data()};
      splats.DrawRow(y, 0, 130, all);
      const uint32_t x0 = rng() % 130;
      const uint32_t x1 = x0 + 1 + rng() % (130 - x0);
      PaddedRow part[3] = {PaddedRow(130), PaddedRow(130), PaddedRow(130)};
      float* const some[3] = {part[0].data(), part[1].data(), part[2].data()};
      splats.DrawRow(y, x0, x1, some);
      for (int c = 0; c < 3; ++c) {
        for (uint32_t x = x0; x < x1; ++x) ASSERT_EQ(part[c][x - x0], whole[c][x]);
        EXPECT_EQ(part[c][x1 - x0], 0.0f);
      }
    }
  });
}

TEST_F(SplinesTest, PathHasTheVectorPointsAndUnitSteps) {
  const Splines::Point points[3] = {{3, 4}, {12, 6}, {18, 15}};
  const auto walk = [](std::span<const Splines::Point> control_points) {
    std::vector<SplineSample> samples;
    SplinePath path(control_points);
    SplineSample sample = {};
    while (path.Next(&sample)) samples.push_back(sample);
    EXPECT_FALSE(path.Next(&sample));
    return samples;
  };
  std::vector<SplineSample> samples = walk(points);
  ASSERT_EQ(samples.size(), 22u);
  EXPECT_EQ(samples.back().x, 18.0f);
  EXPECT_EQ(samples.back().y, 15.0f);
  EXPECT_NEAR(samples.back().weight, 0.20188424, 1e-5);
  for (size_t i = 1; i + 1 < samples.size(); ++i) {
    EXPECT_EQ(samples[i].weight, 1.0f);
    const float step = std::hypot(samples[i].x - samples[i - 1].x, samples[i].y - samples[i - 1].y);
    EXPECT_GT(step, 0.97f);
    EXPECT_LT(step, 1.00001f);
  }
  samples = walk({points, 1});
  ASSERT_EQ(samples.size(), 2u);
  EXPECT_EQ(samples[1].weight, 0.0f);
}

TEST_F(SplinesTest, SinglePointsDrawNothing) {
  auto splines = Parse(Symbols({{3, 4}}, 0, {CurveText{{}, {{60}, {12}, {-6}, {4}}}}));
  ASSERT_TRUE(splines.ok());
  auto splats = SplineSplats::Create(&memory_.memory, splines.value(), 0.0f, 1.0f, 24, 20, 480);
  ASSERT_TRUE(splats.ok());
  EXPECT_TRUE(splats.value().empty());
}

TEST_F(SplinesTest, RejectsWhatTheFormatForbids) {
  const auto code = [&](const std::vector<uint32_t>& list, uint64_t num_pixels = 1 << 20) {
    return Parse(list, num_pixels).status().code();
  };
  CurveText curve = VectorCurve();
  constexpr int64_t kFar = 1 << 23;
  EXPECT_EQ(code(Symbols({{kFar - 1, 4}}, 0, {curve})), ErrorCode::kCorrupt);  // the second point is too far
  EXPECT_EQ(code(Symbols({{kFar - 19, 4}}, 0, {curve})), ErrorCode::kOk);
  EXPECT_EQ(code(Symbols({{kFar, 4}}, 0, {CurveText{}})), ErrorCode::kCorrupt);
  EXPECT_EQ(code(Symbols({{4, kFar}}, 0, {CurveText{}})), ErrorCode::kCorrupt);
  EXPECT_EQ(code(Symbols({{4, 4}, {4, -kFar}}, 0, {CurveText{}, CurveText{}})), ErrorCode::kCorrupt);
  EXPECT_EQ(code(Symbols({{0, 0}}, 0, {CurveText{{{kFar, 0}}, {}}})), ErrorCode::kCorrupt);
  EXPECT_EQ(code(Symbols({{0, 0}}, 0, {CurveText{{{int64_t{1} << 30, 0}}, {}}})), ErrorCode::kCorrupt);
  EXPECT_EQ(code(Symbols({{0, 0}}, 0, {CurveText{{{0, 0}}, {}}})), ErrorCode::kCorrupt);            // equal points
  EXPECT_EQ(code(Symbols({{0, 0}}, 0, {CurveText{{{3, 3}, {-3, -3}}, {}}})), ErrorCode::kCorrupt);  // equal points
  curve.coefficients[1][3] = INT32_MIN;
  EXPECT_EQ(code(Symbols({{3, 4}}, 0, {curve})), ErrorCode::kCorrupt);
  curve.coefficients[1][3] = INT32_MAX;
  EXPECT_EQ(code(Symbols({{3, 4}}, 0, {curve})), ErrorCode::kOk);
  // Counts: at most half as many points as pixels.
  EXPECT_EQ(code(Symbols({{3, 4}}, 0, {VectorCurve()}), 6), ErrorCode::kOk);
  EXPECT_EQ(code(Symbols({{3, 4}}, 0, {VectorCurve()}), 5), ErrorCode::kCorrupt);
  EXPECT_EQ(code({0xFFFFFFFF}), ErrorCode::kCorrupt);
  EXPECT_EQ(code({1 << 20}), ErrorCode::kCorrupt);
  EXPECT_EQ(code({0, 1, 1, 0, 0xFFFFFFFF}), ErrorCode::kCorrupt);
  // A source that runs dry is noticed before the limits are.
  EXPECT_EQ(code({100000}), ErrorCode::kNeedMoreInput);
}

// A curve that goes far away takes no memory for the way there, but work, which is charged once for each frame.
TEST_F(SplinesTest, LongWaysOutsideAreWalkedOnBudget) {
  const CurveText curve{{{900000, 0}}, {{1}, {}, {}, {1}}};
  auto splines = Parse(Symbols({{0, 0}}, 0, {curve}));
  ASSERT_TRUE(splines.ok()) << splines.status().message();
  const auto create = [&] { return SplineSplats::Create(&memory_.memory, splines.value(), 0.0f, 0.0f, 32, 32, 1024); };
  memory_.budget.set_limit(memory_.budget.total().live + (1 << 20));
  auto splats = create();
  ASSERT_TRUE(splats.ok()) << splats.status().message();
  EXPECT_GT(splats.value().num_splats(), 30u);
  EXPECT_LT(splats.value().num_splats(), 60u);
  memory_.memory.work()->Renew();
  int num_frames = 0;
  while (create().ok() && num_frames < 100) ++num_frames;
  EXPECT_GT(num_frames, 3);
  EXPECT_LT(num_frames, 30);
  EXPECT_EQ(create().status().code(), ErrorCode::kSizeLimit);
}

TEST_F(SplinesTest, RejectsAbsurdAreas) {
  const auto create = [&](const CurveText& curve, uint64_t frame_area) {
    auto splines = Parse(Symbols({{0, 0}}, 0, {curve}));
    EXPECT_TRUE(splines.ok());
    return SplineSplats::Create(&memory_.memory, splines.value(), 0.0f, 1.0f, 32, 32, frame_area).status().code();
  };
  // 8554 for the vector spline; 2^25 + 8 * area is accepted.
  EXPECT_EQ(create(VectorCurve(), 1024), ErrorCode::kOk);
  CurveText wide = VectorCurve();
  wide.coefficients[3] = {429, 1};  // 7 * (429^2 + 31) * 26 = 33.5e6 < 2^25 + 8192
  EXPECT_EQ(create(wide, 1024), ErrorCode::kOk);
  wide.coefficients[3] = {430, 1};
  EXPECT_EQ(create(wide, 1024), ErrorCode::kSizeLimit);
  wide.coefficients[3] = std::vector<int64_t>(32, 1 << 20);
  EXPECT_EQ(create(wide, 1024), ErrorCode::kCorrupt);
}

TEST_F(SplinesTest, SurvivesExtremeCoefficients) {
  for (const int64_t adjustment : {int64_t{INT32_MIN} + 1, int64_t{0}, int64_t{INT32_MAX}}) {
    for (const int64_t value : {int64_t{INT32_MAX}, int64_t{INT32_MIN} + 1, int64_t{1}}) {
      CurveText curve = VectorCurve();
      for (int c = 0; c < 3; ++c) curve.coefficients[c].assign(32, value);
      auto splines = Parse(Symbols({{3, 4}}, adjustment, {curve}));
      ASSERT_TRUE(splines.ok());
      auto splats = SplineSplats::Create(&memory_.memory, splines.value(), 65504.0f, -65504.0f, 24, 20, 480);
      if (!splats.ok()) continue;
      PaddedRow rows[3] = {PaddedRow(24), PaddedRow(24), PaddedRow(24)};
      float* const pointers[3] = {rows[0].data(), rows[1].data(), rows[2].data()};
      for (uint32_t y = 0; y < 20; ++y) splats.value().DrawRow(y, 0, 24, pointers);
    }
  }
}

TEST_F(SplinesTest, SurvivesRandomIntegers) {
  Rng rng(5);
  memory_.budget.set_limit(1 << 28);
  int drawn = 0;
  for (int round = 0; round < 3000; ++round) {
    ListSymbols symbols(RandomIntegers(1000, &rng));
    auto splines = Splines::Parse(&symbols, &memory_.memory, 1 << 12, 1 << 12);
    if (!splines.ok()) continue;
    auto splats = SplineSplats::Create(&memory_.memory, splines.value(), 0.5f, 1.0f, 64, 64, 1 << 12);
    if (!splats.ok()) continue;
    ++drawn;
    PaddedRow rows[3] = {PaddedRow(64), PaddedRow(64), PaddedRow(64)};
    float* const pointers[3] = {rows[0].data(), rows[1].data(), rows[2].data()};
    for (uint32_t y = 0; y < 64; y += 9) splats.value().DrawRow(y, 0, 64, pointers);
  }
  EXPECT_GT(drawn, 100);
}

}  // namespace
}  // namespace jxlpool
