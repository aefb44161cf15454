#include "lib/color/transfer_functions.h"

#include <cmath>

#include "tests/unit/color/color_test_util.h"
#include "tests/unit/color/reference_encoding.h"

namespace jxlpool {
namespace {

using Transfer = ColorDescription::Transfer;

ColorDescription WithTransferFunction(Transfer transfer) {
  ColorDescription description;
  description.transfer = transfer;
  description.gamma = 4545500;
  return description;
}

constexpr Transfer kAll[] = {Transfer::kLinear, Transfer::kSrgb, Transfer::k709, Transfer::kGamma,
                             Transfer::kDci,    Transfer::kPq,   Transfer::kHlg};

// The samples were evaluated in double precision from the standards' definitions, independently of this code.
TEST(TransferFunctionsTest, ScalarFormsMatchPublishedSamples) {
  for (const auto& row : ReadVectors("transfer_function_samples.csv")) {
    const double x = std::stod(row[0]);
    struct {
      Transfer transfer;
      double nits;
    } const columns[] = {{Transfer::kSrgb, 1}, {Transfer::k709, 1},    {Transfer::kDci, 1},
                         {Transfer::kPq, 255}, {Transfer::kPq, 10000}, {Transfer::kHlg, 1}};
    for (size_t i = 0; i < std::size(columns); ++i) {
      const double encoded = std::stod(row[1 + 2 * i]);
      const double decoded = std::stod(row[2 + 2 * i]);
      EXPECT_NEAR(EncodeSample(columns[i].transfer, 1 / 2.6, columns[i].nits, x), encoded, 1e-9 + 1e-9 * encoded);
      EXPECT_NEAR(DecodeSample(columns[i].transfer, 1 / 2.6, columns[i].nits, x), decoded, 1e-9 + 1e-9 * decoded);
    }
  }
}

// Largest distance of a row kernel from the scalar form over `values`, relative to max(1, |expected|).
struct Errors {
  double encode = 0;
  double decode = 0;
};
Errors MeasureErrors(Transfer transfer, float nits, const std::vector<float>& values) {
  const ColorDescription description = WithTransferFunction(transfer);
  TransferParameters encode = EncodeParameters(description, nits).value();
  TransferParameters decode = DecodeParameters(description, nits).value();
  encode.ootf_exponent = decode.ootf_exponent = 0;
  std::vector<float> encoded = values;
  std::vector<float> decoded = values;
  EncodeRow(encode, encoded.data(), nullptr, nullptr, values.size());
  DecodeRow(decode, decoded.data(), nullptr, nullptr, values.size());
  Errors errors;
  for (size_t i = 0; i < values.size(); ++i) {
    const double e = EncodeSample(transfer, description.GammaExponent(), nits, values[i]);
    const double d = DecodeSample(transfer, description.GammaExponent(), nits, values[i]);
    errors.encode = std::max(errors.encode, std::abs(encoded[i] - e) / std::max(1.0, std::abs(e)));
    errors.decode = std::max(errors.decode, std::abs(decoded[i] - d) / std::max(1.0, std::abs(d)));
    if (std::isnan(encoded[i]) || std::isnan(decoded[i])) ADD_FAILURE() << values[i];
  }
  return errors;
}

TEST(TransferFunctionsTest, RowKernelsAreAccurate) {
  std::vector<float> values;
  for (int i = -40000; i <= 40000; ++i) values.push_back(static_cast<float>(i) / 40000);
  for (float v = 1e-12f; v < 1; v *= 1.001f) values.push_back(v);
  ForEachTarget([&] {
    for (const Transfer transfer : kAll) {
      SCOPED_TRACE(static_cast<int>(transfer));
      const Errors errors = MeasureErrors(transfer, 10000, values);
      // PQ: only below 10^-4 nits is the error above 10^-6.
      const double limit = transfer == Transfer::kPq ? 4e-6 : 3e-7;
      EXPECT_LT(errors.encode, limit);
      EXPECT_LT(errors.decode, transfer == Transfer::kPq ? 3e-6 : limit);
    }
  });
}

// Lossy images exceed 0..1; the curves must keep their shape there.
TEST(TransferFunctionsTest, RowKernelsStayAccurateOutsideTheNominalRange) {
  std::vector<float> values;
  for (int i = 1; i <= 2000; ++i) values.push_back(1 + static_cast<float>(i) / 200);
  for (float v = 10; v < 1e5f; v *= 1.01f) values.push_back(v);
  ForEachTarget([&] {
    for (const Transfer transfer : {Transfer::k709, Transfer::kGamma, Transfer::kDci}) {
      SCOPED_TRACE(static_cast<int>(transfer));
      const Errors errors = MeasureErrors(transfer, 255, values);
      EXPECT_LT(errors.encode, 5e-7);
      EXPECT_LT(errors.decode, 3e-6);
    }
  });
}

// The errors of the fit that reference images were made with, as computed from its coefficients.
TEST(TransferFunctionsTest, SrgbAboveOneFollowsTheReferenceImages) {
  const TransferParameters parameters = EncodeParameters(WithTransferFunction(Transfer::kSrgb), 255).value();
  const float in[] = {1.1f, 1.2f, 1.5f, 2, 3, 4, 8, 16, 100, -2, 0.5f};
  const double error[] = {-6.3e-7,    -1.64e-6,   -8.901e-6,  -4.175e-5, -2.1819e-4, -5.7158e-4,
                          -3.8084e-3, -0.0173103, -0.3412301, 4.175e-5,  0};
  ForEachTarget([&] {
    std::vector<float> row(std::begin(in), std::end(in));
    EncodeRow(parameters, row.data(), nullptr, nullptr, row.size());
    for (size_t i = 0; i < row.size(); ++i) {
      EXPECT_NEAR(row[i], EncodeSample(Transfer::kSrgb, 1, 1, in[i]) + error[i], 2e-6) << in[i];
    }
  });
}

TEST(TransferFunctionsTest, PqDarkEndUsesAbsoluteLuminance) {
  std::vector<float> values;
  for (float v = 1e-6f; v < 1; v *= 1.01f) values.push_back(v);
  ForEachTarget([&] {
    for (const float nits : {100.0f, 255.0f, 1000.0f, 4000.0f}) {
      EXPECT_LT(MeasureErrors(Transfer::kPq, nits, values).encode, 1e-6) << nits;
    }
  });
}

TEST(TransferFunctionsTest, GammaCutsOffAndDoesNotMirror) {
  const TransferParameters parameters = EncodeParameters(WithTransferFunction(Transfer::kGamma), 255).value();
  float row[4] = {-0.5f, 0, 1e-5f, 1.01e-5f};
  EncodeRow(parameters, row, nullptr, nullptr, 4);
  EXPECT_EQ(row[0], 0);
  EXPECT_EQ(row[1], 0);
  EXPECT_EQ(row[2], 0);
  EXPECT_NEAR(row[3], std::pow(1.01e-5, 0.45455), 1e-8);
}

TEST(TransferFunctionsTest, HlgAppliesTheSystemGammaOfTheDisplay) {
  ForEachTarget([&] {
    for (const float nits : {100.0f, 1000.0f, 4000.0f}) {
      ColorDescription description = WithTransferFunction(Transfer::kHlg);
      description.primaries = Primaries::kBt2100;
      const TransferParameters encode = EncodeParameters(description, nits).value();
      const TransferParameters decode = DecodeParameters(description, nits).value();
      float r[17], g[17], b[17];
      for (int i = 0; i < 17; ++i) {
        r[i] = static_cast<float>(i) / 17;
        g[i] = static_cast<float>(i % 5) / 5;
        b[i] = 0.9f;
      }
      float rgb[3][17];
      std::copy(r, r + 17, rgb[0]);
      std::copy(g, g + 17, rgb[1]);
      std::copy(b, b + 17, rgb[2]);
      DecodeRow(decode, r, g, b, 17);
      const double gamma = 1.2 * std::pow(1.111, std::log2(nits / 1000.0));
      for (int i = 0; i < 17; ++i) {
        double scene[3];
        for (int c = 0; c < 3; ++c) scene[c] = DecodeSample(Transfer::kHlg, 1, nits, rgb[c][i]);
        const double luminance = 0.2627002 * scene[0] + 0.677998006 * scene[1] + 0.0593017116 * scene[2];
        const double factor = std::pow(luminance, gamma - 1);
        EXPECT_NEAR(r[i], scene[0] * factor, 1e-6);
        EXPECT_NEAR(g[i], scene[1] * factor, 1e-6);
        EXPECT_NEAR(b[i], scene[2] * factor, 1e-6);
      }
      EncodeRow(encode, r, g, b, 17);
      for (int i = 0; i < 17; ++i) EXPECT_NEAR(r[i], rgb[0][i], 3e-6);
    }
  });
}

TEST(TransferFunctionsTest, HlgLeavesOutATinyOotf) {
  const ColorDescription description = WithTransferFunction(Transfer::kHlg);
  EXPECT_EQ(EncodeParameters(description, 302).value().ootf_exponent, 0);
  EXPECT_NE(EncodeParameters(description, 255).value().ootf_exponent, 0);
}

TEST(TransferFunctionsTest, TailsAreExact) {
  const TransferParameters parameters = EncodeParameters(WithTransferFunction(Transfer::kSrgb), 255).value();
  ForEachTarget([&] {
    for (size_t n = 0; n < 70; ++n) {
      std::vector<float> row(n + 1, 0.25f);
      EncodeRow(parameters, row.data(), nullptr, nullptr, n);
      for (size_t i = 0; i < n; ++i) EXPECT_NEAR(row[i], 0.5370987305, 1e-6);
      EXPECT_EQ(row[n], 0.25f);
    }
  });
}

TEST(TransferFunctionsTest, RejectsNonsense) {
  EXPECT_FALSE(EncodeParameters(WithTransferFunction(Transfer::kPq), 0).ok());
  EXPECT_FALSE(DecodeParameters(WithTransferFunction(Transfer::kPq), -1).ok());
  EXPECT_FALSE(EncodeParameters(WithTransferFunction(Transfer::kPq), std::nanf("")).ok());
  EXPECT_FALSE(EncodeParameters(WithTransferFunction(Transfer::kUnknown), 255).ok());
}

}  // namespace
}  // namespace jxlpool
