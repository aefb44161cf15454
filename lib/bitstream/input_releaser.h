// InputReleaser: how a decode tells the owner of its input what has been used.
#ifndef LIB_BITSTREAM_INPUT_RELEASER_H_
#define LIB_BITSTREAM_INPUT_RELEASER_H_

#include <cstddef>
#include <cstdint>

namespace jxlpool {

// Called from any thread with bytes that will not be needed again in this pass over the image, so that the system may
// have their pages. They must stay readable all the same.
struct InputReleaser {
  void* object = nullptr;
  void (*release)(void* object, const uint8_t* data, size_t size) = nullptr;  // may be null
};

}  // namespace jxlpool

#endif  // LIB_BITSTREAM_INPUT_RELEASER_H_
