#include <array>
#include <cstring>

#include "lib/color/dither_table.h"
#include "lib/color/sample_output_kernels.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "lib/color/sample_output_kernels_simd.cc"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#ifndef LIB_COLOR_SAMPLE_CONVERSION_SIMD_ONCE_
#define LIB_COLOR_SAMPLE_CONVERSION_SIMD_ONCE_
namespace jxlpool {

// Kernels use at most this many float lanes.
inline constexpr size_t kFloatLanes = 16;

// The rows of this dither table are continued, for vector loads from any column.
inline constexpr auto kPaddedDither = [] {
  std::array<std::array<float, 32 + kFloatLanes>, 32> table = {};
  for (size_t y = 0; y < table.size(); ++y) {
    for (size_t x = 0; x < table[y].size(); ++x) table[y][x] = kDither32x32[y][x % 32];
  }
  return table;
}();

enum class RowOrder { kForward, kReversed };

}  // namespace jxlpool
#endif  // LIB_COLOR_SAMPLE_CONVERSION_SIMD_ONCE_

HWY_BEFORE_NAMESPACE();
namespace jxlpool {
namespace HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

template <typename T>
using Tag = hn::CappedTag<T, kFloatLanes * sizeof(float) / sizeof(T)>;
using FloatVector = hn::Vec<Tag<float>>;

// ---- Quantisers: one vector of a channel's samples to one of output samples ----

// Takes floats to 0..max, clamped; NaN gives 0.
HWY_INLINE auto RoundClamped(FloatVector t, FloatVector max) {
  const Tag<float> d;
  const auto positive = hn::IfThenElseZero(hn::Gt(t, hn::Zero(d)), t);
  return hn::NearestInt(hn::Min(positive, max));
}

template <class V>
HWY_INLINE V SwapBytes16(V v) {
  return hn::Or(hn::ShiftLeft<8>(v), hn::ShiftRight<8>(v));
}

struct FloatToUint8 {
  using Out = uint8_t;
  FloatToUint8(const OutputRowFormat& format, const OutputRowPosition& position)
      : max(hn::Set(Tag<float>(), static_cast<float>((1u << format.bits) - 1))), y(position.y), x(position.x) {}
  HWY_INLINE auto operator()(FloatVector v, size_t c, size_t i) const {
    const auto noise = hn::LoadU(Tag<float>(), kPaddedDither[(y + 13 * c) % 32].data() + (x + i + 23 * c) % 32);
    return hn::DemoteTo(hn::Rebind<uint8_t, Tag<float>>(), RoundClamped(hn::Add(hn::Mul(v, max), noise), max));
  }
  FloatVector max;
  size_t y, x;
};

struct FloatToUint16 {
  using Out = uint16_t;
  explicit FloatToUint16(const OutputRowFormat& format)
      : max(hn::Set(Tag<float>(), static_cast<float>((1u << format.bits) - 1))), swap(format.big_endian) {}
  HWY_INLINE auto operator()(FloatVector v, size_t /*c*/, size_t /*i*/) const {
    const auto result = hn::DemoteTo(hn::Rebind<uint16_t, Tag<float>>(), RoundClamped(hn::Mul(v, max), max));
    return swap ? SwapBytes16(result) : result;
  }
  FloatVector max;
  bool swap;
};

// Makes IEEE binary16, in integer arithmetic so that all targets agree.
struct FloatToHalf {
  using Out = uint16_t;
  explicit FloatToHalf(const OutputRowFormat& format) : swap(format.big_endian) {}
  HWY_INLINE auto operator()(FloatVector v, size_t /*c*/, size_t /*i*/) const {
    const Tag<float> d;
    const Tag<int32_t> di;
    const Tag<uint32_t> du;
    const auto bits = hn::BitCast(du, v);
    const auto sign = hn::And(hn::ShiftRight<16>(bits), hn::Set(du, 0x8000));
    const auto magnitude = hn::BitCast(di, hn::And(bits, hn::Set(du, 0x7FFFFFFF)));
    const auto is_odd = hn::And(hn::ShiftRight<13>(magnitude), hn::Set(di, 1));
    const auto normal = hn::ShiftRight<13>(hn::Add(magnitude, hn::Add(is_odd, hn::Set(di, 0xFFF - 0x38000000))));
    // Adding 1/2 lets the float adder round to the spacing of the subnormals.
    const auto aligned = hn::BitCast(di, hn::Add(hn::BitCast(d, magnitude), hn::Set(d, 0.5f)));
    const auto subnormal = hn::Sub(aligned, hn::Set(di, 0x3F000000));
    const auto payload = hn::And(hn::ShiftRight<13>(magnitude), hn::Set(di, 0x3FF));
    const auto nan = hn::Or(hn::Set(di, 0x7E00), payload);
    const auto infinity = hn::Set(di, 0x7C00);
    auto half = hn::IfThenElse(hn::Lt(magnitude, hn::Set(di, 0x38800000)), subnormal, normal);
    half = hn::IfThenElse(hn::Lt(magnitude, hn::Set(di, 0x47800000)), half, infinity);
    half = hn::IfThenElse(hn::Gt(magnitude, hn::Set(di, 0x7F800000)), nan, half);
    half = hn::Or(half, hn::BitCast(di, sign));
    const auto result = hn::DemoteTo(hn::Rebind<uint16_t, Tag<float>>(), half);
    return swap ? SwapBytes16(result) : result;
  }
  bool swap;
};

struct FloatBits {
  using Out = uint32_t;
  explicit FloatBits(const OutputRowFormat& format) : swap(format.big_endian) {}
  HWY_INLINE auto operator()(FloatVector v, size_t /*c*/, size_t /*i*/) const {
    const Tag<uint32_t> du;
    const auto bits = hn::BitCast(du, v);
    if (!swap) return bits;
    const auto mask = hn::Set(du, 0x00FF00FF);
    const auto pairs = hn::Or(hn::ShiftLeft<8>(hn::And(bits, mask)), hn::And(hn::ShiftRight<8>(bits), mask));
    return hn::Or(hn::ShiftLeft<16>(pairs), hn::ShiftRight<16>(pairs));
  }
  bool swap;
};

// Clamps integers of type In to 0..max / factor and multiplies them.
template <typename In, typename OutT>
struct IntegerToInteger {
  using Out = OutT;
  using V = hn::Vec<Tag<In>>;
  IntegerToInteger(const OutputRowFormat& format, const uint32_t* channel_factors)
      : swap(format.big_endian && sizeof(Out) == 2) {
    const uint32_t max = (1u << format.bits) - 1;
    for (uint32_t c = 0; c < format.num_channels; ++c) {
      factors[c] = hn::Set(Tag<In>(), static_cast<In>(channel_factors[c]));
      constexpr uint32_t kLargest = std::is_same_v<In, int16_t> ? 0x7FFF : 0x7FFFFFFF;
      limits[c] = hn::Set(Tag<In>(), static_cast<In>(HWY_MIN(max / channel_factors[c], kLargest)));
    }
  }
  HWY_INLINE auto operator()(V v, size_t c, size_t /*i*/) const {
    const auto clamped = hn::Min(hn::Max(v, hn::Zero(Tag<In>())), limits[c]);
    const auto scaled = hn::Mul(clamped, factors[c]);
    const hn::Rebind<Out, Tag<In>> d_out;
    if constexpr (sizeof(In) == sizeof(Out)) {
      const auto result = hn::BitCast(d_out, scaled);
      return swap ? SwapBytes16(result) : result;
    } else {
      const auto result = hn::DemoteTo(d_out, scaled);
      if constexpr (sizeof(Out) == 2) {
        if (swap) return SwapBytes16(result);
      }
      return result;
    }
  }
  V factors[4];
  V limits[4];
  bool swap;
};

// ---- The loop over a row ----

template <size_t kChannels, RowOrder kOrder, typename In, class Quantiser>
HWY_INLINE void StoreVector(const Quantiser& quantiser, const In* const (&at)[kChannels], size_t i,
                            typename Quantiser::Out* out) {
  const Tag<In> d;
  const hn::Rebind<typename Quantiser::Out, Tag<In>> d_out;
  hn::Vec<decltype(d_out)> v[kChannels];
  for (size_t c = 0; c < kChannels; ++c) {
    auto samples = hn::LoadU(d, at[c]);
    if constexpr (kOrder == RowOrder::kReversed) samples = hn::Reverse(d, samples);
    v[c] = quantiser(samples, c, i);
  }
  if constexpr (kChannels == 1) hn::StoreU(v[0], d_out, out);
  if constexpr (kChannels == 2) hn::StoreInterleaved2(v[0], v[1], d_out, out);
  if constexpr (kChannels == 3) hn::StoreInterleaved3(v[0], v[1], v[2], d_out, out);
  if constexpr (kChannels == 4) hn::StoreInterleaved4(v[0], v[1], v[2], v[3], d_out, out);
}

template <size_t kChannels, RowOrder kOrder, typename In, class Quantiser>
void StorePixels(const Quantiser& quantiser, const In* const* channels, size_t n, uint8_t* out_bytes) {
  using Out = typename Quantiser::Out;
  const Tag<In> d;
  const size_t lanes = hn::Lanes(d);
  const In* at[kChannels];
  size_t i = 0;
  for (; i + lanes <= n; i += lanes) {
    for (size_t c = 0; c < kChannels; ++c) {
      at[c] = channels[c] + (kOrder == RowOrder::kReversed ? n - i - lanes : i);
    }
    StoreVector<kChannels, kOrder>(quantiser, at, i, reinterpret_cast<Out*>(out_bytes) + i * kChannels);
  }
  const size_t rest = n - i;
  if (rest == 0) return;
  HWY_ALIGN In samples[kChannels][hn::MaxLanes(d)] = {};
  HWY_ALIGN Out pixels[kChannels * hn::MaxLanes(d)];
  for (size_t c = 0; c < kChannels; ++c) {
    const In* from = channels[c] + (kOrder == RowOrder::kReversed ? 0 : i);
    In* to = samples[c] + (kOrder == RowOrder::kReversed ? lanes - rest : 0);
    for (size_t k = 0; k < rest; ++k) to[k] = from[k];
    at[c] = samples[c];
  }
  StoreVector<kChannels, kOrder>(quantiser, at, i, pixels);
  std::memcpy(out_bytes + i * kChannels * sizeof(Out), pixels, rest * kChannels * sizeof(Out));
}

template <RowOrder kOrder, typename In, class Quantiser>
void StoreChannels(const Quantiser& quantiser, uint32_t num_channels, const In* const* channels, size_t n,
                   uint8_t* out) {
  switch (num_channels) {
    case 1:
      return StorePixels<1, kOrder>(quantiser, channels, n, out);
    case 2:
      return StorePixels<2, kOrder>(quantiser, channels, n, out);
    case 3:
      return StorePixels<3, kOrder>(quantiser, channels, n, out);
    default:
      return StorePixels<4, kOrder>(quantiser, channels, n, out);
  }
}

template <typename In, class Quantiser>
void StoreWith(const Quantiser& quantiser, uint32_t num_channels, const In* const* channels, size_t n, bool reversed,
               uint8_t* out) {
  if (reversed) {
    StoreChannels<RowOrder::kReversed>(quantiser, num_channels, channels, n, out);
  } else {
    StoreChannels<RowOrder::kForward>(quantiser, num_channels, channels, n, out);
  }
}

// ---- Entry points ----

void StoreFloats(const OutputRowFormat& format, const float* const* channels, size_t n,
                 const OutputRowPosition& position, uint8_t* out) {
  switch (format.type) {
    case OutputSample::kUint8:
      return StoreWith(FloatToUint8(format, position), format.num_channels, channels, n, position.reversed, out);
    case OutputSample::kUint16:
      return StoreWith(FloatToUint16(format), format.num_channels, channels, n, position.reversed, out);
    case OutputSample::kFloat16:
      return StoreWith(FloatToHalf(format), format.num_channels, channels, n, position.reversed, out);
    case OutputSample::kFloat32:
      return StoreWith(FloatBits(format), format.num_channels, channels, n, position.reversed, out);
  }
}

template <typename In>
void StoreIntegers(const OutputRowFormat& format, const In* const* channels, const uint32_t* factors, size_t n,
                   bool reversed, uint8_t* out) {
  if (format.type == OutputSample::kUint8) {
    StoreWith(IntegerToInteger<In, uint8_t>(format, factors), format.num_channels, channels, n, reversed, out);
  } else {
    StoreWith(IntegerToInteger<In, uint16_t>(format, factors), format.num_channels, channels, n, reversed, out);
  }
}

void StoreInt16s(const OutputRowFormat& format, const int16_t* const* channels, const uint32_t* factors, size_t n,
                 bool reversed, uint8_t* out) {
  StoreIntegers(format, channels, factors, n, reversed, out);
}

void StoreInt32s(const OutputRowFormat& format, const int32_t* const* channels, const uint32_t* factors, size_t n,
                 bool reversed, uint8_t* out) {
  StoreIntegers(format, channels, factors, n, reversed, out);
}

// NOLINTNEXTLINE(google-readability-namespace-comments)
}  // namespace HWY_NAMESPACE
}  // namespace jxlpool
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace jxlpool {

HWY_EXPORT(StoreFloats);
HWY_EXPORT(StoreInt16s);
HWY_EXPORT(StoreInt32s);

void StoreFloatRowKernel(const OutputRowFormat& format, const float* const* channels, size_t n,
                         const OutputRowPosition& position, uint8_t* out) {
  HWY_DYNAMIC_DISPATCH(StoreFloats)(format, channels, n, position, out);
}
void StoreIntegerRowKernel(const OutputRowFormat& format, const int16_t* const* channels, const uint32_t* factors,
                           size_t n, bool reversed, uint8_t* out) {
  HWY_DYNAMIC_DISPATCH(StoreInt16s)(format, channels, factors, n, reversed, out);
}
void StoreIntegerRowKernel(const OutputRowFormat& format, const int32_t* const* channels, const uint32_t* factors,
                           size_t n, bool reversed, uint8_t* out) {
  HWY_DYNAMIC_DISPATCH(StoreInt32s)(format, channels, factors, n, reversed, out);
}

}  // namespace jxlpool
#endif  // HWY_ONCE
