#include "tools/writers/png_chunks.h"

#include <zlib.h>

#include <cmath>
#include <cstring>
#include <numeric>
#include <utility>

#include "tools/writers/error.h"

namespace jxlpool::tools {
namespace {

using Bytes = std::vector<uint8_t>;

void AppendText(const char* text, Bytes* bytes) { bytes->insert(bytes->end(), text, text + std::strlen(text) + 1); }

Bytes Compress(const Bytes& data) {
  uLongf size = compressBound(data.size());
  Bytes compressed(size);
  if (compress2(compressed.data(), &size, data.data(), data.size(), 6) != Z_OK) throw Error("deflate failed");
  compressed.resize(size);
  return compressed;
}

// gAMA holds the encoding exponent times 100000; 0: there is none.
uint32_t GammaFor(const JxlpoolColorEncoding& encoding) {
  switch (encoding.transfer) {
    case JXLPOOL_TRANSFER_SRGB:
      return 45455;
    case JXLPOOL_TRANSFER_LINEAR:
      return 100000;
    case JXLPOOL_TRANSFER_GAMMA:
      return static_cast<uint32_t>(std::lround(encoding.gamma * 100000));
    default:
      return 0;
  }
}

void WriteChromaticities(const double white[2], const double primaries[6], PngStream* png) {
  Bytes payload;
  for (int i = 0; i < 8; ++i) {
    const double value = i < 2 ? white[i] : primaries[i - 2];
    if (!(value >= 0 && value < 20000)) return;  // the chunk has no negative numbers
    AppendBigEndian32(static_cast<uint32_t>(std::lround(value * 100000)), &payload);
  }
  png->WriteChunk("cHRM", payload);
}

void WriteIcc(const ImageDescription& image, PngStream* png) {
  // The chunk must agree with the color type: a CMYK profile in an RGB file is of no use.
  const char* space = image.info.num_color_channels == 1 ? "GRAY" : "RGB ";
  if (image.icc.size() < 128 || std::memcmp(image.icc.data() + 16, space, 4) != 0) return;
  Bytes payload;
  AppendText("ICC profile", &payload);
  payload.push_back(0);  // deflate
  const Bytes compressed = Compress(image.icc);
  payload.insert(payload.end(), compressed.begin(), compressed.end());
  png->WriteChunk("iCCP", payload);
}

}  // namespace

void WriteColorChunks(const ImageDescription& image, PngStream* png) {
  const bool known = image.encoding.has_value();
  const bool by_fields = known && !image.encoding->from_icc;
  const bool srgb = IsSrgb(image);
  if (by_fields && !srgb && image.encoding->has_cicp) {
    png->WriteChunk("cICP", Bytes(image.encoding->cicp, image.encoding->cicp + 4));
  }
  if (srgb) {
    png->WriteChunk("sRGB", {static_cast<uint8_t>(image.encoding->rendering_intent)});
  } else {
    WriteIcc(image, png);
  }
  if (!known) return;
  if (const uint32_t gamma = GammaFor(*image.encoding); gamma != 0) {
    Bytes payload;
    AppendBigEndian32(gamma, &payload);
    png->WriteChunk("gAMA", payload);
  }
  if (srgb) {
    static constexpr double kWhite[2] = {0.3127, 0.3290};
    static constexpr double kPrimaries[6] = {0.64, 0.33, 0.30, 0.60, 0.15, 0.06};
    WriteChromaticities(kWhite, kPrimaries, png);
  } else if (image.encoding->color_space == JXLPOOL_COLOR_SPACE_RGB) {
    WriteChromaticities(image.encoding->white_xy, image.encoding->primaries_xy, png);
  }
  const float peak = image.info.intensity_target;
  if (image.encoding->transfer == JXLPOOL_TRANSFER_PQ && peak > 0 && peak < 10000) {
    Bytes payload;
    AppendBigEndian32(static_cast<uint32_t>(std::lround(peak * 10000.0)), &payload);  // units of 0.0001 nits
    AppendBigEndian32(0, &payload);                                                   // frame average not known
    png->WriteChunk("cLLI", payload);
  }
}

void WriteMetadataChunks(const ImageDescription& image, PngStream* png) {
  if (!image.exif.empty()) png->WriteChunk("eXIf", image.exif);
  if (!image.xmp.empty()) {
    Bytes payload;
    AppendText("XML:com.adobe.xmp", &payload);
    payload.insert(payload.end(), 4, 0);  // not compressed, no language, no translated keyword
    payload.insert(payload.end(), image.xmp.begin(), image.xmp.end());
    png->WriteChunk("iTXt", payload);
  }
}

FrameDelay FitDelay(uint64_t numerator, uint64_t denominator) {
  constexpr uint64_t kMax = 65535;
  const uint64_t common = std::gcd(numerator, denominator);
  numerator /= common;
  denominator /= common;
  if (numerator / denominator >= kMax) return {kMax, 1};
  // Convergents of the continued fraction, as long as they fit: the best approximations there are.
  uint64_t n = numerator, d = denominator;
  uint64_t previous[2] = {0, 1}, current[2] = {1, 0};
  while (d != 0) {
    const uint64_t digit = n / d;
    const uint64_t next[2] = {digit * current[0] + previous[0], digit * current[1] + previous[1]};
    if (next[0] > kMax || next[1] > kMax) break;
    previous[0] = current[0];
    previous[1] = current[1];
    current[0] = next[0];
    current[1] = next[1];
    n = std::exchange(d, n - digit * d);
  }
  return {static_cast<uint16_t>(current[0]), static_cast<uint16_t>(current[1])};
}

}  // namespace jxlpool::tools
