// InputFile: the bytes of an image as one contiguous range: the caller's, mapped from a file, or read into pooled
// memory.
#ifndef LIB_API_INPUT_FILE_H_
#define LIB_API_INPUT_FILE_H_

#include <cstddef>
#include <cstdint>

#include "lib/base/status.h"
#include "lib/pool/memory.h"
#include "lib/pool/pool_vector.h"

namespace jxlpool {

// Not thread-safe. Each Open closes what was open before, also if it fails.
class InputFile {
 public:
  // `memory` is not owned and must outlive the object.
  explicit InputFile(Memory* memory) : memory_(memory) {}
  ~InputFile() { Close(); }
  InputFile(const InputFile&) = delete;
  InputFile& operator=(const InputFile&) = delete;

  // The bytes are the caller's and must stay until Close.
  void OpenBytes(const uint8_t* data, size_t size);
  // Errors: kIo, kMemoryLimit.
  Status OpenPath(const char* path);
  // Maps a regular file from its start; reads anything else to its end. The descriptor stays the caller's.
  Status OpenDescriptor(int fd);
  void Close();

  // These bytes have been used: lets the system have the pages of a large mapped file. They stay readable. May be
  // called from any thread.
  void ReleasePages(const uint8_t* data, size_t size) const;

  const uint8_t* data() const { return data_; }
  size_t size() const { return size_; }
  // Bytes that were read instead of mapped.
  uint64_t copied_bytes() const { return copy_.size(); }

 private:
  Status Map(int fd, size_t size);
  Status ReadAll(int fd);

  Memory* memory_;
  const uint8_t* data_ = nullptr;
  size_t size_ = 0;
  void* mapping_ = nullptr;  // size_ bytes
  PoolVector<uint8_t> copy_;
};

}  // namespace jxlpool

#endif  // LIB_API_INPUT_FILE_H_
