#include "lib/color/transfer_functions.h"

#include <algorithm>
#include <cmath>

namespace jxlpool {
namespace {

using Transfer = ColorDescription::Transfer;

// SMPTE ST 2084.
constexpr double kPqM1 = 2610.0 / 16384;
constexpr double kPqM2 = 2523.0 / 4096 * 128;
constexpr double kPqC1 = 3424.0 / 4096;
constexpr double kPqC2 = 2413.0 / 4096 * 32;
constexpr double kPqC3 = 2392.0 / 4096 * 32;
constexpr double kPqPeakNits = 10000;

// ARIB STD-B67.
constexpr double kHlgA = 0.17883277;
constexpr double kHlgB = 0.28466892;
constexpr double kHlgC = 0.5599107295;
// An OOTF this close to the identity is left out.
constexpr double kSmallOotf = 0.01;

// Power functions are cut off where they would amplify noise.
constexpr double kGammaCutOff = 1e-5;

double DecodePositive(Transfer kind, double exponent, double nits, double e) {
  switch (kind) {
    case Transfer::kSrgb:
      return e <= 0.04045 ? e / 12.92 : std::pow((e + 0.055) / 1.055, 2.4);
    case Transfer::k709:
      return e < 0.081 ? e / 4.5 : std::pow((e + 0.099) / 1.099, 1 / 0.45);
    case Transfer::kGamma:
    case Transfer::kDci:
      return e <= kGammaCutOff ? 0 : std::pow(e, 1 / exponent);
    case Transfer::kPq:
      return NitsFromPq(e) / nits;
    case Transfer::kHlg:
      return e <= 0.5 ? e * e / 3 : (std::exp((e - kHlgC) / kHlgA) + kHlgB) / 12;
    case Transfer::kLinear:
    case Transfer::kUnknown:
      break;
  }
  return e;
}

// Tells what a curve does with negative values.
enum class Negatives : uint8_t { kMirrored, kLinear, kZero };
Negatives NegativesOf(Transfer kind) {
  if (kind == Transfer::kGamma || kind == Transfer::kDci) return Negatives::kZero;
  // The reference images continue the linear part of BT.709 below zero.
  return kind == Transfer::k709 ? Negatives::kLinear : Negatives::kMirrored;
}

Result<TransferParameters> MakeParameters(const ColorDescription& description, float intensity_target) {
  if (!(intensity_target > 0)) return InvalidArgument("intensity target must be positive");
  if (description.transfer == Transfer::kUnknown) return InvalidArgument("unknown transfer function");
  TransferParameters parameters;
  parameters.kind = description.transfer;
  if (description.transfer == Transfer::kGamma && description.gamma == 0) return InvalidArgument("gamma of zero");
  if (description.transfer == Transfer::kHlg) {
    JXLPOOL_ASSIGN_OR_RETURN(parameters.luminance, LuminanceOf(description));
  }
  return parameters;
}

float OotfExponent(double exponent) { return std::abs(exponent) > kSmallOotf ? static_cast<float>(exponent) : 0.0f; }

}  // namespace

Result<TransferParameters> EncodeParameters(const ColorDescription& description, float intensity_target) {
  JXLPOOL_ASSIGN_OR_RETURN(TransferParameters parameters, MakeParameters(description, intensity_target));
  parameters.exponent = static_cast<float>(description.GammaExponent());
  parameters.pq_scale = static_cast<float>(intensity_target / kPqPeakNits);
  parameters.ootf_exponent = OotfExponent(1 / HlgSystemGamma(intensity_target) - 1);
  return parameters;
}

Result<TransferParameters> DecodeParameters(const ColorDescription& description, float intensity_target) {
  JXLPOOL_ASSIGN_OR_RETURN(TransferParameters parameters, MakeParameters(description, intensity_target));
  parameters.exponent = static_cast<float>(1 / description.GammaExponent());
  parameters.pq_scale = static_cast<float>(kPqPeakNits / intensity_target);
  parameters.ootf_exponent = OotfExponent(HlgSystemGamma(intensity_target) - 1);
  return parameters;
}

double DecodeSample(Transfer kind, double exponent, double nits, double signal) {
  const Negatives negatives = NegativesOf(kind);
  if (signal >= 0 || negatives == Negatives::kLinear) return DecodePositive(kind, exponent, nits, signal);
  return negatives == Negatives::kMirrored ? -DecodePositive(kind, exponent, nits, -signal) : 0;
}

double PqFromNits(double nits) {
  if (nits <= 0) return 0;
  const double p = std::pow(nits / kPqPeakNits, kPqM1);
  return std::pow((kPqC1 + kPqC2 * p) / (1 + kPqC3 * p), kPqM2);
}

double NitsFromPq(double signal) {
  if (signal <= 0) return 0;
  const double p = std::pow(signal, 1 / kPqM2);
  const double numerator = std::max(p - kPqC1, 0.0);
  return std::pow(numerator / (kPqC2 - kPqC3 * p), 1 / kPqM1) * kPqPeakNits;
}

double HlgSystemGamma(double peak_nits) { return 1.2 * std::pow(1.111, std::log2(peak_nits / 1000)); }

}  // namespace jxlpool
