// ReconstructJpeg: the bytes of the JPEG file that a JPEG XL file was made from (ISO/IEC 18181-2, JPEG bitstream
// reconstruction).
#ifndef LIB_JPEG_RECONSTRUCT_JPEG_H_
#define LIB_JPEG_RECONSTRUCT_JPEG_H_

#include <atomic>

#include "lib/base/status.h"
#include "lib/image/image_decoder.h"
#include "lib/jpeg/byte_sink.h"
#include "lib/pool/memory.h"

namespace jxlpool {

// Writes the file to `sink`, from front to back, and leaves the sequence of frames of `image` as it is. `cancelled` may
// be null. A JPEG with one scan is written while the frame is decoded, and only some rows of groups are in memory; of
// others, the nonzero coefficients (two to three times the size of the JPEG). Errors: all; kUnsupported if the file has
// no reconstruction data or is not a recompressed JPEG, kCorrupt if the data is malformed or does not fit the image.
// None of them says anything about whether the image can be decoded. REQUIRES: Open succeeded on `image`.
Status ReconstructJpeg(ImageDecoder* image, const std::atomic<bool>* cancelled, Memory* memory, ByteSink* sink);

}  // namespace jxlpool

#endif  // LIB_JPEG_RECONSTRUCT_JPEG_H_
