// The header of a `jbrd` box: everything about a JPEG file but its coefficients, quantisation steps and the bytes of
// its segments (ISO/IEC 18181-2, JPEG bitstream reconstruction data).
//
// Plain data on pooled memory, immutable after reading.
#ifndef LIB_JPEG_RECONSTRUCTION_HEADER_H_
#define LIB_JPEG_RECONSTRUCTION_HEADER_H_

#include <cstddef>
#include <cstdint>
#include <span>

#include "lib/base/status.h"
#include "lib/bitstream/bit_reader.h"
#include "lib/pool/memory.h"
#include "lib/pool/pool_vector.h"

namespace jxlpool {

// Second bytes of JPEG markers.
namespace jpeg_marker {
inline constexpr uint8_t kSof0 = 0xC0;
inline constexpr uint8_t kSof1 = 0xC1;
inline constexpr uint8_t kSof2 = 0xC2;
inline constexpr uint8_t kDht = 0xC4;
inline constexpr uint8_t kSof9 = 0xC9;
inline constexpr uint8_t kSof10 = 0xCA;
inline constexpr uint8_t kRst0 = 0xD0;
inline constexpr uint8_t kSoi = 0xD8;
inline constexpr uint8_t kEoi = 0xD9;
inline constexpr uint8_t kSos = 0xDA;
inline constexpr uint8_t kDqt = 0xDB;
inline constexpr uint8_t kDri = 0xDD;
inline constexpr uint8_t kApp0 = 0xE0;
inline constexpr uint8_t kCom = 0xFE;
inline constexpr uint8_t kInterMarker = 0xFF;  // no marker: bytes between segments
}  // namespace jpeg_marker

enum class AppType : uint8_t { kUnknown = 0, kIcc = 1, kExif = 2, kXmp = 3 };

// An APP or COM segment from its second marker byte on. `data` is set when the bytes are there.
struct JpegSegment {
  AppType type = AppType::kUnknown;
  uint16_t length = 0;  // the JPEG's length field, at least 2
  const uint8_t* data = nullptr;

  size_t size() const { return size_t{length} + 1; }
};

struct JpegQuantTable {
  bool is_16bit = false;
  uint8_t index = 0;
  bool is_last = false;  // of its DQT segment
};

struct JpegComponentHeader {
  uint8_t id = 0;
  uint8_t quant = 0;  // which entry of quant_tables
};

struct JpegHuffmanCode {
  // Stands for the code word of all ones, which a JPEG must not use; the last value of every code.
  static constexpr uint32_t kSentinel = 256;
  static constexpr size_t kMaxValues = 257;

  bool is_ac = false;
  uint8_t id = 0;
  bool is_last = false;     // of its DHT segment
  uint16_t num_values = 0;  // with sentinel; 0: an empty segment
  uint16_t counts[17] = {};
  uint16_t values[kMaxValues] = {};
};

struct JpegScanComponent {
  uint8_t component = 0;
  uint8_t ac_table = 0;
  uint8_t dc_table = 0;
};

// `count` extra runs of 16 zeros at the end of a block.
struct JpegZeroRuns {
  uint32_t block = 0;
  uint32_t count = 0;
};

// Where something is in an array shared by all scans.
struct IndexRange {
  size_t begin = 0;
  size_t end = 0;
};

struct JpegScan {
  uint32_t num_components = 1;
  JpegScanComponent components[3];
  uint8_t spectral_start = 0;
  uint8_t spectral_end = 0;
  uint8_t approximation_low = 0;
  uint8_t approximation_high = 0;
  IndexRange reset_points;
  IndexRange zero_runs;
};

struct ReconstructionHeader {
  PoolVector<uint8_t> markers;  // from behind SOI to EOI
  PoolVector<JpegSegment> apps;
  PoolVector<JpegSegment> comments;
  PoolVector<uint32_t> inter_marker_sizes;
  uint32_t num_quant_tables = 0;
  JpegQuantTable quant_tables[3];
  uint32_t num_components = 0;  // 1 or 3
  JpegComponentHeader components[3];
  PoolVector<JpegHuffmanCode> huffman_codes;
  PoolVector<JpegScan> scans;
  PoolVector<uint32_t> reset_points;  // block indices at which a run of ended blocks is flushed
  PoolVector<JpegZeroRuns> zero_runs;
  uint32_t restart_interval = 0;
  uint32_t tail_size = 0;
  // Bits that fill up the last byte of entropy-coded data; ones if there are none.
  BitReader padding;
  uint32_t num_padding_bits = 0;

  // Where the Brotli stream starts in the box.
  size_t header_bytes = 0;
};

// Reads the header at the start of the box contents `data`, which must stay valid. Errors: kCorrupt, kMemoryLimit.
Status ReadReconstructionHeader(std::span<const uint8_t> data, Memory* memory, ReconstructionHeader* header);

}  // namespace jxlpool

#endif  // LIB_JPEG_RECONSTRUCTION_HEADER_H_
