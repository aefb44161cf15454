// OutputFile: a file that appears under its name only when it is complete.
//
// Bytes go to a temporary file beside the target; Commit renames it. A file that is not committed leaves nothing
// behind. Standard output ("-") and targets that are not regular files (/dev/null, a named pipe) cannot be renamed to:
// they are written directly, or, if the writer has to go back in the file, kept in an unnamed temporary file until
// Commit.
//
// Every failure, a full disk included, is an Error that names the file. Not thread-safe.
#ifndef TOOLS_WRITERS_OUTPUT_FILE_H_
#define TOOLS_WRITERS_OUTPUT_FILE_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "tools/writers/temporary_file.h"

namespace jxlpool::tools {

class OutputFile {
 public:
  enum class Access {
    kStream,  // WriteAt is not used
    kRandom,
  };
  OutputFile(const std::string& path, Access access);
  ~OutputFile();
  OutputFile(const OutputFile&) = delete;
  OutputFile& operator=(const OutputFile&) = delete;

  // Appends.
  void Write(const void* data, size_t size);
  // Overwrites, or extends the file with a gap; does not move where Write appends. REQUIRES: Access::kRandom.
  void WriteAt(uint64_t offset, const void* data, size_t size);
  // Bytes appended so far.
  uint64_t position() const { return position_; }

  // No more writing: everything reaches the file system here or fails.
  void Close();
  // Makes the file appear under its path. Closes it if that was not done.
  void Commit() { CommitAs(path_); }
  // The same under another name in the same folder. REQUIRES: not standard output.
  void CommitAs(const std::string& path);

  const std::string& path() const { return path_; }
  bool is_stdout() const { return path_ == "-"; }

 private:
  void Flush();
  void WriteFully(const uint8_t* data, size_t size);
  void CopyToTarget();
  void CloseDescriptor();
  [[noreturn]] void Fail(const char* doing) const;

  std::string path_;
  TemporaryFile temporary_;  // none if the target is written directly or the temporary file has no name
  std::vector<uint8_t> pending_;
  uint64_t position_ = 0;
  int fd_ = -1;
  bool spooled_ = false;  // an unnamed temporary file to be copied to the target
  bool closed_ = false;
};

}  // namespace jxlpool::tools

#endif  // TOOLS_WRITERS_OUTPUT_FILE_H_
