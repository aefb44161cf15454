#include "lib/bitstream/gain_map.h"

#include "lib/bitstream/varint.h"

namespace jxlpool {
namespace {

// A part with its length before it, of `length_bytes` bytes.
std::span<const uint8_t> ReadPart(ByteCursor* cursor, int length_bytes) {
  return cursor->Take(cursor->BigEndian(length_bytes));
}

}  // namespace

Status ReadGainMapBundle(std::span<const uint8_t> contents, GainMapBundle* bundle) {
  ByteCursor cursor(contents);
  bundle->version = cursor.Byte();
  if (bundle->version != 0) return Unsupported("the gain map is of an unknown version");
  bundle->metadata = ReadPart(&cursor, 2);
  bundle->color_encoding = ReadPart(&cursor, 1);
  bundle->icc = ReadPart(&cursor, 4);
  if (!cursor.ok()) return Corrupt("the gain map is shorter than it says");
  bundle->codestream = cursor.rest();
  if (bundle->codestream.size() < 2 || bundle->codestream[0] != 0xFF || bundle->codestream[1] != 0x0A) {
    return Corrupt("the gain map contains no image");
  }
  return OkStatus();
}

}  // namespace jxlpool
