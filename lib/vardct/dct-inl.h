// One-dimensional inverse DCTs on columns of vectors, and transposition. Per-target code for *_simd.cc files.
#if defined(LIB_VARDCT_DCT_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef LIB_VARDCT_DCT_INL_H_
#undef LIB_VARDCT_DCT_INL_H_
#else
#define LIB_VARDCT_DCT_INL_H_
#endif

#include <algorithm>
#include <bit>
#include <cstddef>

#include "hwy/highway.h"
#include "lib/vardct/dct_constants.h"

HWY_BEFORE_NAMESPACE();
namespace jxlpool {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

// Does an inverse DCT of N <= 16 vectors in place, fully unrolled. Vectors from index K on count as zero and are not
// read.
template <size_t N, size_t K, class D, class V = hn::Vec<D>>
HWY_INLINE void InverseInRegisters(D d, V* HWY_RESTRICT x) {
  if constexpr (K == 1) {
    HWY_UNROLL(16) for (size_t i = 1; i < N; ++i) x[i] = x[0];
  } else if constexpr (N == 2) {
    const V x0 = x[0];
    x[0] = hn::Add(x0, x[1]);
    x[1] = hn::Sub(x0, x[1]);
  } else {
    constexpr size_t kHalf = N / 2;
    constexpr size_t kEven = (K + 1) / 2;
    constexpr size_t kOdd = std::min(kHalf, K / 2 + 1);
    V even[kHalf];
    V odd[kHalf];
    HWY_UNROLL(8) for (size_t i = 0; i < kEven; ++i) even[i] = x[2 * i];
    odd[0] = hn::Mul(x[1], hn::Set(d, kSqrt2));
    HWY_UNROLL(8) for (size_t i = 1; i < kOdd; ++i) {
      odd[i] = 2 * i + 1 < K ? hn::Add(x[2 * i + 1], x[2 * i - 1]) : x[2 * i - 1];
    }
    InverseInRegisters<kHalf, kEven>(d, even);
    InverseInRegisters<kHalf, kOdd>(d, odd);
    HWY_UNROLL(8) for (size_t i = 0; i < kHalf; ++i) {
      const V gain = hn::Set(d, kDctGains<N>[i]);
      x[i] = hn::MulAdd(odd[i], gain, even[i]);
      x[N - 1 - i] = hn::NegMulAdd(odd[i], gain, even[i]);
    }
  }
}

// Loads K rows, transforms, stores N rows.
template <size_t N, size_t K, class D>
HWY_INLINE void InverseSmallColumn(D d, const float* HWY_RESTRICT in, size_t in_stride, float* HWY_RESTRICT out,
                                   size_t out_stride) {
  hn::Vec<D> x[N];
  HWY_UNROLL(16) for (size_t i = 0; i < K; ++i) x[i] = hn::LoadU(d, in + i * in_stride);
  InverseInRegisters<N, K>(d, x);
  HWY_UNROLL(16) for (size_t i = 0; i < N; ++i) hn::StoreU(x[i], d, out + i * out_stride);
}

// Does an inverse DCT of size N of a column of vectors in memory: vector i is at in + i * in_stride. Vectors from index
// `bound` on count as zero; up to the next power of two they must be zero. `scratch` has 2 * N * Lanes(d) floats; `out`
// must not overlap the others. REQUIRES: 1 <= bound <= N.
template <size_t N, class D>
HWY_NOINLINE void InverseColumn(D d, const float* HWY_RESTRICT in, size_t in_stride, size_t bound,
                                float* HWY_RESTRICT out, size_t out_stride, float* HWY_RESTRICT scratch) {
  if constexpr (N <= 16) {
    if (bound <= 1) return InverseSmallColumn<N, 1>(d, in, in_stride, out, out_stride);
    if (bound <= 2) return InverseSmallColumn<N, 2>(d, in, in_stride, out, out_stride);
    if constexpr (N >= 8) {
      if (bound <= 4) return InverseSmallColumn<N, 4>(d, in, in_stride, out, out_stride);
    }
    if constexpr (N >= 16) {
      if (bound <= 8) return InverseSmallColumn<N, 8>(d, in, in_stride, out, out_stride);
    }
    InverseSmallColumn<N, N>(d, in, in_stride, out, out_stride);
  } else {
    constexpr size_t kHalf = N / 2;
    const size_t lanes = hn::Lanes(d);
    if (bound == 1) {
      const auto mean = hn::LoadU(d, in);
      for (size_t i = 0; i < N; ++i) hn::StoreU(mean, d, out + i * out_stride);
      return;
    }
    InverseColumn<kHalf>(d, in, 2 * in_stride, (bound + 1) / 2, out, out_stride, scratch);
    float* sums = scratch;
    float* odd = scratch + kHalf * lanes;
    const size_t odd_bound = std::min(kHalf, bound / 2 + 1);
    auto previous = hn::LoadU(d, in + in_stride);
    hn::Store(hn::Mul(previous, hn::Set(d, kSqrt2)), d, sums);
    for (size_t i = 1; i < odd_bound; ++i) {
      const auto next = 2 * i + 1 < bound ? hn::LoadU(d, in + (2 * i + 1) * in_stride) : hn::Zero(d);
      hn::Store(hn::Add(previous, next), d, sums + i * lanes);
      previous = next;
    }
    for (size_t i = odd_bound; i < std::bit_ceil(odd_bound); ++i) hn::Store(hn::Zero(d), d, sums + i * lanes);
    InverseColumn<kHalf>(d, sums, lanes, odd_bound, odd, lanes, scratch + N * lanes);
    for (size_t i = 0; i < kHalf; ++i) {
      const auto gain = hn::Set(d, kDctGains<N>[i]);
      const auto even = hn::LoadU(d, out + i * out_stride);
      const auto o = hn::Load(d, odd + i * lanes);
      hn::StoreU(hn::MulAdd(o, gain, even), d, out + i * out_stride);
      hn::StoreU(hn::NegMulAdd(o, gain, even), d, out + (N - 1 - i) * out_stride);
    }
  }
}

#if HWY_TARGET != HWY_SCALAR
// Transposes 4x4 matrices in each 128-bit block: lane i of block b of row j becomes lane j of block b of row i.
template <class D, class V = hn::Vec<D>>
HWY_INLINE void TransposeInBlocks(D d, V& r0, V& r1, V& r2, V& r3) {
  const hn::RepartitionToWide<D> d64;
  const auto low01 = hn::BitCast(d64, hn::InterleaveLower(d, r0, r1));
  const auto low23 = hn::BitCast(d64, hn::InterleaveLower(d, r2, r3));
  const auto high01 = hn::BitCast(d64, hn::InterleaveUpper(d, r0, r1));
  const auto high23 = hn::BitCast(d64, hn::InterleaveUpper(d, r2, r3));
  r0 = hn::BitCast(d, hn::InterleaveLower(d64, low01, low23));
  r1 = hn::BitCast(d, hn::InterleaveUpper(d64, low01, low23));
  r2 = hn::BitCast(d, hn::InterleaveLower(d64, high01, high23));
  r3 = hn::BitCast(d, hn::InterleaveUpper(d64, high01, high23));
}

// Transposes 8 vectors of 8 lanes.
template <class D, class V = hn::Vec<D>>
HWY_INLINE void Transpose8(D d, V* HWY_RESTRICT x) {
  TransposeInBlocks(d, x[0], x[1], x[2], x[3]);
  TransposeInBlocks(d, x[4], x[5], x[6], x[7]);
  HWY_UNROLL(4) for (size_t i = 0; i < 4; ++i) {
    const V left = x[i];
    x[i] = hn::ConcatLowerLower(d, x[4 + i], left);
    x[4 + i] = hn::ConcatUpperUpper(d, x[4 + i], left);
  }
}
#endif

// out[c][r] = in[r][c]. REQUIRES: rows and columns are multiples of 8.
HWY_INLINE void Transpose(const float* HWY_RESTRICT in, size_t in_stride, size_t rows, size_t columns,
                          float* HWY_RESTRICT out, size_t out_stride) {
#if HWY_TARGET == HWY_SCALAR
  for (size_t r = 0; r < rows; ++r) {
    for (size_t c = 0; c < columns; ++c) out[c * out_stride + r] = in[r * in_stride + c];
  }
#else
  const hn::CappedTag<float, 8> d;
  constexpr size_t kLanes = hn::MaxLanes(hn::CappedTag<float, 8>());
  for (size_t r = 0; r < rows; r += kLanes) {
    for (size_t c = 0; c < columns; c += kLanes) {
      const float* from = in + r * in_stride + c;
      float* to = out + c * out_stride + r;
      hn::Vec<decltype(d)> x[kLanes];
      HWY_UNROLL(8) for (size_t i = 0; i < kLanes; ++i) x[i] = hn::LoadU(d, from + i * in_stride);
      if constexpr (kLanes == 8) {
        Transpose8(d, x);
      } else {
        TransposeInBlocks(d, x[0], x[1], x[2], x[3]);
      }
      HWY_UNROLL(8) for (size_t i = 0; i < kLanes; ++i) hn::StoreU(x[i], d, to + i * out_stride);
    }
  }
#endif
}

}  // namespace HWY_NAMESPACE
}  // namespace jxlpool
HWY_AFTER_NAMESPACE();

#endif  // LIB_VARDCT_DCT_INL_H_
