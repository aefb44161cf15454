// ScanEncoder: Huffman codes one scan of a JPEG, baseline or progressive (ISO/IEC 10918-1, with the liberties that
// encoders took and reconstruction data records).
//
//   ScanEncoder encoder;
//   encoder.Begin(settings, memory, output);
//   encoder.EncodeRows(y);     // as often as wanted, with increasing y up to encoder.mcu_rows()
//   encoder.Finish();
//
// Not thread-safe.
#ifndef LIB_JPEG_SCAN_ENCODER_H_
#define LIB_JPEG_SCAN_ENCODER_H_

#include <atomic>
#include <cstdint>

#include "lib/base/status.h"
#include "lib/jpeg/jpeg_coefficients.h"
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

class ScanEncoder {
 public:
  ScanEncoder() = default;
  ScanEncoder(const ScanEncoder&) = delete;
  ScanEncoder& operator=(const ScanEncoder&) = delete;

  // Starts on a scan. What the settings point to must stay valid and unchanged until the scan is finished, except that
  // coefficients may come and go: EncodeRows looks only at those of its rows. Errors: kCorrupt.
  Status Begin(const ScanSettings& settings, Memory* memory, JpegOutput* output);

  // Rows of MCUs; where the scan has one component, an MCU is a block.
  uint32_t mcu_rows() const { return mcu_rows_; }
  // Rows of MCUs that come from one row of groups of the frame.
  uint32_t mcu_rows_per_group() const { return mcu_rows_per_group_; }

  // Writes the rows in front of `end` that are not written yet. Errors: kCorrupt (a symbol has no code; padding bits
  // run out), kMemoryLimit, kCancelled, those of the sink.
  Status EncodeRows(uint32_t end);
  // Writes the end of the entropy-coded data, padding included. Errors: as EncodeRows. REQUIRES: all rows are written.
  Status Finish();

 private:
  enum class BlockCoder : uint8_t { kSequential, kFirstPass, kRefinement };

  // A component of the scan.
  struct Part {
    const JpegComponent* component = nullptr;
    const JpegHuffmanTable* dc = nullptr;
    const JpegHuffmanTable* ac = nullptr;
    uint32_t columns = 1;  // blocks per MCU
    uint32_t rows = 1;
    uint32_t first = 0;  // the first component of the scan that is the same one, which predicts for both
    int32_t prediction = 0;
    // Of the current row of MCUs.
    const int16_t* dc_rows[2] = {};
    PackedBlockRow ac_rows[2];
    // Sequential scans: length << 24 | bits of the coefficients that packed blocks hold in one byte; 0: no code.
    uint32_t small_words[256] = {};
  };

  Status CheckTables() const;
  void SetUpMcus();
  void SetUpSmallWords(Part* part) const;
  Status CheckSymbols() const;
  template <BlockCoder coder>
  Status EncodeRowsWith(uint32_t end);
  template <BlockCoder coder, bool kHasLists>
  void EncodeRow(uint32_t y);
  template <BlockCoder coder, bool kHasLists>
  void EncodeBlock(Part* part, int32_t dc, PackedBlockRow* blocks);
  void Restart();

  void Symbol(const JpegHuffmanTable& table, uint32_t symbol, uint32_t count, uint32_t bits);
  void Coefficient(const JpegHuffmanTable& table, uint32_t run, uint32_t magnitude, bool negative);
  void Dc(Part* part, int32_t value);
  uint32_t ShortenRun(const JpegHuffmanTable& table, uint32_t run);
  const uint8_t* EncodeSequential(Part* part, int32_t dc, const uint8_t* block, uint32_t zero_runs);
  void EncodeFirstPass(Part* part, int32_t dc, PackedBlockRow* blocks, uint32_t zero_runs);
  void EncodeRefinement(Part* part, int32_t dc, PackedBlockRow* blocks);
  void WriteCorrections();
  void EndBand(const JpegHuffmanTable& table);
  void FlushEndRun() {
    if (end_run_ != 0) WriteEndRun();
  }
  void WriteEndRun();

  ScanSettings settings_;
  JpegOutput* output_ = nullptr;
  BlockCoder coder_ = BlockCoder::kSequential;
  uint32_t first_ = 0;  // band of coefficients
  uint32_t last_ = 63;
  uint32_t low_ = 0;   // lowest bit coded
  uint32_t high_ = 0;  // lowest bit coded before; 0: none

  uint32_t num_parts_ = 0;
  Part parts_[3];
  uint32_t mcu_columns_ = 0;
  uint32_t mcu_rows_ = 0;
  uint32_t mcu_rows_per_group_ = 0;
  uint32_t next_row_ = 0;
  uint32_t left_ = 0;  // MCUs before the next restart
  uint32_t restart_marker_ = jpeg_marker::kRst0;

  uint32_t block_ = 0;  // of the scan
  const uint32_t* reset_ = nullptr;
  const uint32_t* resets_end_ = nullptr;
  const JpegZeroRuns* zero_runs_ = nullptr;
  const JpegZeroRuns* zero_runs_end_ = nullptr;
  bool missing_symbol_ = false;

  // Refinement: correction bits of this block, and of the blocks that ended in the run.
  uint8_t corrections_[64];
  uint32_t num_corrections_ = 0;
  uint32_t end_run_ = 0;
  const JpegHuffmanTable* end_run_table_ = nullptr;
  PoolVector<uint8_t> pending_;
};

}  // namespace jxlpool

#endif  // LIB_JPEG_SCAN_ENCODER_H_
