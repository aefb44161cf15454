// ScanEncoder: Huffman codes one scan of a JPEG, baseline or progressive (ISO/IEC 10918-1, with the liberties that
// encoders took and reconstruction data records).
#ifndef LIB_JPEG_SCAN_ENCODER_H_
#define LIB_JPEG_SCAN_ENCODER_H_

#include <atomic>
#include <cstdint>
#include <span>

#include "lib/base/status.h"
#include "lib/frame/jpeg_coefficients.h"
#include "lib/jpeg/jpeg_output.h"
#include "lib/jpeg/reconstruction_header.h"
#include "lib/pool/memory.h"

namespace jxlpool {

// Code words by symbol.
struct JpegHuffmanTable {
  bool defined = false;
  uint32_t words[256] = {};  // length << 16 | code; 0: the symbol has no code
};
// REQUIRES: code.num_values > 0.
void MakeHuffmanTable(const JpegHuffmanCode& code, JpegHuffmanTable* table);

struct JpegHuffmanTables {
  JpegHuffmanTable dc[4];
  JpegHuffmanTable ac[4];
};

struct ScanSettings {
  const JpegCoefficients* coefficients = nullptr;
  const ReconstructionHeader* header = nullptr;
  const JpegScan* scan = nullptr;
  const JpegHuffmanTables* tables = nullptr;
  bool progressive = false;
  uint32_t restart_interval = 0;                 // MCUs; 0: none
  const std::atomic<bool>* cancelled = nullptr;  // may be null
};

// Writes the entropy-coded data of a scan, from behind its header to the padding of its last byte. Errors: kCorrupt (a
// symbol has no code; padding bits run out), kMemoryLimit, kCancelled, those of the sink.
Status EncodeScan(const ScanSettings& settings, Memory* memory, JpegOutput* output);

}  // namespace jxlpool

#endif  // LIB_JPEG_SCAN_ENCODER_H_
