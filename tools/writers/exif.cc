#include "tools/writers/exif.h"

#include <cctype>
#include <cstddef>
#include <string_view>

namespace jxlpool::tools {
namespace {

constexpr uint16_t kOrientationTag = 0x0112;
constexpr uint16_t kTypeShort = 3;
constexpr uint16_t kTypeLong = 4;
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

}  // namespace

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
    if (bytes.Get(entry, 2) != kOrientationTag) continue;
    const uint32_t type = bytes.Get(entry + 2, 2);
    if (type == kTypeShort) bytes.Set16(entry + 8, 1);
    if (type == kTypeLong) {
      bytes.Set16(entry + 8, little_endian ? 1 : 0);
      bytes.Set16(entry + 10, little_endian ? 0 : 1);
    }
  }
}

void ResetXmpOrientation(std::vector<uint8_t>* xmp) {
  constexpr std::string_view kName = "tiff:Orientation";
  const std::string_view text(reinterpret_cast<const char*>(xmp->data()), xmp->size());
  for (size_t at = text.find(kName); at != std::string_view::npos; at = text.find(kName, at)) {
    at += kName.size();
    // ="6" or >6<, with any space between.
    const size_t value = text.find_first_not_of("=\"'> \t\r\n", at);
    if (value == std::string_view::npos || value == at || value + 1 >= text.size()) continue;
    const bool is_digit = text[value] >= '1' && text[value] <= '8';
    if (is_digit && std::isdigit(static_cast<unsigned char>(text[value + 1])) == 0) (*xmp)[value] = '1';
  }
}

}  // namespace jxlpool::tools
