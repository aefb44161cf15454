#include "lib/jpeg/scan_encoder.h"

#include <bit>
#include <cstdlib>
#include <cstring>

#include "lib/base/bits.h"

namespace jxlpool {
namespace {

constexpr uint32_t kZeroRun16 = 0xF0;
constexpr uint32_t kEndOfBlock = 0x00;
constexpr uint32_t kMaxEndRun = 32767;

// Bit k is set if coefficient k is not zero.
uint64_t NonzeroMask(const int16_t* block) {
  constexpr uint64_t kHigh = 0x8000800080008000;
  uint64_t mask = 0;
  for (uint32_t i = 0; i < 64; i += 4) {
    uint64_t four;
    std::memcpy(&four, block + i, sizeof(four));
    if (four == 0) continue;
    const uint64_t set = (((four & ~kHigh) + ~kHigh) | four) & kHigh;
    // Brings bits 15, 31, 47, 63 side by side.
    mask |= ((set >> 15) * 0x0001000200040008 >> 48 & 15) << i;
  }
  return mask;
}

// Bits first ... last. REQUIRES: first <= last <= 63.
uint64_t BandMask(uint32_t first, uint32_t last) { return (~uint64_t{0} << first) & (~uint64_t{0} >> (63 - last)); }

uint32_t BitsOf(uint32_t magnitude) { return static_cast<uint32_t>(std::bit_width(magnitude)); }
uint32_t Magnitude(int32_t value) { return static_cast<uint32_t>(std::abs(value)); }

enum class BlockCoder : uint8_t { kSequential, kFirstPass, kRefinement };

class ScanEncoder {
 public:
  ScanEncoder(const ScanSettings& settings, Memory* memory, JpegOutput* output)
      : settings_(settings), output_(output), pending_(memory, Category::kOutput) {
    const JpegScan& scan = *settings.scan;
    if (settings.progressive) {
      first_ = scan.spectral_start;
      last_ = scan.spectral_end;
      low_ = scan.approximation_low;
      high_ = scan.approximation_high;
    }
    const auto& points = settings.header->reset_points;
    reset_ = points.begin() + scan.reset_points.begin;
    resets_end_ = points.begin() + scan.reset_points.end;
    const auto& runs = settings.header->zero_runs;
    zero_runs_ = runs.begin() + scan.zero_runs.begin;
    zero_runs_end_ = runs.begin() + scan.zero_runs.end;
  }

  Status Encode() {
    JXLPOOL_RETURN_IF_ERROR(CheckTables());
    const bool sequential = first_ == 0 && last_ == 63 && low_ == 0 && high_ == 0;
    if (sequential) return EncodeMcus<BlockCoder::kSequential>();
    return high_ == 0 ? EncodeMcus<BlockCoder::kFirstPass>() : EncodeMcus<BlockCoder::kRefinement>();
  }

 private:
  // A component of the scan.
  struct Part {
    const JpegComponent* component = nullptr;
    const JpegHuffmanTable* dc = nullptr;
    const JpegHuffmanTable* ac = nullptr;
    uint32_t columns = 1;  // blocks per MCU
    uint32_t rows = 1;
    int32_t* prediction = nullptr;
  };

  Status CheckTables() const {
    const JpegScan& scan = *settings_.scan;
    for (uint32_t i = 0; i < scan.num_components; ++i) {
      const bool lacks_dc = first_ == 0 && !settings_.tables->dc[scan.components[i].dc_table].defined;
      const bool lacks_ac = (first_ != 0 || last_ != 0) && !settings_.tables->ac[scan.components[i].ac_table].defined;
      if (lacks_dc || lacks_ac) return Corrupt("a JPEG scan uses a Huffman code that is not defined");
    }
    return OkStatus();
  }

