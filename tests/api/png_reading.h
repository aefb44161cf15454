// Reading PNG and APNG files back, independently of the code that wrote them.
#ifndef TESTS_API_PNG_READING_H_
#define TESTS_API_PNG_READING_H_

#include <cstdint>
#include <string>
#include <vector>

namespace jxlpool::testing {

using Bytes = std::vector<uint8_t>;

Bytes ReadFile(const std::string& path);

struct PngChunk {
  std::string type;
  Bytes payload;
};
// All chunks, checksums verified; empty if the file is not well-formed.
std::vector<PngChunk> ReadChunks(const Bytes& png);
const PngChunk* FindChunk(const std::vector<PngChunk>& chunks, const std::string& type);

uint32_t BigEndian32(const Bytes& bytes, size_t at);
uint32_t BigEndian16(const Bytes& bytes, size_t at);

struct DecodedPng {
  uint32_t width = 0;
  uint32_t height = 0;
  int color_type = -1;
  int bit_depth = 0;
  Bytes samples;  // as in the file: 16-bit samples are big-endian
};
// What libpng makes of a datastream; width is 0 if it refuses.
DecodedPng DecodePng(const Bytes& png);

// What libpng writes with its defaults for 8-bit grey (1 channel) or RGB (3) samples.
Bytes EncodePng(uint32_t width, uint32_t height, uint32_t num_channels, const Bytes& samples);

// The frames of an APNG, each as a PNG of its own. Verifies that sequence numbers have no gaps.
std::vector<Bytes> SplitApng(const std::vector<PngChunk>& chunks);

}  // namespace jxlpool::testing

#endif  // TESTS_API_PNG_READING_H_
