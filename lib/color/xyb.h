// Row kernels for the inverse color transforms. ColorTransform is what frame code uses.
#ifndef LIB_COLOR_XYB_H_
#define LIB_COLOR_XYB_H_

#include <cstddef>

#include "lib/color/transfer_functions.h"

namespace jxlpool {

// The inverse opsin transform with brightness scale and output primaries folded into the weights.
//
// The response of a cone to u = Y + X (L), Y - X (M) or B (S) is (u - cbrt(bias))^3 + bias, here as the polynomial
// u^3 + square * u^2 + linear * u: nothing cancels where it is dark. L and M are nearly equal and have large weights of
// opposite sign; so they appear as their mean and half their difference, which is computed from X without cancellation.
// That keeps rounding errors, and with them what SIMD targets differ by, ten times smaller.
struct XybParameters {
  struct Cone {
    float square = 0;
    float linear = 0;
  };
  Cone mean;             // of the coefficients of L and M
  Cone half_difference;  // L's less M's, halved: zero unless their biases differ
  Cone s;
  // Rows are red, green, blue; columns the mean of L and M, half of L - M, S.
  float weights[3][3] = {};
};

// Takes X, Y, B to linear light and on to the signal of `transfer`, in place.
void XybToSignalRow(const XybParameters& xyb, const TransferParameters& transfer, float* p0, float* p1, float* p2,
                    size_t n);
// Does the same where all rows of the weights are equal: it reads three rows and writes p0 only.
void XybToGreySignalRow(const XybParameters& xyb, const TransferParameters& transfer, float* p0, const float* p1,
                        const float* p2, size_t n);
// The scaled XYB encoding is defined as ((X, Y, B - Y) + offset) * scale.
inline constexpr float kScaledXybOffset[3] = {0.015386134f, 0.0f, 0.27770459f};
inline constexpr float kScaledXybScale[3] = {22.995788804f, 1.183000077f, 1.502141333f};

// Takes X, Y, B to the scaled XYB encoding, whose samples of ordinary colors are in 0..1.
void XybToScaledXybRow(float* p0, float* p1, float* p2, size_t n);
// (p0, p1, p2) = matrix * (p0, p1, p2) for every column of the rows.
void MultiplyRow(const float (&matrix)[3][3], float* p0, float* p1, float* p2, size_t n);
// Takes Cb, Y, Cr to R, G, B (full-range BT.601).
void YcbcrToRgbRow(float* p0, float* p1, float* p2, size_t n);

}  // namespace jxlpool

#endif  // LIB_COLOR_XYB_H_
