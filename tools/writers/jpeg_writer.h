// JPEG files from pixels, with libjpeg.
#ifndef TOOLS_WRITERS_JPEG_WRITER_H_
#define TOOLS_WRITERS_JPEG_WRITER_H_

#include <memory>
#include <string>
#include <vector>

#include "tools/writers/image_writer.h"

namespace jxlpool::tools {

inline constexpr int kDefaultJpegQuality = 95;

// What of the image a JPEG file leaves out, in words for a user; empty if nothing.
std::vector<std::string> LostInJpeg(const ImageDescription& image);

// Baseline, 4:4:4, compressed row by row. Exif, XMP and, unless it is sRGB, the ICC profile go along. `quality`: 0 to
// 100 as libjpeg understands it. REQUIRES: 1 or 3 channels of 8 bits.
std::unique_ptr<ImageWriter> MakeJpegWriter(const ImageDescription& image, const PixelLayout& layout, int quality,
                                            OutputFile* file);

}  // namespace jxlpool::tools

#endif  // TOOLS_WRITERS_JPEG_WRITER_H_
