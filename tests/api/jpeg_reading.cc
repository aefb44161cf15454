#include "tests/api/jpeg_reading.h"

#include <csetjmp>
#include <cstddef>
#include <cstdio>

// Needs size_t and FILE.
#include <jpeglib.h>

namespace jxlpool::testing {
namespace {

struct Reader {
  jpeg_decompress_struct info;
  jpeg_error_mgr errors;
  std::jmp_buf jump;
};

[[noreturn]] void OnError(j_common_ptr info) { std::longjmp(static_cast<Reader*>(info->client_data)->jump, 1); }
// Warnings count as errors.
void OnMessage(j_common_ptr info, int level) {
  if (level < 0) OnError(info);
}

// Nothing to destroy between the jump and its target.
bool Read(Reader* reader, const std::vector<uint8_t>& jpeg, DecodedJpeg* image) {
  if (setjmp(reader->jump) != 0) return false;
  jpeg_mem_src(&reader->info, jpeg.data(), jpeg.size());
  jpeg_read_header(&reader->info, TRUE);
  reader->info.dct_method = JDCT_ISLOW;
  jpeg_start_decompress(&reader->info);
  image->width = reader->info.output_width;
  image->height = reader->info.output_height;
  image->num_channels = static_cast<uint32_t>(reader->info.output_components);
  const size_t row_bytes = size_t{image->width} * image->num_channels;
  image->samples.resize(row_bytes * image->height);
  while (reader->info.output_scanline < image->height) {
    JSAMPROW row = image->samples.data() + reader->info.output_scanline * row_bytes;
    jpeg_read_scanlines(&reader->info, &row, 1);
  }
  jpeg_finish_decompress(&reader->info);
  return true;
}

}  // namespace

std::vector<JpegSegment> ReadJpegSegments(const std::vector<uint8_t>& jpeg) {
  constexpr int kStartOfScan = 0xDA;
  std::vector<JpegSegment> segments;
  if (jpeg.size() < 2 || jpeg[0] != 0xFF || jpeg[1] != 0xD8) return {};
  for (size_t at = 2; at + 4 <= jpeg.size();) {
    const size_t length = size_t{jpeg[at + 2]} << 8 | jpeg[at + 3];
    if (jpeg[at] != 0xFF || length < 2 || at + 2 + length > jpeg.size()) return {};
    if (jpeg[at + 1] == kStartOfScan) return segments;
    const auto begin = jpeg.begin() + static_cast<std::ptrdiff_t>(at + 4);
    segments.push_back({jpeg[at + 1], std::vector<uint8_t>(begin, begin + static_cast<std::ptrdiff_t>(length - 2))});
    at += 2 + length;
  }
  return {};
}

DecodedJpeg DecodeJpeg(const std::vector<uint8_t>& jpeg) {
  DecodedJpeg image;
  Reader reader;
  reader.info.err = jpeg_std_error(&reader.errors);
  reader.errors.error_exit = OnError;
  reader.errors.emit_message = OnMessage;
  reader.info.client_data = &reader;
  jpeg_create_decompress(&reader.info);
  const bool good = Read(&reader, jpeg, &image);
  jpeg_destroy_decompress(&reader.info);
  return good ? image : DecodedJpeg();
}

}  // namespace jxlpool::testing
