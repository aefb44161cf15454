#include "tests/memory/decode_file.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "tests/hash_bytes.h"

namespace jxlpool::memory_test {

namespace fs = std::filesystem;

std::vector<std::string> FindFiles(const std::string& path) {
  std::vector<std::string> files;
  std::error_code error;
  if (fs::is_regular_file(path, error)) return {path};
  if (!fs::is_directory(path, error)) return files;
  for (const auto& entry : fs::recursive_directory_iterator(path)) {
    if (entry.is_regular_file() && entry.path().extension() == ".jxl") files.push_back(entry.path().string());
  }
  std::sort(files.begin(), files.end());
  return files;
}

TestFile ReadFile(const std::string& path) {
  TestFile file;
  file.name = fs::path(path).filename().string();
  std::ifstream stream(path, std::ios::binary);
  file.bytes.assign(std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>());
  return file;
}

namespace {

JxlpoolSampleType SmallestType(const JxlpoolImageInfo& image) {
  if (image.exponent_bits != 0 || image.bits_per_sample > 16) return JXLPOOL_FLOAT32;
  return image.bits_per_sample > 8 ? JXLPOOL_UINT16 : JXLPOOL_UINT8;
}

template <typename Take>
JxlpoolStatus PullRows(Decoder* decoder, const JxlpoolOutput& output, const Take& take) {
  JxlpoolStatus status;
  auto rows = Make<JxlpoolRows>();
  while ((status = decoder->NextRows(output, &rows)) == JXLPOOL_OK) {
    take(rows.y, rows.num_rows, rows.data, rows.stride);
  }
  return status == JXLPOOL_END ? JXLPOOL_OK : status;
}

}  // namespace

uint32_t PixelBytes(const JxlpoolImageInfo& image) {
  const JxlpoolSampleType type = SmallestType(image);
  const uint32_t sample_bytes = type == JXLPOOL_FLOAT32 ? 4 : type == JXLPOOL_UINT16 ? 2 : 1;
  return sample_bytes * (image.num_color_channels + (image.alpha_channel >= 0 ? 1 : 0));
}

JxlpoolStatus DecodeAll(const TestFile& file, Decoder* decoder, Target* target) {
  const JxlpoolStatus status = decoder->OpenMemory(file.bytes.data(), file.bytes.size());
  return status == JXLPOOL_OK ? DecodeOpen(decoder, target) : status;
}

JxlpoolStatus DecodeOpen(Decoder* decoder, Target* target) {
  target->checksum = 0;
  JxlpoolStatus status = JXLPOOL_OK;
  const auto info = decoder->ImageInfo();
  if (!info) return JXLPOOL_CORRUPT;
  size_t row_bytes = 0;
  auto take = [&](uint32_t, uint32_t num_rows, const void* rows, size_t stride) {
    for (uint32_t y = 0; y < num_rows; ++y) {
      target->checksum = HashBytes(target->checksum, static_cast<const uint8_t*>(rows) + stride * y, row_bytes);
    }
    return true;
  };
  JxlpoolOutput output = target->sink == Sink::kRows ? RowsTo(&take) : Make<JxlpoolOutput>();
  output.channels = info->alpha_channel >= 0 ? JXLPOOL_CHANNELS_COLOR_ALPHA : JXLPOOL_CHANNELS_COLOR;
  output.sample_type = SmallestType(*info);
  auto frame = Make<JxlpoolFrameInfo>();
  while ((status = decoder->NextFrame(&frame)) == JXLPOOL_OK) {
    row_bytes = frame.width * decoder->PixelSize(output);
    const size_t bytes = row_bytes * frame.height;
    if (target->sink == Sink::kPixels) {
      if (bytes > target->pixels.size()) target->pixels.resize(bytes);
      output.pixels = target->pixels.data();
      output.pixels_size = bytes;
    }
    status = target->sink == Sink::kPulledRows ? PullRows(decoder, output, take) : decoder->DecodeFrame(output);
    if (status != JXLPOOL_OK) break;
    if (target->sink == Sink::kPixels) target->checksum = HashBytes(target->checksum, target->pixels.data(), bytes);
  }
  return status == JXLPOOL_END ? JXLPOOL_OK : status;
}

}  // namespace jxlpool::memory_test
