// Conversions between decoded integers, float planes and delivered samples, a row at a time.
//
// Nothing is clamped on the way into float; the only clamp is the one to the range of an integer output. All functions
// are pure and may be called from any thread. Rows need no alignment and no padding; in and out must not overlap.
#ifndef LIB_COLOR_SAMPLE_CONVERSION_H_
#define LIB_COLOR_SAMPLE_CONVERSION_H_

#include <cstddef>
#include <cstdint>

namespace jxlpool {

// ---- Decoded integers to float ----

// Integer samples become integer * factor, computed in float below 23 bits and in double from there on.
struct SampleScale {
  double factor = 1.0;
  bool in_double = false;

  // Full scale 2^bits - 1 becomes 1. REQUIRES: 1 <= bits <= 32.
  static SampleScale ForBits(uint32_t bits);
  // For an XYB channel: `factor` is its LF dequantisation factor, `bits` the bit depth of the image.
  static SampleScale ForXyb(uint32_t bits, float factor);
};

void IntegersToFloat(const int16_t* in, size_t n, const SampleScale& scale, float* out);
void IntegersToFloat(const int32_t* in, size_t n, const SampleScale& scale, float* out);
// Computes (a + b) * scale, where the sum wraps at 32 bits, for the B channel of modular XYB.
void IntegerSumsToFloat(const int16_t* a, const int16_t* b, size_t n, const SampleScale& scale, float* out);
void IntegerSumsToFloat(const int32_t* a, const int32_t* b, size_t n, const SampleScale& scale, float* out);
// The integers are bit patterns of floats with `bits` bits, `exp_bits` of them for the exponent; subnormals, infinities
// and NaNs are kept. REQUIRES: 2 <= exp_bits <= 8, 2 <= bits - exp_bits - 1 <= 23.
void FloatPatternsToFloat(const int16_t* in, size_t n, uint32_t bits, uint32_t exp_bits, float* out);
void FloatPatternsToFloat(const int32_t* in, size_t n, uint32_t bits, uint32_t exp_bits, float* out);

// ---- Float to delivered samples ----

enum class OutputSample : uint8_t { kUint8, kUint16, kFloat16, kFloat32 };

struct OutputRowFormat {
  OutputSample type = OutputSample::kUint8;
  // Integers: 0..1 becomes 0..2^bits - 1; 1..8 for kUint8, 1..16 for kUint16.
  uint32_t bits = 8;
  // Samples per pixel, interleaved; at least 1. Up to 4 have vector code.
  uint32_t num_channels = 1;
  // Byte order of samples of more than one byte.
  bool big_endian = false;

  size_t SampleBytes() const { return type == OutputSample::kUint8 ? 1 : type == OutputSample::kFloat32 ? 4 : 2; }
  size_t PixelBytes() const { return SampleBytes() * num_channels; }
};

// Where the row lies in the output (before a transposition, after flips), for the blue-noise dither of 8-bit output.
struct OutputRowPosition {
  size_t x = 0;  // of the first pixel that is written
  size_t y = 0;
  // Input pixel i becomes output pixel n - 1 - i.
  bool reversed = false;
};

// Writes n pixels. channels[c] points to the n floats of channel c (the same row may serve several channels); null
// means the constant 1 (opaque alpha). Integers: clamped, rounded to nearest even, NaN gives 0, 8-bit containers are
// dithered. kFloat32 is copied bit for bit; kFloat16 is rounded to nearest even.
void StoreRow(const OutputRowFormat& format, const float* const* channels, size_t n, const OutputRowPosition& position,
              uint8_t* out);

// Divides color by max(alpha, 2^-26), in place. g and b may be null.
void UnpremultiplyRow(float* r, float* g, float* b, const float* alpha, size_t n);

// ---- Integers straight to delivered integers (lossless images that need no float stage) ----

// Returns the factor from integer samples of `coded_bits` bits to those of `format` if StoreIntegerRow may replace
// IntegersToFloat and StoreRow, with the same result bit for bit; else 0.
uint32_t IntegerRowFactor(uint32_t coded_bits, const OutputRowFormat& format);

// Writes n pixels: each sample times its channel's factor, clamped to the output range. A null channel is at maximum.
// REQUIRES: factors[c] == IntegerRowFactor(bits of channel c, format) != 0 where channels[c] is not null;
// format.num_channels <= 4.
void StoreIntegerRow(const OutputRowFormat& format, const int16_t* const* channels, const uint32_t* factors, size_t n,
                     bool reversed, uint8_t* out);
void StoreIntegerRow(const OutputRowFormat& format, const int32_t* const* channels, const uint32_t* factors, size_t n,
                     bool reversed, uint8_t* out);

// ---- Orientation 5..8 ----

// out(x', y') = in(y', x') for pixels of `pixel_bytes` bytes; `width` and `height` are those of `in`. Strides in bytes.
void TransposePixels(const uint8_t* in, size_t in_stride, size_t width, size_t height, size_t pixel_bytes, uint8_t* out,
                     size_t out_stride);

}  // namespace jxlpool

#endif  // LIB_COLOR_SAMPLE_CONVERSION_H_
