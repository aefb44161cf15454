#include "tests/api/png_reading.h"

#include <png.h>
#include <zlib.h>

#include <cstring>
#include <fstream>
#include <iterator>

namespace jxlpool::testing {
namespace {

constexpr uint8_t kSignature[8] = {0x89, 'P', 'N', 'G', '\r', '\n', 0x1A, '\n'};

uint32_t Checksum(const uint8_t* type_and_payload, size_t size) {
  return static_cast<uint32_t>(crc32(0, type_and_payload, static_cast<uInt>(size)));
}

void Append32(uint32_t value, Bytes* bytes) {
  for (int shift = 24; shift >= 0; shift -= 8) bytes->push_back(static_cast<uint8_t>(value >> shift));
}

void AppendChunk(const std::string& type, const Bytes& payload, Bytes* png) {
  Append32(static_cast<uint32_t>(payload.size()), png);
  const size_t begin = png->size();
  png->insert(png->end(), type.begin(), type.end());
  png->insert(png->end(), payload.begin(), payload.end());
  Append32(Checksum(png->data() + begin, png->size() - begin), png);
}

struct Source {
  const Bytes* bytes;
  size_t at;
};

}  // namespace

Bytes ReadFile(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return Bytes(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>());
}

uint32_t BigEndian32(const Bytes& bytes, size_t at) {
  return uint32_t{bytes.at(at)} << 24 | uint32_t{bytes.at(at + 1)} << 16 | uint32_t{bytes.at(at + 2)} << 8 |
         bytes.at(at + 3);
}
uint32_t BigEndian16(const Bytes& bytes, size_t at) { return uint32_t{bytes.at(at)} << 8 | bytes.at(at + 1); }

std::vector<PngChunk> ReadChunks(const Bytes& png) {
  std::vector<PngChunk> chunks;
  if (png.size() < 8 || std::memcmp(png.data(), kSignature, 8) != 0) return {};
  size_t at = 8;
  while (at < png.size()) {
    if (png.size() - at < 12) return {};
    const size_t length = BigEndian32(png, at);
    if (length > png.size() - at - 12) return {};
    if (Checksum(png.data() + at + 4, length + 4) != BigEndian32(png, at + 8 + length)) return {};
    const auto payload = png.begin() + static_cast<ptrdiff_t>(at + 8);
    chunks.push_back({std::string(payload - 4, payload), Bytes(payload, payload + static_cast<ptrdiff_t>(length))});
    at += 12 + length;
  }
  return chunks;
}

const PngChunk* FindChunk(const std::vector<PngChunk>& chunks, const std::string& type) {
  for (const PngChunk& chunk : chunks) {
    if (chunk.type == type) return &chunk;
  }
  return nullptr;
}

DecodedPng DecodePng(const Bytes& bytes) {
  DecodedPng result;
  Source source{&bytes, 0};
  png_structp png = png_create_read_struct(PNG_LIBPNG_VER_STRING, nullptr, nullptr, nullptr);
  png_infop info = png_create_info_struct(png);
  std::vector<png_bytep> rows;
  if (setjmp(png_jmpbuf(png)) != 0) {
    png_destroy_read_struct(&png, &info, nullptr);
    return DecodedPng();
  }
  png_set_read_fn(png, &source, [](png_structp reader, png_bytep to, size_t size) {
    auto* from = static_cast<Source*>(png_get_io_ptr(reader));
    if (size > from->bytes->size() - from->at) png_error(reader, "end of file");
    std::memcpy(to, from->bytes->data() + from->at, size);
    from->at += size;
  });
  png_read_info(png, info);
  result.width = png_get_image_width(png, info);
  result.height = png_get_image_height(png, info);
  result.color_type = png_get_color_type(png, info);
  result.bit_depth = png_get_bit_depth(png, info);
  const size_t row_bytes = png_get_rowbytes(png, info);
  result.samples.resize(row_bytes * result.height);
  for (size_t y = 0; y < result.height; ++y) rows.push_back(result.samples.data() + y * row_bytes);
  png_read_image(png, rows.data());
  png_read_end(png, nullptr);
  png_destroy_read_struct(&png, &info, nullptr);
  return result;
}

Bytes EncodePng(uint32_t width, uint32_t height, uint32_t num_channels, const Bytes& samples) {
  Bytes result;
  png_structp png = png_create_write_struct(PNG_LIBPNG_VER_STRING, nullptr, nullptr, nullptr);
  png_infop info = png_create_info_struct(png);
  if (setjmp(png_jmpbuf(png)) != 0) {
    png_destroy_write_struct(&png, &info);
    return {};
  }
  png_set_write_fn(
      png, &result,
      [](png_structp writer, png_bytep data, size_t size) {
        auto* to = static_cast<Bytes*>(png_get_io_ptr(writer));
        to->insert(to->end(), data, data + size);
      },
      nullptr);
  png_set_IHDR(png, info, width, height, 8, num_channels == 1 ? PNG_COLOR_TYPE_GRAY : PNG_COLOR_TYPE_RGB,
               PNG_INTERLACE_NONE, PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
  png_write_info(png, info);
  for (size_t y = 0; y < height; ++y) png_write_row(png, samples.data() + y * width * num_channels);
  png_write_end(png, nullptr);
  png_destroy_write_struct(&png, &info);
  return result;
}

std::vector<Bytes> SplitApng(const std::vector<PngChunk>& chunks) {
  std::vector<Bytes> frames;
  uint32_t next_number = 0;
  const PngChunk* header = FindChunk(chunks, "IHDR");
  if (header == nullptr) return {};
  for (const PngChunk& chunk : chunks) {
    if (chunk.type == "fcTL" || chunk.type == "fdAT") {
      if (BigEndian32(chunk.payload, 0) != next_number++) return {};
    }
    if (chunk.type == "fcTL") {
      if (!frames.empty()) AppendChunk("IEND", {}, &frames.back());
      frames.emplace_back(kSignature, kSignature + 8);
      AppendChunk("IHDR", header->payload, &frames.back());
    } else if (chunk.type == "IDAT") {
      AppendChunk("IDAT", chunk.payload, &frames.back());
    } else if (chunk.type == "fdAT") {
      AppendChunk("IDAT", Bytes(chunk.payload.begin() + 4, chunk.payload.end()), &frames.back());
    }
  }
  if (!frames.empty()) AppendChunk("IEND", {}, &frames.back());
  return frames;
}

}  // namespace jxlpool::testing
