// Writing images with the tool's writers into temporary files, for tests.
#ifndef TESTS_API_WRITING_H_
#define TESTS_API_WRITING_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "tests/api/png_reading.h"
#include "tools/writers/image_writer.h"

namespace jxlpool::tools {

using testing::Bytes;

// A folder that disappears with everything in it.
class Folder {
 public:
  Folder();
  ~Folder();
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;

  std::string File(const std::string& name) const { return path_ + "/" + name; }
  std::vector<std::string> List() const;

 private:
  std::string path_;
};

// 13 x 7 pixels.
ImageDescription GreyOrColor(uint32_t num_color, bool alpha, uint32_t bits);

Bytes RandomRows(size_t bytes, uint32_t seed);
// Of the size that an image takes in the natural layout of a format.
Bytes RowsFor(FileFormat format, const ImageDescription& image, uint32_t seed = 1);

// The file that a writer makes of these frames, in which rows follow each other without gaps.
Bytes WriteFrames(FileFormat format, const ImageDescription& image, const PixelLayout& layout,
                  const std::vector<Bytes>& frames, const std::vector<uint32_t>& durations = {},
                  const WriterOptions& options = {});
Bytes WriteOne(FileFormat format, const ImageDescription& image, const Bytes& rows);

}  // namespace jxlpool::tools

#endif  // TESTS_API_WRITING_H_
