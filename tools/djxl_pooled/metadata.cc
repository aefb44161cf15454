#include "tools/djxl_pooled/metadata.h"

#include <cstring>
#include <nlohmann/json.hpp>

namespace jxlpool::tools {
namespace {

constexpr uint16_t kOrientationTag = 0x0112;
constexpr uint16_t kTypeShort = 3;
constexpr size_t kEntryBytes = 12;

// Integers of a TIFF structure in its own byte order. Reading past the end gives 0.
class TiffBytes {
 public:
  TiffBytes(std::vector<uint8_t>* bytes, bool little_endian) : bytes_(bytes), little_endian_(little_endian) {}

  uint32_t Get(size_t at, size_t num_bytes) const {
    uint32_t value = 0;
    if (at > bytes_->size() || num_bytes > bytes_->size() - at) return 0;
    for (size_t i = 0; i < num_bytes; ++i) {
      const size_t index = little_endian_ ? num_bytes - 1 - i : i;
      value = value << 8 | (*bytes_)[at + index];
    }
    return value;
  }
  // REQUIRES: within the bytes.
  void Set16(size_t at, uint16_t value) {
    (*bytes_)[at + (little_endian_ ? 0 : 1)] = static_cast<uint8_t>(value);
    (*bytes_)[at + (little_endian_ ? 1 : 0)] = static_cast<uint8_t>(value >> 8);
  }

 private:
  std::vector<uint8_t>* bytes_;
  bool little_endian_;
};

const char* ExtraChannelName(JxlpoolExtraChannelType type) {
  switch (type) {
    case JXLPOOL_EXTRA_ALPHA:
      return "Alpha";
    case JXLPOOL_EXTRA_DEPTH:
      return "Depth";
    case JXLPOOL_EXTRA_SPOT_COLOR:
      return "SpotColor";
    case JXLPOOL_EXTRA_SELECTION_MASK:
      return "SelectionMask";
    case JXLPOOL_EXTRA_BLACK:
      return "Black";
    case JXLPOOL_EXTRA_CFA:
      return "CFA";
    case JXLPOOL_EXTRA_THERMAL:
      return "Thermal";
    case JXLPOOL_EXTRA_OPTIONAL:
      break;
  }
  return "Optional";
}

nlohmann::ordered_json DescribeFrame(const ImageDescription& image, const FrameRecord& frame) {
  const JxlpoolImageInfo& info = image.info;
  auto json = nlohmann::ordered_json::object();
  if (info.have_animation) {
    json["duration"] = static_cast<double>(frame.duration) * info.ticks_per_second_denominator /
                       (info.ticks_per_second_numerator == 0 ? 1 : info.ticks_per_second_numerator);
  }
  json["name"] = frame.name;
  if (info.have_timecodes) json["timecode"] = frame.timecode;
  return json;
}

}  // namespace

std::optional<std::vector<uint8_t>> ReadBox(Decoder* decoder, const char* type) {
  for (uint32_t i = 0;; ++i) {
    const auto box = decoder->Box(i);
    if (!box) return std::nullopt;
    ByteView bytes;
    if (std::strcmp(box->type, type) == 0 && decoder->BoxContents(i, &bytes) == JXLPOOL_OK) {
      return std::vector<uint8_t>(bytes.data, bytes.data + bytes.size);
    }
  }
}

std::vector<uint8_t> ReadExif(Decoder* decoder) {
  std::vector<uint8_t> bytes = ReadBox(decoder, "Exif").value_or(std::vector<uint8_t>());
  if (bytes.size() < 4) return {};
  const uint64_t offset = TiffBytes(&bytes, false).Get(0, 4);
  if (offset + 4 >= bytes.size()) return {};
  bytes.erase(bytes.begin(), bytes.begin() + static_cast<ptrdiff_t>(offset + 4));
  return bytes;
}

void ResetExifOrientation(std::vector<uint8_t>* tiff) {
  if (tiff->size() < 8) return;
  const bool little_endian = (*tiff)[0] == 'I';
  TiffBytes bytes(tiff, little_endian);
  if ((*tiff)[0] != (*tiff)[1] || ((*tiff)[0] != 'I' && (*tiff)[0] != 'M') || bytes.Get(2, 2) != 42) return;
  const size_t directory = bytes.Get(4, 4);
  const uint32_t num_entries = bytes.Get(directory, 2);
  for (uint32_t i = 0; i < num_entries; ++i) {
    const size_t entry = directory + 2 + i * kEntryBytes;
    if (entry + kEntryBytes > tiff->size()) return;
    if (bytes.Get(entry, 2) == kOrientationTag && bytes.Get(entry + 2, 2) == kTypeShort) bytes.Set16(entry + 8, 1);
  }
}

std::string DescribeAsJson(const ImageDescription& image, const std::vector<FrameRecord>& frames) {
  const JxlpoolImageInfo& info = image.info;
  nlohmann::ordered_json json;
  json["frames"] = nlohmann::ordered_json::array();
  for (const FrameRecord& frame : frames) json["frames"].push_back(DescribeFrame(image, frame));
  json["intensity_target"] = static_cast<double>(info.intensity_target);
  json["min_nits"] = static_cast<double>(info.min_nits);
  json["relative_to_max_display"] = info.relative_to_max_display != 0 ? 1 : 0;
  json["linear_below"] = static_cast<double>(info.linear_below);
  if (info.have_preview) json["preview"] = nlohmann::ordered_json::object();
  json["extra_channel_type"] = nlohmann::ordered_json::array();
  json["bits_per_sample"] = {info.bits_per_sample};
  json["exp_bits_per_sample"] = {info.exponent_bits};
  for (const JxlpoolExtraChannelInfo& channel : image.extra_channels) {
    json["extra_channel_type"].push_back(ExtraChannelName(channel.type));
    json["bits_per_sample"].push_back(channel.bits_per_sample);
    json["exp_bits_per_sample"].push_back(channel.exponent_bits);
  }
  // Names are whatever the file has: bytes that are not UTF-8 are replaced.
  return json.dump(1, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n";
}

}  // namespace jxlpool::tools
