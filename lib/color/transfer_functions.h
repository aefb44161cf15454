// Transfer functions: linear light to signal ("encode") and back ("decode").
//
// Linear 1.0 is `intensity_target` nits for PQ and HLG; signals run from 0 to 1. Nothing is clamped. Negative values
// are mirrored, except by gamma and DCI, which give 0. The row kernels are accurate to about 5e-7 on 0..1.
#ifndef LIB_COLOR_TRANSFER_FUNCTIONS_H_
#define LIB_COLOR_TRANSFER_FUNCTIONS_H_

#include <cstddef>
#include <cstdint>

#include "lib/base/status.h"
#include "lib/color/encoding_matrix.h"
#include "lib/headers/color_description.h"

namespace jxlpool {

// A transfer function with all its parameters, ready for the kernels.
struct TransferParameters {
  ColorDescription::Transfer kind = ColorDescription::Transfer::kLinear;
  float exponent = 1;          // kGamma, kDci: of the direction this was made for
  float pq_scale = 1;          // encode: intensity_target / 10000; decode: the inverse
  float ootf_exponent = 0;     // kHlg: 0 means no OOTF step
  LuminanceWeights luminance;  // kHlg
};

// Make the parameters of EncodeRow and DecodeRow for the transfer function of `description`. Errors: kCorrupt
// for unusable primaries (HLG), kInvalidArgument if intensity_target is not positive or the function is unknown.
Result<TransferParameters> EncodeParameters(const ColorDescription& description, float intensity_target);
Result<TransferParameters> DecodeParameters(const ColorDescription& description, float intensity_target);

// Work in place on rows of n values; g and b are null for grey. Thread-safe; rows need no alignment.
void EncodeRow(const TransferParameters& parameters, float* r, float* g, float* b, size_t n);
void DecodeRow(const TransferParameters& parameters, float* r, float* g, float* b, size_t n);

// Computes the exact scalar form, for tables. `nits` is what linear 1.0 means for PQ. HLG: the inverse OETF, without
// OOTF.
double DecodeSample(ColorDescription::Transfer kind, double exponent, double nits, double signal);
// Gives the PQ signal of an absolute luminance, 0..10000 nits, and the converse.
double PqFromNits(double nits);
double NitsFromPq(double signal);
// System gamma of HLG for a display of the given peak luminance.
double HlgSystemGamma(double peak_nits);

}  // namespace jxlpool

#endif  // LIB_COLOR_TRANSFER_FUNCTIONS_H_
