#include "lib/headers/color_description.h"

#include <cmath>

#include "lib/color/encoding_matrix.h"
#include "lib/color/encoding_names.h"
#include "tests/unit/color/color_test_util.h"

namespace jxlpool {
namespace {

using Transfer = ColorDescription::Transfer;

ColorDescription Parse(const char* name) {
  auto result = ParseEncodingName(name);
  EXPECT_TRUE(result.ok()) << name;
  return result.ok() ? result.value() : ColorDescription();
}

TEST(ColorMatrixTest, MatchesPublishedMatrices) {
  for (const auto& row : ReadVectors("color_matrices.csv")) {
    if (row[1] == "opsin_inverse") continue;
    const std::string names[][2] = {{"sRGB/D65", "RGB_D65_SRG_Rel_Lin"},
                                    {"P3/D65", "RGB_D65_DCI_Rel_Lin"},
                                    {"P3/DCI", "RGB_DCI_DCI_Rel_Lin"},
                                    {"2100/D65", "RGB_D65_202_Rel_Lin"},
                                    {"sRGB/E", "RGB_EER_SRG_Rel_Lin"}};
    bool known = false;
    for (const auto& name : names) {
      if (name[0] != row[0]) continue;
      known = true;
      const ColorDescription description = Parse(name[1].c_str());
      const ColorMatrix matrix = row[1] == "srgb_to_rgb" ? SrgbToRgbMatrix(description).value()
                                 : row[1] == "rgb_to_xyz"
                                     ? RgbToXyzMatrix(description.PrimariesXy(), description.WhiteXy()).value()
                                     : RgbToXyzD50Matrix(description.PrimariesXy(), description.WhiteXy()).value();
      for (size_t i = 0; i < 9; ++i) {
        EXPECT_EQ(matrix.m[i / 3][i % 3], std::stof(row[2 + i])) << row[0] << row[1] << i;
      }
    }
    EXPECT_TRUE(known) << row[0];
  }
}

TEST(ColorMatrixTest, RejectsUnusableChromaticities) {
  const ColorDescription srgb;
  EXPECT_FALSE(RgbToXyzMatrix(srgb.PrimariesXy(), {0.3, 0}).ok());
  EXPECT_FALSE(RgbToXyzMatrix(srgb.PrimariesXy(), {1.1, 0.3}).ok());
  EXPECT_FALSE(RgbToXyzMatrix(srgb.PrimariesXy(), {std::nan(""), 0.3}).ok());
  EXPECT_FALSE(RgbToXyzMatrix({{0.3, 0.3}, {0.3, 0.3}, {0.1, 0.1}}, srgb.WhiteXy()).ok());
}

TEST(EncodingNamesTest, FullNamesRoundTrip) {
  size_t count = 0;
  for (const char* white : {"D65", "EER", "DCI", "0.34567;0.3585"}) {
    for (const char* primaries : {"SRG", "202", "DCI", "0.7;0.3;0.2;0.7;0.15;0.05"}) {
      for (const char* intent : {"Per", "Rel", "Sat", "Abs"}) {
        for (const char* transfer : {"SRG", "Lin", "709", "PeQ", "HLG", "DCI", "g0.45455", "g0.000125"}) {
          const std::string tail = std::string("_") + intent + "_" + transfer;
          const std::string rgb = std::string("RGB_") + white + "_" + primaries + tail;
          const std::string grey = std::string("Gra_") + white + tail;
          EXPECT_EQ(FullEncodingName(Parse(rgb.c_str())).view(), rgb);
          EXPECT_EQ(FullEncodingName(Parse(grey.c_str())).view(), grey);
          ++count;
        }
      }
    }
  }
  EXPECT_EQ(count, 512u);
  EXPECT_EQ(FullEncodingName(Parse("XYB_Per")).view(), "XYB_Per");
}

TEST(EncodingNamesTest, ShortNames) {
  for (const char* name : {"sRGB", "DisplayP3", "Rec2100PQ", "Rec2100HLG", "Adobe98", "ProPhoto"}) {
    EXPECT_EQ(ShortEncodingName(Parse(name)).view(), name);
  }
  EXPECT_EQ(FullEncodingName(Parse("sRGB")).view(), "RGB_D65_SRG_Rel_SRG");
  EXPECT_EQ(FullEncodingName(Parse("DisplayP3")).view(), "RGB_D65_DCI_Rel_SRG");
  EXPECT_EQ(FullEncodingName(Parse("Rec2100PQ")).view(), "RGB_D65_202_Rel_PeQ");
  EXPECT_EQ(ShortEncodingName(Parse("RGB_D65_SRG_Abs_SRG")).view(), "sRGB");
  EXPECT_EQ(ShortEncodingName(Parse("RGB_D65_Ado_Rel_Ado")).view(), "Adobe98");
  EXPECT_EQ(ShortEncodingName(Parse("RGB_D50_Pro_Rel_Pro")).view(), "ProPhoto");
  EXPECT_EQ(ShortEncodingName(Parse("RGB_D65_SRG_Rel_Lin")).view(), "RGB_D65_SRG_Rel_Lin");
}

TEST(EncodingNamesTest, SnapsToNamedValues) {
  EXPECT_EQ(Parse("RGB_0.3127;0.329_0.64;0.33;0.3;0.6;0.15;0.06_Rel_g1").transfer, Transfer::kLinear);
  EXPECT_TRUE(Parse("RGB_0.3127;0.329_0.64;0.33;0.3;0.6;0.15;0.06_Rel_g1").HasSrgbPrimariesAndD65());
  EXPECT_EQ(Parse("Gra_0.314;0.351_Rel_g0.3846").transfer, Transfer::kDci);
  EXPECT_EQ(Parse("Gra_0.314;0.351_Rel_g0.3846").white_point, WhitePoint::kDci);
  EXPECT_EQ(Parse("Gra_D65_Rel_g0.4545").transfer, Transfer::kGamma);
}

TEST(EncodingNamesTest, RejectsAnythingElse) {
  for (const char* name : {"",
                           "RGB",
                           "RGB_",
                           "RGB_D65",
                           "RGB_D65_SRG_Rel",
                           "RGB_D65_SRG_Rel_",
                           "RGB_D65_SRG_Rel_SRG_",
                           "srgb",
                           "RGB_D65_SRG_Rel_SRGx",
                           "RGB_D65_SRG_Rel_SRG_x",
                           "RGB_D66_SRG_Rel_SRG",
                           "RGB_Cst_SRG_Rel_SRG",
                           "RGB_D65_Cst_Rel_SRG",
                           "RGB_D65_SRG_Rel_g0",
                           "RGB_D65_SRG_Rel_g1.1",
                           "RGB_D65_SRG_Rel_g0.00012",
                           "RGB_D65_SRG_Rel_gnan",
                           "RGB_D65_SRG_Rel_g",
                           "RGB_D65_SRG_Rel_g0.5x",
                           "RGB_D65_SRG_Rel_TF?",
                           "CS?_D65_SRG_Rel_SRG",
                           "RGB_0.3_SRG_Rel_SRG",
                           "RGB_0.3;0.3;0.3_SRG_Rel_SRG",
                           "RGB_0.3;_SRG_Rel_SRG",
                           "RGB_D65_0.7;0.3;0.2;0.7;0.15_Rel_SRG",
                           "RGB_D65_0.7;0.3;0.7;0.3;0.15;0.05_Rel_SRG",
                           "RGB_0.3;0_SRG_Rel_SRG",
                           "XYB_Rel",
                           "XYB_D65_Per",
                           "Gra_D65_SRG_Rel_SRG",
                           "RGB_1e300;0.3_SRG_Rel_SRG",
                           "RGB_ 0.3;0.3_SRG_Rel_SRG"}) {
    EXPECT_FALSE(ParseEncodingName(name).ok()) << name;
  }
}

TEST(ColorDescriptionTest, SameEncodingIgnoresIntentAndMeaninglessFields) {
  EXPECT_TRUE(SameEncoding(Parse("RGB_D65_SRG_Rel_SRG"), Parse("RGB_D65_SRG_Per_SRG")));
  EXPECT_FALSE(SameEncoding(Parse("RGB_D65_SRG_Rel_SRG"), Parse("RGB_D65_202_Rel_SRG")));
  EXPECT_FALSE(SameEncoding(Parse("RGB_D65_SRG_Rel_SRG"), Parse("Gra_D65_Rel_SRG")));
  EXPECT_FALSE(SameEncoding(Parse("Gra_D65_Rel_g0.5"), Parse("Gra_D65_Rel_g0.6")));
  ColorDescription grey = Parse("Gra_D65_Rel_SRG");
  grey.primaries = Primaries::kP3;
  EXPECT_TRUE(SameEncoding(grey, Parse("Gra_D65_Rel_SRG")));
  // As coded: a custom white that equals D65 stays custom.
  ColorDescription custom;
  custom.white_point = WhitePoint::kCustom;
  custom.white = {312700, 329000};
  EXPECT_FALSE(SameEncoding(custom, ColorDescription()));
  SnapToNames(&custom);
  EXPECT_TRUE(SameEncoding(custom, ColorDescription()));
}

TEST(ColorDescriptionTest, NamesOfCustomFields) {
  ColorDescription description;
  description.transfer = Transfer::kGamma;
  description.gamma = 4545455;
  description.white_point = WhitePoint::kCustom;
  description.white = {345669, 358496};
  description.intent = RenderingIntent::kSaturation;
  EXPECT_EQ(FullEncodingName(description).view(), "RGB_0.345669;0.358496_SRG_Sat_g0.454545");
}

TEST(ColorDescriptionTest, ChecksWhatTheFormatForbids) {
  EXPECT_TRUE(CheckDescription(ColorDescription()).ok());
  ColorDescription description;
  description.space = ColorSpace::kUnknown;
  EXPECT_FALSE(CheckDescription(description).ok());
  description.space = ColorSpace::kXyb;
  EXPECT_FALSE(CheckDescription(description).ok());
  description.intent = RenderingIntent::kPerceptual;
  EXPECT_TRUE(CheckDescription(description).ok());
  description = ColorDescription();
  description.transfer = Transfer::kUnknown;
  EXPECT_FALSE(CheckDescription(description).ok());
  description.transfer = Transfer::kGamma;
  for (const auto& [gamma, legal] : {std::pair{10000000u, true}, {10000001u, false}, {1221u, true}, {1220u, false}}) {
    description.gamma = gamma;
    EXPECT_EQ(CheckDescription(description).ok(), legal) << gamma;
  }
  description = ColorDescription::Srgb(true);
  description.white_point = WhitePoint::kCustom;
  EXPECT_FALSE(CheckDescription(description).ok());
}

}  // namespace
}  // namespace jxlpool
