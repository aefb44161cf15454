// NumPy arrays: float32, little-endian, of shape (frames, height, width, channels), samples as they are.
#ifndef TOOLS_WRITERS_NPY_WRITER_H_
#define TOOLS_WRITERS_NPY_WRITER_H_

#include <memory>

#include "tools/writers/image_writer.h"

namespace jxlpool::tools {

// REQUIRES: layout.type is JXLPOOL_FLOAT32, little-endian.
std::unique_ptr<ImageWriter> MakeNpyWriter(const ImageDescription& image, const PixelLayout& layout, OutputFile* file);

}  // namespace jxlpool::tools

#endif  // TOOLS_WRITERS_NPY_WRITER_H_
