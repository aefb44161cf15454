// The ancillary chunks of a PNG file: what the samples mean, and metadata.
#ifndef TOOLS_WRITERS_PNG_CHUNKS_H_
#define TOOLS_WRITERS_PNG_CHUNKS_H_

#include "tools/writers/image_writer.h"
#include "tools/writers/png_stream.h"

namespace jxlpool::tools {

// Color: for sRGB the chunk of that name; else cICP and iCCP as far as they exist; gAMA and cHRM for old readers, cLLI
// for PQ. REQUIRES: between IHDR and image data.
void WriteColorChunks(const ImageDescription& image, PngStream* png);
// eXIf, and XMP as iTXt. REQUIRES: as above.
void WriteMetadataChunks(const ImageDescription& image, PngStream* png);

// A frame delay as a fraction of a second that fits 16 bits each; `seconds` = numerator / denominator. REQUIRES:
// denominator != 0.
struct FrameDelay {
  uint16_t numerator = 0;
  uint16_t denominator = 1;
};
FrameDelay FitDelay(uint64_t numerator, uint64_t denominator);

}  // namespace jxlpool::tools

#endif  // TOOLS_WRITERS_PNG_CHUNKS_H_
