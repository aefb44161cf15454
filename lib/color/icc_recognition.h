// Recognising an ICC profile as an enumerated encoding, so that no color engine is needed for it.
#ifndef LIB_COLOR_ICC_RECOGNITION_H_
#define LIB_COLOR_ICC_RECOGNITION_H_

#include <cstddef>
#include <cstdint>

#include "lib/base/status.h"
#include "lib/color/color_description.h"
#include "lib/pool/memory.h"

namespace jxlpool {

struct IccSummary {
  // Data color space of the profile.
  enum class Space : uint8_t { kGrey, kRgb, kCmyk };
  Space space = Space::kRgb;
  RenderingIntent intent = RenderingIntent::kPerceptual;
  // Whether `description` is equivalent to the profile.
  bool recognised = false;
  // White and primaries are set if has_chromaticities, everything if recognised.
  bool has_chromaticities = false;
  ColorDescription description;
};

// Errors: kInvalidArgument if the profile cannot be parsed or has an illegal intent; kMemoryLimit. Costs milliseconds
// for profiles that are not recognised at once.
Result<IccSummary> RecogniseIcc(const uint8_t* icc, size_t size, Memory* memory);

// The linear encoding in which an XYB image is best handed to a ColorEngine whose target is the profile: with the
// profile's own white point and primaries if they are known, else linear sRGB; grey for grey.
ColorDescription LinearSourceFor(const IccSummary& target);

}  // namespace jxlpool

#endif  // LIB_COLOR_ICC_RECOGNITION_H_
