#include "tools/djxl_pooled/feeder.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "tools/writers/error.h"

namespace jxlpool::tools {

void Feeder::Close() {
  if (owns_fd_) close(fd_);
  fd_ = -1;
  owns_fd_ = false;
}

void Feeder::BeginFile(const std::string& path) {
  Close();
  bytes_ = nullptr;
  owns_fd_ = path != "-";
  fd_ = owns_fd_ ? open(path.c_str(), O_RDONLY | O_CLOEXEC) : STDIN_FILENO;
  if (fd_ < 0) {
    owns_fd_ = false;
    throw Error(name_ + ": cannot open: " + std::strerror(errno));
  }
  position_ = 0;
  may_go_on_ = true;
}

void Feeder::BeginMemory(const std::vector<uint8_t>& bytes) {
  Close();
  bytes_ = &bytes;
  position_ = 0;
  may_go_on_ = true;
}

size_t Feeder::Read() {
  size_t size = 0;
  while (size < piece_.size()) {
    const ssize_t got = read(fd_, piece_.data() + size, piece_.size() - size);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) throw Error(name_ + ": cannot read: " + std::strerror(errno));
    if (got == 0) break;
    size += static_cast<size_t>(got);
  }
  return size;
}

JxlpoolStatus Feeder::Feed(Decoder* decoder) {
  const uint8_t* data = bytes_ == nullptr ? piece_.data() : bytes_->data() + position_;
  const size_t size =
      bytes_ == nullptr ? Read() : std::min(piece_.size(), static_cast<size_t>(bytes_->size() - position_));
  may_go_on_ = size != 0;
  position_ += size;
  return size == 0 ? decoder->EndInput() : decoder->Feed(data, size);
}

}  // namespace jxlpool::tools
