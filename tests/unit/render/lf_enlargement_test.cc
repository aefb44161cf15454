// Proves: the LF image, enlarged part by part, is the format's upsampling of the whole plane; parts see what lies
// around them, in planes of which few rows are kept too, but nothing of parts where the image does not go on.
#include "lib/render/lf_enlargement.h"

#include <functional>
#include <random>

#include "tests/unit/each_target.h"
#include "tests/unit/render/render_test_util.h"

namespace jxlpool {
namespace {

constexpr float kUntouched = 777.0f;

NaivePlane MakePlane(int64_t width, int64_t height, const std::function<double(int64_t, int64_t)>& sample) {
  NaivePlane plane(width, height);
  for (int64_t y = 0; y < height; ++y) {
    for (int64_t x = 0; x < width; ++x) plane.At(x, y) = sample(x, y);
  }
  return plane;
}

NaivePlane RandomPlane(int64_t width, int64_t height, uint32_t seed) {
  std::mt19937 random(seed);
  return MakePlane(width, height, [&](int64_t, int64_t) { return static_cast<double>(random() % 4096) / 1024 - 1; });
}

class LfEnlargementTest : public testing::Test {
 protected:
  LfEnlargementTest() { MakeUpsamplingKernels(weights_, 8, &kernels_); }

  void Load(const NaivePlane& plane) {
    samples_.assign(plane.samples.begin(), plane.samples.end());
    const size_t width = static_cast<size_t>(plane.width);
    part_ = LfPart();
    part_.plane = View2D<const float>{samples_.data(), width, width, static_cast<size_t>(plane.height)};
    part_.plane_width = plane.width;
    part_.plane_height = plane.height;
  }

  // The samples of the enlarged part, in an array of exactly their size.
  std::vector<float> Enlarge(const Rect& rect) {
    part_.rect = rect;
    const size_t width = static_cast<size_t>(8 * rect.width);
    const size_t height = static_cast<size_t>(8 * rect.height);
    std::vector<float> out(width * height, kUntouched);
    EnlargeLf(kernels_, part_, View2D<float>{out.data(), width, width, height});
    return out;
  }

  // The whole plane, as the stage of frames upsampled by 8 renders it.
  std::vector<float> Oracle(const NaivePlane& plane) {
    RenderSpec spec;
    spec.width = static_cast<uint32_t>(8 * plane.width);
    spec.height = static_cast<uint32_t>(8 * plane.height);
    spec.upsampling = 8;
    spec.upsampling_weights = &weights_;
    spec.filter.gab = false;
    spec.filter.epf_iters = 0;
    auto pipeline = TilePipeline::Create(&memory_.memory, spec);
    EXPECT_TRUE(pipeline.ok());
    NaivePlanes planes(3, plane);
    return RenderWhole(pipeline.value(), &planes, EpfSigma(), spec.width, spec.height, &memory_.memory)[0];
  }

