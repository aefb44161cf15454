#include "tools/writers/png_stream.h"

#include <zlib.h>

#include "tools/writers/error.h"

namespace jxlpool::tools {
namespace {

constexpr size_t kMaxLength = 0x7FFFFFFF;  // of sides and chunks

}  // namespace

void AppendBigEndian32(uint32_t value, std::vector<uint8_t>* bytes) {
  for (int shift = 24; shift >= 0; shift -= 8) bytes->push_back(static_cast<uint8_t>(value >> shift));
}

void PngStream::WriteHeader(const PngFormat& format) {
  static constexpr uint8_t kSignature[8] = {0x89, 'P', 'N', 'G', '\r', '\n', 0x1A, '\n'};
  static constexpr uint8_t kColorTypes[4] = {0, 4, 2, 6};
  if (format.width > kMaxLength || format.height > kMaxLength) throw Error("cannot write PNG: the image is too large");
  file_->Write(kSignature, sizeof(kSignature));
  std::vector<uint8_t> payload;
  AppendBigEndian32(format.width, &payload);
  AppendBigEndian32(format.height, &payload);
  payload.push_back(static_cast<uint8_t>(format.bits_per_sample));
  payload.push_back(kColorTypes[format.num_channels - 1]);
  payload.insert(payload.end(), 3, 0);  // deflate, adaptive filters, not interlaced
  WriteChunk("IHDR", payload);
}

void PngStream::WriteChunk(const char type[5], const uint8_t* payload, size_t size) {
  if (size > kMaxLength) throw Error("cannot write PNG: too much metadata for a chunk");
  std::vector<uint8_t> number;
  AppendBigEndian32(static_cast<uint32_t>(size), &number);
  file_->Write(number.data(), number.size());
  file_->Write(type, 4);
  if (size != 0) file_->Write(payload, size);
  uLong crc = crc32(0, reinterpret_cast<const Bytef*>(type), 4);
  if (size != 0) crc = crc32_z(crc, payload, size);
  number.clear();
  AppendBigEndian32(static_cast<uint32_t>(crc), &number);
  file_->Write(number.data(), number.size());
}

}  // namespace jxlpool::tools
