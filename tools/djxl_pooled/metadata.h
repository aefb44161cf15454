// Metadata of an image: boxes for other programs, and a JSON description.
#ifndef TOOLS_DJXL_POOLED_METADATA_H_
#define TOOLS_DJXL_POOLED_METADATA_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "jxlpool/jxlpool.hpp"
#include "tools/writers/image_writer.h"

namespace jxlpool::tools {

// Contents of the first box of this type that can be read, decompressed; nothing if there is none.
std::optional<std::vector<uint8_t>> ReadBox(Decoder* decoder, const char* type);

// The TIFF structure of the Exif box, without the offset before it; empty if there is none.
std::vector<uint8_t> ReadExif(Decoder* decoder);

// "Alpha", "Depth", ...
const char* ExtraChannelName(JxlpoolExtraChannelType type);

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
