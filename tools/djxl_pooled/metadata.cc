#include "tools/djxl_pooled/metadata.h"

#include <cstring>
#include <nlohmann/json.hpp>

namespace jxlpool::tools {
namespace {

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
  const uint64_t offset = uint64_t{bytes[0]} << 24 | uint64_t{bytes[1]} << 16 | uint64_t{bytes[2]} << 8 | bytes[3];
  if (offset + 4 >= bytes.size()) return {};
  bytes.erase(bytes.begin(), bytes.begin() + static_cast<ptrdiff_t>(offset + 4));
  return bytes;
}

FrameRecord RecordOf(const JxlpoolFrameInfo& frame) {
  return {std::string(frame.name, frame.name_length), frame.duration, frame.timecode};
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
