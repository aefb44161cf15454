#include "lib/color/color_transform.h"

#include <algorithm>
#include <cmath>

#include "lib/color/encoding_matrix.h"
#include "tests/unit/color/color_test_util.h"
#include "tests/unit/color/reference_encoding.h"

namespace jxlpool {
namespace {

ColorDescription Named(ColorSpace space, Primaries primaries, ColorDescription::Transfer transfer) {
  ColorDescription description;
  description.space = space;
  description.primaries = primaries;
  description.transfer = transfer;
  return description;
}

// The forward transform in double precision, for round trips.
void ForwardXyb(const double rgb[3], double intensity_target, double xyb[3]) {
  constexpr double kMatrix[3][3] = {
      {0.30, 0.622, 0.078}, {0.23, 0.692, 0.078}, {0.24342268924547819, 0.20476744424496821, 0.55180986650955360}};
  constexpr double kBias = 0.0037930732552754493;
  double g[3];
  for (int i = 0; i < 3; ++i) {
    const double mix = kMatrix[i][0] * rgb[0] + kMatrix[i][1] * rgb[1] + kMatrix[i][2] * rgb[2];
    g[i] = std::cbrt(mix * intensity_target / 255 + kBias) - std::cbrt(kBias);
  }
  xyb[0] = (g[0] - g[1]) / 2;
  xyb[1] = (g[0] + g[1]) / 2;
  xyb[2] = g[2];
}

// The inverse transform in double precision.
void InverseXyb(const float xyb[3], double intensity_target, double rgb[3]) {
  const OpsinInverseMatrix opsin;
  const double bias = opsin.opsin_bias[0];
  const double cones[3] = {static_cast<double>(xyb[1]) + xyb[0] - std::cbrt(bias),
                           static_cast<double>(xyb[1]) - xyb[0] - std::cbrt(bias), xyb[2] - std::cbrt(bias)};
  for (int i = 0; i < 3; ++i) {
    rgb[i] = 0;
    for (int k = 0; k < 3; ++k) rgb[i] += opsin.inv_mat[i][k] * (cones[k] * cones[k] * cones[k] + bias);
    rgb[i] *= 255 / intensity_target;
  }
}

TEST(ColorTransformTest, InvertsXybOfPrimaryColors) {
  const float xyb[4][3] = {{0.028100073f, 0.4881882f, 0.471659f},
                           {-0.015386105f, 0.71478134f, 0.43707693f},
                           {0, 0.2781282f, 0.66613984f},
                           {0, 0.84530859f, 0.84530859f}};
  const float rgb[4][3] = {{1, 0, 0}, {0, 1, 0}, {0, 0, 1}, {1, 1, 1}};
  const ColorTransform transform =
      ColorTransform::Xyb(OpsinInverseMatrix(), 255, ColorDescription::LinearSrgb()).value();
  ForEachTarget([&] {
    for (int i = 0; i < 4; ++i) {
      float p[3] = {xyb[i][0], xyb[i][1], xyb[i][2]};
      transform.Apply(p, p + 1, p + 2, 1);
      for (int c = 0; c < 3; ++c) EXPECT_NEAR(p[c], rgb[i][c], 1e-6);
    }
  });
}

// L and M are combined before their polynomials are evaluated, so the case of different biases is one of its own.
TEST(ColorTransformTest, ConesMayHaveDifferentBiases) {
  OpsinInverseMatrix opsin;
  const float bias[3] = {-0.002f, -0.007f, -0.004f};
  std::copy(bias, bias + 3, opsin.opsin_bias);
  const ColorTransform transform = ColorTransform::Xyb(opsin, 255, ColorDescription::LinearSrgb()).value();
  ForEachTarget([&] {
    TestRandom random(4);
    for (int i = 0; i < 100; ++i) {
      float p[3] = {static_cast<float>(random.Uniform(-0.02, 0.03)), static_cast<float>(random.Uniform(0, 0.9)),
                    static_cast<float>(random.Uniform(0, 0.9))};
      double cones[3] = {double{p[1]} + p[0], double{p[1]} - p[0], p[2]};
      for (int k = 0; k < 3; ++k) cones[k] = std::pow(cones[k] - std::cbrt(double{bias[k]}), 3) + bias[k];
      transform.Apply(p, p + 1, p + 2, 1);
      for (int c = 0; c < 3; ++c) {
        double expected = 0;
        for (int k = 0; k < 3; ++k) expected += opsin.inv_mat[c][k] * cones[k];
        EXPECT_NEAR(p[c], expected, 2e-6);
      }
    }
  });
}

// Colors of which one or two components are nearly zero, where the curves are steep and large terms cancel.
TEST(ColorTransformTest, TargetsAgreeOnSaturatedColors) {
  const ColorTransform transform =
      ColorTransform::Xyb(OpsinInverseMatrix(), 255, ColorDescription::LinearSrgb()).value();
  constexpr size_t kN = 6000;
  std::vector<float> xyb[3];
  TestRandom random(5);
  for (size_t i = 0; i < kN; ++i) {
    double rgb[3], at[3];
    for (size_t c = 0; c < 3; ++c)
      rgb[c] = ((i % 6 + 1) >> c & 1) != 0 ? random.Uniform(0.5, 1) : random.Uniform(0, 1e-3);
    ForwardXyb(rgb, 255, at);
    for (size_t c = 0; c < 3; ++c) xyb[c].push_back(static_cast<float>(at[c]));
  }
  std::vector<std::vector<float>> results;
  ForEachTarget([&] {
    std::vector<float> p[3] = {xyb[0], xyb[1], xyb[2]};
    transform.Apply(p[0].data(), p[1].data(), p[2].data(), kN);
    for (size_t c = 1; c < 3; ++c) p[0].insert(p[0].end(), p[c].begin(), p[c].end());
    results.push_back(p[0]);
  });
  for (const std::vector<float>& result : results) {
    float largest = 0;
    for (size_t i = 0; i < result.size(); ++i) largest = std::max(largest, std::abs(result[i] - results[0][i]));
    EXPECT_LT(largest, 4e-7);
  }
}

// Against double precision; the strictest conformance case needs 3.8e-6.
TEST(ColorTransformTest, XybToSrgbIsAccurate) {
  for (const float target : {255.0f, 100.0f, 4000.0f}) {
    const ColorTransform transform = ColorTransform::Xyb(OpsinInverseMatrix(), target, ColorDescription()).value();
    TestRandom random(1);
    constexpr size_t kN = 4099;
    std::vector<float> rows[3];
    std::vector<double> expected[3];
    for (size_t i = 0; i < kN; ++i) {
      double rgb[3], xyb[3];
      for (double& v : rgb) v = random.Uniform(-0.05, 1.0);
      ForwardXyb(rgb, target, xyb);
      const float in[3] = {static_cast<float>(xyb[0]), static_cast<float>(xyb[1]), static_cast<float>(xyb[2])};
      InverseXyb(in, target, rgb);
      for (int c = 0; c < 3; ++c) {
        rows[c].push_back(in[c]);
        expected[c].push_back(EncodeSample(ColorDescription::Transfer::kSrgb, 1, 1, rgb[c]));
      }
    }
    ForEachTarget([&] {
      std::vector<float> p[3] = {rows[0], rows[1], rows[2]};
      transform.Apply(p[0].data(), p[1].data(), p[2].data(), kN);
      double square_sum = 0;
      double peak = 0;
      for (size_t c = 0; c < 3; ++c) {
        for (size_t i = 0; i < kN; ++i) {
          const double error = std::abs(p[c][i] - expected[c][i]);
          square_sum += error * error;
          // What cancels in the matrix leaves rounding errors that are absolute in linear light.
          const double linear = DecodeSample(ColorDescription::Transfer::kSrgb, 1, 1, expected[c][i]);
          peak = std::max(peak, std::abs(DecodeSample(ColorDescription::Transfer::kSrgb, 1, 1, p[c][i]) - linear));
        }
      }
      EXPECT_LT(std::sqrt(square_sum / (3 * kN)), 4e-7);
      EXPECT_LT(peak, 2e-6);
    });
  }
}

TEST(ColorTransformTest, FusedAndSeparateStepsAgree) {
  for (const auto transfer :
       {ColorDescription::Transfer::kSrgb, ColorDescription::Transfer::kPq, ColorDescription::Transfer::kHlg,
        ColorDescription::Transfer::kDci, ColorDescription::Transfer::k709, ColorDescription::Transfer::kLinear}) {
    for (const ColorSpace space : {ColorSpace::kRgb, ColorSpace::kGrey}) {
      const ColorTransform transform =
          ColorTransform::Xyb(OpsinInverseMatrix(), 1000, Named(space, Primaries::kBt2100, transfer)).value();
      ForEachTarget([&] {
        TestRandom random(2);
        std::vector<float> p[3];
        for (auto& row : p) row.resize(101);
        for (size_t i = 0; i < 101; ++i) {
          p[0][i] = static_cast<float>(random.Uniform(-0.01, 0.02));
          p[1][i] = static_cast<float>(random.Uniform(0, 0.8));
          p[2][i] = static_cast<float>(random.Uniform(0, 0.8));
        }
        std::vector<float> q[3] = {p[0], p[1], p[2]};
        transform.Apply(p[0].data(), p[1].data(), p[2].data(), 101);
        transform.ApplyInverse(q[0].data(), q[1].data(), q[2].data(), 101);
        transform.ApplyTransferFunction(q[0].data(), q[1].data(), q[2].data(), 101);
        for (size_t c = 0; c < 3; ++c) EXPECT_EQ(p[c], q[c]);
      });
    }
  }
}

// The matrices of the vectors are what Apply computes on the cone responses (1,0,0), (0,1,0), (0,0,1), seen through
// the differences that they make.
TEST(ColorTransformTest, FoldsPrimariesIntoTheMatrix) {
  for (const auto& row : ReadVectors("color_matrices.csv")) {
    if (row[1] != "opsin_inverse") continue;
    ColorDescription description = ColorDescription::LinearSrgb(row[0] == "Gray/D65");
    const std::string primaries = row[0].substr(0, row[0].find('/'));
    const std::string white = row[0].substr(row[0].find('/') + 1);
    if (primaries == "P3") description.primaries = Primaries::kP3;
    if (primaries == "2100") description.primaries = Primaries::kBt2100;
    if (white == "DCI") description.white_point = WhitePoint::kDci;
    if (white == "E") description.white_point = WhitePoint::kE;
    OpsinInverseMatrix opsin;
    for (float& bias : opsin.opsin_bias) bias = 0;
    const ColorTransform transform = ColorTransform::Xyb(opsin, 255, description).value();
    for (int cone = 0; cone < 3; ++cone) {
      float p[3] = {cone == 0 ? 0.5f : cone == 1 ? -0.5f : 0, cone == 2 ? 0.0f : 0.5f, cone == 2 ? 1.0f : 0.0f};
      transform.Apply(p, p + 1, p + 2, 1);
      for (int c = 0; c < (description.grey() ? 1 : 3); ++c) {
        EXPECT_NEAR(p[c], std::stod(row[static_cast<size_t>(2 + 3 * c + cone)]), 2e-6) << row[0];
      }
    }
  }
}

TEST(ColorTransformTest, GreyWritesOnePlaneWithTheLuminance) {
  const ColorTransform transform =
      ColorTransform::Xyb(OpsinInverseMatrix(), 255, ColorDescription::LinearSrgb(true)).value();
  ForEachTarget([&] {
    for (const size_t n : {size_t{1}, size_t{16}, size_t{35}}) {
      const double rgb[3] = {0.25, 0.5, 0.75};
      double xyb[3];
      ForwardXyb(rgb, 255, xyb);
      std::vector<float> p[3];
      for (size_t c = 0; c < 3; ++c) p[c].assign(n, static_cast<float>(xyb[c]));
      const std::vector<float> before[3] = {p[0], p[1], p[2]};
      transform.Apply(p[0].data(), p[1].data(), p[2].data(), n);
      for (const float v : p[0]) EXPECT_NEAR(v, 0.2126 * 0.25 + 0.7152 * 0.5 + 0.0722 * 0.75, 1e-6);
      EXPECT_EQ(p[1], before[1]);
      EXPECT_EQ(p[2], before[2]);
    }
  });
}

TEST(ColorTransformTest, ConvertsYcbcr) {
  // Y, Cb, Cr of pure red, green and blue.
  const float ycbcr[3][3] = {
      {-0.20296079f, -0.16873589f, 0.5f}, {0.08503921f, -0.3312641f, -0.41868758f}, {-0.3879608f, 0.5f, -0.08131241f}};
  ForEachTarget([&] {
    for (int i = 0; i < 3; ++i) {
      float p[3] = {ycbcr[i][1], ycbcr[i][0], ycbcr[i][2]};
      ColorTransform::Ycbcr().Apply(p, p + 1, p + 2, 1);
      for (int c = 0; c < 3; ++c) EXPECT_NEAR(p[c], c == i ? 1 : 0, 1e-6);
    }
  });
}

TEST(ColorTransformTest, ScaledXybMapsTheSrgbGamutToTheUnitCube) {
  ColorDescription xyb;
  xyb.space = ColorSpace::kXyb;
  xyb.intent = RenderingIntent::kPerceptual;
  const ColorTransform transform = ColorTransform::Xyb(OpsinInverseMatrix(), 255, xyb).value();
  ForEachTarget([&] {
    float low[3] = {1, 1, 1};
    float high[3] = {0, 0, 0};
    for (int i = 0; i < 9 * 9 * 9; ++i) {
      const double rgb[3] = {(i % 9) / 8.0, (i / 9 % 9) / 8.0, (i / 81) / 8.0};
      double in[3];
      ForwardXyb(rgb, 255, in);
      float p[3] = {static_cast<float>(in[0]), static_cast<float>(in[1]), static_cast<float>(in[2])};
      transform.Apply(p, p + 1, p + 2, 1);
      EXPECT_NEAR(p[1], in[1] * 1.183000077, 1e-6);
      for (int c = 0; c < 3; ++c) {
        low[c] = std::min(low[c], p[c]);
        high[c] = std::max(high[c], p[c]);
      }
    }
    for (int c = 0; c < 3; ++c) {
      EXPECT_NEAR(low[c], 0, 1e-5);
      EXPECT_NEAR(high[c], 1, 1e-5);
    }
  });
}

TEST(ColorTransformTest, DefaultOutputs) {
  ColorDescription grey = ColorDescription::Srgb(true);
  EXPECT_TRUE(SameEncoding(DefaultXybOutput(&grey, true), grey));
  grey.white_point = WhitePoint::kE;
  EXPECT_TRUE(SameEncoding(DefaultXybOutput(&grey, true), ColorDescription::LinearSrgb(true)));
  EXPECT_TRUE(SameEncoding(DefaultXybOutput(nullptr, false), ColorDescription::LinearSrgb()));
  ColorDescription custom;
  custom.white_point = WhitePoint::kCustom;
  custom.white = {345669, 358496};
  EXPECT_TRUE(SameEncoding(DefaultXybOutput(&custom, false), custom));
}

TEST(ColorTransformTest, RejectsOutputsWithoutAMatrix) {
  ColorDescription custom;
  custom.primaries = Primaries::kCustom;  // all three at (0, 0)
  EXPECT_FALSE(ColorTransform::Xyb(OpsinInverseMatrix(), 255, custom).ok());
  EXPECT_FALSE(ColorTransform::Xyb(OpsinInverseMatrix(), 0, ColorDescription()).ok());
  custom.space = ColorSpace::kUnknown;
  EXPECT_FALSE(ColorTransform::Xyb(OpsinInverseMatrix(), 255, custom).ok());
}

}  // namespace
}  // namespace jxlpool
