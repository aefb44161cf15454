// PixelBuffer: the pixels of one frame, and what must not be written to around them.
#ifndef TESTS_FUZZ_PIXEL_BUFFER_H_
#define TESTS_FUZZ_PIXEL_BUFFER_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "jxlpool/jxlpool.h"
#include "tests/hash_bytes.h"

namespace jxlpool::fuzz {

inline void HashRow(const uint8_t* row, size_t size, uint64_t* hash) {
  *hash = HashBytes(*hash ^ 0x9E3779B97F4A7C15u, row, size);
}

// Pixels of one frame in memory of exact size, so that the address sanitizer sees a write beyond the end.
class PixelBuffer {
 public:
  // `sample_bytes` is the size of the gap between two rows.
  PixelBuffer(size_t row_bytes, uint32_t num_rows, size_t gap_bytes)
      : row_bytes_(row_bytes), stride_(row_bytes + gap_bytes), num_rows_(num_rows) {
    bytes_.resize(stride_ * (num_rows - 1) + row_bytes, kGapByte);
  }

  void SetOutput(JxlpoolOutput* output) {
    output->pixels = bytes_.data();
    output->pixels_size = bytes_.size();
    output->stride = stride_;
    output->rows = nullptr;
  }

  // The rows before `end` are as they were at first.
  bool RowsAreUntouched(uint32_t end) const {
    for (size_t i = 0; i < std::min(stride_ * end, bytes_.size()); ++i) {
      if (bytes_[i] != kGapByte) return false;
    }
    return true;
  }

  uint64_t Hash(uint64_t hash) const {
    for (uint32_t y = 0; y < num_rows_; ++y) HashRow(bytes_.data() + stride_ * y, row_bytes_, &hash);
    return hash;
  }

  bool GapsAreIntact() const {
    for (uint32_t y = 0; y + 1 < num_rows_; ++y) {
      for (size_t i = row_bytes_; i < stride_; ++i) {
        if (bytes_[stride_ * y + i] != kGapByte) return false;
      }
    }
    return true;
  }

 private:
  static constexpr uint8_t kGapByte = 0xA5;

  const size_t row_bytes_, stride_;
  const uint32_t num_rows_;
  std::vector<uint8_t> bytes_;
};

}  // namespace jxlpool::fuzz

#endif  // TESTS_FUZZ_PIXEL_BUFFER_H_
