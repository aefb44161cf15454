// The small images of data/, whose pixels are known, and decoding them.
#ifndef TESTS_API_API_TEST_UTIL_H_
#define TESTS_API_API_TEST_UTIL_H_

#include <cstdint>
#include <string>

#include "jxlpool/jxlpool.hpp"
#include "tests/api/png_reading.h"

namespace jxlpool::testing {

inline std::string DataPath(const std::string& name) { return std::string(JXLPOOL_API_TESTDATA) + "/" + name + ".jxl"; }
// An image of testdata/images.
inline std::string ImagePath(const std::string& name) {
  return std::string(JXLPOOL_TESTDATA) + "/images/" + name + ".jxl";
}
inline Bytes Data(const std::string& name) { return ReadFile(DataPath(name)); }

inline constexpr uint32_t kWidth = 23, kHeight = 17;

// What the images were made from; see synthetic.py.
inline uint32_t Sample(uint32_t x, uint32_t y, uint32_t c, uint32_t frame, uint32_t top) {
  return (x * 11 + y * 5 + c * 61 + frame * 37 + x * y / 3) * (top + 1) / 256 % (top + 1);
}
inline Bytes Expected(uint32_t channels, uint32_t frame = 0) {
  Bytes pixels;
  for (uint32_t i = 0; i < kWidth * kHeight * channels; ++i) {
    const uint32_t x = i / channels % kWidth, y = i / channels / kWidth;
    pixels.push_back(static_cast<uint8_t>(Sample(x, y, i % channels, frame, 255)));
  }
  return pixels;
}

inline JxlpoolOutput BufferOutput(JxlpoolChannels channels, Bytes* pixels, size_t num_channels) {
  auto output = Make<JxlpoolOutput>();
  pixels->assign(size_t{kWidth} * kHeight * num_channels, 0);
  output.channels = channels;
  output.pixels = pixels->data();
  output.pixels_size = pixels->size();
  return output;
}

// The pixels of the next frame; empty on any failure.
inline Bytes NextFrame(Decoder* decoder, JxlpoolChannels channels, size_t num_channels) {
  Bytes pixels;
  const JxlpoolOutput output = BufferOutput(channels, &pixels, num_channels);
  if (decoder->NextFrame(nullptr) != JXLPOOL_OK || decoder->DecodeFrame(output) != JXLPOOL_OK) return {};
  return pixels;
}

}  // namespace jxlpool::testing

#endif  // TESTS_API_API_TEST_UTIL_H_
