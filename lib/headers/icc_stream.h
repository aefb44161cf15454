// The embedded ICC profile (ISO/IEC 18181-1 "ICC profile"): an entropy-coded stream of bytes that a small command
// language turns into the profile.
#ifndef LIB_HEADERS_ICC_STREAM_H_
#define LIB_HEADERS_ICC_STREAM_H_

#include <cstddef>
#include <cstdint>
#include <span>

#include "lib/base/status.h"
#include "lib/bitstream/bit_reader.h"
#include "lib/headers/size_limits.h"
#include "lib/pool/memory.h"
#include "lib/pool/pool_vector.h"

namespace jxlpool {

// Entropy-decodes the stream that follows the image header. It has no byte length, so this is needed to find the
// frames; `reader` is left behind its last bit (before the padding). Time and memory are bounded by the bytes consumed.
// Errors: kCorrupt, kSizeLimit, kNeedMoreInput, kMemoryLimit.
Status ReadIccStream(BitReader* reader, Memory* memory, const SizeLimits& limits, PoolVector<uint8_t>* encoded);

// Reconstructs the profile from the decoded stream; may be deferred until the profile is wanted.
// Errors: kCorrupt, kSizeLimit, kMemoryLimit.
Status ReconstructIccProfile(std::span<const uint8_t> encoded, Memory* memory, const SizeLimits& limits,
                             PoolVector<uint8_t>* profile);

}  // namespace jxlpool

#endif  // LIB_HEADERS_ICC_STREAM_H_
