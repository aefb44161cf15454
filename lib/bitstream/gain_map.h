// GainMapBundle: the parts of a jhgm box, which holds an HDR gain map: an image that tells how to brighten the main one
// for displays that can show more (ISO/IEC 18181-2 "Gain map box"; the metadata is that of ISO 21496-1).
#ifndef LIB_BITSTREAM_GAIN_MAP_H_
#define LIB_BITSTREAM_GAIN_MAP_H_

#include <cstdint>
#include <span>

#include "lib/base/status.h"

namespace jxlpool {

// All spans point into the box.
struct GainMapBundle {
  uint32_t version = 0;
  std::span<const uint8_t> metadata;        // ISO 21496-1
  std::span<const uint8_t> color_encoding;  // a ColorEncoding bundle of the codestream's format; may be empty
  std::span<const uint8_t> icc;             // a compressed ICC profile of the codestream's format; may be empty
  std::span<const uint8_t> codestream;      // the gain map, a bare codestream
};

// Takes the contents of a jhgm box apart; nothing is looked into but lengths and the codestream's signature. Errors:
// kCorrupt, kUnsupported (an unknown version).
Status ReadGainMapBundle(std::span<const uint8_t> contents, GainMapBundle* bundle);

}  // namespace jxlpool

#endif  // LIB_BITSTREAM_GAIN_MAP_H_
