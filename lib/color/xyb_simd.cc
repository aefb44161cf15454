#include "lib/color/xyb.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "lib/color/xyb_simd.cc"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "lib/color/transfer_functions-inl.h"

HWY_BEFORE_NAMESPACE();
namespace jxlpool {
namespace HWY_NAMESPACE {

// Cone responses of one vector of pixels.
struct Cones {
  FloatVector l, m, s;
};

// The first half of the inverse: X, Y, B to cone responses.
struct ConesOfXyb {
  explicit ConesOfXyb(const XybParameters& xyb) {
    for (int i = 0; i < 3; ++i) {
      bias[i] = Constant(xyb.bias[i]);
      cbrt[i] = Constant(xyb.bias_cbrt[i]);
    }
  }
  HWY_INLINE Cones operator()(FloatVector x, FloatVector y, FloatVector b) const {
    const auto l = hn::Sub(hn::Add(y, x), cbrt[0]);
    const auto m = hn::Sub(hn::Sub(y, x), cbrt[1]);
    const auto s = hn::Sub(b, cbrt[2]);
    return {hn::MulAdd(hn::Mul(l, l), l, bias[0]), hn::MulAdd(hn::Mul(m, m), m, bias[1]),
            hn::MulAdd(hn::Mul(s, s), s, bias[2])};
  }
  FloatVector bias[3];
  FloatVector cbrt[3];
};

// One row of the matrix.
struct ConeWeights {
  explicit ConeWeights(const float (&row)[3]) : l(Constant(row[0])), m(Constant(row[1])), s(Constant(row[2])) {}
  HWY_INLINE FloatVector operator()(const Cones& cones) const {
    return hn::MulAdd(cones.s, s, hn::MulAdd(cones.m, m, hn::Mul(cones.l, l)));
  }
  FloatVector l, m, s;
};

void XybToSignalRowKernel(const XybParameters& xyb, const TransferParameters& parameters, float* p0, float* p1,
                          float* p2, size_t n) {
  const FloatTag d;
  const ConesOfXyb cones_of_xyb(xyb);
  const ConeWeights red(xyb.matrix[0]);
  const ConeWeights green(xyb.matrix[1]);
  const ConeWeights blue(xyb.matrix[2]);
  WithTransfer(parameters, [&](const auto& transfer) HWY_ATTR {
    ForVectors<3>(n, {p0, p1, p2}, [&](float* const(&at)[3]) HWY_ATTR {
      const Cones cones = cones_of_xyb(hn::LoadU(d, at[0]), hn::LoadU(d, at[1]), hn::LoadU(d, at[2]));
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
  const ConeWeights grey(xyb.matrix[0]);
  WithTransfer(parameters, [&](const auto& transfer) HWY_ATTR {
    ForVectors<1>(n, {p0, const_cast<float*>(p1), const_cast<float*>(p2)}, [&](float* const(&at)[3]) HWY_ATTR {
      auto v = grey(cones_of_xyb(hn::LoadU(d, at[0]), hn::LoadU(d, at[1]), hn::LoadU(d, at[2])));
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
  const ConeWeights first(matrix[0]);
  const ConeWeights second(matrix[1]);
  const ConeWeights third(matrix[2]);
  ForVectors<3>(n, {p0, p1, p2}, [&](float* const(&at)[3]) HWY_ATTR {
    const Cones v = {hn::LoadU(d, at[0]), hn::LoadU(d, at[1]), hn::LoadU(d, at[2])};
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
