// ByteSink: where a reconstructed file goes.
#ifndef LIB_JPEG_BYTE_SINK_H_
#define LIB_JPEG_BYTE_SINK_H_

#include <cstddef>
#include <cstdint>

#include "lib/base/status.h"

namespace jxlpool {

class ByteSink {
 public:
  virtual ~ByteSink() = default;
  // The next `size` bytes of the file, valid during the call. An error ends the reconstruction with it.
  virtual Status Write(const uint8_t* data, size_t size) = 0;
};

}  // namespace jxlpool

#endif  // LIB_JPEG_BYTE_SINK_H_