  template <BlockCoder coder>
  Status EncodeMcus() {
    const JpegCoefficients& jpeg = *settings_.coefficients;
    const JpegScan& scan = *settings_.scan;
    uint32_t max_h = 1, max_v = 1;
    for (uint32_t i = 0; i < jpeg.num_components; ++i) {
      max_h = std::max(max_h, jpeg.components[i].h_factor);
      max_v = std::max(max_v, jpeg.components[i].v_factor);
    }
    Part parts[3];
    int32_t predictions[3] = {};
    for (uint32_t i = 0; i < scan.num_components; ++i) {
      const JpegScanComponent& given = scan.components[i];
      Part* part = &parts[i];
      part->component = &jpeg.components[given.component];
      part->dc = &settings_.tables->dc[given.dc_table];
      part->ac = &settings_.tables->ac[given.ac_table];
      part->prediction = &predictions[given.component];
      if (scan.num_components > 1) {
        part->columns = part->component->h_factor;
        part->rows = part->component->v_factor;
      }
    }
    uint32_t mcu_columns = CeilDiv(jpeg.width, 8 * max_h);
    uint32_t mcu_rows = CeilDiv(jpeg.height, 8 * max_v);
    if (scan.num_components == 1) {
      mcu_columns = CeilDiv(jpeg.width * parts[0].component->h_factor, 8 * max_h);
      mcu_rows = CeilDiv(jpeg.height * parts[0].component->v_factor, 8 * max_v);
    }
    uint32_t left = settings_.restart_interval;
    uint32_t restart_marker = jpeg_marker::kRst0;
    for (uint32_t y = 0; y < mcu_rows; ++y) {
      for (uint32_t x = 0; x < mcu_columns; ++x) {
        if (settings_.restart_interval != 0) {
          if (left == 0) {
            FlushEndRun();
            output_->Align();
            output_->Byte(0xFF);
            output_->Byte(restart_marker);
            restart_marker = jpeg_marker::kRst0 + (restart_marker + 1) % 8;
            left = settings_.restart_interval;
            for (int32_t& prediction : predictions) prediction = 0;
          }
          --left;
        }
        for (uint32_t i = 0; i < scan.num_components; ++i) EncodePart<coder>(parts[i], x, y);
      }
      if (missing_symbol_) return Corrupt("a Huffman code of the JPEG lacks a symbol that is needed");
      JXLPOOL_RETURN_IF_ERROR(output_->status());
      if (settings_.cancelled != nullptr && settings_.cancelled->load(std::memory_order_relaxed)) {
        return Status(ErrorCode::kCancelled, "the reconstruction was cancelled");
      }
    }
    FlushEndRun();
    output_->Align();
    if (missing_symbol_) return Corrupt("a Huffman code of the JPEG lacks a symbol that is needed");
    return output_->status();
  }

  template <BlockCoder coder>
  void EncodePart(const Part& part, uint32_t mcu_x, uint32_t mcu_y) {
    for (uint32_t y = 0; y < part.rows; ++y) {
      for (uint32_t x = 0; x < part.columns; ++x) {
        const int16_t* block = part.component->Block(mcu_x * part.columns + x, mcu_y * part.rows + y);
        if (reset_ != resets_end_ && *reset_ == block_) {
          FlushEndRun();
          ++reset_;
        }
        uint32_t zero_runs = 0;
        if (zero_runs_ != zero_runs_end_ && zero_runs_->block == block_) zero_runs = zero_runs_++->count;
        if constexpr (coder == BlockCoder::kSequential) EncodeSequential(part, block, zero_runs);
        if constexpr (coder == BlockCoder::kFirstPass) EncodeFirstPass(part, block, zero_runs);
        if constexpr (coder == BlockCoder::kRefinement) EncodeRefinement(part, block);
        ++block_;
      }
    }
  }

  // The code word of a symbol, then `count` further bits, at most 15.
  void Symbol(const JpegHuffmanTable& table, uint32_t symbol, uint32_t count, uint32_t bits) {
    const uint32_t word = table.words[symbol];
    missing_symbol_ |= word == 0;
    output_->Bits((word >> 16) + count, (word & 0xFFFF) << count | bits);
  }
  // A coefficient (or difference) of the given sign after `run` zeros.
  void Coefficient(const JpegHuffmanTable& table, uint32_t run, uint32_t magnitude, bool negative) {
    const uint32_t count = BitsOf(magnitude);
    const uint32_t bits = negative ? (1u << count) - 1 - magnitude : magnitude;
    Symbol(table, run << 4 | count, count, bits);
  }
  void Dc(const Part& part, int32_t value) {
    const int32_t difference = value - *part.prediction;
    *part.prediction = value;
    Coefficient(*part.dc, 0, Magnitude(difference), difference < 0);
  }
  // What remains of a run of zeros after symbols for 16 zeros each.
  uint32_t ShortenRun(const JpegHuffmanTable& table, uint32_t run) {
    for (; run > 15; run -= 16) Symbol(table, kZeroRun16, 0, 0);
    return run;
  }

  void EncodeSequential(const Part& part, const int16_t* block, uint32_t zero_runs) {
    Dc(part, block[0]);
    const JpegHuffmanTable& table = *part.ac;
    uint32_t previous = 0;
    for (uint64_t mask = NonzeroMask(block) & ~uint64_t{1}; mask != 0; mask &= mask - 1) {
      const auto k = static_cast<uint32_t>(std::countr_zero(mask));
      const uint32_t run = ShortenRun(table, k - previous - 1);
      Coefficient(table, run, Magnitude(block[k]), block[k] < 0);
      previous = k;
    }
    for (uint32_t i = 0; i < zero_runs; ++i) Symbol(table, kZeroRun16, 0, 0);
    if (63 - previous > 16 * zero_runs) Symbol(table, kEndOfBlock, 0, 0);
  }

