#include "lib/color/tone_mapping.h"

#include <algorithm>
#include <cmath>

#include "lib/color/encoding_names.h"
#include "lib/color/transfer_functions.h"
#include "tests/unit/color/color_test_util.h"

namespace jxlpool {
namespace {

ColorDescription Parse(const char* name) { return ParseEncodingName(name).value(); }

float MapGrey(const Bt2408Curve& curve, double nits, double source_peak, double target_peak) {
  float rgb[3] = {static_cast<float>(nits / source_peak), static_cast<float>(nits / source_peak),
                  static_cast<float>(nits / source_peak)};
  curve.Apply(LuminanceWeights(), rgb);
  EXPECT_EQ(rgb[0], rgb[1]);
  EXPECT_EQ(rgb[0], rgb[2]);
  return rgb[0] * static_cast<float>(target_peak);
}

TEST(Bt2408Test, KeepsDarkColorsAndCompressesBrightOnes) {
  const Bt2408Curve curve(10000, 250);
  EXPECT_NEAR(MapGrey(curve, 0, 10000, 250), 0, 1e-6);
  EXPECT_NEAR(MapGrey(curve, 1, 10000, 250), 1, 1e-4);
  EXPECT_NEAR(MapGrey(curve, 5, 10000, 250), 5, 1e-3);
  EXPECT_NEAR(MapGrey(curve, 10000, 10000, 250), 250, 0.01);
  float previous = 0;
  for (double nits = 0.01; nits <= 10000; nits *= 1.1) {
    const float mapped = MapGrey(curve, nits, 10000, 250);
    EXPECT_GE(mapped, previous);
    EXPECT_LE(mapped, nits * 1.001);
    previous = mapped;
  }
}

TEST(Bt2408Test, KeepsHue) {
  const Bt2408Curve curve(4000, 250);
  float rgb[3] = {0.5f, 0.25f, 0.125f};
  curve.Apply(LuminanceWeights(), rgb);
  EXPECT_NEAR(rgb[0] / rgb[1], 2, 1e-5);
  EXPECT_NEAR(rgb[1] / rgb[2], 2, 1e-5);
}

TEST(GamutMapTest, ResultsAreInGamutAndInGamutColorsStay) {
  TestRandom random(1);
  const LuminanceWeights weights;
  for (int i = 0; i < 2000; ++i) {
    float rgb[3];
    const bool inside = i % 2 == 0;
    for (float& v : rgb) v = static_cast<float>(inside ? random.Uniform(0, 1) : random.Uniform(-0.5, 1.5));
    const float before[3] = {rgb[0], rgb[1], rgb[2]};
    const float luminance = weights.r * rgb[0] + weights.g * rgb[1] + weights.b * rgb[2];
    GamutMap(weights, i % 3 == 0 ? 0.1f : 0.3f, rgb);
    for (int c = 0; c < 3; ++c) {
      if (luminance >= 0) {
        EXPECT_GE(rgb[c], -1e-5);
      }
      EXPECT_LE(rgb[c], 1 + 1e-5);
      if (inside) {
        EXPECT_NEAR(rgb[c], before[c], 1e-5);
      }
    }
  }
}

TEST(ToneMapperTest, IsActiveOnlyWhereTheRulesSay) {
  const auto active = [](const char* image, const char* output, float from, float to) {
    return ToneMapper::Create(Parse(image), Parse(output), from, to).value().active();
  };
  EXPECT_TRUE(active("Rec2100PQ", "sRGB", 10000, 255));
  EXPECT_TRUE(active("Rec2100PQ", "Rec2100PQ", 10000, 1000));
  EXPECT_FALSE(active("Rec2100PQ", "sRGB", 255, 1000));
  EXPECT_FALSE(active("Rec2100PQ", "sRGB", 1000, 1000));
  EXPECT_FALSE(active("sRGB", "sRGB", 10000, 255));
  EXPECT_TRUE(active("Rec2100HLG", "sRGB", 1000, 255));
  EXPECT_FALSE(active("Rec2100HLG", "Rec2100HLG", 1000, 255));
  EXPECT_FALSE(active("Rec2100HLG", "sRGB", 1000, 1001));
  EXPECT_FALSE(ToneMapper::Create(Parse("sRGB"), Parse("sRGB"), 255, 0).ok());
}

TEST(ToneMapperTest, PqImageOnADimDisplay) {
  const ToneMapper mapper = ToneMapper::Create(Parse("Rec2100PQ"), Parse("sRGB"), 10000, 250).value();
  float r[3] = {1, 0.0001f, 0};
  float g[3] = {1, 0.0001f, 0};
  float b[3] = {1, 0.0001f, 0};
  mapper.Apply(r, g, b, 3);
  EXPECT_NEAR(r[0], 1, 1e-4);        // the brightest becomes the display's white
  EXPECT_NEAR(g[1] * 250, 1, 1e-3);  // one nit stays one nit
  EXPECT_NEAR(b[2], 0, 1e-6);
  float grey[2] = {1, 0.0001f};
  mapper.Apply(grey, nullptr, nullptr, 2);
  EXPECT_NEAR(grey[0], r[0], 1e-6);
  EXPECT_NEAR(grey[1], r[1], 1e-6);
}

TEST(ToneMapperTest, HlgImageOnADimDisplayGetsItsOotf) {
  const ToneMapper mapper = ToneMapper::Create(Parse("Rec2100HLG"), Parse("sRGB"), 1000, 250).value();
  float r[2] = {0.25f, -0.1f};
  float g[2] = {0.25f, 0.0f};
  float b[2] = {0.25f, 0.0f};
  mapper.Apply(r, g, b, 2);
  EXPECT_NEAR(r[0], 0.25 * std::pow(0.25, std::pow(1.111, -2.0) - 1), 1e-5);
  EXPECT_TRUE(std::isfinite(r[1]));
}

}  // namespace
}  // namespace jxlpool
