// SizeLimits: what an image may ask for. It is checked before anything is allocated for its pixels.
#ifndef LIB_HEADERS_SIZE_LIMITS_H_
#define LIB_HEADERS_SIZE_LIMITS_H_

#include <cstdint>

#include "lib/base/status.h"

namespace jxlpool {

// The defaults are the level 10 limits of ISO/IEC 18181-1 Annex M, except max_samples. Exceeding one is kSizeLimit.
struct SizeLimits {
  // width * height * (3 + number of extra channels) of the image, its preview and each frame.
  uint64_t max_samples = uint64_t{1} << 30;
  uint32_t max_dimension = uint32_t{1} << 30;  // width and height of the image and of each frame
  uint32_t max_extra_channels = 256;
  uint64_t max_icc_size = uint64_t{1} << 28;  // bytes, as coded and as reconstructed; more than 2^28 is kCorrupt anyway
};

// Checks one image, preview or frame of width x height pixels.
Status CheckSize(const SizeLimits& limits, uint64_t width, uint64_t height, uint32_t num_extra_channels,
                 uint64_t bit_position);

}  // namespace jxlpool

#endif  // LIB_HEADERS_SIZE_LIMITS_H_
