#include "tools/djxl_pooled/output_set.h"

#include <algorithm>

#include "tools/writers/error.h"

namespace jxlpool::tools {

OutputFile* OutputSet::Add(const std::string& path, OutputFile::Access access) {
  entries_.push_back({std::make_unique<OutputFile>(path, access), path, "", "", std::nullopt});
  return entries_.back().file.get();
}

OutputFile* OutputSet::AddNumbered(const std::string& path, const std::string& extension, uint32_t index,
                                   const std::string& suffix, OutputFile::Access access) {
  if (path == "-" && (index != 0 || !suffix.empty())) throw Error("standard output: cannot hold several files");
  // The name is not known yet if it will carry a number, but its folder is.
  entries_.push_back({std::make_unique<OutputFile>(path, access), path, extension, suffix, index});
  num_numbered_ = std::max(num_numbered_, index + 1);
  return entries_.back().file.get();
}

void OutputSet::AddWhole(const std::string& path, std::string_view contents) {
  Add(path, OutputFile::Access::kStream)->Write(contents.data(), contents.size());
}

std::string OutputSet::NameOf(const Entry& entry) const {
  std::string name = entry.path;
  if (num_numbered_ > 1) {
    const std::string number = std::to_string(*entry.index);
    const size_t width = std::to_string(num_numbered_ - 1).size();
    name.append(1, '-').append(width - number.size(), '0').append(number);
    if (!entry.extension.empty()) name.append(1, '.').append(entry.extension);
  }
  return name + entry.suffix;
}

void OutputSet::Commit() {
  for (const Entry& entry : entries_) entry.file->Close();
  for (const Entry& entry : entries_) {
    const bool renamed = entry.index.has_value() && (num_numbered_ > 1 || !entry.suffix.empty());
    if (renamed) {
      entry.file->CommitAs(NameOf(entry));
    } else {
      entry.file->Commit();
    }
  }
}

}  // namespace jxlpool::tools
