#include "lib/modular/transforms/rct.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "lib/modular/transforms/rct_simd.cc"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace jxlpool {
namespace HWY_NAMESPACE {
namespace {

namespace hn = hwy::HWY_NAMESPACE;

// Returns floor((a + c) / 2). In 16 bits, where samples keep to the storage but sums need not, nothing overflows; in 32
// bits the sum wraps.
template <class D, class V>
HWY_INLINE V Average(D /*d*/, V a, V c) {
  if constexpr (sizeof(hn::TFromD<D>) == 2) {
    return hn::Add(hn::And(a, c), hn::ShiftRight<1>(hn::Xor(a, c)));
  } else {
    return hn::ShiftRight<1>(hn::Add(a, c));
  }
}

template <uint32_t kOp, class D, class T>
HWY_INLINE void UndoVector(D d, T* const (&in)[3], T* const (&out)[3], size_t x) {
  auto a = hn::LoadU(d, in[0] + x);
  auto b = hn::LoadU(d, in[1] + x);
  auto c = hn::LoadU(d, in[2] + x);
  if constexpr (kOp == 6) {
    const auto t = hn::Sub(a, hn::ShiftRight<1>(c));
    const auto green = hn::Add(c, t);
    c = hn::Sub(t, hn::ShiftRight<1>(b));
    a = hn::Add(c, b);
    b = green;
  } else {
    if constexpr (kOp == 1 || kOp == 3 || kOp == 5) {
      const auto sum = hn::Add(c, a);
      if constexpr (kOp == 5) b = hn::Add(b, Average(d, a, sum));
      c = sum;
    }
    if constexpr (kOp == 2 || kOp == 3) b = hn::Add(b, a);
    if constexpr (kOp == 4) b = hn::Add(b, Average(d, a, c));
  }
  hn::StoreU(a, d, out[0] + x);
  hn::StoreU(b, d, out[1] + x);
  hn::StoreU(c, d, out[2] + x);
}

template <uint32_t kOp, class T>
void UndoOp(uint32_t permutation, T* c0, T* c1, T* c2, size_t count) {
  static constexpr uint8_t kDestinations[6][3] = {{0, 1, 2}, {1, 2, 0}, {2, 0, 1}, {0, 2, 1}, {1, 0, 2}, {2, 1, 0}};
  T* const in[3] = {c0, c1, c2};
  const uint8_t(&to)[3] = kDestinations[permutation];
  T* const out[3] = {in[to[0]], in[to[1]], in[to[2]]};
  const hn::ScalableTag<T> d;
  const hn::CappedTag<T, 1> one;
  size_t x = 0;
  for (; x + hn::Lanes(d) <= count; x += hn::Lanes(d)) UndoVector<kOp>(d, in, out, x);
  for (; x < count; ++x) UndoVector<kOp>(one, in, out, x);
}

template <class T>
void UndoRow(uint32_t type, T* c0, T* c1, T* c2, size_t count) {
  constexpr void (*kOps[7])(uint32_t, T*, T*, T*, size_t) = {UndoOp<0, T>, UndoOp<1, T>, UndoOp<2, T>, UndoOp<3, T>,
                                                             UndoOp<4, T>, UndoOp<5, T>, UndoOp<6, T>};
  kOps[type % 7](type / 7, c0, c1, c2, count);
}

void UndoRow16(uint32_t type, int16_t* c0, int16_t* c1, int16_t* c2, size_t count) { UndoRow(type, c0, c1, c2, count); }
void UndoRow32(uint32_t type, int32_t* c0, int32_t* c1, int32_t* c2, size_t count) { UndoRow(type, c0, c1, c2, count); }

}  // namespace
// NOLINTNEXTLINE(google-readability-namespace-comments)
}  // namespace HWY_NAMESPACE
}  // namespace jxlpool
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace jxlpool {

HWY_EXPORT(UndoRow16);
HWY_EXPORT(UndoRow32);

void UndoRctRow(uint32_t type, int16_t* c0, int16_t* c1, int16_t* c2, size_t count) {
  HWY_DYNAMIC_DISPATCH(UndoRow16)(type, c0, c1, c2, count);
}
void UndoRctRow(uint32_t type, int32_t* c0, int32_t* c1, int32_t* c2, size_t count) {
  HWY_DYNAMIC_DISPATCH(UndoRow32)(type, c0, c1, c2, count);
}

}  // namespace jxlpool
#endif
