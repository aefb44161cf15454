#include "tools/writers/temporary_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <utility>

namespace jxlpool::tools {

// Names are kept until the program ends and used again, so that a signal handler can go through them at any moment.
struct TemporaryFile::Name {
  std::string path;                 // constant while `exists`
  std::atomic<bool> exists{false};  // the file has to be removed
  Name* older = nullptr;            // constant
  Name* next_unused = nullptr;

  static std::atomic<Name*> newest;
  static Name* unused;
};
std::atomic<TemporaryFile::Name*> TemporaryFile::Name::newest{nullptr};
TemporaryFile::Name* TemporaryFile::Name::unused = nullptr;
static_assert(std::atomic<bool>::is_always_lock_free && std::atomic<void*>::is_always_lock_free);

TemporaryFile::~TemporaryFile() {
  if (!exists()) return;
  unlink(name_->path.c_str());
  Forget();
}

int TemporaryFile::Create(const std::string& folder) {
  std::string path = folder + "/.djxl-pooled-XXXXXX";
  if (Name::unused == nullptr) {
    Name::unused = new Name;
    Name::unused->older = Name::newest.load(std::memory_order_relaxed);
    Name::newest.store(Name::unused, std::memory_order_release);
  }
  const int fd = mkostemp(path.data(), O_CLOEXEC);
  if (fd < 0) return fd;
  name_ = std::exchange(Name::unused, Name::unused->next_unused);
  name_->path = std::move(path);
  name_->exists.store(true, std::memory_order_release);
  return fd;
}

bool TemporaryFile::RenameTo(const std::string& path) {
  if (std::rename(name_->path.c_str(), path.c_str()) != 0) return false;
  Forget();
  return true;
}

void TemporaryFile::Forget() {
  name_->exists.store(false, std::memory_order_release);
  name_->next_unused = std::exchange(Name::unused, name_);
  name_ = nullptr;
}

void RemoveTemporaryFiles() {
  const TemporaryFile::Name* name = TemporaryFile::Name::newest.load(std::memory_order_acquire);
  for (; name != nullptr; name = name->older) {
    if (name->exists.load(std::memory_order_acquire)) unlink(name->path.c_str());
  }
}

}  // namespace jxlpool::tools
