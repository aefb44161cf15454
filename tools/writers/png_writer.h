// PNG, and APNG for animations.
#ifndef TOOLS_WRITERS_PNG_WRITER_H_
#define TOOLS_WRITERS_PNG_WRITER_H_

#include <memory>

#include "tools/writers/image_writer.h"

namespace jxlpool::tools {

// image.animation makes it an APNG: one full-canvas frame per BeginFrame. REQUIRES: 1 to 4 channels of 8 bits, or 16
// bits big-endian; a file for random access if it is an animation.
std::unique_ptr<ImageWriter> MakePngWriter(const ImageDescription& image, const PixelLayout& layout,
                                           const WriterOptions& options, OutputFile* file);

}  // namespace jxlpool::tools

#endif  // TOOLS_WRITERS_PNG_WRITER_H_
