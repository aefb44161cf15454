// The Netpbm family: PPM and PGM ("P6", "P5"), PAM ("P7") and PFM ("PF", "Pf").
#ifndef TOOLS_WRITERS_PNM_WRITER_H_
#define TOOLS_WRITERS_PNM_WRITER_H_

#include <memory>

#include "tools/writers/image_writer.h"

namespace jxlpool::tools {

// P5 for one channel, P6 for three. REQUIRES: 1 or 3 channels of big-endian integers.
std::unique_ptr<ImageWriter> MakePnmWriter(const PixelLayout& layout, OutputFile* file);
// Any number of channels, color first; one TUPLTYPE line for color (and alpha) and one for every further channel.
// REQUIRES: big-endian integers.
std::unique_ptr<ImageWriter> MakePamWriter(const ImageDescription& image, const PixelLayout& layout, OutputFile* file);
// Rows of the file go from bottom to top. REQUIRES: 1 or 3 channels of little-endian floats; a file for random access.
std::unique_ptr<ImageWriter> MakePfmWriter(const PixelLayout& layout, OutputFile* file);

}  // namespace jxlpool::tools

#endif  // TOOLS_WRITERS_PNM_WRITER_H_
