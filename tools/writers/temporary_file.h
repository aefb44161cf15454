// TemporaryFile: the file that an output grows in before it gets its name.
//
// It is removed by the destructor, unless it was renamed, and by RemoveTemporaryFiles where no destructor will run. Not
// thread-safe, except for RemoveTemporaryFiles.
#ifndef TOOLS_WRITERS_TEMPORARY_FILE_H_
#define TOOLS_WRITERS_TEMPORARY_FILE_H_

#include <string>

namespace jxlpool::tools {

class TemporaryFile {
 public:
  TemporaryFile() = default;
  ~TemporaryFile();
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;

  // Makes a file in `folder` and opens it for reading and writing. Returns the descriptor, which is the caller's, or -1
  // with errno set. REQUIRES: !exists().
  int Create(const std::string& folder);
  bool exists() const { return name_ != nullptr; }
  // Gives the file its final name; then it exists no longer. Returns false with errno set if that fails. REQUIRES:
  // exists().
  bool RenameTo(const std::string& path);

 private:
  struct Name;
  friend void RemoveTemporaryFiles();

  void Forget();

  Name* name_ = nullptr;
};

// Removes all files of all TemporaryFiles; for signal handlers that end the program (async-signal-safe). May be called
// on any thread.
void RemoveTemporaryFiles();

}  // namespace jxlpool::tools

#endif  // TOOLS_WRITERS_TEMPORARY_FILE_H_
