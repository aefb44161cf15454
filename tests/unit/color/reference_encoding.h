// The transfer functions from linear light to signal in double precision, as the standards define them.
#ifndef TESTS_UNIT_COLOR_REFERENCE_ENCODING_H_
#define TESTS_UNIT_COLOR_REFERENCE_ENCODING_H_

#include <cmath>

#include "lib/color/transfer_functions.h"

namespace jxlpool {

inline double EncodePositive(ColorDescription::Transfer kind, double exponent, double nits, double v) {
  using Transfer = ColorDescription::Transfer;
  switch (kind) {
    case Transfer::kSrgb:
      return v <= 0.0031308 ? 12.92 * v : 1.055 * std::pow(v, 1 / 2.4) - 0.055;
    case Transfer::k709:
      return v <= 0.018 ? 4.5 * v : 1.099 * std::pow(v, 0.45) - 0.099;
    case Transfer::kGamma:
    case Transfer::kDci:
      return v <= 1e-5 ? 0 : std::pow(v, exponent);
    case Transfer::kPq:
      return PqFromNits(v * nits);
    case Transfer::kHlg:
      return v <= 1.0 / 12 ? std::sqrt(3 * v) : 0.17883277 * std::log(12 * v - 0.28466892) + 0.5599107295;
    case Transfer::kLinear:
    case Transfer::kUnknown:
      break;
  }
  return v;
}

// The inverse of DecodeSample.
inline double EncodeSample(ColorDescription::Transfer kind, double exponent, double nits, double linear) {
  using Transfer = ColorDescription::Transfer;
  // Of negative values, BT.709 continues its linear part, gamma and DCI make zero; the others are mirrored.
  if (linear >= 0 || kind == Transfer::k709) return EncodePositive(kind, exponent, nits, linear);
  if (kind == Transfer::kGamma || kind == Transfer::kDci) return 0;
  return -EncodePositive(kind, exponent, nits, -linear);
}

}  // namespace jxlpool

#endif  // TESTS_UNIT_COLOR_REFERENCE_ENCODING_H_
