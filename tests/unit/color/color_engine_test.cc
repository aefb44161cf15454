#include "lib/color/color_engine.h"

#include <lcms2.h>

#include <cmath>
#include <thread>

#include "lib/color/encoding_names.h"
#include "lib/color/icc_recognition.h"
#include "lib/color/icc_synthesis.h"
#include "lib/pool/buffer_pool.h"
#include "tests/unit/color/cms_profiles.h"
#include "tests/unit/color/color_test_util.h"

namespace jxlpool {
namespace {

using Transfer = ColorDescription::Transfer;
using Bytes = std::vector<uint8_t>;

ColorDescription Parse(const std::string& name) {
  auto result = ParseEncodingName(name);
  EXPECT_TRUE(result.ok()) << name;
  return result.ok() ? result.value() : ColorDescription();
}

// An RGB profile whose curves differ from one another: no enumerated encoding is equivalent.
Bytes OddRgbProfile() {
  const cmsCIExyY white = {0.3127, 0.3290, 1};
  const cmsCIExyYTRIPLE primaries = {{0.64, 0.33, 1}, {0.30, 0.60, 1}, {0.15, 0.06, 1}};
  cmsToneCurve* curves[3];
  for (int c = 0; c < 3; ++c) curves[c] = cmsBuildGamma(nullptr, 1.8 + 0.2 * c);
  const cmsHPROFILE profile = cmsCreateRGBProfile(&white, &primaries, curves);
  for (cmsToneCurve* curve : curves) cmsFreeToneCurve(curve);
  return Serialise(profile);
}

Bytes GreyProfile(double gamma) {
  const cmsCIExyY white = {0.3127, 0.3290, 1};
  cmsToneCurve* curve = cmsBuildGamma(nullptr, gamma);
  const cmsHPROFILE profile = cmsCreateGrayProfile(&white, curve);
  cmsFreeToneCurve(curve);
  return Serialise(profile);
}

class ColorEngineTest : public testing::Test {
 protected:
  ~ColorEngineTest() override { EXPECT_EQ(budget_.total().live, 0u); }

  Bytes Synthesise(const std::string& name) {
    auto icc = SynthesiseIcc(Parse(name), &memory_);
    EXPECT_TRUE(icc.ok());
    return Bytes(icc.value().begin(), icc.value().end());
  }

  // Converts pixels[channel][i].
  static std::vector<std::vector<float>> Convert(const ColorEngine& engine,
                                                 const std::vector<std::vector<float>>& pixels) {
    EXPECT_EQ(engine.source_channels(), pixels.size());
    const size_t n = pixels[0].size();
    // CMYK is converted to RGB; otherwise both sides have equally many channels.
    std::vector<std::vector<float>> result(std::min<size_t>(pixels.size(), 3), std::vector<float>(n));
    std::vector<float> scratch(ColorEngine::kScratchFloats);
    const float* in[4];
    float* out[3];
    for (size_t c = 0; c < pixels.size(); ++c) in[c] = pixels[c].data();
    for (size_t c = 0; c < result.size(); ++c) out[c] = result[c].data();
    engine.ConvertRow(in, out, n, scratch.data());
    return result;
  }

  static std::vector<std::vector<float>> RandomPixels(size_t channels, size_t n) {
    TestRandom random(channels * 1000 + n);
    std::vector<std::vector<float>> pixels(channels);
    for (auto& row : pixels) {
      for (size_t i = 0; i < n; ++i) row.push_back(static_cast<float>(random.Uniform(0.02, 0.98)));
    }
    return pixels;
  }

  // What Little-CMS makes of it in double precision.
  static std::vector<std::vector<float>> Oracle(const Bytes& from, const Bytes& to,
                                                const std::vector<std::vector<float>>& pixels, uint32_t intent) {
    const cmsHPROFILE source = cmsOpenProfileFromMem(from.data(), static_cast<uint32_t>(from.size()));
    const cmsHPROFILE target = cmsOpenProfileFromMem(to.data(), static_cast<uint32_t>(to.size()));
    const bool grey = pixels.size() == 1;
    const cmsUInt32Number format = grey ? TYPE_GRAY_DBL : TYPE_RGB_DBL;
    const cmsHTRANSFORM transform =
        cmsCreateTransform(source, format, target, format, intent, cmsFLAGS_NOOPTIMIZE | cmsFLAGS_NOCACHE);
    auto result = pixels;
    for (size_t i = 0; i < pixels[0].size(); ++i) {
      double in[3] = {}, out[3] = {};
      for (size_t c = 0; c < pixels.size(); ++c) in[c] = pixels[c][i];
      cmsDoTransform(transform, in, out, 1);
      for (size_t c = 0; c < pixels.size(); ++c) result[c][i] = static_cast<float>(out[c]);
    }
    cmsDeleteTransform(transform);
    cmsCloseProfile(source);
    cmsCloseProfile(target);
    return result;
  }

