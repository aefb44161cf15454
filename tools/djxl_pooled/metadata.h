// Metadata of an image: boxes for other programs, and a JSON description.
#ifndef TOOLS_DJXL_POOLED_METADATA_H_
#define TOOLS_DJXL_POOLED_METADATA_H_

#include <cstdint>
#include <string>
#include <vector>

#include "jxlpool/jxlpool.h"
#include "tools/writers/image_writer.h"

namespace jxlpool::tools {

class Session;

// The type of the box that an output format such as "xmp" stands for, or null.
const char* BoxTypeOf(const std::string& output_format);

// Whether files of this format carry Exif and XMP.
bool CarriesMetadata(FileFormat format);

// What an image file carries of each kind at most: libpng drops chunks of more than 8,000,000 bytes, a few of which go
// before the text, and JPEG segments hold less anyway.
inline constexpr uint64_t kMaxCarriedBytes = 8000000 - 64;

// The first box of one type.
struct Metadata {
  std::vector<uint8_t> bytes;  // decompressed; empty if there is no such box
  std::string problem;         // why there are no bytes although there is a box; else ""
};

// Reads on until the box or the end of the file has come. `max_bytes`: larger contents are a problem; they are expanded
// nevertheless, as far as the decoder's max_box_bytes allows.
Metadata ReadBox(Session* session, const char* type, uint64_t max_bytes = UINT64_MAX);
// The TIFF structure of the Exif box, without the offset before it.
Metadata ReadExif(Session* session, uint64_t max_bytes = UINT64_MAX);

struct FrameRecord {
  std::string name;
  uint32_t duration = 0;  // ticks
  uint32_t timecode = 0;
};
FrameRecord RecordOf(const JxlpoolFrameInfo& frame);

// The JSON text that conformance testing asks of a decoder.
std::string DescribeAsJson(const ImageDescription& image, const std::vector<FrameRecord>& frames);

}  // namespace jxlpool::tools

#endif  // TOOLS_DJXL_POOLED_METADATA_H_
