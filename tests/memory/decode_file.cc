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

template <typename Step, typename Take>
JxlpoolStatus PullRows(const Step& step, Decoder* decoder, const JxlpoolOutput& output, const Take& take) {
  JxlpoolStatus status;
  auto rows = Make<JxlpoolRows>();
  while ((status = step([&] { return decoder->NextRows(output, &rows); })) == JXLPOOL_OK) {
    take(rows.y, rows.num_rows, rows.data, rows.stride);
  }
  return status == JXLPOOL_END ? JXLPOOL_OK : status;
}

constexpr size_t kPiece = size_t{1} << 16;

// `step` calls what it is given until it does not wait any more.
template <typename Step>
JxlpoolStatus DecodeFrames(const Step& step, Decoder* decoder, Target* target) {
  target->checksum = 0;
  auto info = Make<JxlpoolImageInfo>();
  JxlpoolStatus status = step([&] { return jxlpool_decoder_get_image_info(decoder->get(), &info); });
  if (status != JXLPOOL_OK) return status;
  size_t row_bytes = 0;
  auto take = [&](uint32_t, uint32_t num_rows, const void* rows, size_t stride) {
    for (uint32_t y = 0; y < num_rows; ++y) {
      target->checksum = HashBytes(target->checksum, static_cast<const uint8_t*>(rows) + stride * y, row_bytes);
    }
    return true;
  };
  JxlpoolOutput output = target->sink == Sink::kRows ? RowsTo(&take) : Make<JxlpoolOutput>();
  output.channels = info.alpha_channel >= 0 ? JXLPOOL_CHANNELS_COLOR_ALPHA : JXLPOOL_CHANNELS_COLOR;
  output.sample_type = SmallestType(info);
  auto frame = Make<JxlpoolFrameInfo>();
  while ((status = step([&] { return decoder->NextFrame(&frame); })) == JXLPOOL_OK) {
    row_bytes = frame.width * decoder->PixelSize(output);
    const size_t bytes = row_bytes * frame.height;
    if (target->sink == Sink::kPixels) {
      if (bytes > target->pixels.size()) target->pixels.resize(bytes);
      output.pixels = target->pixels.data();
      output.pixels_size = bytes;
    }
    status = target->sink == Sink::kPulledRows ? PullRows(step, decoder, output, take)
                                               : step([&] { return decoder->DecodeFrame(output); });
    if (status != JXLPOOL_OK) break;
    if (target->sink == Sink::kPixels) target->checksum = HashBytes(target->checksum, target->pixels.data(), bytes);
  }
  return status == JXLPOOL_END ? JXLPOOL_OK : status;
}

}  // namespace

JxlpoolStatus FileInput::Open() {
  position_ = 0;
  may_feed_ = arrival_ == Arrival::kFed;
  if (arrival_ == Arrival::kInMemory) return decoder_.OpenMemory(file_.bytes.data(), file_.bytes.size());
  return may_feed_ ? decoder_.OpenStream() : decoder_.OpenSource(this);
}

JxlpoolStatus FileInput::Feed() {
  const size_t size = std::min(kPiece, file_.bytes.size() - position_);
  may_feed_ = size != 0;
  if (size == 0) return decoder_.EndInput();
  position_ += size;
  return decoder_.Feed(file_.bytes.data() + position_ - size, size);
}

int64_t FileInput::operator()(void* to, size_t size) {
  size = std::min(size, file_.bytes.size() - position_);
  std::copy_n(file_.bytes.data() + position_, size, static_cast<uint8_t*>(to));
  position_ += size;
  return static_cast<int64_t>(size);
}

uint32_t PixelBytes(const JxlpoolImageInfo& image) {
  const JxlpoolSampleType type = SmallestType(image);
  const uint32_t sample_bytes = type == JXLPOOL_FLOAT32 ? 4 : type == JXLPOOL_UINT16 ? 2 : 1;
  return sample_bytes * (image.num_color_channels + (image.alpha_channel >= 0 ? 1 : 0));
}

JxlpoolStatus DecodeAll(const TestFile& file, Decoder* decoder, Target* target) {
  const JxlpoolStatus status = decoder->OpenMemory(file.bytes.data(), file.bytes.size());
  return status == JXLPOOL_OK ? DecodeOpen(decoder, target) : status;
}

JxlpoolStatus DecodeAll(FileInput* input, Decoder* decoder, Target* target) {
  const JxlpoolStatus status = input->Open();
  if (status != JXLPOOL_OK) return status;
  return DecodeFrames([input](const auto& call) { return input->Step(call); }, decoder, target);
}

JxlpoolStatus DecodeOpen(Decoder* decoder, Target* target) {
  return DecodeFrames([](const auto& call) { return call(); }, decoder, target);
}

}  // namespace jxlpool::memory_test
