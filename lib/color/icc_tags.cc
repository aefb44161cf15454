#include "lib/color/icc_tags.h"

#include <cmath>
#include <cstring>

namespace jxlpool {
namespace {

constexpr size_t kTableOffset = 128;
constexpr size_t kEntrySize = 12;
// Tags beyond this many are not looked at.
constexpr uint32_t kMaxTags = 100;

}  // namespace

bool IccTags::FindTag(const char* signature, size_t* offset, size_t* size) const {
  if (size_ < kTableOffset + 4) return false;
  const uint32_t count = U32(kTableOffset);
  for (uint32_t i = 0; i < count && i < kMaxTags; ++i) {
    const size_t entry = kTableOffset + 4 + kEntrySize * i;
    if (entry + kEntrySize > size_) return false;
    if (std::memcmp(icc_ + entry, signature, 4) != 0) continue;
    *offset = U32(entry + 4);
    *size = U32(entry + 8);
    return *offset <= size_ && *size <= size_ - *offset;
  }
  return false;
}

bool IccTags::FindCicp(Cicp* cicp) const {
  size_t offset = 0;
  size_t size = 0;
  if (!FindTag("cicp", &offset, &size) || size != 12 || std::memcmp(icc_ + offset, "cicp", 4) != 0) return false;
  const uint8_t* code_points = icc_ + offset + 8;
  if (code_points[2] != 0 || code_points[3] != 1) return false;
  *cicp = {code_points[0], code_points[1]};
  return true;
}

bool IccTags::CurveGamma(const char* signature, double* gamma) const {
  size_t offset = 0;
  size_t size = 0;
  if (!FindTag(signature, &offset, &size) || size < 14) return false;
  const uint8_t* tag = icc_ + offset;
  if (std::memcmp(tag, "curv", 4) == 0 && U32(offset + 8) == 1) {
    *gamma = (tag[12] * 256 + tag[13]) / 256.0;
    return true;
  }
  if (std::memcmp(tag, "para", 4) == 0 && size >= 16 && tag[8] == 0 && tag[9] == 0) {
    *gamma = static_cast<int32_t>(U32(offset + 12)) / 65536.0;
    return true;
  }
  return false;
}

bool IccTags::FindGamma(bool grey, double tolerance, double* gamma) const {
  if (grey) return CurveGamma("kTRC", gamma);
  double green = 0;
  double blue = 0;
  return CurveGamma("rTRC", gamma) && CurveGamma("gTRC", &green) && CurveGamma("bTRC", &blue) &&
         std::abs(green - *gamma) <= tolerance && std::abs(blue - *gamma) <= tolerance;
}

}  // namespace jxlpool
