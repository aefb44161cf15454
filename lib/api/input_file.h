// InputFile: the bytes of a file as one contiguous range, mapped.
#ifndef LIB_API_INPUT_FILE_H_
#define LIB_API_INPUT_FILE_H_

#include <cstddef>
#include <cstdint>

#include "lib/api/input_source.h"
#include "lib/base/status.h"

namespace jxlpool {

// Not thread-safe. Each Open closes what was open before, also if it fails.
class InputFile {
 public:
  enum class Kind : uint8_t {
    kMapped,
    kStream,  // no regular file, or one that cannot be mapped: the source reads it
  };

  InputFile() = default;
  ~InputFile() { Close(); }
  InputFile(const InputFile&) = delete;
  InputFile& operator=(const InputFile&) = delete;

  // Errors: kIo.
  Result<Kind> OpenPath(const char* path, InputSource* source);
  // Maps a regular file from its start; has `*source` read anything else. The descriptor stays the caller's, who may
  // close it.
  Result<Kind> OpenDescriptor(int fd, InputSource* source);
  void Close();

  // These bytes have been used: lets the system have the pages of a large mapped file. They stay readable. May be
  // called from any thread.
  void ReleasePages(const uint8_t* data, size_t size) const;

  const uint8_t* data() const { return data_; }
  size_t size() const { return size_; }

 private:
  const uint8_t* data_ = nullptr;
  size_t size_ = 0;
  void* mapping_ = nullptr;  // size_ bytes
};

}  // namespace jxlpool

#endif  // LIB_API_INPUT_FILE_H_
