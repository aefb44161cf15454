// InputSource: where a stream reads on when the decoder needs more: a function of the caller, or a file descriptor.
#ifndef LIB_API_INPUT_SOURCE_H_
#define LIB_API_INPUT_SOURCE_H_

#include <cstddef>
#include <cstdint>

#include "jxlpool/jxlpool.h"
#include "lib/base/status.h"

namespace jxlpool {

// Not thread-safe.
class InputSource {
 public:
  InputSource() = default;
  ~InputSource() { Close(); }
  InputSource(const InputSource&) = delete;
  InputSource& operator=(const InputSource&) = delete;

  // `seek` may be null.
  void OpenCallbacks(JxlpoolReadCallback read, JxlpoolSeekCallback seek, void* opaque);
  // Duplicates the descriptor, so that the caller may close theirs. Errors: kIo.
  Status OpenDescriptor(int fd);
  void Close();
  bool is_open() const { return read_ != nullptr || fd_ >= 0; }
  bool can_seek() const { return seek_ != nullptr; }

  // Bytes that were put at `to`, at most `size`; waits until there is one at least. 0: the input is over. Errors: kIo.
  // REQUIRES: is_open(), size != 0.
  Result<size_t> Read(uint8_t* to, size_t size);
  // The next Read begins at byte `position` of the input. Errors: kIo. REQUIRES: can_seek().
  Status Seek(uint64_t position);

 private:
  Result<size_t> ReadDescriptor(uint8_t* to, size_t size) const;

  JxlpoolReadCallback read_ = nullptr;
  JxlpoolSeekCallback seek_ = nullptr;
  void* opaque_ = nullptr;
  int fd_ = -1;
};

}  // namespace jxlpool

#endif  // LIB_API_INPUT_SOURCE_H_
