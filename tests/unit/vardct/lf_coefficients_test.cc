// Proves: LF samples, LF index and smoothing equal their definitions on every SIMD target, across LF groups, with
// chroma subsampling, and however many rows arrive at a time.
#include "lib/vardct/lf_coefficients.h"

#include <cmath>

#include "lib/vardct/lf_kernels.h"
#include "tests/unit/vardct/vardct_test_util.h"

namespace jxlpool {
namespace {

TEST(LfSmoothingTest, PublishedExamples) {
  const double cases[3][7] = {{1.004, 1.03, 1, 0, 1.000209, 1.001568, 1.000000},
                              {1.0065, 1.03, 0.98, 0, 1.003199, 1.014764, 0.990158},
                              {1, 1.1, 1, 0, 1.000000, 1.100000, 1.000000}};
  ForEachTarget([&] {
    for (const auto& example : cases) {
      std::vector<float> at[3], out[3];
      const std::vector<float> ones(3, 1.0f);
      LfSmoothingRows rows;
      for (size_t c = 0; c < 3; ++c) {
        at[c] = {1.0f, static_cast<float>(example[c]), 1.0f};
        out[c] = {7, 7, 7};
        rows.above[c] = rows.below[c] = ones.data();
        rows.at[c] = at[c].data();
        rows.out[c] = out[c].data();
      }
      SmoothLfRow(rows, {1 / 0.01f, 1 / 0.08f, 1 / 0.16f}, 3);
      for (size_t c = 0; c < 3; ++c) {
        EXPECT_NEAR(out[c][1], example[4 + c], 2e-6);
        EXPECT_EQ(out[c][0], 7) << "edges are not written";
        EXPECT_EQ(out[c][2], 7);
      }
    }
  });
}

struct LfCase {
  uint32_t columns;  // of blocks
  uint32_t rows;
  bool subsampled = false;
};

class LfFrame {
 public:
  explicit LfFrame(const LfCase& lf_case, uint32_t seed)
      : headers(8 * lf_case.columns, 8 * lf_case.rows), random_(seed) {
    // The first channel has half the columns, the last one a quarter of the samples.
    if (lf_case.subsampled) headers.Subsample(3, 1, 0);
    headers.Start(&frame);
    BitWriter writer;
    writer.U(1, 1);                                                                 // default steps
    writer.U(0, 2).U(1999, 11).U(1, 2).U(9, 5);                                     // global_scale 2000, quant_lf 10
    writer.U(0, 1).U(1, 4).U(1, 2).U(PackSigned(10) - 16, 8);                       // X threshold 10
    writer.U(2, 4).U(0, 2).U(PackSigned(-3), 4).U(1, 2).U(PackSigned(30) - 16, 8);  // Y thresholds -3, 30
    writer.U(1, 4).U(0, 2).U(0, 4).U(0, 4);  // B threshold 0, none for the multiplier
    writer.U(1, 1).U(0, 2);                  // all in one context
    writer.U(0, 1).U(0, 2).F16(0.25).F16(0.75).U(128 + 21, 8).U(128 - 42, 8);
    BitReader reader = writer.Reader();
    EXPECT_TRUE(ReadVarDctLfGlobal(&reader, &memory.memory, &frame).ok());
    const FrameDimensions& d = headers.dimensions;
    EXPECT_TRUE(frame.Allocate(&memory.memory, static_cast<uint32_t>(d.yblocks)).ok());
    for (size_t c = 0; c < 3; ++c) {
      const size_t size = (d.xblocks >> d.hshift[c]) * (d.yblocks >> d.vshift[c]);
      for (size_t i = 0; i < size; ++i) quantized[c].push_back(static_cast<int32_t>(random_() % 200) - 60);
    }
    for (uint32_t g = 0; g < headers.dimensions.num_lf_groups; ++g) extra.push_back(random_() % 4);
  }

  int32_t At(size_t c, size_t x, size_t y) const {
    return quantized[c][y * (headers.dimensions.xblocks >> headers.dimensions.hshift[c]) + x];
  }
  size_t GroupAt(uint32_t x, uint32_t y) const { return y / 256 * headers.dimensions.lf_groups_x + x / 256; }

  void Dequantize() {
    for (uint32_t g = 0; g < headers.dimensions.num_lf_groups; ++g) {
      const BlockRect rect = headers.dimensions.LfGroupBlocks(g);
      View2D<const int32_t> planes[3];
      for (size_t c = 0; c < 3; ++c) {
        const size_t stride = headers.dimensions.xblocks >> headers.dimensions.hshift[c];
        const LfChannelSize size = LfChannelSizeOf(frame, g, c);
        planes[c] = View2D<const int32_t>{quantized[c].data(), stride, stride, 0}.Sub(
            rect.x0 >> headers.dimensions.hshift[c], rect.y0 >> headers.dimensions.vshift[c], size.width, size.height);
      }
      DequantizeLf(g, extra[g], planes, &frame);
    }
  }

