// Reading JPEG files back, independently of the code that wrote them.
#ifndef TESTS_API_JPEG_READING_H_
#define TESTS_API_JPEG_READING_H_

#include <cstdint>
#include <vector>

namespace jxlpool::testing {

struct JpegSegment {
  int marker = 0;  // the byte behind FF
  std::vector<uint8_t> payload;
};
// Segments before the first scan; empty if the file is not well-formed up to there.
std::vector<JpegSegment> ReadJpegSegments(const std::vector<uint8_t>& jpeg);

struct DecodedJpeg {
  uint32_t width = 0;
  uint32_t height = 0;
  uint32_t num_channels = 0;  // 1 or 3
  std::vector<uint8_t> samples;
};
// What libjpeg makes of the file; width is 0 if it complains about anything.
DecodedJpeg DecodeJpeg(const std::vector<uint8_t>& jpeg);

}  // namespace jxlpool::testing

#endif  // TESTS_API_JPEG_READING_H_
