// Brotli streams (RFC 7932) into pooled memory: compressed boxes and JPEG reconstruction data.
#ifndef LIB_BITSTREAM_BROTLI_H_
#define LIB_BITSTREAM_BROTLI_H_

#include <cstdint>
#include <span>

#include "lib/base/status.h"
#include "lib/pool/memory.h"
#include "lib/pool/pool_vector.h"

namespace jxlpool {

// Appends what `compressed` expands to to *out. The stream must end exactly at the end of `compressed`; the decoder's
// own state comes from `memory`, too. Errors: kCorrupt, kSizeLimit (more than max_output_bytes), kMemoryLimit. After an
// error *out holds a part of the output.
Status DecompressBrotli(std::span<const uint8_t> compressed, Memory* memory, uint64_t max_output_bytes,
                        PoolVector<uint8_t>* out);

}  // namespace jxlpool

#endif  // LIB_BITSTREAM_BROTLI_H_
