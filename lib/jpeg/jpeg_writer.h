// JpegWriter: a JPEG file from its parts, in the order that its marker list gives.
//
//   writer.Begin(parts, cancelled, memory, sink);
//   writer.WriteStart();              // up to the header of the first scan
//   writer.WriteRowsOfGroups(end);    // optional: a part of the first scan, as far as coefficients are there
//   writer.WriteRest();
//
// Not thread-safe. Errors of all calls: kCorrupt (the parts contradict each other), kMemoryLimit, kCancelled, those of
// the sink, which got a part of the file then.
#ifndef LIB_JPEG_JPEG_WRITER_H_
#define LIB_JPEG_JPEG_WRITER_H_

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "lib/base/status.h"
#include "lib/jpeg/byte_sink.h"
#include "lib/jpeg/jpeg_coefficients.h"
#include "lib/jpeg/jpeg_output.h"
#include "lib/jpeg/reconstruction_data.h"
#include "lib/jpeg/reconstruction_header.h"
#include "lib/jpeg/scan_encoder.h"
#include "lib/pool/memory.h"

namespace jxlpool {

// What a file is made of; nothing is owned.
struct JpegParts {
  const ReconstructionHeader* header = nullptr;
  const ReconstructionData* data = nullptr;
  const JpegCoefficients* coefficients = nullptr;
};

class JpegWriter {
 public:
  JpegWriter() = default;
  JpegWriter(const JpegWriter&) = delete;
  JpegWriter& operator=(const JpegWriter&) = delete;

  // `cancelled` may be null. The header and the data must be complete, the coefficients later.
  Status Begin(const JpegParts& parts, const std::atomic<bool>* cancelled, Memory* memory, ByteSink* sink);
  // REQUIRES: everything of the coefficients but their values is there: size, components, quantisation steps.
  Status WriteStart();
  // Codes what comes from the rows of groups in front of `end` of the frame, and hands it to the sink. REQUIRES: they
  // are there, at least those that are not written yet.
  Status WriteRowsOfGroups(uint32_t end);
  // REQUIRES: all coefficients that are still to be written are there.
  Status WriteRest();

 private:
  // Executes the marker list up to the header of the next scan, or to its end.
  Status WriteToScan();
  Status Execute(uint8_t marker);
  void FillQuantTables();
  void WriteMarker(uint8_t marker);
  void WriteSegment(const JpegSegment& segment);
  void WriteFrameHeader(uint8_t marker);
  Status WriteQuantTables();
  Status WriteHuffmanCodes();
  void WriteHuffmanCode(const JpegHuffmanCode& code);
  Status BeginScan();

  JpegParts parts_;
  const std::atomic<bool>* cancelled_ = nullptr;
  Memory* memory_ = nullptr;
  std::optional<JpegOutput> output_;

  const uint16_t* quant_[3] = {};  // by entry of the header's list
  JpegHuffmanTables tables_;
  ScanEncoder scan_encoder_;
  bool in_scan_ = false;
  bool progressive_ = false;
  uint32_t restart_interval_ = 0;
  size_t next_marker_ = 0;
  size_t next_app_ = 0;
  size_t next_comment_ = 0;
  size_t next_inter_marker_ = 0;
  size_t inter_marker_used_ = 0;
  uint32_t next_quant_ = 0;
  size_t next_huffman_ = 0;
  size_t next_scan_ = 0;
};

}  // namespace jxlpool

#endif  // LIB_JPEG_JPEG_WRITER_H_
