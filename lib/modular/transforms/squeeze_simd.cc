#include "lib/modular/transforms/squeeze.h"
#include "lib/modular/transforms/unsqueeze_scalar.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "lib/modular/transforms/squeeze_simd.cc"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace jxlpool {
namespace HWY_NAMESPACE {
namespace {

namespace hn = hwy::HWY_NAMESPACE;

#if HWY_TARGET != HWY_SCALAR

// Returns floor(v / 3) for unsigned lanes.
template <class D, class V>
HWY_INLINE V Third(D d, V v) {
  if constexpr (sizeof(hn::TFromD<D>) == 2) {
    return hn::ShiftRight<1>(hn::MulHigh(v, hn::Set(d, uint16_t{0xAAAB})));
  } else {
    const hn::RepartitionToWide<D> d64;
    const auto factor = hn::Set(d, 0xAAAAAAABu);
    const auto even = hn::ShiftRight<33>(hn::MulEven(v, factor));
    const auto shifted = hn::BitCast(d, hn::ShiftRight<32>(hn::BitCast(d64, v)));
    const auto odd = hn::ShiftLeft<32>(hn::ShiftRight<33>(hn::MulEven(shifted, factor)));
    return hn::BitCast(d, hn::Or(even, odd));
  }
}

// Returns (a + b) / 2 rounded down, for unsigned lanes.
template <class V>
HWY_INLINE V HalfSum(V a, V b) {
  return hn::Add(hn::And(a, b), hn::ShiftRight<1>(hn::Xor(a, b)));
}

// Returns 2 * v + bit where that is representable, else something larger than any tendency.
template <class D, class V>
HWY_INLINE V TwicePlus([[maybe_unused]] D d, V v, V bit) {
  if constexpr (sizeof(hn::TFromD<D>) == 2) {
    return hn::SaturatedAdd(hn::SaturatedAdd(v, v), bit);
  } else {
    return hn::Add(hn::ShiftLeft<1>(hn::Min(v, hn::Set(d, 0x7FFFFFFFu))), bit);
  }
}

// SqueezeTendency in the lanes of vectors. Differences are taken as unsigned numbers, where they cannot overflow.
template <class D, class V>
HWY_INLINE V Tendency(D d, V before, V average, V after) {
  const hn::RebindToUnsigned<D> du;
  const auto u = [du](V v) { return hn::BitCast(du, v); };
  const auto one = hn::Set(du, hn::TFromD<decltype(du)>{1});
  const auto no_fall = hn::Or(hn::Gt(average, before), hn::Gt(after, average));
  const auto no_rise = hn::Or(hn::Gt(before, average), hn::Gt(average, after));

  const auto a = hn::Sub(u(hn::Max(before, average)), u(hn::Min(before, average)));
  const auto b = hn::Sub(u(hn::Max(average, after)), u(hn::Min(average, after)));
  const auto c = hn::Sub(u(hn::Max(before, after)), u(hn::Min(before, after)));
  // (a / 3 + c + 2) / 4
  auto t = HalfSum(Third(du, a), c);
  t = HalfSum(t, one);
  const auto odd = hn::And(t, one);
  t = hn::IfThenElse(hn::Gt(t, TwicePlus(du, a, odd)), TwicePlus(du, a, one), t);
  const auto twice_b = TwicePlus(du, b, hn::Zero(du));
  t = hn::IfThenElse(hn::Gt(hn::Add(t, hn::And(t, one)), twice_b), twice_b, t);
  const auto signed_t = hn::BitCast(d, t);
  return hn::IfThenZeroElse(hn::And(no_fall, no_rise), hn::IfThenElse(no_fall, hn::Neg(signed_t), signed_t));
}

// Makes the pair of samples with this average and the difference residual + tendency.
template <class D, class V>
HWY_INLINE void Split(D d, V average, V residual, V tendency, V* even, V* odd) {
  // Half of the difference, towards zero, without a carry out of the lane.
  const auto low_bits = hn::Xor(residual, tendency);
  const auto floor_half = hn::Add(hn::And(residual, tendency), hn::ShiftRight<1>(low_bits));
  const auto one = hn::Set(d, hn::TFromD<D>{1});
  const auto correction = hn::And(hn::And(low_bits, one), hn::BroadcastSignBit(floor_half));
  *even = hn::Add(average, hn::Add(floor_half, correction));
  *odd = hn::Sub(*even, hn::Add(residual, tendency));
}

template <class D, class T>
HWY_INLINE void UnsqueezeVector(D d, const SqueezedRows<T>& in, size_t x, T* even, T* odd) {
  const auto average = hn::LoadU(d, in.average + x);
  const auto tendency = Tendency(d, hn::LoadU(d, in.previous + x), average, hn::LoadU(d, in.next + x));
  auto first = average;
  auto second = average;
  Split(d, average, hn::LoadU(d, in.residual + x), tendency, &first, &second);
  hn::StoreU(first, d, even + x);
  hn::StoreU(second, d, odd + x);
}

#endif  // HWY_TARGET != HWY_SCALAR

template <class T>
void UnsqueezeRowT(const SqueezedRows<T>& in, size_t count, T* even, T* odd) {
#if HWY_TARGET != HWY_SCALAR
  const hn::ScalableTag<T> d;
  const size_t lanes = hn::Lanes(d);
  if (count >= lanes) {
    // The last vector overlaps the one before.
    for (size_t i = 0; i < count; i += lanes) UnsqueezeVector(d, in, HWY_MIN(i, count - lanes), even, odd);
    return;
  }
#endif
  for (size_t x = 0; x < count; ++x) {
    const T tendency = SqueezeTendency(in.previous[x], in.average[x], in.next[x]);
    UnsqueezePair(in.average[x], in.residual[x], tendency, even + x, odd + x);
  }
}

#if HWY_TARGET != HWY_SCALAR

// A 128-bit block has so many samples; so many are the sides of the squares that are transposed.
template <class T>
inline constexpr size_t kSide = 16 / sizeof(T);

// Block b of the vector holds the samples of row kSide * b, counted from `row`.
template <class D, class T>
HWY_INLINE hn::VFromD<D> LoadRowBlocks(D d, const T* row, size_t stride) {
  if constexpr (hn::MaxLanes(D()) == kSide<T>) {
    return hn::LoadU(d, row);
  } else {
    const hn::Half<D> half;
    const size_t half_rows = hn::MaxLanes(D()) / 2;
    return hn::Combine(d, LoadRowBlocks(half, row + half_rows * stride, stride), LoadRowBlocks(half, row, stride));
  }
}
template <class D, class T>
HWY_INLINE void StoreRowBlocks(D d, hn::VFromD<D> v, T* row, size_t stride) {
  if constexpr (hn::MaxLanes(D()) == kSide<T>) {
    hn::StoreU(v, d, row);
  } else {
    const hn::Half<D> half;
    const size_t half_rows = hn::MaxLanes(D()) / 2;
    StoreRowBlocks(half, hn::LowerHalf(half, v), row, stride);
    StoreRowBlocks(half, hn::UpperHalf(half, v), row + half_rows * stride, stride);
  }
}

// Transposes the square of each block.
template <class D>
HWY_INLINE void Transpose(D d, hn::VFromD<D>* v) {
  constexpr size_t kSize = kSide<hn::TFromD<D>>;
  for (size_t step = 1; step < kSize; step *= 2) {
    hn::VFromD<D> shuffled[kSize];
    for (size_t i = 0; i < kSize / 2; ++i) {
      shuffled[2 * i] = hn::InterleaveLower(d, v[i], v[i + kSize / 2]);
      shuffled[2 * i + 1] = hn::InterleaveUpper(d, v[i], v[i + kSize / 2]);
    }
    for (size_t i = 0; i < kSize; ++i) v[i] = shuffled[i];
  }
}

// Loads the first kSide columns of as many rows as a vector has lanes, one vector for each column.
template <class D, class T>
HWY_INLINE void LoadColumns(D d, const T* rows, size_t stride, hn::VFromD<D>* columns) {
  for (size_t i = 0; i < kSide<T>; ++i) columns[i] = LoadRowBlocks(d, rows + i * stride, stride);
  Transpose(d, columns);
}
template <class D, class T>
HWY_INLINE void StoreColumns(D d, hn::VFromD<D>* columns, T* rows, size_t stride) {
  Transpose(d, columns);
  for (size_t i = 0; i < kSide<T>; ++i) StoreRowBlocks(d, columns[i], rows + i * stride, stride);
}

// Makes rows [y, y + lanes), one in each lane.
template <class D, class T>
void UnsqueezeLanes(D d, const View2D<const T>& average, const View2D<const T>& residual, const View2D<T>& out,
                    size_t y) {
  using V = hn::VFromD<D>;
  constexpr size_t kSize = kSide<T>;
  const T* averages = average.Row(y);
  const T* residuals = residual.Row(y);
  V current[kSize];
  V following[kSize];
  LoadColumns(d, averages, average.stride, current);
  V previous = current[0];
  for (size_t x = 0; x < residual.width; x += kSize) {
    if (x + kSize < average.width) {
      LoadColumns(d, averages + x + kSize, average.stride, following);
    } else {
      following[0] = current[kSize - 1];
    }
    V differences[kSize];
    LoadColumns(d, residuals + x, residual.stride, differences);
    V columns[2 * kSize];
    for (size_t i = 0; i < kSize; ++i) {
      V next = i + 1 < kSize ? current[i + 1] : following[0];
      if (x + i + 1 == average.width) next = current[i];
      const V tendency = Tendency(d, previous, current[i], next);
      Split(d, current[i], differences[i], tendency, &columns[2 * i], &columns[2 * i + 1]);
      previous = columns[2 * i + 1];
    }
    StoreColumns(d, columns, out.Row(y) + 2 * x, out.stride);
    StoreColumns(d, columns + kSize, out.Row(y) + 2 * x + kSize, out.stride);
    for (size_t i = 0; i < kSize; ++i) current[i] = following[i];
  }
}

#endif  // HWY_TARGET != HWY_SCALAR

template <class T>
void UnsqueezeOneRow(const View2D<const T>& average, const View2D<const T>& residual, const View2D<T>& out, size_t y) {
  const T* averages = average.Row(y);
  const T* residuals = residual.Row(y);
  T* to = out.Row(y);
  T previous = averages[0];
  for (size_t x = 0; x < residual.width; ++x) {
    const T next = averages[x + 1 < average.width ? x + 1 : x];
    UnsqueezePair(averages[x], residuals[x], SqueezeTendency(previous, averages[x], next), to + 2 * x, to + 2 * x + 1);
    previous = to[2 * x + 1];
  }
}

template <class T>
void UnsqueezeColumnsT(const View2D<const T>& average, const View2D<const T>& residual, const View2D<T>& out, size_t y0,
                       size_t y1) {
  size_t y = y0;
#if HWY_TARGET != HWY_SCALAR
  const hn::ScalableTag<T> d;
  const size_t lanes = hn::Lanes(d);
  if (y1 - y0 >= lanes) {
    // The last vector of rows overlaps the one before.
    for (; y < y1; y += lanes) UnsqueezeLanes(d, average, residual, out, HWY_MIN(y, y1 - lanes));
  }
#endif
  for (; y < y1; ++y) UnsqueezeOneRow(average, residual, out, y);
  if (average.width == residual.width) return;
  for (y = y0; y < y1; ++y) out.Row(y)[2 * residual.width] = average.Row(y)[residual.width];
}

void Row16(const SqueezedRows<int16_t>& in, size_t count, int16_t* even, int16_t* odd) {
  UnsqueezeRowT(in, count, even, odd);
}
void Row32(const SqueezedRows<int32_t>& in, size_t count, int32_t* even, int32_t* odd) {
  UnsqueezeRowT(in, count, even, odd);
}
void Columns16(const View2D<const int16_t>& average, const View2D<const int16_t>& residual, const View2D<int16_t>& out,
               size_t y0, size_t y1) {
  UnsqueezeColumnsT(average, residual, out, y0, y1);
}
void Columns32(const View2D<const int32_t>& average, const View2D<const int32_t>& residual, const View2D<int32_t>& out,
               size_t y0, size_t y1) {
  UnsqueezeColumnsT(average, residual, out, y0, y1);
}

}  // namespace
// NOLINTNEXTLINE(google-readability-namespace-comments)
}  // namespace HWY_NAMESPACE
}  // namespace jxlpool
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace jxlpool {

HWY_EXPORT(Row16);
HWY_EXPORT(Row32);
HWY_EXPORT(Columns16);
HWY_EXPORT(Columns32);

void UnsqueezeRow(const SqueezedRows<int16_t>& in, size_t count, int16_t* even, int16_t* odd) {
  HWY_DYNAMIC_DISPATCH(Row16)(in, count, even, odd);
}
void UnsqueezeRow(const SqueezedRows<int32_t>& in, size_t count, int32_t* even, int32_t* odd) {
  HWY_DYNAMIC_DISPATCH(Row32)(in, count, even, odd);
}
void UnsqueezeColumns(const View2D<const int16_t>& average, const View2D<const int16_t>& residual,
                      const View2D<int16_t>& out, size_t y0, size_t y1) {
  HWY_DYNAMIC_DISPATCH(Columns16)(average, residual, out, y0, y1);
}
void UnsqueezeColumns(const View2D<const int32_t>& average, const View2D<const int32_t>& residual,
                      const View2D<int32_t>& out, size_t y0, size_t y1) {
  HWY_DYNAMIC_DISPATCH(Columns32)(average, residual, out, y0, y1);
}

}  // namespace jxlpool
#endif
