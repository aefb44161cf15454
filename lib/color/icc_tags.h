// Looks up what is simple in an ICC profile without a color engine: header fields, and tags by signature.
#ifndef LIB_COLOR_ICC_TAGS_H_
#define LIB_COLOR_ICC_TAGS_H_

#include <cstddef>
#include <cstdint>

#include "lib/base/big_endian.h"
#include "lib/headers/color_description.h"

namespace jxlpool {

class IccTags {
 public:
  // The profile's bytes must outlive the object; they are not trusted.
  IccTags(const uint8_t* icc, size_t size) : icc_(icc), size_(size) {}

  // The signature of the color space as stored, which may be none of lcms's enumerators. REQUIRES: size >= 132.
  uint32_t Space() const { return U32(16); }
  // The rendering intent as stored; 0..3 are legal. REQUIRES: size >= 132.
  uint32_t Intent() const { return U32(64); }
  // The code points of a `cicp` tag for RGB with full range; false if there is none.
  bool FindCicp(Cicp* cicp) const;
  // The decoding exponent if all curves are pure power functions with exponents no more than `tolerance` apart.
  bool FindGamma(bool grey, double tolerance, double* gamma) const;

 private:
  uint32_t U32(size_t at) const { return LoadBigEndian32(icc_ + at); }
  bool FindTag(const char* signature, size_t* offset, size_t* size) const;
  bool CurveGamma(const char* signature, double* gamma) const;

  const uint8_t* icc_;
  size_t size_;
};

}  // namespace jxlpool

#endif  // LIB_COLOR_ICC_TAGS_H_
