#include "lib/api/input_source.h"

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <cerrno>

namespace jxlpool {

void InputSource::OpenCallbacks(JxlpoolReadCallback read, JxlpoolSeekCallback seek, void* opaque) {
  Close();
  read_ = read;
  seek_ = seek;
  opaque_ = opaque;
}

Status InputSource::OpenDescriptor(int fd) {
  Close();
  fd_ = fcntl(fd, F_DUPFD_CLOEXEC, 0);
  return fd_ < 0 ? Status(ErrorCode::kIo, "cannot read the file") : OkStatus();
}

void InputSource::Close() {
  if (fd_ >= 0) close(fd_);
  fd_ = -1;
  read_ = nullptr;
  seek_ = nullptr;
  opaque_ = nullptr;
}

Result<size_t> InputSource::Read(uint8_t* to, size_t size) {
  if (read_ == nullptr) return ReadDescriptor(to, size);
  const int64_t got = read_(opaque_, to, size);
  if (got < 0) return Status(ErrorCode::kIo, "the function that reads the input failed");
  if (static_cast<uint64_t>(got) > size) return InvalidArgument("more was read than there is room for");
  return static_cast<size_t>(got);
}

Status InputSource::Seek(uint64_t position) {
  if (seek_(opaque_, position) == 0) return OkStatus();
  return Status(ErrorCode::kIo, "the function that seeks in the input failed");
}

Result<size_t> InputSource::ReadDescriptor(uint8_t* to, size_t size) const {
  for (;;) {
    const ssize_t got = read(fd_, to, size);
    if (got >= 0) return static_cast<size_t>(got);
    if (errno == EINTR) continue;
    if (errno != EAGAIN) return Status(ErrorCode::kIo, "cannot read the file");
    pollfd waiting = {fd_, POLLIN, 0};
    (void)poll(&waiting, 1, -1);
  }
}

}  // namespace jxlpool
