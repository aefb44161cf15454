// The two sizes at the start of an encoded ICC profile.
#ifndef LIB_HEADERS_ICC_PREAMBLE_H_
#define LIB_HEADERS_ICC_PREAMBLE_H_

#include <cstddef>
#include <cstdint>
#include <span>

#include "lib/base/status.h"
#include "lib/headers/size_limits.h"

namespace jxlpool {

// Neither the encoded nor the reconstructed profile may have more bytes.
inline constexpr uint64_t kMaxIccSize = uint64_t{1} << 28;

struct IccPreamble {
  uint64_t output_size = 0;   // bytes of the profile, >= 1
  uint64_t command_size = 0;  // bytes of the commands, which follow the preamble
  size_t preamble_size = 0;   // bytes of the preamble itself
};

// Reads the preamble from the leading bytes of an encoded profile of `encoded_size` bytes in all, and rejects
// impossible or suspicious sizes. REQUIRES: `bytes` holds at least min(20, encoded_size) bytes.
// Errors: kCorrupt, kSizeLimit.
Result<IccPreamble> ReadIccPreamble(std::span<const uint8_t> bytes, uint64_t encoded_size, const SizeLimits& limits);

}  // namespace jxlpool

#endif  // LIB_HEADERS_ICC_PREAMBLE_H_
