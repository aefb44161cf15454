#include "lib/color/xyb.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "lib/color/xyb_simd.cc"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "lib/color/transfer_functions-inl.h"

HWY_BEFORE_NAMESPACE();
namespace jxlpool {
namespace HWY_NAMESPACE {

using Triple = FloatVector[3];

// Does the first half of the inverse: X, Y, B become the mean of the responses L and M, half of L - M, and S.
struct ConesOfXyb {
  explicit ConesOfXyb(const XybParameters& xyb)
      : square(Constant(xyb.mean.square)),
        linear(Constant(xyb.mean.linear)),
        square_of_s(Constant(xyb.s.square)),
        linear_of_s(Constant(xyb.s.linear)),
        square_difference(Constant(xyb.half_difference.square)),
        linear_difference(Constant(xyb.half_difference.linear)),
        differ(xyb.half_difference.square != 0 || xyb.half_difference.linear != 0) {}
  HWY_INLINE void operator()(FloatVector x, FloatVector y, FloatVector b, Triple& cones) const {
    const auto x2 = hn::Mul(x, x);
    const auto steep = hn::MulAdd(y, Constant(3.0f), square);
    const auto of_y = hn::Mul(y, hn::MulAdd(y, hn::Add(y, square), linear));
    cones[0] = hn::MulAdd(x2, steep, of_y);
    cones[1] = hn::Mul(x, hn::Add(hn::MulAdd(y, hn::Add(steep, square), linear), x2));
    cones[2] = hn::Mul(b, hn::MulAdd(b, hn::Add(b, square_of_s), linear_of_s));
    if (HWY_UNLIKELY(differ)) {
      const auto twice_xy = hn::Mul(hn::Add(x, x), y);
      cones[0] = hn::Add(cones[0], hn::MulAdd(square_difference, twice_xy, hn::Mul(linear_difference, x)));
      const auto squares = hn::MulAdd(y, y, x2);
      cones[1] = hn::Add(cones[1], hn::MulAdd(square_difference, squares, hn::Mul(linear_difference, y)));
    }
  }
  FloatVector square, linear;
  FloatVector square_of_s, linear_of_s;
  FloatVector square_difference, linear_difference;
  bool differ;
};

// Multiplies by one row of a matrix.
struct RowWeights {
  explicit RowWeights(const float (&row)[3]) : w{Constant(row[0]), Constant(row[1]), Constant(row[2])} {}
  HWY_INLINE FloatVector operator()(const Triple& v) const {
    return hn::MulAdd(v[2], w[2], hn::MulAdd(v[1], w[1], hn::Mul(v[0], w[0])));
  }
  Triple w;
};

void XybToSignalRowKernel(const XybParameters& xyb, const TransferParameters& parameters, float* p0, float* p1,
                          float* p2, size_t n) {
  const FloatTag d;
  const ConesOfXyb cones_of_xyb(xyb);
  const RowWeights red(xyb.weights[0]);
  const RowWeights green(xyb.weights[1]);
  const RowWeights blue(xyb.weights[2]);
  WithTransfer(parameters, [&](const auto& transfer) HWY_ATTR {
    ForVectors<3>(n, {p0, p1, p2}, [&](float* const(&at)[3]) HWY_ATTR {
      Triple cones;
      cones_of_xyb(hn::LoadU(d, at[0]), hn::LoadU(d, at[1]), hn::LoadU(d, at[2]), cones);
      auto r = red(cones);
      auto g = green(cones);
      auto b = blue(cones);
      transfer.Encode(r, g, b);
      hn::StoreU(r, d, at[0]);
      hn::StoreU(g, d, at[1]);
      hn::StoreU(b, d, at[2]);
    });
  });
}

void XybToGreySignalRowKernel(const XybParameters& xyb, const TransferParameters& parameters, float* p0,
                              const float* p1, const float* p2, size_t n) {
  const FloatTag d;
  const ConesOfXyb cones_of_xyb(xyb);
  const RowWeights grey(xyb.weights[0]);
  WithTransfer(parameters, [&](const auto& transfer) HWY_ATTR {
    ForVectors<1>(n, {p0, const_cast<float*>(p1), const_cast<float*>(p2)}, [&](float* const(&at)[3]) HWY_ATTR {
      Triple cones;
      cones_of_xyb(hn::LoadU(d, at[0]), hn::LoadU(d, at[1]), hn::LoadU(d, at[2]), cones);
      auto v = grey(cones);
      transfer.Encode(v);
      hn::StoreU(v, d, at[0]);
    });
  });
}

void XybToScaledXybRowKernel(float* p0, float* p1, float* p2, size_t n) {
  const FloatTag d;
  ForVectors<3>(n, {p0, p1, p2}, [&](float* const(&at)[3]) HWY_ATTR {
    const auto x = hn::LoadU(d, at[0]);
    const auto y = hn::LoadU(d, at[1]);
    const auto b = hn::LoadU(d, at[2]);
    hn::StoreU(hn::Mul(hn::Add(x, Constant(kScaledXybOffset[0])), Constant(kScaledXybScale[0])), d, at[0]);
    hn::StoreU(hn::Mul(hn::Add(y, Constant(kScaledXybOffset[1])), Constant(kScaledXybScale[1])), d, at[1]);
    hn::StoreU(hn::Mul(hn::Add(hn::Sub(b, y), Constant(kScaledXybOffset[2])), Constant(kScaledXybScale[2])), d, at[2]);
  });
}

void MultiplyRowKernel(const float (&matrix)[3][3], float* p0, float* p1, float* p2, size_t n) {
  const FloatTag d;
  const RowWeights first(matrix[0]);
  const RowWeights second(matrix[1]);
  const RowWeights third(matrix[2]);
  ForVectors<3>(n, {p0, p1, p2}, [&](float* const(&at)[3]) HWY_ATTR {
    const Triple v = {hn::LoadU(d, at[0]), hn::LoadU(d, at[1]), hn::LoadU(d, at[2])};
    hn::StoreU(first(v), d, at[0]);
    hn::StoreU(second(v), d, at[1]);
    hn::StoreU(third(v), d, at[2]);
  });
}

void YcbcrToRgbRowKernel(float* p0, float* p1, float* p2, size_t n) {
  const FloatTag d;
  const auto offset = Constant(128.0f / 255);
  const auto green_of_cb = Constant(static_cast<float>(-0.114 * 1.772 / 0.587));
  const auto green_of_cr = Constant(static_cast<float>(-0.299 * 1.402 / 0.587));
  ForVectors<3>(n, {p0, p1, p2}, [&](float* const(&at)[3]) HWY_ATTR {
    const auto cb = hn::LoadU(d, at[0]);
    const auto y = hn::Add(hn::LoadU(d, at[1]), offset);
    const auto cr = hn::LoadU(d, at[2]);
    hn::StoreU(hn::MulAdd(cr, Constant(1.402f), y), d, at[0]);
    hn::StoreU(hn::MulAdd(cr, green_of_cr, hn::MulAdd(cb, green_of_cb, y)), d, at[1]);
    hn::StoreU(hn::MulAdd(cb, Constant(1.772f), y), d, at[2]);
  });
}

// NOLINTNEXTLINE(google-readability-namespace-comments)
}  // namespace HWY_NAMESPACE
}  // namespace jxlpool
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace jxlpool {

HWY_EXPORT(XybToSignalRowKernel);
HWY_EXPORT(XybToGreySignalRowKernel);
HWY_EXPORT(XybToScaledXybRowKernel);
HWY_EXPORT(MultiplyRowKernel);
HWY_EXPORT(YcbcrToRgbRowKernel);

void XybToSignalRow(const XybParameters& xyb, const TransferParameters& transfer, float* p0, float* p1, float* p2,
                    size_t n) {
  HWY_DYNAMIC_DISPATCH(XybToSignalRowKernel)(xyb, transfer, p0, p1, p2, n);
}
void XybToGreySignalRow(const XybParameters& xyb, const TransferParameters& transfer, float* p0, const float* p1,
                        const float* p2, size_t n) {
  HWY_DYNAMIC_DISPATCH(XybToGreySignalRowKernel)(xyb, transfer, p0, p1, p2, n);
}
void XybToScaledXybRow(float* p0, float* p1, float* p2, size_t n) {
  HWY_DYNAMIC_DISPATCH(XybToScaledXybRowKernel)(p0, p1, p2, n);
}
void MultiplyRow(const float (&matrix)[3][3], float* p0, float* p1, float* p2, size_t n) {
  HWY_DYNAMIC_DISPATCH(MultiplyRowKernel)(matrix, p0, p1, p2, n);
}
void YcbcrToRgbRow(float* p0, float* p1, float* p2, size_t n) {
  HWY_DYNAMIC_DISPATCH(YcbcrToRgbRowKernel)(p0, p1, p2, n);
}

}  // namespace jxlpool
#endif  // HWY_ONCE
