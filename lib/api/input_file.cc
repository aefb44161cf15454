#include "lib/api/input_file.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <limits>

namespace jxlpool {
namespace {

// Mappings of fewer bytes are not worth system calls.
constexpr size_t kSmallMapping = size_t{1} << 20;

constexpr size_t kFirstRead = size_t{1} << 16;

Status OpenError(int error) {
  switch (error) {
    case ENOENT:
      return Status(ErrorCode::kIo, "no such file");
    case EACCES:
    case EPERM:
      return Status(ErrorCode::kIo, "no permission to read the file");
    case ENOTDIR:
      return Status(ErrorCode::kIo, "a part of the path is not a folder");
    default:
      return Status(ErrorCode::kIo, "cannot open the file");
  }
}

}  // namespace

void InputFile::OpenBytes(const uint8_t* data, size_t size) {
  Close();
  data_ = data;
  size_ = size;
}

Status InputFile::OpenPath(const char* path) {
  Close();
  const int fd = open(path, O_RDONLY | O_CLOEXEC);
  if (fd < 0) return OpenError(errno);
  const Status status = OpenDescriptor(fd);
  close(fd);
  return status;
}

Status InputFile::OpenDescriptor(int fd) {
  Close();
  struct stat file;
  if (fstat(fd, &file) != 0) return Status(ErrorCode::kIo, "cannot read the file");
  if (S_ISDIR(file.st_mode)) return Status(ErrorCode::kIo, "a folder is not a file");
  if (!S_ISREG(file.st_mode)) return ReadAll(fd);
  if (static_cast<uint64_t>(file.st_size) > std::numeric_limits<size_t>::max()) {
    return Status(ErrorCode::kIo, "the file is too large to be mapped");
  }
  return Map(fd, static_cast<size_t>(file.st_size));
}

Status InputFile::Map(int fd, size_t size) {
  if (size == 0) return OkStatus();
  void* mapping = mmap(nullptr, size, PROT_READ, MAP_PRIVATE, fd, 0);
  if (mapping == MAP_FAILED) return ReadAll(fd);  // some file systems cannot
  mapping_ = mapping;
  data_ = static_cast<const uint8_t*>(mapping);
  size_ = size;
  return OkStatus();
}

Status InputFile::ReadAll(int fd) {
  copy_ = PoolVector<uint8_t>(memory_, Category::kInput);
  size_t size = 0;
  for (;;) {
    if (size == copy_.size()) JXLPOOL_RETURN_IF_ERROR(copy_.ResizeUninitialized(std::max(kFirstRead, 2 * size)));
    const ssize_t got = read(fd, copy_.data() + size, copy_.size() - size);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return Status(ErrorCode::kIo, "cannot read the file");
    if (got == 0) break;
    size += static_cast<size_t>(got);
  }
  JXLPOOL_RETURN_IF_ERROR(copy_.ResizeUninitialized(size));
  data_ = copy_.data();
  size_ = size;
  return OkStatus();
}

void InputFile::ReleasePages(const uint8_t* data, size_t size) const {
  if (mapping_ == nullptr || size_ < kSmallMapping) return;
  static const size_t page = static_cast<size_t>(sysconf(_SC_PAGESIZE));
  // What lies before `data` on its page has been used, as a rule; if not, it comes back.
  const size_t begin = static_cast<size_t>(data - data_) / page * page;
  const size_t end = static_cast<size_t>(data + size - data_) / page * page;
  if (begin < end) (void)madvise(static_cast<uint8_t*>(mapping_) + begin, end - begin, MADV_DONTNEED);
}

void InputFile::Close() {
  if (mapping_ != nullptr) munmap(mapping_, size_);
  mapping_ = nullptr;
  copy_.Release();
  data_ = nullptr;
  size_ = 0;
}

}  // namespace jxlpool
