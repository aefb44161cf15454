#include "lib/headers/size_limits.h"

namespace jxlpool {

Status CheckSize(const SizeLimits& limits, uint64_t width, uint64_t height, uint32_t num_extra_channels,
                 uint64_t bit_position) {
  if (width > limits.max_dimension || height > limits.max_dimension) {
    return Status(ErrorCode::kSizeLimit, "the image is wider or taller than the limit", bit_position);
  }
  if (num_extra_channels > limits.max_extra_channels) {
    return Status(ErrorCode::kSizeLimit, "the image has more extra channels than the limit", bit_position);
  }
  uint64_t samples = 0;
  if (__builtin_mul_overflow(width, height, &samples) ||
      __builtin_mul_overflow(samples, 3 + uint64_t{num_extra_channels}, &samples) || samples > limits.max_samples) {
    return Status(ErrorCode::kSizeLimit, "the image has more samples than the limit", bit_position);
  }
  return OkStatus();
}

}  // namespace jxlpool
