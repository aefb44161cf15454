// JpegCoefficients: the quantised coefficients and quantisation tables of a recompressed JPEG, straight from a VarDCT
// frame (ISO/IEC 18181-2, JPEG bitstream reconstruction). No sample is computed.
//
// Filled by FrameDecoder::DecodeJpegCoefficients in the order of the sections; read-only afterwards.
#ifndef LIB_FRAME_JPEG_COEFFICIENTS_H_
#define LIB_FRAME_JPEG_COEFFICIENTS_H_

#include <cstddef>
#include <cstdint>

#include "lib/base/status.h"
#include "lib/pool/matrix.h"
#include "lib/pool/memory.h"
#include "lib/pool/pool_vector.h"

namespace jxlpool {

struct FrameState;

// Position 8 * v + h (v vertical, h horizontal frequency) of the coefficient at each index of the zigzag order.
inline constexpr uint8_t kJpegZigzag[64] = {0,  1,  8,  16, 9,  2,  3,  10, 17, 24, 32, 25, 18, 11, 4,  5,
                                            12, 19, 26, 33, 40, 48, 41, 34, 27, 20, 13, 6,  7,  14, 21, 28,
                                            35, 42, 49, 56, 57, 50, 43, 36, 29, 22, 15, 23, 30, 37, 44, 51,
                                            58, 59, 52, 45, 38, 31, 39, 46, 53, 60, 61, 54, 47, 55, 62, 63};

// Frames from which a JPEG can be made are at most this wide and high.
inline constexpr uint32_t kMaxJpegDimension = 65535;

struct JpegComponent {
  uint32_t channel = 0;   // of the codestream
  uint32_t h_factor = 1;  // sampling factors: 1 or 2
  uint32_t v_factor = 1;
  // Of the padded component: whole MCUs.
  uint32_t block_columns = 0;
  uint32_t block_rows = 0;
  // Row y holds the blocks of block row y, 64 coefficients each in zigzag order. DC is within +-2047, AC within +-4095.
  Matrix2D<int16_t> blocks;
  uint16_t quant[64] = {};  // in zigzag order; at least 1

  const int16_t* Block(uint32_t x, uint32_t y) const { return blocks.Row(y) + 64 * size_t{x}; }
};

struct JpegCoefficients {
  uint32_t width = 0;  // stored orientation
  uint32_t height = 0;
  uint32_t num_components = 0;  // 1 or 3
  JpegComponent components[3];

  // Of each LF group: its DC values are coded times 2^this. Meaningful while the frame is decoded only.
  PoolVector<uint8_t> extra_precision;
};

// The steps of FrameDecoder::DecodeJpegCoefficients. Errors of all but memory: kUnsupported if the frame cannot be a
// recompressed JPEG.

// Checks the headers and allocates (Category::kCoefficients). REQUIRES: num_components is 1 or 3.
Status BeginJpegCoefficients(const FrameState& state, uint32_t num_components, JpegCoefficients* jpeg);

// Keeps the quantised LF coefficients of an LF group, which become DC. Different LF groups may run at the same time.
// `quantized` are the codestream's channels 0, 1, 2.
void StoreJpegLf(const FrameState& state, uint32_t lf_group, uint32_t extra_precision,
                 const View2D<const int32_t> (&quantized)[3], JpegCoefficients* jpeg);

// After HfGlobal: checks what the sections up to there say and takes over the quantisation tables.
Status StoreJpegTables(const FrameState& state, JpegCoefficients* jpeg);

// Completes the blocks of one group: `blocks` as GroupDecoder::DecodeCoefficients delivers them. Different groups may
// run at the same time. Errors: kCorrupt (a coefficient is out of range).
Status StoreJpegGroup(const FrameState& state, uint32_t group, const View2D<const int32_t> (&blocks)[3],
                      JpegCoefficients* jpeg);

}  // namespace jxlpool

#endif  // LIB_FRAME_JPEG_COEFFICIENTS_H_
