// Metadata that travels with already oriented pixels.
#ifndef TOOLS_WRITERS_EXIF_H_
#define TOOLS_WRITERS_EXIF_H_

#include <cstdint>
#include <vector>

namespace jxlpool::tools {

// Sets the orientation tag of a TIFF structure to 1: the pixels are upright already. Leaves alone what it cannot parse.
void ResetExifOrientation(std::vector<uint8_t>* tiff);
// The same for tiff:Orientation in XMP, as attribute or element.
void ResetXmpOrientation(std::vector<uint8_t>* xmp);

}  // namespace jxlpool::tools

#endif  // TOOLS_WRITERS_EXIF_H_
