// WriteJpeg: a JPEG file from its parts, in the order that its marker list gives.
#ifndef LIB_JPEG_JPEG_WRITER_H_
#define LIB_JPEG_JPEG_WRITER_H_

#include <atomic>

#include "lib/base/status.h"
#include "lib/frame/jpeg_coefficients.h"
#include "lib/jpeg/byte_sink.h"
#include "lib/jpeg/reconstruction_data.h"
#include "lib/jpeg/reconstruction_header.h"
#include "lib/pool/memory.h"

namespace jxlpool {

// What a file is made of; nothing is owned.
struct JpegParts {
  const ReconstructionHeader* header = nullptr;
  const ReconstructionData* data = nullptr;
  const JpegCoefficients* coefficients = nullptr;
};

// Writes from SOI to the tail. `cancelled` may be null. Errors: kCorrupt (the parts contradict each other),
// kMemoryLimit, kCancelled, those of the sink; the sink got a part of the file then.
Status WriteJpeg(const JpegParts& parts, const std::atomic<bool>* cancelled, Memory* memory, ByteSink* sink);

}  // namespace jxlpool

#endif  // LIB_JPEG_JPEG_WRITER_H_
