// PngStream: one PNG datastream, chunk by chunk.
#ifndef TOOLS_WRITERS_PNG_STREAM_H_
#define TOOLS_WRITERS_PNG_STREAM_H_

#include <cstddef>
#include <cstdint>
#include <vector>

#include "tools/writers/output_file.h"

namespace jxlpool::tools {

struct PngFormat {
  uint32_t width = 0;
  uint32_t height = 0;
  uint32_t num_channels = 0;     // 1, 2 (grey and alpha), 3, 4
  uint32_t bits_per_sample = 0;  // 8 or 16 (big-endian)
};

class PngStream {
 public:
  // `file` is not owned.
  explicit PngStream(OutputFile* file) : file_(file) {}

  // Signature and IHDR. An Error if PNG cannot hold an image of that size.
  void WriteHeader(const PngFormat& format);
  // Any chunk.
  void WriteChunk(const char type[5], const std::vector<uint8_t>& payload) {
    WriteChunk(type, payload.data(), payload.size());
  }
  void WriteChunk(const char type[5], const uint8_t* payload, size_t size);

 private:
  OutputFile* file_;
};

// Appends `value` with its highest byte first.
void AppendBigEndian32(uint32_t value, std::vector<uint8_t>* bytes);

}  // namespace jxlpool::tools

#endif  // TOOLS_WRITERS_PNG_STREAM_H_
