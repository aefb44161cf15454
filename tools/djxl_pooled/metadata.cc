#include "tools/djxl_pooled/metadata.h"

#include <cstring>
#include <nlohmann/json.hpp>

#include "jxlpool/jxlpool.hpp"
#include "tools/djxl_pooled/session.h"

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

const char* BoxTypeOf(const std::string& output_format) {
  if (output_format == "exif") return "Exif";
  if (output_format == "xmp" || output_format == "xml") return "xml ";
  if (output_format == "jumb" || output_format == "jumbf") return "jumb";
  return nullptr;
}

bool CarriesMetadata(FileFormat format) { return format == FileFormat::kPng || format == FileFormat::kJpeg; }

Metadata ReadBox(Session* session, const char* type, uint64_t max_bytes) {
  Decoder& decoder = session->decoder();
  auto box = Make<JxlpoolBox>();
  uint32_t index = 0;
  for (;; ++index) {
    const auto get_box = [&] { return jxlpool_decoder_get_box(decoder.get(), index, &box); };
    if (session->Await(nullptr, get_box) != JXLPOOL_OK) return {};
    if (std::strcmp(box.type, type) == 0) break;
  }
  ByteView bytes;
  if (decoder.BoxContents(index, &bytes) != JXLPOOL_OK) return {{}, decoder.LastError().message};
  if (bytes.size > max_bytes) return {{}, std::to_string(bytes.size) + " bytes are too many"};
  return {std::vector<uint8_t>(bytes.data, bytes.data + bytes.size), ""};
}

Metadata ReadExif(Session* session, uint64_t max_bytes) {
  Metadata exif = ReadBox(session, "Exif", max_bytes);
  std::vector<uint8_t>& bytes = exif.bytes;
  if (bytes.empty()) return exif;
  constexpr uint64_t kOffsetBytes = 4;
  uint64_t begin = kOffsetBytes;
  for (size_t i = 0; i < kOffsetBytes && i < bytes.size(); ++i) begin += uint64_t{bytes[i]} << (24 - 8 * i);
  if (begin >= bytes.size()) return {{}, "it has no contents"};
  bytes.erase(bytes.begin(), bytes.begin() + static_cast<ptrdiff_t>(begin));
  return exif;
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
