// ColorEncoding: which fields are there, which values are usable.
#include "lib/headers/color_encoding.h"

#include <cmath>

#include "lib/headers/color_matrix.h"
#include "tests/unit/headers/headers_test_util.h"

namespace jxlpool {
namespace {

struct Outcome {
  Status status;
  ColorEncoding encoding;
  bool read_all = false;
};

Outcome Read(const FieldWriter& writer) {
  Outcome outcome;
  BitReader bits(writer.bytes().data(), writer.bytes().size());
  FieldReader reader(&bits);
  ReadColorEncoding(&reader, &outcome.encoding);
  outcome.status = reader.status();
  outcome.read_all = bits.Position() == writer.position();
  return outcome;
}

FieldWriter Start(ColorSpace space, bool want_icc = false) {
  return FieldWriter().Bool(false).Bool(want_icc).Enum(static_cast<uint32_t>(space));
}

void WriteXy(double value, FieldWriter* writer) {
  const int64_t millionths = std::llround(value * 1e6);
  const uint64_t code = static_cast<uint64_t>(millionths >= 0 ? 2 * millionths : -2 * millionths - 1);
  if (code < 524288) {
    writer->U32(0, 19, code);
  } else if (code < 1048576) {
    writer->U32(1, 19, code - 524288);
  } else if (code < 2097152) {
    writer->U32(2, 20, code - 1048576);
  } else {
    writer->U32(3, 21, code - 2097152);
  }
}

// RGB with everything custom, linear.
Outcome ReadCustom(const std::vector<double>& white, const std::vector<double>& primaries) {
  FieldWriter writer = Start(ColorSpace::kRgb);
  writer.Enum(2);
  for (const double value : white) WriteXy(value, &writer);
  writer.Enum(2);
  for (const double value : primaries) WriteXy(value, &writer);
  writer.Bool(false).Enum(8).Enum(1);
  return Read(writer);
}

const std::vector<double> kD65 = {0.3127, 0.3290};
const std::vector<double> kP3 = {0.680, 0.320, 0.265, 0.690, 0.150, 0.060};

TEST(ColorEncodingTest, DefaultIsSrgb) {
  const Outcome outcome = Read(FieldWriter().Bool(true));
  EXPECT_TRUE(outcome.status.ok());
  EXPECT_EQ(outcome.encoding.description.space, ColorSpace::kRgb);
  EXPECT_EQ(outcome.encoding.description.transfer, ColorDescription::Transfer::kSrgb);
  EXPECT_EQ(outcome.encoding.description.intent, RenderingIntent::kRelative);
  EXPECT_EQ(outcome.encoding.description.num_channels(), 3u);
}

TEST(ColorEncodingTest, ProfileLeavesOnlyTheSpace) {
  for (uint32_t space = 0; space < 4; ++space) {
    const Outcome outcome = Read(Start(static_cast<ColorSpace>(space), true));
    EXPECT_TRUE(outcome.status.ok());
    EXPECT_TRUE(outcome.read_all);
    EXPECT_TRUE(outcome.encoding.want_icc);
    EXPECT_EQ(outcome.encoding.description.num_channels(), space == 1 ? 1u : 3u);
  }
}

TEST(ColorEncodingTest, FieldsDependOnTheSpace) {
  Outcome outcome = Read(Start(ColorSpace::kGrey).Enum(10).Bool(false).Enum(8).Enum(3));
  EXPECT_TRUE(outcome.status.ok());
  EXPECT_TRUE(outcome.read_all);
  EXPECT_EQ(outcome.encoding.description.white_point, WhitePoint::kE);
  EXPECT_EQ(outcome.encoding.description.intent, RenderingIntent::kAbsolute);
  outcome = Read(Start(ColorSpace::kXyb).Enum(0));
  EXPECT_TRUE(outcome.status.ok());
  EXPECT_TRUE(outcome.read_all);
  EXPECT_EQ(outcome.encoding.description.white_point, WhitePoint::kD65);
  EXPECT_EQ(outcome.encoding.description.transfer, ColorDescription::Transfer::kGamma);
  EXPECT_EQ(outcome.encoding.description.gamma, 3333333u);
  outcome = Read(Start(ColorSpace::kRgb).Enum(11).Enum(11).Bool(false).Enum(17).Enum(2));
  EXPECT_TRUE(outcome.status.ok());
  EXPECT_TRUE(outcome.read_all);
  EXPECT_EQ(outcome.encoding.description.primaries, Primaries::kP3);
}

TEST(ColorEncodingTest, UnknownsNeedAProfile) {
  EXPECT_EQ(Read(Start(ColorSpace::kUnknown).Enum(1).Enum(1).Bool(false).Enum(13).Enum(1)).status.code(),
            ErrorCode::kCorrupt);
  EXPECT_EQ(Read(Start(ColorSpace::kRgb).Enum(1).Enum(1).Bool(false).Enum(2).Enum(1)).status.code(),
            ErrorCode::kCorrupt);
  for (uint32_t intent = 0; intent < 5; ++intent) {
    EXPECT_EQ(Read(Start(ColorSpace::kXyb).Enum(intent)).status.ok(), intent == 0);
    EXPECT_EQ(Read(Start(ColorSpace::kRgb).Enum(1).Enum(1).Bool(false).Enum(13).Enum(intent)).status.ok(), intent < 4);
  }
}

TEST(ColorEncodingTest, GammaRange) {
  const auto read = [](uint32_t gamma) {
    return Read(Start(ColorSpace::kRgb).Enum(1).Enum(1).Bool(true).U(24, gamma).Enum(1));
  };
  EXPECT_EQ(read(4545455).encoding.description.gamma, 4545455u);
  EXPECT_EQ(read(4545455).encoding.description.transfer, ColorDescription::Transfer::kGamma);
  for (const uint32_t good : {1221u, 4545455u, 10000000u}) EXPECT_TRUE(read(good).status.ok()) << good;
  for (const uint32_t bad : {0u, 1u, 1220u, 10000001u, 0xFFFFFFu}) {
    EXPECT_EQ(read(bad).status.code(), ErrorCode::kCorrupt) << bad;
  }
}

TEST(ColorEncodingTest, CustomChromaticitiesOfEverySize) {
  const Outcome outcome = ReadCustom(kD65, kP3);
  ASSERT_TRUE(outcome.status.ok());
  EXPECT_TRUE(outcome.read_all);
  EXPECT_EQ(outcome.encoding.description.white.x, 312700);
  EXPECT_EQ(outcome.encoding.description.blue.y, 60000);
  EXPECT_EQ(outcome.encoding.description.PrimariesXy().green.y, 0.690);
  // Wide primaries outside the triangle of visible colors (ACES), with negative and large numbers.
  EXPECT_TRUE(ReadCustom({0.32168, 0.33767}, {0.7347, 0.2653, 0.0, 1.0, 0.0001, -0.077}).status.ok());
  EXPECT_TRUE(ReadCustom(kD65, {1.9, -0.9, -1.2, 2.0, 0.0, -1.0}).status.ok());
}

TEST(ColorEncodingTest, UnusableChromaticitiesAreCorrupt) {
  const std::vector<std::vector<double>> whites = {{0.3, 0.0}, {0.3, -0.1}, {-0.1, 0.3}, {1.1, 0.3}, {0.3, 1.1}};
  for (const std::vector<double>& white : whites) {
    EXPECT_EQ(ReadCustom(white, kP3).status.code(), ErrorCode::kCorrupt) << white[0] << " " << white[1];
  }
  EXPECT_EQ(ReadCustom(kD65, {0.5, 0.3, 0.5, 0.3, 0.1, 0.1}).status.code(), ErrorCode::kCorrupt);  // two are equal
  EXPECT_EQ(ReadCustom(kD65, {0.1, 0.1, 0.2, 0.2, 0.3, 0.3}).status.code(), ErrorCode::kCorrupt);  // on a line
  // A triangle around the white point that is too small.
  EXPECT_EQ(ReadCustom(kD65, {0.312702, 0.328999, 0.312699, 0.329002, 0.312699, 0.328999}).status.code(),
            ErrorCode::kCorrupt);
  EXPECT_TRUE(ReadCustom(kD65, {0.3147, 0.3280, 0.3117, 0.3310, 0.3117, 0.3280}).status.ok());
  // Far apart from any white: XYZ beyond what a profile can hold.
  EXPECT_EQ(ReadCustom({0.9, 0.001}, {0.3, 0.3, 0.30002, 0.3, 0.3, 0.30002}).status.code(), ErrorCode::kCorrupt);
}

TEST(ColorEncodingTest, GreyWhitePoint) {
  const auto read = [](double x, double y) {
    FieldWriter writer = Start(ColorSpace::kGrey).Enum(2);
    WriteXy(x, &writer);
    WriteXy(y, &writer);
    return Read(writer.Bool(false).Enum(8).Enum(1)).status.code();
  };
  EXPECT_EQ(read(0.3127, 0.329), ErrorCode::kOk);
  EXPECT_EQ(read(0.3, -0.2), ErrorCode::kOk);
  EXPECT_EQ(read(0.3, 0.0), ErrorCode::kCorrupt);
  EXPECT_EQ(read(0.3, 0.000001), ErrorCode::kCorrupt);
  EXPECT_EQ(read(0.3, 0.0001), ErrorCode::kOk);
}

// White maps to D50 whatever the primaries; sRGB to its well-known profile colorants.
TEST(ColorEncodingTest, MatrixToD50) {
  ColorDescription description;
  const auto matrix = [&] { return RgbToXyzD50Matrix(description.PrimariesXy(), description.WhiteXy()).value(); };
  const double expected[9] = {0.4360, 0.3851, 0.1431, 0.2225, 0.7169, 0.0606, 0.0139, 0.0971, 0.7141};
  for (int i = 0; i < 9; ++i) EXPECT_NEAR(matrix().m[i / 3][i % 3], expected[i], 2e-4) << i;
  for (const Primaries primaries : {Primaries::kSrgb, Primaries::kBt2100, Primaries::kP3}) {
    for (const WhitePoint white : {WhitePoint::kD65, WhitePoint::kE, WhitePoint::kDci}) {
      description.primaries = primaries;
      description.white_point = white;
      const ColorMatrix rgb = matrix();
      constexpr double kD50[3] = {0.96422, 1.0, 0.82521};
      for (int r = 0; r < 3; ++r) EXPECT_NEAR(double{rgb.m[r][0]} + rgb.m[r][1] + rgb.m[r][2], kD50[r], 3e-7);
    }
  }
}

}  // namespace
}  // namespace jxlpool
