// OutputTarget: what the caller of a frame decode wants to receive, and where. It crosses from lib/api to lib/compose.
#ifndef LIB_COMPOSE_OUTPUT_REQUEST_H_
#define LIB_COMPOSE_OUTPUT_REQUEST_H_

#include <cstddef>
#include <cstdint>

#include "lib/base/status.h"
#include "lib/color/sample_conversion.h"

namespace jxlpool {

using OutputType = OutputSample;

// Which channels one pixel of an output holds, interleaved in this order.
enum class ChannelSet : uint8_t {
  kColor,       // 1 (grey) or 3
  kColorAlpha,  // kColor and the first alpha channel (opaque if the image has none)
  kRgb,         // 3, grey replicated
  kRgba,        // 4, grey replicated
  kAll,         // kColor, then every extra channel in file order
  kExtra,       // one extra channel: `extra_channel`
};

// Receives finished rows from top to bottom, a band at a time. Called by the thread that runs DecodeFrame.
class BandSink {
 public:
  virtual ~BandSink() = default;
  // Rows [y, y + num_rows); row i starts at `rows` + i * `stride`. The memory is valid during the call only, unless the
  // target pauses. An error ends the decode and is passed on.
  virtual Status Band(uint32_t y, uint32_t num_rows, const uint8_t* rows, size_t stride) = 0;
};

// One image to deliver. Either `pixels` or `sink` is set.
struct OutputTarget {
  ChannelSet channels = ChannelSet::kColor;
  uint32_t extra_channel = 0;  // for kExtra
  OutputType type = OutputType::kUint8;
  // Integer types: samples are scaled to 0..2^bits - 1; 1..8 for kUint8, 1..16 for kUint16.
  uint32_t bits = 8;
  bool big_endian = false;  // byte order of samples of more than one byte

  bool unpremultiply = false;  // divide color by the alpha channel that is delivered with it, if that is associated

  uint8_t* pixels = nullptr;  // caller's memory: height * stride bytes
  size_t stride = 0;          // bytes between rows of `pixels`
  BandSink* sink = nullptr;
  // The decode stops with kPaused when `sink` has got bands, and leaves their memory as it is until it goes on.
  bool pauses = false;
};

}  // namespace jxlpool

#endif  // LIB_COMPOSE_OUTPUT_REQUEST_H_
