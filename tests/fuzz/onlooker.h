// Onlooker: looks at a frame while it comes in pieces: how far it is and, now and then, what can be shown of it. Nobody
// else may notice: DecodeOnce compares the final pixels with those of a decode that was not looked at.
#ifndef TESTS_FUZZ_ONLOOKER_H_
#define TESTS_FUZZ_ONLOOKER_H_

#include <cstddef>
#include <cstdint>
#include <string>

#include "jxlpool/jxlpool.hpp"
#include "tests/fuzz/pixel_buffer.h"
#include "tests/fuzz/promises.h"

namespace jxlpool::fuzz {

class Onlooker {
 public:
  // `seed` chooses when pictures are asked for, apart from those that have become better. What is referred to must
  // outlive the object.
  Onlooker(Decoder* decoder, uint64_t seed, Promises* promises)
      : decoder_(*decoder), random_(seed), promises_(*promises) {}

  // For frames of this size that are about to be moved to, or have just been.
  void BeginFrame(const JxlpoolOutput& format, uint32_t width, uint32_t height, bool is_at_frame) {
    format_ = format;
    row_bytes_ = decoder_.PixelSize(format) * width;
    height_ = height;
    is_at_frame_ = is_at_frame;
    steps_ = 0;
  }

  // To be called when a call has to wait for more input.
  void Look() {
    auto progress = Make<JxlpoolProgress>();
    const JxlpoolStatus status = jxlpool_decoder_get_progress(decoder_.get(), &progress);
    // The frames have failed: what follows the codestream in the file cannot help.
    if (status == JXLPOOL_NEED_MORE_INPUT) return;
    if (status != JXLPOOL_OK) return promises_.Violate("no progress of an open image");
    const bool is_better = progress.steps > steps_;
    Check(progress);
    if (num_flushes_ == kMaxFlushes || (!is_better && Next() % 4 != 0)) return;
    ++num_flushes_;
    Next() % 4 == 0 ? FlushRows(progress.final_rows) : FlushPixels(progress.final_rows);
    const auto after = decoder_.Progress();
    if (!after || after->steps != progress.steps || after->final_rows != progress.final_rows) {
      promises_.Violate("a flush has changed the progress");
    }
  }

 private:
  static constexpr int kMaxFlushes = 8;  // each takes as long as a decode

  void Check(const JxlpoolProgress& progress) {
    // Before the frame there may be others, each with steps of its own.
    if (is_at_frame_ && progress.steps < steps_) promises_.Violate("steps go back");
    steps_ = progress.steps;
    if (progress.complete_groups > progress.num_groups || progress.complete_passes > progress.num_passes ||
        progress.final_rows > (is_at_frame_ ? height_ : 0)) {
      promises_.Violate("more has come than there is");
    }
    const uint32_t reduction = progress.reduction;
    if (reduction > 8 || (reduction & (reduction - 1)) != 0) promises_.Violate("a reduction that does not exist");
    if (progress.steps == 0 && (progress.complete_groups != 0 || progress.has_lf || progress.final_rows != 0)) {
      promises_.Violate("groups have come, but no step is made");
    }
  }

  JxlpoolStatus Flush(const JxlpoolOutput& output) {
    const JxlpoolStatus status = promises_.Note("flush", decoder_.Flush(output));
    if (status == JXLPOOL_END || status == JXLPOOL_PARTIAL) promises_.Violate("a flush that ends");
    return status;
  }

  void FlushPixels(uint32_t final_rows) {
    const size_t gap = Next() % 2 == 0 ? 0 : sizeof(float);
    PixelBuffer buffer(row_bytes_, height_, gap);
    JxlpoolOutput output = format_;
    buffer.SetOutput(&output);
    const JxlpoolStatus status = Flush(output);
    if (!buffer.GapsAreIntact()) promises_.Violate("a flush wrote to a gap between rows");
    if (status == JXLPOOL_OK && !buffer.RowsAreUntouched(final_rows)) promises_.Violate("a flush wrote to final rows");
    if (status == JXLPOOL_NEED_MORE_INPUT && !buffer.RowsAreUntouched(height_))
      promises_.Violate("a flush of nothing wrote pixels");
  }

  void FlushRows(uint32_t final_rows) {
    uint32_t next_row = final_rows;
    auto receive = [&](uint32_t y, uint32_t num_rows, const void* rows, size_t stride) {
      if (y != next_row || num_rows == 0 || num_rows > height_ - y) promises_.Violate("flushed rows out of order");
      next_row = y + num_rows;
      uint64_t hash = 0;
      for (uint32_t i = 0; i < num_rows; ++i)
        HashRow(static_cast<const uint8_t*>(rows) + stride * i, row_bytes_, &hash);
      return true;
    };
    JxlpoolOutput output = RowsTo(&receive);
    output.channels = format_.channels;
    output.sample_type = format_.sample_type;
    const JxlpoolStatus status = Flush(output);
    if (status == JXLPOOL_OK && next_row != height_) promises_.Violate("flushed rows are missing");
    if (status == JXLPOOL_NEED_MORE_INPUT && next_row != final_rows) promises_.Violate("rows of nothing were flushed");
  }

  uint32_t Next() {
    random_ = random_ * 6364136223846793005u + 1442695040888963407u;
    return static_cast<uint32_t>(random_ >> 33);
  }

  Decoder& decoder_;
  uint64_t random_;
  Promises& promises_;
  JxlpoolOutput format_ = {};
  size_t row_bytes_ = 0;
  uint32_t height_ = 0;
  bool is_at_frame_ = false;
  uint32_t steps_ = 0;
  int num_flushes_ = 0;
};

}  // namespace jxlpool::fuzz

#endif  // TESTS_FUZZ_ONLOOKER_H_
