#include "tools/writers/output_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>

#include "tools/writers/error.h"

namespace jxlpool::tools {
namespace {

constexpr size_t kBufferBytes = size_t{1} << 18;

std::string FolderOf(const std::string& path) {
  const size_t slash = path.rfind('/');
  return slash == std::string::npos ? "." : slash == 0 ? "/" : path.substr(0, slash);
}

// The file that a path leads to: a rename must replace what a symbolic link points at, not the link.
std::string Resolve(const std::string& path) {
  const std::unique_ptr<char, void (*)(void*)> resolved(realpath(path.c_str(), nullptr), &std::free);
  return resolved == nullptr ? path : resolved.get();
}

mode_t CreationMode(const std::string& path) {
  struct stat status;
  if (stat(path.c_str(), &status) == 0) return status.st_mode & 07777;
  const mode_t mask = umask(0);
  umask(mask);
  return 0666 & ~mask;
}

int UnnamedTemporaryFile() {
  const char* folder = std::getenv("TMPDIR");
  std::string name = std::string(folder == nullptr || *folder == 0 ? "/tmp" : folder) + "/djxl-pooled-XXXXXX";
  const int fd = mkostemp(name.data(), O_CLOEXEC);
  if (fd >= 0) unlink(name.c_str());
  return fd;
}

}  // namespace

OutputFile::OutputFile(const std::string& path, Access access) : path_(path) {
  pending_.reserve(kBufferBytes);
  struct stat status;
  const bool exists = !is_stdout() && stat(path.c_str(), &status) == 0;
  if (exists && S_ISDIR(status.st_mode)) {
    errno = EISDIR;
    Fail("cannot write");
  }
  if (is_stdout() || (exists && !S_ISREG(status.st_mode))) {
    spooled_ = access == Access::kRandom;
    if (spooled_) {
      fd_ = UnnamedTemporaryFile();
    } else {
      fd_ = is_stdout() ? dup(STDOUT_FILENO) : open(path.c_str(), O_WRONLY | O_CLOEXEC);
    }
    if (fd_ < 0) Fail("cannot write");
    return;
  }
  if (exists && ::access(path.c_str(), W_OK) != 0) Fail("cannot write");
  path_ = Resolve(path);
  fd_ = temporary_.Create(FolderOf(path_));
  if (fd_ < 0) Fail("cannot write");
  (void)fchmod(fd_, CreationMode(path_));
}

OutputFile::~OutputFile() {
  if (fd_ >= 0) close(fd_);
}

void OutputFile::Fail(const char* doing) const {
  const int error = errno;
  throw Error((is_stdout() ? "standard output" : path_) + ": " + doing + ": " + std::strerror(error));
}

void OutputFile::WriteFully(const uint8_t* data, size_t size) {
  while (size != 0) {
    const ssize_t written = write(fd_, data, size);
    if (written < 0) {
      if (errno == EINTR) continue;
      Fail("cannot write");
    }
    data += written;
    size -= static_cast<size_t>(written);
  }
}

void OutputFile::Flush() {
  WriteFully(pending_.data(), pending_.size());
  pending_.clear();
}

void OutputFile::Write(const void* data, size_t size) {
  const auto* bytes = static_cast<const uint8_t*>(data);
  if (pending_.size() + size > kBufferBytes) Flush();
  if (size >= kBufferBytes) {
    WriteFully(bytes, size);
  } else {
    pending_.insert(pending_.end(), bytes, bytes + size);
  }
  position_ += size;
}

void OutputFile::WriteAt(uint64_t offset, const void* data, size_t size) {
  Flush();
  const auto* bytes = static_cast<const uint8_t*>(data);
  while (size != 0) {
    const ssize_t written = pwrite(fd_, bytes, size, static_cast<off_t>(offset));
    if (written < 0) {
      if (errno == EINTR) continue;
      Fail("cannot write");
    }
    bytes += written;
    offset += static_cast<uint64_t>(written);
    size -= static_cast<size_t>(written);
  }
}

void OutputFile::CloseDescriptor() {
  const int fd = fd_;
  fd_ = -1;
  if (close(fd) != 0) Fail("cannot write");
}

void OutputFile::Close() {
  if (closed_) return;
  Flush();
  closed_ = true;
  if (!spooled_) CloseDescriptor();
}

void OutputFile::CopyToTarget() {
  const int source = fd_;
  const int target = is_stdout() ? dup(STDOUT_FILENO) : open(path_.c_str(), O_WRONLY | O_CLOEXEC);
  if (target < 0) Fail("cannot write");
  fd_ = target;
  pending_.resize(kBufferBytes);
  off_t offset = 0;
  for (;;) {
    const ssize_t got = pread(source, pending_.data(), kBufferBytes, offset);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) Fail("cannot read the temporary copy of");
    if (got == 0) break;
    WriteFully(pending_.data(), static_cast<size_t>(got));
    offset += got;
  }
  close(source);
  CloseDescriptor();
}

void OutputFile::CommitAs(const std::string& path) {
  Close();
  if (spooled_) CopyToTarget();
  if (temporary_.exists() && !temporary_.RenameTo(path)) Fail("cannot create");
}

}  // namespace jxlpool::tools
