#include "lib/color/sample_conversion.h"

#include <algorithm>
#include <array>
#include <cstring>

#include "lib/color/sample_input_kernels.h"
#include "lib/color/sample_output_kernels.h"

namespace jxlpool {
namespace {

constexpr uint32_t kFirstDoubleBits = 23;
constexpr size_t kMaxInterleaved = 4;

// These ones stand in for absent channels. Rows with absent channels are converted in pieces of this length.
constexpr size_t kChunk = 512;
template <typename T>
constexpr std::array<T, kChunk> MakeOnes() {
  std::array<T, kChunk> ones = {};
  ones.fill(T{1});
  return ones;
}
template <typename T>
constexpr std::array<T, kChunk> kOnes = MakeOnes<T>();

template <typename In>
void ScaleInDouble(const In* in, size_t n, double factor, float* out) {
  for (size_t i = 0; i < n; ++i) out[i] = static_cast<float>(static_cast<double>(in[i]) * factor);
}

template <typename In>
void ScaleSumsInDouble(const In* a, const In* b, size_t n, double factor, float* out) {
  for (size_t i = 0; i < n; ++i) {
    const uint32_t sum = static_cast<uint32_t>(int32_t{a[i]}) + static_cast<uint32_t>(int32_t{b[i]});
    out[i] = static_cast<float>(static_cast<int32_t>(sum) * factor);
  }
}

// Calls store(channels, count, out pixel) for pieces of the row such that null channels can be replaced by kOnes.
template <typename T, class Store>
void InChunks(uint32_t num_channels, const T* const* channels, size_t n, bool reversed, const Store& store) {
  bool complete = true;
  for (uint32_t c = 0; c < num_channels; ++c) complete = complete && channels[c] != nullptr;
  if (complete) return store(channels, n, 0);
  const T* parts[kMaxInterleaved];
  for (size_t x = 0; x < n; x += kChunk) {
    const size_t count = std::min(kChunk, n - x);
    for (uint32_t c = 0; c < num_channels; ++c) parts[c] = channels[c] == nullptr ? kOnes<T>.data() : channels[c] + x;
    store(parts, count, reversed ? n - x - count : x);
  }
}

// Converts any number of channels, one after another.
void StoreManyChannels(const OutputRowFormat& format, const float* const* channels, size_t n,
                       const OutputRowPosition& position, uint8_t* out) {
  OutputRowFormat single = format;
  single.num_channels = 1;
  const size_t sample_bytes = format.SampleBytes();
  const size_t pixel_bytes = format.PixelBytes();
  uint8_t samples[kChunk * sizeof(float)];
  for (uint32_t c = 0; c < format.num_channels; ++c) {
    for (size_t x = 0; x < n; x += kChunk) {
      const size_t count = std::min(kChunk, n - x);
      const size_t out_x = position.reversed ? n - x - count : x;
      // The dither pattern of a channel is that of the first one, displaced.
      const OutputRowPosition at = {position.x + out_x + 23 * c, position.y + 13 * c, position.reversed};
      const float* row = channels[c] == nullptr ? nullptr : channels[c] + x;
      StoreRow(single, &row, count, at, samples);
      uint8_t* to = out + out_x * pixel_bytes + c * sample_bytes;
      for (size_t i = 0; i < count; ++i) std::memcpy(to + i * pixel_bytes, samples + i * sample_bytes, sample_bytes);
    }
  }
}

template <typename T>
void StoreIntegers(const OutputRowFormat& format, const T* const* channels, const uint32_t* factors, size_t n,
                   bool reversed, uint8_t* out) {
  uint32_t used_factors[kMaxInterleaved];
  for (uint32_t c = 0; c < format.num_channels; ++c) {
    used_factors[c] = channels[c] == nullptr ? (1u << format.bits) - 1 : factors[c];
  }
  InChunks(format.num_channels, channels, n, reversed, [&](const T* const* parts, size_t count, size_t x) {
    StoreIntegerRowKernel(format, parts, used_factors, count, reversed, out + x * format.PixelBytes());
  });
}

template <size_t kBytes>
void TransposeFixed(const uint8_t* in, size_t in_stride, size_t width, size_t height, uint8_t* out, size_t out_stride) {
  // Tiles have a few cache lines on either side.
  constexpr size_t kTile = 16;
  for (size_t y0 = 0; y0 < height; y0 += kTile) {
    const size_t y1 = std::min(height, y0 + kTile);
    for (size_t x0 = 0; x0 < width; x0 += kTile) {
      const size_t x1 = std::min(width, x0 + kTile);
      for (size_t x = x0; x < x1; ++x) {
        for (size_t y = y0; y < y1; ++y) {
          std::memcpy(out + x * out_stride + y * kBytes, in + y * in_stride + x * kBytes, kBytes);
        }
      }
    }
  }
}

void TransposeAny(const uint8_t* in, size_t in_stride, size_t width, size_t height, size_t pixel_bytes, uint8_t* out,
                  size_t out_stride) {
  for (size_t x = 0; x < width; ++x) {
    for (size_t y = 0; y < height; ++y) {
      std::memcpy(out + x * out_stride + y * pixel_bytes, in + y * in_stride + x * pixel_bytes, pixel_bytes);
    }
  }
}

}  // namespace

SampleScale SampleScale::ForBits(uint32_t bits) {
  return {1.0 / static_cast<double>((uint64_t{1} << bits) - 1), bits >= kFirstDoubleBits};
}

SampleScale SampleScale::ForXyb(uint32_t bits, float factor) { return {factor, bits >= kFirstDoubleBits}; }

void IntegersToFloat(const int16_t* in, size_t n, const SampleScale& scale, float* out) {
  if (scale.in_double) return ScaleInDouble(in, n, scale.factor, out);
  ScaleToFloatKernel(in, n, static_cast<float>(scale.factor), out);
}

void IntegersToFloat(const int32_t* in, size_t n, const SampleScale& scale, float* out) {
  if (scale.in_double) return ScaleInDouble(in, n, scale.factor, out);
  ScaleToFloatKernel(in, n, static_cast<float>(scale.factor), out);
}

void IntegerSumsToFloat(const int16_t* a, const int16_t* b, size_t n, const SampleScale& scale, float* out) {
  if (scale.in_double) return ScaleSumsInDouble(a, b, n, scale.factor, out);
  ScaleSumsToFloatKernel(a, b, n, static_cast<float>(scale.factor), out);
}

void IntegerSumsToFloat(const int32_t* a, const int32_t* b, size_t n, const SampleScale& scale, float* out) {
  if (scale.in_double) return ScaleSumsInDouble(a, b, n, scale.factor, out);
  ScaleSumsToFloatKernel(a, b, n, static_cast<float>(scale.factor), out);
}

void FloatPatternsToFloat(const int16_t* in, size_t n, uint32_t bits, uint32_t exp_bits, float* out) {
  ExpandPatternsKernel(in, n, bits, exp_bits, out);
}

void FloatPatternsToFloat(const int32_t* in, size_t n, uint32_t bits, uint32_t exp_bits, float* out) {
  ExpandPatternsKernel(in, n, bits, exp_bits, out);
}

void StoreRow(const OutputRowFormat& format, const float* const* channels, size_t n, const OutputRowPosition& position,
              uint8_t* out) {
  if (format.num_channels > kMaxInterleaved) return StoreManyChannels(format, channels, n, position, out);
  InChunks(format.num_channels, channels, n, position.reversed, [&](const float* const* parts, size_t count, size_t x) {
    const OutputRowPosition at = {position.x + x, position.y, position.reversed};
    StoreFloatRowKernel(format, parts, count, at, out + x * format.PixelBytes());
  });
}

void UnpremultiplyRow(float* r, float* g, float* b, const float* alpha, size_t n) {
  DivideByAlphaKernel(r, alpha, n);
  if (g != nullptr) DivideByAlphaKernel(g, alpha, n);
  if (b != nullptr) DivideByAlphaKernel(b, alpha, n);
}

uint32_t IntegerRowFactor(uint32_t coded_bits, const OutputRowFormat& format) {
  if (format.type != OutputSample::kUint8 && format.type != OutputSample::kUint16) return 0;
  if (coded_bits == 0 || coded_bits > format.bits || format.num_channels > kMaxInterleaved) return 0;
  const uint32_t coded_max = (1u << coded_bits) - 1;
  const uint32_t max = (1u << format.bits) - 1;
  return max % coded_max == 0 ? max / coded_max : 0;
}

void StoreIntegerRow(const OutputRowFormat& format, const int16_t* const* channels, const uint32_t* factors, size_t n,
                     bool reversed, uint8_t* out) {
  StoreIntegers(format, channels, factors, n, reversed, out);
}

void StoreIntegerRow(const OutputRowFormat& format, const int32_t* const* channels, const uint32_t* factors, size_t n,
                     bool reversed, uint8_t* out) {
  StoreIntegers(format, channels, factors, n, reversed, out);
}

void TransposePixels(const uint8_t* in, size_t in_stride, size_t width, size_t height, size_t pixel_bytes, uint8_t* out,
                     size_t out_stride) {
  switch (pixel_bytes) {
    case 1:
      return TransposeFixed<1>(in, in_stride, width, height, out, out_stride);
    case 2:
      return TransposeFixed<2>(in, in_stride, width, height, out, out_stride);
    case 3:
      return TransposeFixed<3>(in, in_stride, width, height, out, out_stride);
    case 4:
      return TransposeFixed<4>(in, in_stride, width, height, out, out_stride);
    case 6:
      return TransposeFixed<6>(in, in_stride, width, height, out, out_stride);
    case 8:
      return TransposeFixed<8>(in, in_stride, width, height, out, out_stride);
    case 12:
      return TransposeFixed<12>(in, in_stride, width, height, out, out_stride);
    case 16:
      return TransposeFixed<16>(in, in_stride, width, height, out, out_stride);
    default:
      return TransposeAny(in, in_stride, width, height, pixel_bytes, out, out_stride);
  }
}

}  // namespace jxlpool
