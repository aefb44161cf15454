// PngStream: one PNG datastream written with libpng, with access to its chunks.
#ifndef TOOLS_WRITERS_PNG_STREAM_H_
#define TOOLS_WRITERS_PNG_STREAM_H_

#include <png.h>

#include <cstddef>
#include <cstdint>
#include <exception>
#include <string>
#include <vector>

namespace jxlpool::tools {

// Receives the bytes of a datastream in order; may throw.
class ByteSink {
 public:
  virtual ~ByteSink() = default;
  virtual void Write(const uint8_t* data, size_t size) = 0;
};

struct PngFormat {
  uint32_t width = 0;
  uint32_t height = 0;
  uint32_t num_channels = 0;     // 1, 2 (grey and alpha), 3, 4
  uint32_t bits_per_sample = 0;  // 8 or 16 (big-endian)
};

class PngStream {
 public:
  // `sink` is not owned.
  explicit PngStream(ByteSink* sink);
  ~PngStream();
  PngStream(const PngStream&) = delete;
  PngStream& operator=(const PngStream&) = delete;

  // Signature and IHDR.
  void WriteHeader(const PngFormat& format);
  // Any chunk. REQUIRES: WriteHeader; not between the first and the last row.
  void WriteChunk(const char type[5], const std::vector<uint8_t>& payload);
  // `row` has width * num_channels samples. The last one completes the image data.
  void WriteRow(const uint8_t* row);
  // IEND. REQUIRES: all rows were written.
  void WriteEnd();

 private:
  template <typename F>
  void Guarded(F&& calls);

  ByteSink* sink_;
  png_structp png_ = nullptr;
  png_infop info_ = nullptr;
  bool rows_begun_ = false;
  std::string message_;           // what libpng complained about
  std::exception_ptr exception_;  // what the sink threw
};

// Appends `value` with its highest byte first.
void AppendBigEndian32(uint32_t value, std::vector<uint8_t>* bytes);

}  // namespace jxlpool::tools

#endif  // TOOLS_WRITERS_PNG_STREAM_H_