  UpsamplingWeights weights_;
  UpsamplingKernels kernels_;
  TestMemory memory_;
  std::vector<float> samples_;
  LfPart part_;
};

TEST_F(LfEnlargementTest, AConstantStaysConstant) {
  Load(MakePlane(9, 7, [](int64_t, int64_t) { return 0.37; }));
  for (const float sample : Enlarge({0, 0, 9, 7})) ASSERT_FLOAT_EQ(sample, 0.37f);
}

TEST_F(LfEnlargementTest, ARampStaysARamp) {
  const auto ramp = [](double x, double y) { return 0.5 * x - 0.25 * y; };
  Load(MakePlane(40, 40, [&](int64_t x, int64_t y) { return ramp(static_cast<double>(x), static_cast<double>(y)); }));
  const std::vector<float> out = Enlarge({4, 4, 32, 32});
  for (size_t y = 0; y < 256; ++y) {
    for (size_t x = 0; x < 256; ++x) {
      const double expected = ramp(4 + (static_cast<double>(x) - 3.5) / 8, 4 + (static_cast<double>(y) - 3.5) / 8);
      ASSERT_NEAR(out[256 * y + x], expected, 0.05) << x << " " << y;
    }
  }
}

TEST_F(LfEnlargementTest, PartsAreTheFormatsUpsamplingOfTheWholePlane) {
  ForEachTarget([&] {
    for (const auto& [width, height] : {std::pair{1, 1}, {2, 1}, {5, 33}, {33, 3}, {34, 66}, {64, 32}, {81, 50}}) {
      SCOPED_TRACE(testing::Message() << width << " x " << height);
      const NaivePlane plane = RandomPlane(width, height, 1);
      const std::vector<float> expected = Oracle(plane);
      Load(plane);
      for (int64_t y0 = 0; y0 < height; y0 += 32) {
        for (int64_t x0 = 0; x0 < width; x0 += 32) {
          const Rect rect = Rect{x0, y0, 32, 32}.Intersection({0, 0, width, height});
          const std::vector<float> part = Enlarge(rect);
          for (size_t i = 0; i < part.size(); ++i) {
            const size_t x = static_cast<size_t>(8 * x0) + i % static_cast<size_t>(8 * rect.width);
            const size_t y = static_cast<size_t>(8 * y0) + i / static_cast<size_t>(8 * rect.width);
            ASSERT_EQ(part[i], expected[y * static_cast<size_t>(8 * width) + x]) << x << " " << y;
          }
        }
      }
    }
  });
}

TEST_F(LfEnlargementTest, RowsOfARingSuffice) {
  const NaivePlane plane = RandomPlane(20, 100, 2);
  Load(plane);
  const Rect rect = {0, 64, 20, 32};
  const std::vector<float> expected = Enlarge(rect);
  // Rows 60 to 99 are there.
  std::vector<float> kept(20 * 40);
  for (size_t y = 60; y < 100; ++y) std::copy_n(&samples_[20 * y], 20, &kept[y % 40 * 20]);
  part_.plane = View2D<const float>{kept.data(), 20, 20, 40};
  EXPECT_EQ(Enlarge(rect), expected);
}

// The parts of a plane of 3 x 3 parts of 6 x 6 samples, of which some are black.
TEST_F(LfEnlargementTest, NothingIsSeenOfPartsWhereTheImageDoesNotGoOn) {
  const NaivePlane image = RandomPlane(18, 18, 3);
  const Rect rect = {6, 6, 6, 6};
  for (uint32_t missing = 0; missing < 512; ++missing) {
    if ((missing >> 4 & 1) != 0) continue;
    bool goes_on[3][3];
    for (uint32_t i = 0; i < 9; ++i) goes_on[i / 3][i % 3] = (missing >> i & 1) == 0;
    const auto enlarge = [&](double black) {
      Load(MakePlane(18, 18,
                     [&](int64_t x, int64_t y) { return goes_on[y / 6][x / 6] ? image.Mirrored(x, y) : black; }));
      std::copy_n(&goes_on[0][0], 9, &part_.goes_on[0][0]);
      return Enlarge(rect);
    };
    ASSERT_EQ(enlarge(0), enlarge(1e6)) << missing;
  }
}

TEST_F(LfEnlargementTest, TheSamplesAtTheEdgeAreRepeatedWhereTheImageDoesNotGoOn) {
  const NaivePlane image = RandomPlane(12, 12, 4);
  // Everything below row 5 is missing: two parts beside each other still fit together.
  const std::vector<float> expected =
      Oracle(MakePlane(12, 12, [&](int64_t x, int64_t y) { return image.Mirrored(x, std::min<int64_t>(y, 5)); }));
  Load(image);
  for (const int64_t x0 : {0, 6}) {
    for (bool& goes_on : part_.goes_on[2]) goes_on = false;
    const std::vector<float> part = Enlarge({x0, 0, 6, 6});
    for (size_t i = 0; i < part.size(); ++i) {
      ASSERT_EQ(part[i], expected[i / 48 * 96 + static_cast<size_t>(8 * x0) + i % 48]) << x0 << " " << i;
    }
  }
}

}  // namespace
}  // namespace jxlpool
