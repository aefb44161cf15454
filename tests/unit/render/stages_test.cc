// The stages on the vectors of the standard's restoration, upsampling and chroma examples, each alone in a pipeline.
#include <gtest/gtest.h>

#include "lib/headers/image_header.h"
#include "tests/unit/render/render_test_util.h"

namespace jxlpool {
namespace {

constexpr int kWidth = 20;
constexpr int kHeight = 18;

NaivePlanes RestorationInput() {
  NaivePlanes planes(3, NaivePlane(kWidth, kHeight));
  for (int y = 0; y < kHeight; ++y) {
    for (int x = 0; x < kWidth; ++x) {
      const double edge = x >= 10 ? 1 : 0;
      planes[0].At(x, y) = static_cast<float>(0.002 * VectorInput(0, x, y) - 0.001);
      planes[1].At(x, y) = static_cast<float>(0.25 + 0.005 * x + 0.003 * y + 0.03 * VectorInput(1, x, y) + 0.4 * edge);
      planes[2].At(x, y) = static_cast<float>(0.2 + 0.004 * x + 0.03 * VectorInput(2, x, y) + 0.35 * edge);
    }
  }
  return planes;
}

class RestorationTest : public testing::Test {
 protected:
  RestorationTest() {
    const double sigmas[3][3] = {{0.25, 0.5, 1}, {2, 0.31, 3}, {1.5, 0.8, 5}};
    for (int y = 0; y < 3; ++y) {
      for (int x = 0; x < 3; ++x) blocks_[y][x] = static_cast<float>(-1.1715728752538099 / sigmas[y][x]);
    }
    sigma_.blocks = View2D<const float>{&blocks_[0][0], 3, 3, 3};
  }

  // Compares three columns of the CSV file, from `column` on, with the result.
  void Expect(const NaivePlanes& result, size_t column) {
    for (const std::vector<double>& line : lines_) {
      for (size_t c = 0; c < 3; ++c) {
        const int64_t y = static_cast<int64_t>(line[0]);
        const int64_t x = static_cast<int64_t>(line[1]);
        ASSERT_NEAR(result[c].Mirrored(x, y), line[column + c], 4e-6) << c << " " << x << "," << y;
      }
    }
  }

  const std::vector<std::vector<double>> lines_ = ReadVectors("test_restoration.csv");
  float blocks_[3][3];
  EpfSigma sigma_;
  RestorationFilter filter_;
  TestMemory memory_;
};

TEST_F(RestorationTest, NaiveStagesMatchTheVectors) {
  ASSERT_EQ(lines_.size(), 360u);
  const NaivePlanes input = RestorationInput();
  Expect(input, 2);
  NaivePlanes gaborish;
  for (const NaivePlane& plane : input) {
    gaborish.push_back(NaiveGaborish(plane, filter_.gab_weight1[0], filter_.gab_weight2[0]));
  }
  Expect(gaborish, 5);
  for (int pass = 0; pass < 3; ++pass) Expect(NaiveEpf(input, pass, filter_, sigma_), 8 + 3 * pass);
}

TEST_F(RestorationTest, PipelinesMatchTheVectorsOnEveryTarget) {
  ForEachTarget([&] {
    // Gaborish alone, pass 1 alone, and all stages; passes 0 and 2 alone are not possible.
    const struct {
      bool gab;
      uint32_t epf_iters;
      size_t column;
    } kCases[] = {{false, 0, 2}, {true, 0, 5}, {false, 1, 11}, {true, 3, 17}};
    for (const auto& test : kCases) {
      RenderSpec spec;
      spec.width = kWidth;
      spec.height = kHeight;
      spec.filter.gab = test.gab;
      spec.filter.epf_iters = test.epf_iters;
      auto pipeline = TilePipeline::Create(&memory_.memory, spec);
      ASSERT_TRUE(pipeline.ok());
      EXPECT_EQ(pipeline.value().IsIdentity(), !test.gab && test.epf_iters == 0);
      NaivePlanes planes = RestorationInput();
      const auto out = RenderWhole(pipeline.value(), &planes, sigma_, kWidth, kHeight, &memory_.memory);
      NaivePlanes result(3, NaivePlane(kWidth, kHeight));
      for (size_t c = 0; c < 3; ++c) std::copy(out[c].begin(), out[c].end(), result[c].samples.begin());
      Expect(result, test.column);
    }
  });
}

TEST(UpsamplingTest, MatchesTheVectorsOnEveryTarget) {
  const auto lines = ReadVectors("test_upsampling.csv");
  ASSERT_EQ(lines.size(), 20u * (4 + 16 + 64));
  const UpsamplingWeights weights;
  TestMemory memory;
  ForEachTarget([&] {
    for (const uint32_t factor : {2u, 4u, 8u}) {
      RenderSpec spec;
      spec.width = 5 * factor;
      spec.height = 4 * factor;
      spec.upsampling = factor;
      spec.upsampling_weights = &weights;
      spec.filter.gab = false;
      spec.filter.epf_iters = 0;
      auto pipeline = TilePipeline::Create(&memory.memory, spec);
      ASSERT_TRUE(pipeline.ok());
      NaivePlanes planes(3, NaivePlane(5, 4));
      for (int y = 0; y < 4; ++y) {
        for (int x = 0; x < 5; ++x) {
          for (auto& plane : planes) plane.At(x, y) = static_cast<float>(VectorInput(0, x, y));
        }
      }
      const auto out = RenderWhole(pipeline.value(), &planes, EpfSigma(), spec.width, spec.height, &memory.memory);
      for (const std::vector<double>& line : lines) {
        if (line[0] != factor) continue;
        const size_t index = static_cast<size_t>(line[1]) * spec.width + static_cast<size_t>(line[2]);
        for (size_t c = 0; c < 3; ++c) ASSERT_NEAR(out[c][index], line[3], 2e-6);
      }
    }
  });
}

TEST(ChromaUpsamplingTest, MatchesTheExample) {
  TestMemory memory;
  ForEachTarget([&] {
    for (const bool horizontal : {true, false}) {
      for (const uint32_t length : {5u, 6u}) {
        RenderSpec spec;
        spec.width = horizontal ? length : 1;
        spec.height = horizontal ? 1 : length;
        (horizontal ? spec.hshift : spec.vshift)[0] = 1;
        spec.filter.gab = false;
        spec.filter.epf_iters = 0;
        auto pipeline = TilePipeline::Create(&memory.memory, spec);
        ASSERT_TRUE(pipeline.ok());
        NaivePlanes planes(3, NaivePlane(spec.width, spec.height));
        planes[0] = NaivePlane(horizontal ? 3 : 1, horizontal ? 1 : 3);
        planes[0].samples = {1, 2, 4};
        const auto out = RenderWhole(pipeline.value(), &planes, EpfSigma(), spec.width, spec.height, &memory.memory);
        const float expected[6] = {1, 1.25, 1.75, 2.5, 3.5, 4};
        for (uint32_t i = 0; i < length; ++i) EXPECT_EQ(out[0][i], expected[i]);
      }
    }
  });
}

}  // namespace
}  // namespace jxlpool
