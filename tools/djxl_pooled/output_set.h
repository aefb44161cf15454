// OutputSet: all files of one run. They appear together at the end, or not at all.
#ifndef TOOLS_DJXL_POOLED_OUTPUT_SET_H_
#define TOOLS_DJXL_POOLED_OUTPUT_SET_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tools/writers/output_file.h"

namespace jxlpool::tools {

class OutputSet {
 public:
  // A file under its own name.
  OutputFile* Add(const std::string& path, OutputFile::Access access);

  // The index-th of files of the same name, which get numbers if there are several: out.ppm-07.ppm. `suffix` goes after
  // that: out.ppm-07.ppm-ec1.pgm.
  OutputFile* AddNumbered(const std::string& path, const std::string& extension, uint32_t index,
                          const std::string& suffix, OutputFile::Access access);

  // A small file at once.
  void AddWhole(const std::string& path, std::string_view contents);

  // Makes all files appear.
  void Commit();

 private:
  struct Entry {
    std::unique_ptr<OutputFile> file;
    std::string path;
    std::string extension;
    std::string suffix;
    std::optional<uint32_t> index;
  };
  std::string NameOf(const Entry& entry) const;

  std::vector<Entry> entries_;
  uint32_t num_numbered_ = 0;  // largest index + 1
};

}  // namespace jxlpool::tools

#endif  // TOOLS_DJXL_POOLED_OUTPUT_SET_H_
