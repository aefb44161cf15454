#include "lib/api/input_file.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <limits>

namespace jxlpool {
namespace {

// Mappings of fewer bytes are not worth system calls.
constexpr size_t kSmallMapping = size_t{1} << 20;

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

Result<InputFile::Kind> InputFile::OpenPath(const char* path, InputSource* source) {
  Close();
  const int fd = open(path, O_RDONLY | O_CLOEXEC);
  if (fd < 0) return OpenError(errno);
  Result<Kind> kind = OpenDescriptor(fd, source);
  close(fd);
  return kind;
}

Result<InputFile::Kind> InputFile::OpenDescriptor(int fd, InputSource* source) {
  Close();
  struct stat file;
  if (fstat(fd, &file) != 0) return Status(ErrorCode::kIo, "cannot read the file");
  if (S_ISDIR(file.st_mode)) return Status(ErrorCode::kIo, "a folder is not a file");
  if (S_ISREG(file.st_mode)) {
    if (static_cast<uint64_t>(file.st_size) > std::numeric_limits<size_t>::max()) {
      return Status(ErrorCode::kIo, "the file is too large to be mapped");
    }
    const auto size = static_cast<size_t>(file.st_size);
    if (size == 0) return Kind::kMapped;
    // Some file systems cannot map.
    void* mapping = mmap(nullptr, size, PROT_READ, MAP_PRIVATE, fd, 0);
    if (mapping != MAP_FAILED) {
      mapping_ = mapping;
      data_ = static_cast<const uint8_t*>(mapping);
      size_ = size;
      return Kind::kMapped;
    }
  }
  JXLPOOL_RETURN_IF_ERROR(source->OpenDescriptor(fd));
  return Kind::kStream;
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
  data_ = nullptr;
  size_ = 0;
}

}  // namespace jxlpool
