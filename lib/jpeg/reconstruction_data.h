// The bytes of a JPEG's segments: what the Brotli stream of the `jbrd` box holds, and what other parts of the JPEG XL
// file supply: ICC profile, Exif and XMP (ISO/IEC 18181-2, JPEG bitstream reconstruction data).
#ifndef LIB_JPEG_RECONSTRUCTION_DATA_H_
#define LIB_JPEG_RECONSTRUCTION_DATA_H_

#include <cstdint>
#include <span>

#include "lib/base/status.h"
#include "lib/bitstream/container.h"
#include "lib/jpeg/reconstruction_header.h"
#include "lib/pool/memory.h"
#include "lib/pool/pool_vector.h"

namespace jxlpool {

// Owns what the segments of a header point to, and the bytes that belong to no segment.
struct ReconstructionData {
  PoolVector<uint8_t> unpacked;   // of the Brotli stream
  PoolVector<uint8_t> completed;  // APP segments of known types
  std::span<const uint8_t> inter_marker;
  std::span<const uint8_t> tail;
};

// Decompresses the Brotli stream of the box contents `data`, completes the APP segments of known types, and makes the
// segments of *header point to their bytes. `icc` is the profile that the codestream carries, empty if none. Errors:
// kCorrupt, kMemoryLimit.
Status ReadReconstructionData(std::span<const uint8_t> data, const Container& container, std::span<const uint8_t> icc,
                              Memory* memory, ReconstructionHeader* header, ReconstructionData* result);

}  // namespace jxlpool

#endif  // LIB_JPEG_RECONSTRUCTION_DATA_H_