  static void ExpectNear(const std::vector<std::vector<float>>& a, const std::vector<std::vector<float>>& b,
                         double tolerance) {
    ASSERT_EQ(a.size(), b.size());
    for (size_t c = 0; c < a.size(); ++c) {
      for (size_t i = 0; i < a[c].size(); ++i) ASSERT_NEAR(a[c][i], b[c][i], tolerance) << c << " " << i;
    }
  }

  BufferPool pool_;
  Budget budget_;
  Memory memory_{&pool_, &budget_};
};

TEST_F(ColorEngineTest, FormulasAgreeWithLittleCmsOnSynthesisedProfiles) {
  const char* const names[] = {
      "sRGB",     "DisplayP3",           "RGB_D65_202_Rel_709", "RGB_D65_SRG_Rel_Lin",     "Adobe98",
      "ProPhoto", "RGB_DCI_DCI_Rel_DCI", "RGB_EER_202_Sat_SRG", "RGB_D65_SRG_Per_g0.45455"};
  for (const char* from : names) {
    for (const char* to : names) {
      SCOPED_TRACE(std::string(from) + " to " + to);
      // Colors inside every gamut of the list.
      auto pixels = RandomPixels(3, 100);
      for (auto& row : pixels) {
        for (float& v : row) v = 0.45f + 0.1f * v;
      }
      auto engine = ColorEngine::Create(ColorProfile::Enumerated(Parse(from)), ColorProfile::Enumerated(Parse(to)),
                                        ColorEngineOptions(), &memory_);
      ASSERT_TRUE(engine.ok()) << engine.status().message();
      // s15Fixed16 in the profiles limits the agreement.
      ExpectNear(Convert(engine.value(), pixels),
                 Oracle(Synthesise(from), Synthesise(to), pixels, INTENT_RELATIVE_COLORIMETRIC), 3e-4);
    }
  }
}

TEST_F(ColorEngineTest, IccProfilesOfEnumeratedEncodingsUseTheSameFormulas) {
  const Bytes p3 = Synthesise("DisplayP3");
  const auto pixels = RandomPixels(3, 5000);
  auto by_name = ColorEngine::Create(ColorProfile::Enumerated(Parse("DisplayP3")),
                                     ColorProfile::Enumerated(Parse("sRGB")), ColorEngineOptions(), &memory_);
  auto by_icc = ColorEngine::Create(ColorProfile::Icc(p3.data(), p3.size()), ColorProfile::Enumerated(Parse("sRGB")),
                                    ColorEngineOptions(), &memory_);
  ASSERT_TRUE(by_name.ok() && by_icc.ok());
  EXPECT_EQ(Convert(by_name.value(), pixels), Convert(by_icc.value(), pixels));
}

TEST_F(ColorEngineTest, ConvertsToAndFromArbitraryProfiles) {
  const Bytes odd = OddRgbProfile();
  const Bytes srgb = Synthesise("sRGB");
  const auto pixels = RandomPixels(3, 2500);
  auto to = ColorEngine::Create(ColorProfile::Enumerated(Parse("sRGB")), ColorProfile::Icc(odd.data(), odd.size()),
                                ColorEngineOptions(), &memory_);
  ASSERT_TRUE(to.ok()) << to.status().message();
  const auto converted = Convert(to.value(), pixels);
  ExpectNear(converted, Oracle(srgb, odd, pixels, INTENT_PERCEPTUAL), 2e-4);
  auto back = ColorEngine::Create(ColorProfile::Icc(odd.data(), odd.size()), ColorProfile::Enumerated(Parse("sRGB")),
                                  ColorEngineOptions(), &memory_);
  ASSERT_TRUE(back.ok());
  ExpectNear(Convert(back.value(), converted), pixels, 2e-4);
}

TEST_F(ColorEngineTest, ConvertsGrey) {
  const Bytes srgb_like = GreyProfile(2.2);
  const auto pixels = RandomPixels(1, 1500);
  auto engine = ColorEngine::Create(ColorProfile::Icc(srgb_like.data(), srgb_like.size()),
                                    ColorProfile::Enumerated(Parse("Gra_D65_Rel_Lin")), ColorEngineOptions(), &memory_);
  ASSERT_TRUE(engine.ok());
  const auto linear = Convert(engine.value(), pixels);
  for (size_t i = 0; i < pixels[0].size(); ++i) EXPECT_NEAR(linear[0][i], std::pow(pixels[0][i], 2.2), 1e-4);
}

TEST_F(ColorEngineTest, ConvertsCmykToRgb) {
  const Bytes cmyk = CmykProfile();
  auto engine = ColorEngine::Create(ColorProfile::Icc(cmyk.data(), cmyk.size()),
                                    ColorProfile::Enumerated(Parse("sRGB")), ColorEngineOptions(), &memory_);
  ASSERT_TRUE(engine.ok()) << engine.status().message();
  EXPECT_EQ(engine.value().source_channels(), 4u);
  // 1 is no ink: white paper; 0 everywhere is black. The ideal inks make each channel what it says.
  const std::vector<std::vector<float>> pixels = {
      {1, 0, 1, 0, 1, 0.5f}, {1, 0, 0, 1, 1, 0.5f}, {1, 0, 1, 1, 1, 0.5f}, {1, 0, 1, 1, 0, 1}};
  const float expected[6][3] = {{1, 1, 1}, {0, 0, 0}, {1, 0, 1}, {0, 1, 1}, {0, 0, 0}, {0.5f, 0.5f, 0.5f}};
  const auto rgb = Convert(engine.value(), pixels);
  for (size_t i = 0; i < 6; ++i) {
    for (size_t c = 0; c < 3; ++c) EXPECT_NEAR(rgb[c][i], expected[i][c], 0.02) << i << " " << c;
  }
  EXPECT_EQ(ColorEngine::Create(ColorProfile::Enumerated(Parse("sRGB")), ColorProfile::Icc(cmyk.data(), cmyk.size()),
                                ColorEngineOptions(), &memory_)
                .status()
                .code(),
            ErrorCode::kUnsupported);
}

TEST_F(ColorEngineTest, EqualEncodingsAreLeftAlone) {
  const Bytes p3 = Synthesise("DisplayP3");
  for (const char* name : {"sRGB", "Rec2100PQ", "Rec2100HLG", "Gra_D65_Rel_SRG"}) {
    auto engine = ColorEngine::Create(ColorProfile::Enumerated(Parse(name)), ColorProfile::Enumerated(Parse(name)),
                                      {255, 1000}, &memory_);
    ASSERT_TRUE(engine.ok());
    EXPECT_TRUE(engine.value().identity());
  }
  auto engine = ColorEngine::Create(ColorProfile::Enumerated(Parse("DisplayP3")),
                                    ColorProfile::Icc(p3.data(), p3.size()), ColorEngineOptions(), &memory_);
  ASSERT_TRUE(engine.ok());
  EXPECT_TRUE(engine.value().identity());
}

TEST_F(ColorEngineTest, HighDynamicRange) {
  // PQ to linear: absolute luminance over the source's peak.
  auto pq = ColorEngine::Create(ColorProfile::Enumerated(Parse("Rec2100PQ")),
                                ColorProfile::Enumerated(Parse("RGB_D65_202_Rel_Lin")), {1000, 1000}, &memory_);
  ASSERT_TRUE(pq.ok());
  const auto linear = Convert(pq.value(), {{0.5080784f}, {0.7518271f}, {0}});
  EXPECT_NEAR(linear[0][0] * 1000, 100, 0.1);
  EXPECT_NEAR(linear[1][0] * 1000, 1000, 0.5);
  EXPECT_NEAR(linear[2][0], 0, 1e-6);
  // HLG to HLG with other primaries leaves the OOTF out: grey stays what it is.
  auto hlg = ColorEngine::Create(ColorProfile::Enumerated(Parse("Rec2100HLG")),
                                 ColorProfile::Enumerated(Parse("RGB_D65_DCI_Rel_HLG")), {1000, 100}, &memory_);
  ASSERT_TRUE(hlg.ok());
  const auto grey = Convert(hlg.value(), {{0.3f, 0.8f}, {0.3f, 0.8f}, {0.3f, 0.8f}});
  for (size_t c = 0; c < 3; ++c) {
    EXPECT_NEAR(grey[c][0], 0.3f, 1e-5);
    EXPECT_NEAR(grey[c][1], 0.8f, 1e-5);
  }
  // HLG to linear has it.
  auto display = ColorEngine::Create(ColorProfile::Enumerated(Parse("Rec2100HLG")),
                                     ColorProfile::Enumerated(Parse("RGB_D65_202_Rel_Lin")), {1000, 1000}, &memory_);
  ASSERT_TRUE(display.ok());
  const auto shown = Convert(display.value(), {{0.5f}, {0.5f}, {0.5f}});
  EXPECT_NEAR(shown[0][0], std::pow(1.0 / 12, 1.2), 1e-5);
}

TEST_F(ColorEngineTest, RefusesWhatMakesNoSense) {
  const Bytes odd = OddRgbProfile();
  const auto create = [&](const ColorProfile& from, const ColorProfile& to) {
    return ColorEngine::Create(from, to, ColorEngineOptions(), &memory_).status().code();
  };
  const ColorProfile srgb = ColorProfile::Enumerated(Parse("sRGB"));
  const ColorProfile grey = ColorProfile::Enumerated(Parse("Gra_D65_Rel_SRG"));
  EXPECT_EQ(create(srgb, grey), ErrorCode::kUnsupported);
  EXPECT_EQ(create(grey, srgb), ErrorCode::kUnsupported);
  EXPECT_EQ(create(grey, ColorProfile::Icc(odd.data(), odd.size())), ErrorCode::kUnsupported);
  EXPECT_EQ(create(srgb, ColorProfile::Enumerated(Parse("XYB_Per"))), ErrorCode::kUnsupported);
  const Bytes garbage(300, 0x5A);
  EXPECT_EQ(create(srgb, ColorProfile::Icc(garbage.data(), garbage.size())), ErrorCode::kCorrupt);
  EXPECT_EQ(create(ColorProfile::Icc(garbage.data(), 10), srgb), ErrorCode::kCorrupt);
}

TEST_F(ColorEngineTest, OneEngineServesManyThreads) {
  const Bytes odd = OddRgbProfile();
  auto engine = ColorEngine::Create(ColorProfile::Enumerated(Parse("sRGB")), ColorProfile::Icc(odd.data(), odd.size()),
                                    ColorEngineOptions(), &memory_);
  ASSERT_TRUE(engine.ok());
  const auto pixels = RandomPixels(3, 3000);
  const auto expected = Convert(engine.value(), pixels);
  std::vector<std::vector<std::vector<float>>> results(4);
  std::vector<std::thread> threads;
  for (auto& result : results) threads.emplace_back([&] { result = Convert(engine.value(), pixels); });
  for (auto& thread : threads) thread.join();
  for (const auto& result : results) EXPECT_EQ(result, expected);
  // And after a move.
  ColorEngine moved = std::move(engine).value();
  EXPECT_EQ(Convert(moved, pixels), expected);
}

// Whatever allocation is refused: an error, and nothing leaks (checked by the destructor).
TEST_F(ColorEngineTest, EveryMemoryLimitIsACleanError) {
  const Bytes odd = OddRgbProfile();
  bool succeeded = false;
  size_t failures = 0;
  for (uint64_t limit = 0; !succeeded; limit += 128) {
    budget_.set_limit(limit);
    auto engine = ColorEngine::Create(ColorProfile::Enumerated(Parse("sRGB")),
                                      ColorProfile::Icc(odd.data(), odd.size()), ColorEngineOptions(), &memory_);
    succeeded = engine.ok();
    if (!succeeded) {
      EXPECT_EQ(engine.status().code(), ErrorCode::kMemoryLimit) << limit;
      ++failures;
    }
    ASSERT_LT(limit, uint64_t{1} << 22);
  }
  EXPECT_GT(failures, 10u);
}

TEST_F(ColorEngineTest, MutatedProfilesAreHarmless) {
  TestRandom random(7);
  const std::vector<float> scratch(ColorEngine::kScratchFloats);
  for (const Bytes& original : {OddRgbProfile(), GreyProfile(1.7), Synthesise("Rec2100PQ"), Synthesise("XYB_Per")}) {
    for (int round = 0; round < 150; ++round) {
      Bytes icc = original;
      for (uint32_t i = 0; i <= random.Bits() % 4; ++i) {
        icc[random.Bits() % std::min<size_t>(icc.size(), 700)] = static_cast<uint8_t>(random.Bits());
      }
      if (round % 5 == 0) icc.resize(random.Bits() % icc.size());
      (void)RecogniseIcc(icc.data(), icc.size(), &memory_);
      auto engine = ColorEngine::Create(ColorProfile::Icc(icc.data(), icc.size()),
                                        ColorProfile::Enumerated(Parse("sRGB")), ColorEngineOptions(), &memory_);
      if (engine.ok()) Convert(engine.value(), RandomPixels(engine.value().source_channels(), 10));
    }
  }
}

// ---- Recognition ----

using IccRecognitionTest = ColorEngineTest;

TEST_F(IccRecognitionTest, SynthesisedProfilesAreRecognised) {
  for (const char* name :
       {"sRGB", "DisplayP3", "Rec2100PQ", "Rec2100HLG", "RGB_D65_SRG_Per_Lin", "RGB_D65_SRG_Sat_709",
        "RGB_DCI_DCI_Abs_DCI", "RGB_EER_202_Sat_SRG", "Gra_D65_Rel_SRG", "Gra_D65_Per_Lin", "Gra_D65_Rel_DCI",
        "Gra_D65_Rel_709", "Gra_D65_Rel_PeQ", "RGB_EER_202_Rel_PeQ", "RGB_EER_202_Rel_HLG", "RGB_EER_202_Rel_709",
        "RGB_EER_SRG_Rel_Lin", "RGB_EER_DCI_Rel_DCI"}) {
    const Bytes icc = Synthesise(name);
    auto found = RecogniseIcc(icc.data(), icc.size(), &memory_);
    ASSERT_TRUE(found.ok()) << name;
    ASSERT_TRUE(found.value().has_value()) << name;
    EXPECT_TRUE(SameEncoding(*found.value(), Parse(name))) << name << " " << FullEncodingName(*found.value()).text;
    EXPECT_EQ(found.value()->intent, Parse(name).intent);
  }
}

TEST_F(IccRecognitionTest, CustomValuesAreFoundWithinTheirPrecision) {
  for (const char* name : {"Adobe98", "ProPhoto", "RGB_EER_SRG_Rel_g0.5", "Gra_D65_Rel_g0.45455",
                           "RGB_0.34567;0.3585_0.7;0.3;0.2;0.7;0.15;0.05_Per_Lin"}) {
    const Bytes icc = Synthesise(name);
    auto recognised = RecogniseIcc(icc.data(), icc.size(), &memory_);
    ASSERT_TRUE(recognised.ok()) << name;
    ASSERT_TRUE(recognised.value().has_value()) << name;
    const ColorDescription& found = *recognised.value();
    const ColorDescription expected = Parse(name);
    EXPECT_NEAR(found.GammaExponent(), expected.GammaExponent(), 1e-4) << name;
    EXPECT_NEAR(found.WhiteXy().x, expected.WhiteXy().x, 1e-4) << name;
    if (expected.grey()) continue;
    EXPECT_NEAR(found.PrimariesXy().red.x, expected.PrimariesXy().red.x, 3e-4) << name;
    EXPECT_NEAR(found.PrimariesXy().green.y, expected.PrimariesXy().green.y, 3e-4) << name;
    EXPECT_NEAR(found.PrimariesXy().blue.y, expected.PrimariesXy().blue.y, 3e-4) << name;
  }
}

TEST_F(IccRecognitionTest, ForeignProfiles) {
  const auto recognise = [&](const Bytes& icc) {
    auto found = RecogniseIcc(icc.data(), icc.size(), &memory_);
    EXPECT_TRUE(found.ok());
    return found.ok() ? found.value() : std::nullopt;
  };
  const Bytes srgb = Serialise(cmsCreate_sRGBProfile());
  ASSERT_TRUE(recognise(srgb).has_value());
  EXPECT_TRUE(SameEncoding(*recognise(srgb), Parse("sRGB")));
  EXPECT_FALSE(recognise(OddRgbProfile()).has_value());
  EXPECT_FALSE(recognise(CmykProfile()).has_value());

  const auto grey = recognise(GreyProfile(2.2));
  ASSERT_TRUE(grey.has_value());
  EXPECT_TRUE(grey->grey());
  EXPECT_NEAR(grey->GammaExponent(), 1 / 2.2, 1e-3);

  EXPECT_FALSE(RecogniseIcc(srgb.data(), 100, &memory_).ok());
  Bytes bad_intent = srgb;
  bad_intent[67] = 9;
  EXPECT_FALSE(RecogniseIcc(bad_intent.data(), bad_intent.size(), &memory_).ok());
}

}  // namespace
}  // namespace jxlpool