  TestMemory memory;
  TestHeaders headers;
  VarDctFrame frame;
  std::vector<int32_t> quantized[3];
  std::vector<uint32_t> extra;

 private:
  Rng random_;
};

TEST(LfCoefficientsTest, DequantizationWithChromaFromLuma) {
  for (const LfCase& lf_case : {LfCase{1, 1}, LfCase{37, 5}, LfCase{300, 260}}) {
    ForEachTarget([&] {
      LfFrame lf(lf_case, 3);
      lf.Dequantize();
      for (uint32_t y = 0; y < lf_case.rows; ++y) {
        for (uint32_t x = 0; x < lf_case.columns; ++x) {
          const double scale = 65536.0 / 2000 / 10 / (1 << lf.extra[lf.GroupAt(x, y)]);
          const double luma = lf.At(1, x, y) * scale / 512;
          ASSERT_NEAR(lf.frame.lf[1].Row(y)[x], luma, 1e-6);
          ASSERT_NEAR(lf.frame.lf[0].Row(y)[x], lf.At(0, x, y) * scale / 4096 + luma * (0.25 + 21 / 84.0), 1e-6);
          ASSERT_NEAR(lf.frame.lf[2].Row(y)[x], lf.At(2, x, y) * scale / 256 + luma * (0.75 - 42 / 84.0), 1e-6);
        }
      }
    });
  }
}

TEST(LfCoefficientsTest, SubsampledChromaIsNotPredicted) {
  ForEachTarget([&] {
    LfFrame lf(LfCase{271, 13, true}, 4);
    lf.Dequantize();
    EXPECT_EQ(lf.headers.dimensions.xblocks, 272u);
    EXPECT_EQ(lf.headers.dimensions.yblocks, 14u);
    const double steps[3] = {1 / 4096.0, 1 / 512.0, 1 / 256.0};
    for (size_t c = 0; c < 3; ++c) {
      for (uint32_t y = 0; y < 14u >> lf.headers.dimensions.vshift[c]; ++y) {
        for (uint32_t x = 0; x < 272u >> lf.headers.dimensions.hshift[c]; ++x) {
          const size_t group = lf.GroupAt(x << lf.headers.dimensions.hshift[c], y);
          const double scale = 65536.0 / 2000 / 10 / (1 << lf.extra[group]);
          ASSERT_NEAR(lf.frame.lf[c].Row(y)[x], lf.At(c, x, y) * scale * steps[c], 1e-6);
        }
      }
    }
  });
}

TEST(LfCoefficientsTest, LfIndexCountsThresholds) {
  for (const bool subsampled : {false, true}) {
    LfFrame lf(LfCase{262, 12, subsampled}, 5);
    lf.Dequantize();
    const FrameDimensions& dimensions = lf.headers.dimensions;
    for (uint32_t y = 0; y < 12; ++y) {
      for (uint32_t x = 0; x < 262; ++x) {
        int32_t value[3];
        for (size_t c = 0; c < 3; ++c) value[c] = lf.At(c, x >> dimensions.hshift[c], y >> dimensions.vshift[c]);
        const uint32_t n0 = value[0] > 10 ? 1 : 0;
        const uint32_t n1 = (value[1] > -3 ? 1 : 0) + (value[1] > 30 ? 1 : 0);
        const uint32_t n2 = value[2] > 0 ? 1 : 0;
        ASSERT_EQ(lf.frame.lf_index.Row(y)[x], (n0 * 2 + n2) * 3 + n1);
      }
    }
  }
}

// The definition, on whole planes.
std::vector<double> Smoothed(const LfFrame& lf, size_t channel) {
  const size_t columns = lf.headers.dimensions.xblocks;
  const size_t rows = lf.headers.dimensions.yblocks;
  std::vector<double> result;
  const double w1 = 0.20345139757231578, w2 = 0.0334829185968739, w0 = 1 - 4 * (w1 + w2);
  for (size_t y = 0; y < rows; ++y) {
    for (size_t x = 0; x < columns; ++x) {
      const auto at = [&](size_t c, size_t dx, size_t dy) {
        return static_cast<double>(lf.frame.lf[c].Row(y + dy - 1)[x + dx - 1]);
      };
      result.push_back(lf.frame.lf[channel].Row(y)[x]);
      if (columns <= 2 || rows <= 2 || x == 0 || y == 0 || x + 1 == columns || y + 1 == rows) continue;
      double gap = 0.5, smooth[3];
      for (size_t c = 0; c < 3; ++c) {
        smooth[c] = w0 * at(c, 1, 1) + w1 * (at(c, 0, 1) + at(c, 2, 1) + at(c, 1, 0) + at(c, 1, 2)) +
                    w2 * (at(c, 0, 0) + at(c, 2, 0) + at(c, 0, 2) + at(c, 2, 2));
        gap = std::max(gap, std::abs(at(c, 1, 1) - smooth[c]) / lf.frame.LfStep(c));
      }
      const double weight = std::max(0.0, 3 - 4 * gap);
      result.back() += weight * (smooth[channel] - result.back());
    }
  }
  return result;
}

TEST(LfSmoothingTest, WholeFrames) {
  for (const LfCase& lf_case :
       {LfCase{1, 1}, LfCase{2, 9}, LfCase{9, 2}, LfCase{3, 3}, LfCase{40, 7}, LfCase{270, 259}}) {
    SCOPED_TRACE(lf_case.columns);
    ForEachTarget([&] {
      LfFrame lf(lf_case, 6);
      // Small differences, so that all weights occur.
      for (auto& plane : lf.quantized) {
        for (int32_t& value : plane) value = 50 + value % 2;
      }
      lf.Dequantize();
      const std::vector<double> expected[3] = {Smoothed(lf, 0), Smoothed(lf, 1), Smoothed(lf, 2)};
      ASSERT_TRUE(SmoothLf(&lf.memory.memory, &lf.frame).ok());
      for (size_t c = 0; c < 3; ++c) {
        for (size_t i = 0; i < expected[c].size(); ++i) {
          const float actual = lf.frame.lf[c].Row(i / lf_case.columns)[i % lf_case.columns];
          ASSERT_NEAR(actual, expected[c][i], 2e-5) << c << " " << i;
        }
      }
    });
  }
}

TEST(LfSmoothingTest, RowsMayArriveInAnyPortions) {
  LfFrame whole(LfCase{50, 40}, 7);
  whole.Dequantize();
  ASSERT_TRUE(SmoothLf(&whole.memory.memory, &whole.frame).ok());
  for (const uint32_t portion : {1, 3, 39, 40}) {
    LfFrame lf(LfCase{50, 40}, 7);
    lf.Dequantize();
    auto created = LfSmoother::Create(lf.frame, &lf.memory.memory);
    ASSERT_TRUE(created.ok());
    LfSmoother smoother = std::move(created).value();
    uint32_t final_rows = 0;
    for (uint32_t rows = 0; rows < 40;) {
      rows = std::min(40u, rows + portion);
      final_rows = smoother.Advance(rows, &lf.frame);
      EXPECT_EQ(final_rows, rows == 40 ? 40 : rows - 1);
      for (uint32_t y = 0; y < final_rows; ++y) {
        for (size_t c = 0; c < 3; ++c) {
          for (uint32_t x = 0; x < 50; ++x) ASSERT_EQ(lf.frame.lf[c].Row(y)[x], whole.frame.lf[c].Row(y)[x]);
        }
      }
    }
  }
}

TEST(LfSmoothingTest, NotWanted) {
  LfFrame lf(LfCase{20, 20}, 8);
  lf.Dequantize();
  lf.headers.header.flags = kFlagSkipAdaptiveLfSmoothing;
  const std::vector<float> before(lf.frame.lf[1].Row(5), lf.frame.lf[1].Row(5) + 20);
  ASSERT_TRUE(SmoothLf(&lf.memory.memory, &lf.frame).ok());
  EXPECT_EQ(before, std::vector<float>(lf.frame.lf[1].Row(5), lf.frame.lf[1].Row(5) + 20));
}

TEST(VarDctFrameTest, LfFrameMustBeLargeEnough) {
  TestHeaders headers(100, 50);
  headers.header.flags = kFlagUseLfFrame;
  VarDctFrame frame;
  headers.Start(&frame);
  const std::vector<float> samples(20 * 20);
  View2D<const float> planes[3];
  for (auto& plane : planes) plane = View2D<const float>{samples.data(), 20, 13, 7};
  ASSERT_TRUE(frame.UseLfFrame(planes).ok());
  EXPECT_EQ(frame.lf[2].Row(0), samples.data());
  planes[1].height = 6;
  EXPECT_EQ(frame.UseLfFrame(planes).code(), ErrorCode::kCorrupt);
}

}  // namespace
}  // namespace jxlpool
