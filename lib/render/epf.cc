#include "lib/render/epf.h"

#include <algorithm>
#include <cstring>

#include "lib/base/bits.h"
#include "lib/render/epf_kernels.h"

namespace jxlpool {
namespace {

constexpr int64_t kBlock = 8;
constexpr int32_t kChunk = 16;
constexpr int64_t kRing = 3;  // rows of distances that are kept

constexpr size_t NumDisplacements(int pass) { return pass == 0 ? 6 : pass == 1 ? 2 : 0; }
constexpr EpfDisplacement Displacement(int pass, size_t k) {
  return pass == 0 ? kEpfDisplacements0[k] : kEpfDisplacements1[k];
}

// Rows of sums that are kept, of all displacements before k: those that the opposite displacement needs too.
constexpr size_t SumRowsBefore(int pass, size_t k) {
  size_t rows = 0;
  for (size_t i = 0; i < k; ++i) rows += static_cast<size_t>(Displacement(pass, i).dy) + 1;
  return rows;
}
constexpr size_t NumSumRows(int pass) { return SumRowsBefore(pass, NumDisplacements(pass)); }

float DistanceFactor(int pass, const RestorationFilter& filter) {
  const float scale = pass == 0 ? filter.epf_pass0_sigma_scale : pass == 1 ? 1.0f : filter.epf_pass2_sigma_scale;
  return 1.65f * scale;
}

// Ring rows start at the margin.
size_t RingStride(size_t width) { return RoundUp(width + 2 * kChunk, kChunk) + 2 * EpfPass::kMargin; }
size_t MaxSpans(size_t width) { return width / kChunk + 4; }

// Rows from -3 on.
size_t RingIndex(int64_t row, int64_t ring) { return static_cast<uint32_t>(row + 6) % static_cast<uint32_t>(ring); }

}  // namespace

size_t EpfPass::ScratchFloats(int pass, size_t width) {
  const size_t rows = kRing * NumDisplacements(pass) + NumSumRows(pass) + 2;
  const size_t spans = RoundUp(2 * MaxSpans(width) * sizeof(Span) / sizeof(float), 16);
  return rows * RingStride(width) + spans;
}

void EpfPass::Start(int pass, const RestorationFilter* filter, const EpfSigma& sigma, const Rect& tile,
                    float* scratch) {
  pass_ = pass;
  filter_ = filter;
  sigma_ = sigma;
  tile_ = tile;
  origin_ = tile.x0 / kChunk * kChunk;
  y_ = tile.y0;
  num_chunks_ = static_cast<int32_t>(CeilDiv<int64_t>(tile.x1() - origin_, kChunk));
  const size_t width = static_cast<size_t>(tile.width);
  stride_ = RingStride(width);
  distances_ = scratch + kMargin;
  sums_ = distances_ + NumDisplacements(pass) * kRing * stride_;
  steps_[0] = sums_ + NumSumRows(pass) * stride_;
  for (size_t k = 0; k < NumDisplacements(pass); ++k) sum_rows_[k] = sums_ + SumRowsBefore(pass, k) * stride_;
  steps_[1] = steps_[0] + stride_;
  filtered_ = Spans();
  nearby_ = Spans();
  filtered_.list = reinterpret_cast<Span*>(steps_[1] + stride_ - kMargin);
  nearby_.list = filtered_.list + MaxSpans(width);
  block_row_ = -1;
}

float* EpfPass::DistanceRow(size_t k, int64_t row) const {
  return distances_ + (k * kRing + RingIndex(row, kRing)) * stride_;
}
float* EpfPass::SumRow(size_t k, int64_t row) const {
  return sum_rows_[k] + RingIndex(row, Displacement(pass_, k).dy + 1) * stride_;
}

void EpfPass::FindSpans(int64_t first, int64_t last, bool spread, Spans* spans) const {
  if (spans->first_block_row == first && spans->last_block_row == last) return;
  spans->first_block_row = first;
  spans->last_block_row = last;
  spans->count = 0;
  const int64_t begin_block = tile_.x0 / kBlock;
  const int64_t end_block = CeilDiv(tile_.x1(), kBlock);
  const int32_t margin = spread ? kChunk : 0;
  // A pixel row and those that its filter reads.
  constexpr int64_t kMaxBlockRows = 3;
  const float* rows[kMaxBlockRows];
  for (int64_t by = first; by <= last; ++by) rows[by - first] = sigma_.Row(by);
  for (int32_t chunk = 0; chunk < num_chunks_; ++chunk) {
    bool is_filtered = false;
    const int64_t block = origin_ / kBlock + 2 * chunk;
    for (int64_t i = 0; i <= last - first; ++i) {
      for (int64_t bx = std::max(block, begin_block); bx < std::min(block + 2, end_block); ++bx) {
        is_filtered |= !((rows[i] == nullptr ? sigma_.constant : rows[i][bx]) < kEpfSkipSigma);
      }
    }
    if (!is_filtered) continue;
    const Span span = {chunk * kChunk - margin, (chunk + 1) * kChunk + margin};
    if (spans->count != 0 && spans->list[spans->count - 1].end >= span.begin) {
      spans->list[spans->count - 1].end = span.end;
    } else {
      spans->list[spans->count++] = span;
    }
  }
}

// The steps of all columns, for the inner rows of the blocks and for their first and last rows.
void EpfPass::StartBlockRow(int64_t block_row) {
  block_row_ = block_row;
  const float inner = DistanceFactor(pass_, *filter_);
  const float border = inner * filter_->epf_border_sad_mul;
  std::fill_n(steps_[0], num_chunks_ * kChunk, kEpfSkipStep);
  std::fill_n(steps_[1], num_chunks_ * kChunk, kEpfSkipStep);
  const float* row = sigma_.Row(block_row);
  for (int64_t bx = tile_.x0 / kBlock; bx < CeilDiv(tile_.x1(), kBlock); ++bx) {
    const float sigma = row == nullptr ? sigma_.constant : row[bx];
    if (sigma < kEpfSkipSigma) continue;
    const int64_t x = bx * kBlock - origin_;
    std::fill_n(steps_[0] + x, kBlock, sigma * inner);
    std::fill_n(steps_[1] + x, kBlock, sigma * border);
    steps_[0][x] = steps_[0][x + kBlock - 1] = sigma * border;
  }
}

void EpfPass::MakeDistanceRow(const float* const rows[7], const EpfChannelOffsets& channels, int64_t row) {
  const int64_t border = EpfBorder(static_cast<uint32_t>(pass_));
  const float* window[3] = {};
  for (int64_t i = 0; i < 3 - pass_; ++i) window[i] = rows[row - y_ + border + i];
  float* distances[kEpfMaxDisplacements] = {};
  for (size_t k = 0; k < NumDisplacements(pass_); ++k) distances[k] = DistanceRow(k, row);
  for (uint32_t i = 0; i < nearby_.count; ++i) {
    EpfDistanceRow(pass_, filter_->epf_channel_scale, window, channels, nearby_.list[i].begin, nearby_.list[i].end,
                   distances);
  }
}

void EpfPass::MakeSumRow(int64_t row) {
  for (size_t k = 0; k < NumDisplacements(pass_); ++k) {
    for (uint32_t i = 0; i < nearby_.count; ++i) {
      EpfSumRow(DistanceRow(k, row - 1), DistanceRow(k, row), DistanceRow(k, row + 1), nearby_.list[i].begin,
                nearby_.list[i].end, SumRow(k, row));
    }
  }
}

// Brings the sums up to row y_. The first row of the tile needs those of the rows above too.
void EpfPass::MakeDistances(const float* const rows[7], const EpfChannelOffsets& channels) {
  // Sums of row y serve rows up to y + 2, so distances of row y + 1 serve rows up to y + 4.
  const int64_t last_row = std::min(y_ + 4, tile_.y1() - 1);
  FindSpans(y_ / kBlock, last_row / kBlock, true, &nearby_);
  if (y_ == tile_.y0) {
    const int64_t border = EpfBorder(static_cast<uint32_t>(pass_));
    MakeDistanceRow(rows, channels, y_ - border);
    MakeDistanceRow(rows, channels, y_ - border + 1);
    for (int64_t row = y_ - border + 1; row < y_; ++row) {
      MakeDistanceRow(rows, channels, row + 1);
      MakeSumRow(row);
    }
  }
  MakeDistanceRow(rows, channels, y_ + 1);
  MakeSumRow(y_);
}

void EpfPass::NextRow(const float* const rows[7], const EpfChannelOffsets& in_channels, float* out,
                      const EpfChannelOffsets& out_channels) {
  const size_t border = EpfBorder(static_cast<uint32_t>(pass_));
  if (pass_ < 2) MakeDistances(rows, in_channels);
  const int64_t block_row = y_ / kBlock;
  if (block_row != block_row_) StartBlockRow(block_row);
  FindSpans(block_row, block_row, false, &filtered_);

  EpfFilterArguments arguments;
  const size_t reach = pass_ == 0 ? 2 : 1;
  for (size_t i = 0; i < 2 * reach + 1; ++i) arguments.rows[2 - reach + i] = rows[border - reach + i];
  arguments.in_channels = in_channels;
  arguments.out = out;
  arguments.out_channels = out_channels;
  for (size_t k = 0; k < NumDisplacements(pass_); ++k) {
    arguments.sums[k][0] = SumRow(k, y_);
    arguments.sums[k][1] = SumRow(k, y_ - Displacement(pass_, k).dy);
  }
  arguments.channel_scale = filter_->epf_channel_scale;
  arguments.step = steps_[y_ % kBlock == 0 || y_ % kBlock == kBlock - 1 ? 1 : 0];

  const auto copy = [&](int32_t begin, int32_t end) {
    if (begin >= end) return;
    for (size_t c = 0; c < 3; ++c) {
      std::memcpy(out + out_channels.offset[c] + begin, rows[border] + in_channels.offset[c] + begin,
                  static_cast<size_t>(end - begin) * sizeof(float));
    }
  };
  int32_t done = 0;
  for (uint32_t i = 0; i < filtered_.count; ++i) {
    copy(done, filtered_.list[i].begin);
    EpfFilterRow(pass_, arguments, filtered_.list[i].begin, filtered_.list[i].end);
    done = filtered_.list[i].end;
  }
  copy(done, num_chunks_ * kChunk);
  ++y_;
}

}  // namespace jxlpool
