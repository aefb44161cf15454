// Transfer functions on vectors, for kernels that fuse them with something else. Included once per SIMD target.
#if defined(LIB_COLOR_TRANSFER_FUNCTIONS_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef LIB_COLOR_TRANSFER_FUNCTIONS_INL_H_
#undef LIB_COLOR_TRANSFER_FUNCTIONS_INL_H_
#else
#define LIB_COLOR_TRANSFER_FUNCTIONS_INL_H_
#endif

#include <hwy/highway.h>

#include "lib/color/transfer_functions.h"

HWY_BEFORE_NAMESPACE();
namespace jxlpool {
namespace HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

using FloatTag = hn::ScalableTag<float>;
using FloatVector = hn::Vec<FloatTag>;

HWY_INLINE FloatVector Constant(float value) { return hn::Set(FloatTag(), value); }

// c[0] + c[1] * x + ...
template <size_t N>
HWY_INLINE FloatVector Polynomial(const float (&c)[N], FloatVector x) {
  FloatVector sum = Constant(c[N - 1]);
  for (size_t i = N - 1; i-- > 0;) sum = hn::MulAdd(sum, x, Constant(c[i]));
  return sum;
}

// Minimax fits: log2(1 + t) / t on [sqrt(1/2) - 1, sqrt(2) - 1], absolute error of the product below 7e-9; 2^f on
// [-1/2, 1/2], relative error 2e-9.
inline constexpr float kLog2Coefficients[] = {1.442694902420044f,   -0.7213471531867981f,  0.4809224307537079f,
                                              -0.3607211410999298f, 0.2876587510108948f,   -0.23852120339870453f,
                                              0.21736577153205872f, -0.21028967201709747f, 0.12542766332626343f};
inline constexpr float kExp2Coefficients[] = {1.0f,
                                              0.6931471824645996f,
                                              0.24022646248340607f,
                                              0.05550328642129898f,
                                              0.009618489071726799f,
                                              0.0013399930903688073f,
                                              0.0001534581242594868f};

// Base-2 logarithm of x > 0 as exponent + log2(1 + t), kept apart for accuracy.
struct SplitLog2 {
  FloatVector exponent;
  FloatVector fraction;  // -1/2..1/2
};
HWY_INLINE SplitLog2 Log2Parts(FloatVector x) {
  const FloatTag d;
  const hn::RebindToSigned<FloatTag> di;
  const auto bits = hn::BitCast(di, x);
  const auto offset = hn::Sub(bits, hn::Set(di, 0x3F3504F3));  // the bits of sqrt(1/2)
  const auto exponent = hn::ShiftRight<23>(offset);
  const auto mantissa = hn::BitCast(d, hn::Sub(bits, hn::ShiftLeft<23>(exponent)));
  const auto t = hn::Sub(mantissa, Constant(1.0f));
  return {hn::ConvertTo(d, exponent), hn::Mul(Polynomial(kLog2Coefficients, t), t)};
}

// REQUIRES: x > 0.
HWY_INLINE FloatVector Log2(FloatVector x) {
  const SplitLog2 log = Log2Parts(x);
  return hn::Add(log.exponent, log.fraction);
}

// 2^(n + f). REQUIRES: n integral, f about -1/2..1/2. Saturates at the ends of the exponent range.
HWY_INLINE FloatVector Exp2Parts(FloatVector n, FloatVector f) {
  const FloatTag d;
  const hn::RebindToSigned<FloatTag> di;
  const auto clamped = hn::Min(hn::Max(n, Constant(-126.0f)), Constant(127.0f));
  const auto scale = hn::ShiftLeft<23>(hn::Add(hn::ConvertTo(di, clamped), hn::Set(di, 127)));
  return hn::Mul(Polynomial(kExp2Coefficients, f), hn::BitCast(d, scale));
}

HWY_INLINE FloatVector Exp2(FloatVector x) {
  const FloatVector n = hn::Round(x);
  return Exp2Parts(n, hn::Sub(x, n));
}

// x^y. REQUIRES: x > 0.
HWY_INLINE FloatVector Power(FloatVector x, FloatVector y) {
  const SplitLog2 log = Log2Parts(x);
  const FloatVector whole = hn::Mul(log.exponent, y);
  const FloatVector n = hn::Round(hn::MulAdd(log.fraction, y, whole));
  // The low part of exponent * y is added back: it matters where the exponent is large.
  const FloatVector low = hn::MulSub(log.exponent, y, whole);
  return Exp2Parts(n, hn::Add(hn::MulAdd(log.fraction, y, hn::Sub(whole, n)), low));
}

// ---- One component each: Encode and Decode of values >= 0 ----

// 1.055 * 2^(5/12 * e) for e = 0..6 and, from index 7, e = -9..-1: indexed by e mod 16.
alignas(64) inline constexpr float kSrgbScales[16] = {
    1.05499995f,  1.40825605f, 1.87979627f,  2.50922704f,  3.34941626f, 4.47093439f,  5.96798134f,  0.0784133449f,
    0.104669258f, 0.1397167f,  0.186499417f, 0.248946846f, 0.33230418f, 0.443572849f, 0.592098713f, 0.790356994f};
// Minimax fit of (t + 3/2)^(5/12) on [-1/2, 1/2], relative error 1.7e-7.
inline constexpr float kSrgbMantissaCoefficients[] = {
    1.184053659439087f,     0.32890623807907104f,  -0.06396058946847916f,  0.022424019873142242f,
    -0.009584223851561546f, 0.005235624499619007f, -0.0028547062538564205f};

// kSrgbScales[exponent mod 16]. REQUIRES: at least 8 lanes.
template <class IntVector>
HWY_INLINE FloatVector LookUpSrgbScale(IntVector exponent) {
  const FloatTag d;
  const hn::RebindToSigned<FloatTag> di;
  if constexpr (hn::MaxLanes(d) == 16) {
    const auto index = hn::IndicesFromVec(d, hn::And(exponent, hn::Set(di, 15)));
    return hn::TableLookupLanes(hn::Load(d, kSrgbScales), index);
  } else {
    const auto index = hn::IndicesFromVec(d, hn::And(exponent, hn::Set(di, 7)));
    const auto low = hn::TableLookupLanes(hn::Load(d, kSrgbScales), index);
    const auto high = hn::TableLookupLanes(hn::Load(d, kSrgbScales + 8), index);
    const auto in_high = hn::ShiftLeft<28>(exponent);  // its sign is bit 3 of the exponent
    return hn::IfNegativeThenElse(hn::BitCast(d, in_high), high, low);
  }
}

// Rational fit in sqrt(v), for v > 1: beyond its interval it leaves the formula slowly (5e-5 at 2), and the reference
// images of the conformance suites follow it.
inline constexpr float kSrgbOverRangeP[] = {-5.135152395e-4f, 5.287254571e-3f, 3.903842876e-1f, 1.474205315f,
                                            7.352629620e-1f};
inline constexpr float kSrgbOverRangeQ[] = {1.004519624e-2f, 3.036675394e-1f, 1.340816930f, 9.258482155e-1f,
                                            2.424867759e-2f};

struct SrgbCurve {
  HWY_INLINE FloatVector Encode(FloatVector v) const {
    const FloatTag d;
    const auto straight = hn::Mul(v, Constant(12.92f));
    const auto is_curved = hn::Gt(v, Constant(0.0031308f));
    const auto encoded = hn::IfThenElse(is_curved, EncodeCurved(v), straight);
    const auto is_over = hn::Gt(v, Constant(1.0f));
    if (HWY_LIKELY(hn::AllFalse(d, is_over))) return encoded;
    const auto root = hn::Sqrt(v);
    const auto over = hn::Div(Polynomial(kSrgbOverRangeP, root), Polynomial(kSrgbOverRangeQ, root));
    return hn::IfThenElse(is_over, over, encoded);
  }
  // v^(1/2.4) as mantissa^(5/12) * 2^(5/12 * exponent), the second factor from a table where it fits a vector.
  // REQUIRES: 2^-9 <= v < 2^7, or the result is not used.
  static HWY_INLINE FloatVector EncodeCurved(FloatVector v) {
    const FloatTag d;
    const hn::RebindToSigned<FloatTag> di;
    if constexpr (hn::MaxLanes(FloatTag()) == 8 || hn::MaxLanes(FloatTag()) == 16) {
      const auto bits = hn::BitCast(di, v);
      const auto exponent = hn::Sub(hn::ShiftRight<23>(bits), hn::Set(di, 127));
      const auto mantissa_bits = hn::Or(hn::And(bits, hn::Set(di, 0x7FFFFF)), hn::Set(di, 0x3F800000));
      const auto t = hn::Sub(hn::BitCast(d, mantissa_bits), Constant(1.5f));
      return hn::MulAdd(Polynomial(kSrgbMantissaCoefficients, t), LookUpSrgbScale(exponent), Constant(-0.055f));
    } else {
      const auto power = Power(hn::Max(v, Constant(0.0031308f)), Constant(1 / 2.4f));
      return hn::MulAdd(power, Constant(1.055f), Constant(-0.055f));
    }
  }
  HWY_INLINE FloatVector Decode(FloatVector e) const {
    const auto base = hn::MulAdd(e, Constant(1 / 1.055f), Constant(0.055f / 1.055f));
    const auto curved = Power(base, Constant(2.4f));
    return hn::IfThenElse(hn::Gt(e, Constant(0.04045f)), curved, hn::Mul(e, Constant(1 / 12.92f)));
  }
};

struct Bt709Curve {
  HWY_INLINE FloatVector Encode(FloatVector v) const {
    const auto power = Power(hn::Max(v, Constant(0.018f)), Constant(0.45f));
    const auto curved = hn::MulAdd(power, Constant(1.099f), Constant(-0.099f));
    return hn::IfThenElse(hn::Gt(v, Constant(0.018f)), curved, hn::Mul(v, Constant(4.5f)));
  }
  HWY_INLINE FloatVector Decode(FloatVector e) const {
    const auto base = hn::MulAdd(hn::Max(e, Constant(0.081f)), Constant(1 / 1.099f), Constant(0.099f / 1.099f));
    const auto curved = Power(base, Constant(1 / 0.45f));
    return hn::IfThenElse(hn::Ge(e, Constant(0.081f)), curved, hn::Mul(e, Constant(1 / 4.5f)));
  }
};

// Rational fits, as the straightforward formula amplifies rounding errors by its exponent of 79.
inline constexpr float kPqEncodeP[] = {1.351392e-2f, -1.095778f, 5.522776e1f, 1.492516e2f, 4.838434e1f};
inline constexpr float kPqEncodeQ[] = {1.012416f, 2.016708e1f, 9.263710e1f, 1.120607e2f, 2.590418e1f};
inline constexpr float kPqEncodeDarkP[] = {9.863406e-6f, 3.881234e-1f, 1.352821e2f, 6.889862e4f, -2.864824e5f};
inline constexpr float kPqEncodeDarkQ[] = {3.371868e1f, 1.477719e3f, 1.608477e4f, -4.389884e4f, -2.072546e5f};
inline constexpr float kPqDecodeP[] = {2.62975656e-4f, -6.23553089e-3f, 7.38602301e-1f, 2.64553172f, 5.50034862e-1f};
inline constexpr float kPqDecodeQ[] = {4.21350107e2f, -4.28736818e2f, 1.74364667e2f, -3.39078883e1f, 2.67718770f};

struct PqCurve {
  FloatVector scale;
  HWY_INLINE FloatVector Encode(FloatVector v) const {
    const auto y = hn::Mul(v, scale);
    const auto root = hn::Sqrt(hn::Sqrt(y));
    const auto bright = hn::Div(Polynomial(kPqEncodeP, root), Polynomial(kPqEncodeQ, root));
    const auto dark = hn::Div(Polynomial(kPqEncodeDarkP, root), Polynomial(kPqEncodeDarkQ, root));
    return hn::IfThenElse(hn::Lt(y, Constant(1e-4f)), hn::IfThenElseZero(hn::Gt(v, Constant(0.0f)), dark), bright);
  }
  HWY_INLINE FloatVector Decode(FloatVector e) const {
    const auto x = hn::MulAdd(e, e, e);
    const auto linear = hn::Div(Polynomial(kPqDecodeP, x), Polynomial(kPqDecodeQ, x));
    return hn::IfThenElseZero(hn::Gt(e, Constant(0.0f)), hn::Mul(linear, scale));
  }
};

struct HlgCurve {
  static constexpr float kA = 0.17883277f;
  static constexpr float kB = 0.28466892f;
  static constexpr float kC = 0.5599107295f;
  static constexpr float kLn2 = 0.69314718056f;
  HWY_INLINE FloatVector Encode(FloatVector s) const {
    const auto threshold = Constant(1.0f / 12);
    const auto argument = hn::MulAdd(hn::Max(s, threshold), Constant(12.0f), Constant(-kB));
    const auto curved = hn::MulAdd(Log2(argument), Constant(kA * kLn2), Constant(kC));
    return hn::IfThenElse(hn::Gt(s, threshold), curved, hn::Sqrt(hn::Mul(s, Constant(3.0f))));
  }
  HWY_INLINE FloatVector Decode(FloatVector e) const {
    const auto power = Exp2(hn::Mul(hn::Sub(e, Constant(kC)), Constant(1 / (kA * kLn2))));
    const auto curved = hn::MulAdd(power, Constant(1.0f / 12), Constant(kB / 12));
    return hn::IfThenElse(hn::Gt(e, Constant(0.5f)), curved, hn::Mul(hn::Mul(e, e), Constant(1.0f / 3)));
  }
};

// ---- Whole pixels, with signs ----

// Encode(r, g, b) and Decode(r, g, b) in place; the single-argument forms serve grey.
template <class Curve>
struct Mirrored {
  Curve curve;
  HWY_INLINE void Encode(FloatVector& v) const { v = hn::CopySignToAbs(curve.Encode(hn::Abs(v)), v); }
  HWY_INLINE void Decode(FloatVector& v) const { v = hn::CopySignToAbs(curve.Decode(hn::Abs(v)), v); }
  HWY_INLINE void Encode(FloatVector& r, FloatVector& g, FloatVector& b) const { Encode(r), Encode(g), Encode(b); }
  HWY_INLINE void Decode(FloatVector& r, FloatVector& g, FloatVector& b) const { Decode(r), Decode(g), Decode(b); }
};

// Negative values continue the linear part of the curve.
struct Bt709Transfer {
  Bt709Curve curve;
  HWY_INLINE void Encode(FloatVector& v) const { v = curve.Encode(v); }
  HWY_INLINE void Decode(FloatVector& v) const { v = curve.Decode(v); }
  HWY_INLINE void Encode(FloatVector& r, FloatVector& g, FloatVector& b) const { Encode(r), Encode(g), Encode(b); }
  HWY_INLINE void Decode(FloatVector& r, FloatVector& g, FloatVector& b) const { Decode(r), Decode(g), Decode(b); }
};

struct NoTransfer {
  HWY_INLINE void Encode(FloatVector& /*v*/) const {}
  HWY_INLINE void Decode(FloatVector& /*v*/) const {}
  HWY_INLINE void Encode(FloatVector& /*r*/, FloatVector& /*g*/, FloatVector& /*b*/) const {}
  HWY_INLINE void Decode(FloatVector& /*r*/, FloatVector& /*g*/, FloatVector& /*b*/) const {}
};

// Both directions are powers. Negative values are not mirrored.
struct GammaTransfer {
  FloatVector exponent;
  HWY_INLINE void Encode(FloatVector& v) const {
    const auto cut_off = Constant(1e-5f);
    v = hn::IfThenElseZero(hn::Gt(v, cut_off), Power(hn::Max(v, cut_off), exponent));
  }
  HWY_INLINE void Decode(FloatVector& v) const { Encode(v); }
  HWY_INLINE void Encode(FloatVector& r, FloatVector& g, FloatVector& b) const { Encode(r), Encode(g), Encode(b); }
  HWY_INLINE void Decode(FloatVector& r, FloatVector& g, FloatVector& b) const { Encode(r), Encode(g), Encode(b); }
};

// HLG has an OOTF, which couples the components.
struct HlgTransfer {
  Mirrored<HlgCurve> curve;
  FloatVector ootf_exponent;
  FloatVector luminance[3];