  void EncodeFirstPass(const Part& part, const int16_t* block, uint32_t zero_runs) {
    if (first_ == 0) Dc(part, block[0] >> low_);
    const uint32_t begin = first_ == 0 ? 1 : first_;
    if (begin > last_) return;
    const JpegHuffmanTable& table = *part.ac;
    uint32_t next = begin;  // behind the last coefficient coded
    for (uint64_t mask = NonzeroMask(block) & BandMask(begin, last_); mask != 0; mask &= mask - 1) {
      const auto k = static_cast<uint32_t>(std::countr_zero(mask));
      const uint32_t magnitude = Magnitude(block[k]) >> low_;
      if (magnitude == 0) continue;
      FlushEndRun();
      const uint32_t run = ShortenRun(table, k - next);
      Coefficient(table, run, magnitude, block[k] < 0);
      next = k + 1;
    }
    if (zero_runs > 0) {
      FlushEndRun();
      for (uint32_t i = 0; i < zero_runs; ++i) Symbol(table, kZeroRun16, 0, 0);
    }
    if (last_ + 1 - next > 16 * zero_runs) EndBand(table);
  }

  void EncodeRefinement(const Part& part, const int16_t* block) {
    if (first_ == 0) output_->Bits(1, static_cast<uint32_t>(block[0] >> low_) & 1);
    const uint32_t begin = first_ == 0 ? 1 : first_;
    if (begin > last_) return;
    uint32_t magnitudes[64];
    uint64_t significant = 0;
    uint32_t last_new = 0;
    for (uint64_t mask = NonzeroMask(block) & BandMask(begin, last_); mask != 0; mask &= mask - 1) {
      const auto k = static_cast<uint32_t>(std::countr_zero(mask));
      magnitudes[k] = Magnitude(block[k]) >> low_;
      if (magnitudes[k] != 0) significant |= uint64_t{1} << k;
      if (magnitudes[k] == 1) last_new = k;
    }
    const JpegHuffmanTable& table = *part.ac;
    uint32_t run = 0;
    uint32_t next = begin;
    num_corrections_ = 0;
    for (; significant != 0; significant &= significant - 1) {
      const auto k = static_cast<uint32_t>(std::countr_zero(significant));
      run += k - next;
      next = k + 1;
      for (; run > 15 && k <= last_new; run -= 16) {
        FlushEndRun();
        Symbol(table, kZeroRun16, 0, 0);
        WriteCorrections();
      }
      if (magnitudes[k] > 1) {
        corrections_[num_corrections_++] = static_cast<uint8_t>(magnitudes[k] & 1);
        continue;
      }
      FlushEndRun();
      Symbol(table, run << 4 | 1, 1, block[k] < 0 ? 0 : 1);
      WriteCorrections();
      run = 0;
    }
    run += last_ + 1 - next;
    if (run > 0 || num_corrections_ > 0) EndBand(table);
  }

  void WriteCorrections() {
    for (uint32_t i = 0; i < num_corrections_; ++i) output_->Bits(1, corrections_[i]);
    num_corrections_ = 0;
  }

  // One more block ends here; its correction bits go behind those of the blocks before.
  void EndBand(const JpegHuffmanTable& table) {
    if (end_run_ == 0) end_run_table_ = &table;
    ++end_run_;
    for (uint32_t i = 0; i < num_corrections_; ++i) {
      if (const Status status = pending_.PushBack(corrections_[i]); !status.ok()) output_->Fail(status);
    }
    num_corrections_ = 0;
    if (end_run_ == kMaxEndRun || first_ == 0) FlushEndRun();
  }

  void FlushEndRun() {
    if (end_run_ == 0) return;
    const uint32_t count = FloorLog2(end_run_);
    Symbol(*end_run_table_, count << 4, count, end_run_ - (1u << count));
    end_run_ = 0;
    for (const uint8_t bit : pending_) output_->Bits(1, bit);
    pending_.clear();
  }

  const ScanSettings& settings_;
  JpegOutput* output_;
  uint32_t first_ = 0;  // band of coefficients
  uint32_t last_ = 63;
  uint32_t low_ = 0;   // lowest bit coded
  uint32_t high_ = 0;  // lowest bit coded before; 0: none

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

}  // namespace

void MakeHuffmanTable(const JpegHuffmanCode& code, JpegHuffmanTable* table) {
  *table = JpegHuffmanTable();
  table->defined = true;
  uint32_t word = 0;
  size_t next = 0;
  for (uint32_t length = 1; length <= 16; ++length) {
    for (uint32_t i = 0; i < code.counts[length]; ++i) {
      const uint32_t value = code.values[next++];
      if (value != JpegHuffmanCode::kSentinel) table->words[value] = length << 16 | word;
      ++word;
    }
    word <<= 1;
  }
}

Status EncodeScan(const ScanSettings& settings, Memory* memory, JpegOutput* output) {
  return ScanEncoder(settings, memory, output).Encode();
}

}  // namespace jxlpool
