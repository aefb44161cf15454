#include "tools/djxl_pooled/info_color.h"

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace jxlpool::tools {
namespace {

using Json = nlohmann::ordered_json;

constexpr const char* kColorSpaces[] = {"rgb", "grey", "xyb", "unknown"};
constexpr const char* kIntents[] = {"perceptual", "relative", "saturation", "absolute"};

template <size_t N>
const char* NameOf(const char* const (&names)[N], uint32_t index) {
  return index < N ? names[index] : "unknown";
}

const char* WhitePointName(uint32_t white_point) {
  switch (white_point) {
    case JXLPOOL_WHITE_POINT_D65:
      return "d65";
    case JXLPOOL_WHITE_POINT_E:
      return "e";
    case JXLPOOL_WHITE_POINT_DCI:
      return "dci";
    default:
      return "custom";
  }
}

const char* PrimariesName(uint32_t primaries) {
  switch (primaries) {
    case JXLPOOL_PRIMARIES_SRGB:
      return "srgb";
    case JXLPOOL_PRIMARIES_2100:
      return "bt2100";
    case JXLPOOL_PRIMARIES_P3:
      return "p3";
    default:
      return "custom";
  }
}

const char* TransferName(uint32_t transfer) {
  switch (transfer) {
    case JXLPOOL_TRANSFER_GAMMA:
      return "gamma";
    case JXLPOOL_TRANSFER_709:
      return "bt709";
    case JXLPOOL_TRANSFER_LINEAR:
      return "linear";
    case JXLPOOL_TRANSFER_SRGB:
      return "srgb";
    case JXLPOOL_TRANSFER_PQ:
      return "pq";
    case JXLPOOL_TRANSFER_DCI:
      return "dci";
    case JXLPOOL_TRANSFER_HLG:
      return "hlg";
    default:
      return "unknown";
  }
}

uint32_t BigEndian32(const ByteView& bytes, size_t at) {
  if (bytes.size < 4 || at > bytes.size - 4) return 0;
  return uint32_t{bytes.data[at]} << 24 | uint32_t{bytes.data[at + 1]} << 16 | uint32_t{bytes.data[at + 2]} << 8 |
         bytes.data[at + 3];
}

// The text of a profile's description tag, of either version of the format, as far as it is ASCII; "" if there is none.
std::string IccDescription(const ByteView& icc) {
  constexpr uint32_t kDescription = 0x64657363;  // "desc", both the tag and its older type
  constexpr uint32_t kLocalized = 0x6D6C7563;    // "mluc"
  const uint32_t num_tags = BigEndian32(icc, 128);
  for (uint32_t i = 0; i < num_tags && i < 100; ++i) {
    if (BigEndian32(icc, 132 + 12 * i) != kDescription) continue;
    const size_t at = BigEndian32(icc, 136 + 12 * i);
    const bool localized = BigEndian32(icc, at) == kLocalized;
    if (!localized && BigEndian32(icc, at) != kDescription) return "";
    const size_t start = localized ? at + BigEndian32(icc, at + 24) + 1 : at + 12;
    const size_t length = BigEndian32(icc, localized ? at + 20 : at + 8);
    if (length > 1000 || start > icc.size || length > icc.size - start) return "";
    std::string text;
    for (size_t k = 0; k < length; k += localized ? 2 : 1) {
      if (icc.data[start + k] == 0) break;
      text += icc.data[start + k] >= 0x20 && icc.data[start + k] < 0x7F ? static_cast<char>(icc.data[start + k]) : '?';
    }
    return text;
  }
  return "";
}

// Four letters at a fixed place of a profile's header.
std::string Signature(const ByteView& icc, size_t at) {
  const char* letters = reinterpret_cast<const char*>(icc.data) + at;
  return letters[0] == 0 ? "" : std::string(letters, 4);
}

Json DescribeIcc(const ByteView& icc) {
  constexpr size_t kHeaderBytes = 128;
  Json json = {{"bytes", icc.size}};
  if (const std::string text = IccDescription(icc); !text.empty()) json["description"] = text;
  if (icc.size < kHeaderBytes) return json;
  json["color_space"] = Signature(icc, 16);
  json["connection_space"] = Signature(icc, 20);
  json["color_management_module"] = Signature(icc, 4);
  json["rendering_intent"] = NameOf(kIntents, BigEndian32(icc, 64));
  return json;
}

}  // namespace

Json DescribeEncoding(const JxlpoolColorEncoding& encoding) {
  Json json;
  json["name"] = encoding.name;
  json["color_space"] = NameOf(kColorSpaces, encoding.color_space);
  json["rendering_intent"] = NameOf(kIntents, encoding.rendering_intent);
  if (encoding.color_space == JXLPOOL_COLOR_SPACE_XYB) return json;
  json["white_point"] = WhitePointName(encoding.white_point);
  json["white_xy"] = {encoding.white_xy[0], encoding.white_xy[1]};
  if (encoding.color_space == JXLPOOL_COLOR_SPACE_RGB) {
    json["primaries"] = PrimariesName(encoding.primaries);
    json["primaries_xy"] = std::vector<double>(encoding.primaries_xy, encoding.primaries_xy + 6);
  }
  json["transfer"] = TransferName(encoding.transfer);
  if (encoding.transfer == JXLPOOL_TRANSFER_GAMMA) json["gamma"] = encoding.gamma;
  if (encoding.has_cicp) json["cicp"] = std::vector<int>(encoding.cicp, encoding.cicp + 4);
  return json;
}

Json DescribeColor(Decoder* decoder) {
  Json json;
  const auto original = decoder->ColorEncoding(JXLPOOL_PROFILE_ORIGINAL);
  json["kind"] = original && !original->from_icc ? "enumerated" : "icc";
  if (original) json["encoding"] = DescribeEncoding(*original);
  if (!original || original->from_icc) {
    json["icc"] = DescribeIcc(decoder->Icc(JXLPOOL_PROFILE_ORIGINAL));
  }
  // Differs from the original for lossy images with a profile.
  const auto decoded = decoder->ColorEncoding(JXLPOOL_PROFILE_DATA);
  if (decoded) json["decoded_to"] = decoded->name;
  return json;
}

}  // namespace jxlpool::tools