  HWY_INLINE FloatVector OotfFactor(FloatVector luma) const {
    // Colors without luminance, which are outside every gamut, become black.
    const auto darkest = Constant(1e-9f);
    return hn::IfThenElseZero(hn::Gt(luma, Constant(0.0f)), Power(hn::Max(luma, darkest), ootf_exponent));
  }
  HWY_INLINE void Ootf(FloatVector& v) const { v = hn::Mul(v, OotfFactor(v)); }
  HWY_INLINE void Ootf(FloatVector& r, FloatVector& g, FloatVector& b) const {
    const auto factor = OotfFactor(hn::MulAdd(r, luminance[0], hn::MulAdd(g, luminance[1], hn::Mul(b, luminance[2]))));
    r = hn::Mul(r, factor);
    g = hn::Mul(g, factor);
    b = hn::Mul(b, factor);
  }
  template <class... V>
  HWY_INLINE void Encode(V&... v) const {
    Ootf(v...);
    curve.Encode(v...);
  }
  template <class... V>
  HWY_INLINE void Decode(V&... v) const {
    curve.Decode(v...);
    Ootf(v...);
  }
};

// Calls body(transfer) with the object for `parameters`.
template <class Body>
HWY_INLINE void WithTransfer(const TransferParameters& parameters, const Body& body) {
  switch (parameters.kind) {
    case ColorDescription::Transfer::kLinear:
    case ColorDescription::Transfer::kUnknown:
      return body(NoTransfer());
    case ColorDescription::Transfer::kSrgb:
      return body(Mirrored<SrgbCurve>());
    case ColorDescription::Transfer::k709:
      return body(Bt709Transfer());
    case ColorDescription::Transfer::kGamma:
    case ColorDescription::Transfer::kDci:
      return body(GammaTransfer{Constant(parameters.exponent)});
    case ColorDescription::Transfer::kPq:
      return body(Mirrored<PqCurve>{{Constant(parameters.pq_scale)}});
    case ColorDescription::Transfer::kHlg:
      if (parameters.ootf_exponent == 0) return body(Mirrored<HlgCurve>());
      return body(HlgTransfer{
          {},
          Constant(parameters.ootf_exponent),
          {Constant(parameters.luminance.r), Constant(parameters.luminance.g), Constant(parameters.luminance.b)}});
  }
}

// Calls body(pointers) for consecutive whole vectors of the rows; what is left at the end goes through buffers. Only
// the first kWritten rows are written to.
template <size_t kWritten, size_t kRows, class Body>
HWY_INLINE void ForVectors(size_t n, float* const (&rows)[kRows], const Body& body) {
  const FloatTag d;
  const size_t lanes = hn::Lanes(d);
  float* at[kRows];
  size_t x = 0;
  for (; x + lanes <= n; x += lanes) {
    for (size_t i = 0; i < kRows; ++i) at[i] = rows[i] + x;
    body(at);
  }
  if (x == n) return;
  HWY_ALIGN float buffers[kRows][hn::MaxLanes(d)] = {};
  for (size_t i = 0; i < kRows; ++i) {
    for (size_t k = 0; k < n - x; ++k) buffers[i][k] = rows[i][x + k];
    at[i] = buffers[i];
  }
  body(at);
  for (size_t i = 0; i < kWritten; ++i) {
    for (size_t k = 0; k < n - x; ++k) rows[i][x + k] = buffers[i][k];
  }
}

// NOLINTNEXTLINE(google-readability-namespace-comments)
}  // namespace HWY_NAMESPACE
}  // namespace jxlpool
HWY_AFTER_NAMESPACE();

#endif  // LIB_COLOR_TRANSFER_FUNCTIONS_INL_H_
