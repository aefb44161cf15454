#include "lib/jpeg/scan_encoder.h"

#include <algorithm>
#include <bit>
#include <cstdlib>

#include "lib/base/bits.h"
#include "lib/jpeg/packed_block.h"

namespace jxlpool {
namespace {

constexpr uint32_t kZeroRun16 = 0xF0;
constexpr uint32_t kEndOfBlock = 0x00;
constexpr uint32_t kMaxEndRun = 32767;

uint32_t BitsOf(uint32_t magnitude) { return static_cast<uint32_t>(std::bit_width(magnitude)); }
uint32_t Magnitude(int32_t value) { return static_cast<uint32_t>(std::abs(value)); }
// What follows the symbol of a coefficient.
uint32_t MagnitudeBits(uint32_t count, uint32_t magnitude, bool negative) {
  // Signs are random: no branch on them.
  const uint32_t all = (1u << count) - 1;
  return magnitude ^ (all & (0u - static_cast<uint32_t>(negative)));
}

}  // namespace

Status ScanEncoder::Begin(const ScanSettings& settings, Memory* memory, JpegOutput* output) {
  settings_ = settings;
  output_ = output;
  pending_ = PoolVector<uint8_t>(memory, Category::kOutput);
  const JpegScan& scan = *settings.scan;
  first_ = settings.progressive ? scan.spectral_start : 0;
  last_ = settings.progressive ? scan.spectral_end : 63;
  low_ = settings.progressive ? scan.approximation_low : 0;
  high_ = settings.progressive ? scan.approximation_high : 0;
  const auto& points = settings.header->reset_points;
  reset_ = points.begin() + scan.reset_points.begin;
  resets_end_ = points.begin() + scan.reset_points.end;
  const auto& runs = settings.header->zero_runs;
  zero_runs_ = runs.begin() + scan.zero_runs.begin;
  zero_runs_end_ = runs.begin() + scan.zero_runs.end;
  block_ = next_row_ = 0;
  left_ = settings.restart_interval;
  restart_marker_ = jpeg_marker::kRst0;
  num_corrections_ = end_run_ = 0;
  missing_symbol_ = false;
  const bool sequential = first_ == 0 && last_ == 63 && low_ == 0 && high_ == 0;
  coder_ = sequential ? BlockCoder::kSequential : high_ == 0 ? BlockCoder::kFirstPass : BlockCoder::kRefinement;
  JXLPOOL_RETURN_IF_ERROR(CheckTables());
  SetUpMcus();
  return OkStatus();
}

Status ScanEncoder::CheckTables() const {
  const JpegScan& scan = *settings_.scan;
  for (uint32_t i = 0; i < scan.num_components; ++i) {
    const bool lacks_dc = first_ == 0 && !settings_.tables->dc[scan.components[i].dc_table].defined;
    const bool lacks_ac = (first_ != 0 || last_ != 0) && !settings_.tables->ac[scan.components[i].ac_table].defined;
    if (lacks_dc || lacks_ac) return Corrupt("a JPEG scan uses a Huffman code that is not defined");
  }
  return OkStatus();
}

void ScanEncoder::SetUpMcus() {
  const JpegCoefficients& jpeg = *settings_.coefficients;
  const JpegScan& scan = *settings_.scan;
  uint32_t max_h = 1, max_v = 1;
  for (uint32_t i = 0; i < jpeg.num_components; ++i) {
    max_h = std::max(max_h, jpeg.components[i].h_factor);
    max_v = std::max(max_v, jpeg.components[i].v_factor);
  }
  num_parts_ = scan.num_components;
  for (uint32_t i = 0; i < num_parts_; ++i) {
    const JpegScanComponent& given = scan.components[i];
    Part* part = &parts_[i];
    part->component = &jpeg.components[given.component];
    part->dc = &settings_.tables->dc[given.dc_table];
    part->ac = &settings_.tables->ac[given.ac_table];
    part->columns = num_parts_ > 1 ? part->component->h_factor : 1;
    part->rows = num_parts_ > 1 ? part->component->v_factor : 1;
    part->first = 0;
    while (scan.components[part->first].component != given.component) ++part->first;
    part->prediction = 0;
    if (coder_ == BlockCoder::kSequential) SetUpSmallWords(part);
  }
  const uint32_t h_factor = num_parts_ > 1 ? 1 : parts_[0].component->h_factor;
  const uint32_t v_factor = num_parts_ > 1 ? 1 : parts_[0].component->v_factor;
  mcu_columns_ = CeilDiv(jpeg.width * h_factor, 8 * max_h);
  mcu_rows_ = CeilDiv(jpeg.height * v_factor, 8 * max_v);
  mcu_rows_per_group_ = JpegComponent::kGroupBlocks * v_factor / max_v;
}

void ScanEncoder::SetUpSmallWords(Part* part) const {
  std::fill_n(part->small_words, 256, 0);
  for (uint32_t run = 0; run < 16; ++run) {
    for (uint32_t code = 1; code < kPackedByte; ++code) {
      const int32_t value = kPackedValues[code];
      const uint32_t count = BitsOf(Magnitude(value));
      const uint32_t word = part->ac->words[run << 4 | count];
      if (word == 0) continue;
      const uint32_t bits = (word & 0xFFFF) << count | MagnitudeBits(count, Magnitude(value), value < 0);
      part->small_words[run << 4 | code] = ((word >> 16) + count) << 24 | bits;
    }
  }
  const uint32_t zeros = part->ac->words[kZeroRun16];
  if (zeros != 0) part->small_words[kPackedZeros] = zeros >> 16 << 24 | (zeros & 0xFFFF);
}

Status ScanEncoder::CheckSymbols() const {
  return missing_symbol_ ? Corrupt("a Huffman code of the JPEG lacks a symbol that is needed") : OkStatus();
}

Status ScanEncoder::EncodeRows(uint32_t end) {
  switch (coder_) {
    case BlockCoder::kSequential:
      return EncodeRowsWith<BlockCoder::kSequential>(end);
    case BlockCoder::kFirstPass:
      return EncodeRowsWith<BlockCoder::kFirstPass>(end);
    case BlockCoder::kRefinement:
      break;
  }
  return EncodeRowsWith<BlockCoder::kRefinement>(end);
}

Status ScanEncoder::Finish() {
  FlushEndRun();
  output_->Align();
  JXLPOOL_RETURN_IF_ERROR(CheckSymbols());
  return output_->status();
}

template <ScanEncoder::BlockCoder coder>
Status ScanEncoder::EncodeRowsWith(uint32_t end) {
  for (; next_row_ < end; ++next_row_) {
    const bool has_lists = reset_ != resets_end_ || zero_runs_ != zero_runs_end_;
    if (has_lists) {
      EncodeRow<coder, true>(next_row_);
    } else {
      EncodeRow<coder, false>(next_row_);
    }
    JXLPOOL_RETURN_IF_ERROR(CheckSymbols());
    JXLPOOL_RETURN_IF_ERROR(output_->status());
    if (settings_.cancelled != nullptr && settings_.cancelled->load(std::memory_order_relaxed)) {
      return Status(ErrorCode::kCancelled, "the reconstruction was cancelled");
    }
  }
  return OkStatus();
}

template <ScanEncoder::BlockCoder coder, bool kHasLists>
void ScanEncoder::EncodeRow(uint32_t mcu_y) {
  for (uint32_t i = 0; i < num_parts_; ++i) {
    Part* part = &parts_[i];
    for (uint32_t y = 0; y < part->rows; ++y) {
      part->dc_rows[y] = part->component->dc.Row(mcu_y * part->rows + y);
      part->ac_rows[y] = part->component->AcRow(mcu_y * part->rows + y);
    }
  }
  for (uint32_t mcu_x = 0; mcu_x < mcu_columns_; ++mcu_x) {
    if (settings_.restart_interval != 0) {
      if (left_ == 0) Restart();
      --left_;
    }
    for (uint32_t i = 0; i < num_parts_; ++i) {
      Part* part = &parts_[i];
      for (uint32_t y = 0; y < part->rows; ++y) {
        for (uint32_t x = 0; x < part->columns; ++x) {
          EncodeBlock<coder, kHasLists>(part, *part->dc_rows[y]++, &part->ac_rows[y]);
        }
      }
    }
  }
}

void ScanEncoder::Restart() {
  FlushEndRun();
  output_->Align();
  output_->Byte(0xFF);
  output_->Byte(restart_marker_);
  restart_marker_ = jpeg_marker::kRst0 + (restart_marker_ + 1) % 8;
  left_ = settings_.restart_interval;
  for (Part& part : parts_) part.prediction = 0;
}

template <ScanEncoder::BlockCoder coder, bool kHasLists>
void ScanEncoder::EncodeBlock(Part* part, int32_t dc, PackedBlockRow* blocks) {
  uint32_t zero_runs = 0;
  if constexpr (kHasLists) {
    if (reset_ != resets_end_ && *reset_ == block_) {
      FlushEndRun();
      ++reset_;
    }
    if (zero_runs_ != zero_runs_end_ && zero_runs_->block == block_) zero_runs = zero_runs_++->count;
    ++block_;
  }
  if constexpr (coder == BlockCoder::kSequential) {
    blocks->SetEnd(EncodeSequential(part, dc, blocks->Block(), zero_runs));
  }
  if constexpr (coder == BlockCoder::kFirstPass) EncodeFirstPass(part, dc, blocks, zero_runs);
  if constexpr (coder == BlockCoder::kRefinement) EncodeRefinement(part, dc, blocks);
}

// The code word of a symbol, then `count` further bits, at most 15.
inline void ScanEncoder::Symbol(const JpegHuffmanTable& table, uint32_t symbol, uint32_t count, uint32_t bits) {
  const uint32_t word = table.words[symbol];
  missing_symbol_ |= word == 0;
  output_->Bits((word >> 16) + count, (word & 0xFFFF) << count | bits);
}

// A coefficient (or difference) of the given sign after `run` zeros.
inline void ScanEncoder::Coefficient(const JpegHuffmanTable& table, uint32_t run, uint32_t magnitude, bool negative) {
  const uint32_t count = BitsOf(magnitude);
  Symbol(table, run << 4 | count, count, MagnitudeBits(count, magnitude, negative));
}

inline void ScanEncoder::Dc(Part* part, int32_t value) {
  int32_t* prediction = &parts_[part->first].prediction;
  const int32_t difference = value - *prediction;
  *prediction = value;
  Coefficient(*part->dc, 0, Magnitude(difference), difference < 0);
}

// What remains of a run of zeros after symbols for 16 zeros each.
inline uint32_t ScanEncoder::ShortenRun(const JpegHuffmanTable& table, uint32_t run) {
  for (; run > 15; run -= 16) Symbol(table, kZeroRun16, 0, 0);
  return run;
}

// Returns the end of the packed block.
inline const uint8_t* ScanEncoder::EncodeSequential(Part* part, int32_t dc, const uint8_t* block, uint32_t zero_runs) {
  Dc(part, dc);
  uint32_t previous = 0;
  for (uint32_t token = *block++; token != kPackedEnd; token = *block++) {
    previous += (token >> 4) + 1;
    const uint32_t code = token & 15;
    if (code < kPackedByte) {
      const uint32_t word = part->small_words[token];
      missing_symbol_ |= word == 0;
      output_->Bits(word >> 24, word & 0xFFFFFF);
      continue;
    }
    const int32_t value = UnpackLarge(code, block);
    block += SizeOfLarge(code);
    Coefficient(*part->ac, token >> 4, Magnitude(value), value < 0);
  }
  for (uint32_t i = 0; i < zero_runs; ++i) Symbol(*part->ac, kZeroRun16, 0, 0);
  if (63 - previous > 16 * zero_runs) Symbol(*part->ac, kEndOfBlock, 0, 0);
  return block;
}

void ScanEncoder::EncodeFirstPass(Part* part, int32_t dc, PackedBlockRow* blocks, uint32_t zero_runs) {
  if (first_ == 0) Dc(part, dc >> low_);
  const uint32_t begin = first_ == 0 ? 1 : first_;
  if (begin > last_) return;
  const JpegHuffmanTable& table = *part->ac;
  uint32_t next = begin;  // behind the last coefficient coded
  PackedBlockReader reader(blocks->Block());
  while (reader.Advance()) {
    const uint32_t k = reader.index();
    if (k < begin) continue;
    if (k > last_) {
      reader.Skip();
      break;
    }
    const uint32_t magnitude = Magnitude(reader.value()) >> low_;
    if (magnitude == 0) continue;
    FlushEndRun();
    const uint32_t run = ShortenRun(table, k - next);
    Coefficient(table, run, magnitude, reader.value() < 0);
    next = k + 1;
  }
  blocks->SetEnd(reader.next());
  if (zero_runs > 0) {
    FlushEndRun();
    for (uint32_t i = 0; i < zero_runs; ++i) Symbol(table, kZeroRun16, 0, 0);
  }
  if (last_ + 1 - next > 16 * zero_runs) EndBand(table);
}

void ScanEncoder::EncodeRefinement(Part* part, int32_t dc, PackedBlockRow* blocks) {
  if (first_ == 0) output_->Bits(1, static_cast<uint32_t>(dc >> low_) & 1);
  const uint32_t begin = first_ == 0 ? 1 : first_;
  if (begin > last_) return;
  // Coefficients of the band that are not zero at this precision.
  struct Significant {
    uint32_t k;
    uint32_t magnitude;
    bool negative;
  };
  Significant significant[63];
  uint32_t num_significant = 0;
  uint32_t last_new = 0;
  PackedBlockReader reader(blocks->Block());
  while (reader.Advance()) {
    const uint32_t k = reader.index();
    const uint32_t magnitude = Magnitude(reader.value()) >> low_;
    if (k < begin || k > last_ || magnitude == 0) continue;
    significant[num_significant++] = {k, magnitude, reader.value() < 0};
    if (magnitude == 1) last_new = k;
  }
  blocks->SetEnd(reader.next());
  const JpegHuffmanTable& table = *part->ac;
  uint32_t run = 0;
  uint32_t next = begin;
  num_corrections_ = 0;
  for (uint32_t i = 0; i < num_significant; ++i) {
    const Significant& coefficient = significant[i];
    run += coefficient.k - next;
    next = coefficient.k + 1;
    for (; run > 15 && coefficient.k <= last_new; run -= 16) {
      FlushEndRun();
      Symbol(table, kZeroRun16, 0, 0);
      WriteCorrections();
    }
    if (coefficient.magnitude > 1) {
      corrections_[num_corrections_++] = static_cast<uint8_t>(coefficient.magnitude & 1);
      continue;
    }
    FlushEndRun();
    Symbol(table, run << 4 | 1, 1, coefficient.negative ? 0 : 1);
    WriteCorrections();
    run = 0;
  }
  run += last_ + 1 - next;
  if (run > 0 || num_corrections_ > 0) EndBand(table);
}

void ScanEncoder::WriteCorrections() {
  for (uint32_t i = 0; i < num_corrections_; ++i) output_->Bits(1, corrections_[i]);
  num_corrections_ = 0;
}

// One more block ends here; its correction bits go behind those of the blocks before.
void ScanEncoder::EndBand(const JpegHuffmanTable& table) {
  if (end_run_ == 0) end_run_table_ = &table;
  ++end_run_;
  for (uint32_t i = 0; i < num_corrections_; ++i) {
    if (const Status status = pending_.PushBack(corrections_[i]); !status.ok()) output_->Fail(status);
  }
  num_corrections_ = 0;
  if (end_run_ == kMaxEndRun || first_ == 0) FlushEndRun();
}

void ScanEncoder::WriteEndRun() {
  const uint32_t count = FloorLog2(end_run_);
  Symbol(*end_run_table_, count << 4, count, end_run_ - (1u << count));
  end_run_ = 0;
  for (const uint8_t bit : pending_) output_->Bits(1, bit);
  pending_.clear();
}

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

}  // namespace jxlpool
