// Recognises an ICC profile as an enumerated encoding, so that no color engine is needed for it.
#ifndef LIB_COLOR_ICC_RECOGNITION_H_
#define LIB_COLOR_ICC_RECOGNITION_H_

#include <cstddef>
#include <cstdint>
#include <optional>

#include "lib/base/status.h"
#include "lib/headers/color_description.h"
#include "lib/pool/memory.h"

namespace jxlpool {

// The encoding that is equivalent to the profile, if there is one. Errors: kCorrupt if the profile cannot be parsed or
// has an illegal intent; kMemoryLimit. Costs milliseconds for profiles that are not recognised at once.
Result<std::optional<ColorDescription>> RecogniseIcc(const uint8_t* icc, size_t size, Memory* memory);

}  // namespace jxlpool

#endif  // LIB_COLOR_ICC_RECOGNITION_H_
