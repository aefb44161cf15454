#include "tools/writers/png_filter.h"

#include <algorithm>
#include <cstdlib>
#include <cstring>

namespace jxlpool::tools {
namespace {

// Predictions from the samples to the left, above and above left.
struct None {
  static int Predict(int, int, int) { return 0; }
};
struct Left {
  static int Predict(int left, int, int) { return left; }
};
struct Above {
  static int Predict(int, int above, int) { return above; }
};
struct Average {
  static int Predict(int left, int above, int) { return (left + above) >> 1; }
};
struct Paeth {
  static int Predict(int left, int above, int corner) {
    const int from_left = std::abs(above - corner), from_above = std::abs(left - corner);
    const int from_corner = std::abs(left + above - 2 * corner);
    const int vertical = from_above <= from_corner ? above : corner;
    return ((from_left <= from_above) & (from_left <= from_corner)) ? left : vertical;
  }
};

constexpr uint8_t kNumFilters = 5;
constexpr size_t kBlock = 4096;  // bytes whose sum of magnitudes fits 32 bits with ease

template <typename Filter>
uint8_t Residual(int sample, int left, int above, int corner) {
  return static_cast<uint8_t>(sample - Filter::Predict(left, above, corner));
}

// Bytes [begin, end) of the row to out[0...]. REQUIRES: begin is 0 or >= pixel_bytes.
template <typename Filter>
void FilterBytes(const uint8_t* row, const uint8_t* above, size_t begin, size_t end, size_t pixel_bytes, uint8_t* out) {
  const size_t first = begin == 0 ? std::min(pixel_bytes, end) : begin;
  for (size_t i = begin; i < first; ++i) *out++ = Residual<Filter>(row[i], 0, above[i], 0);
  const uint8_t* left = row + first - pixel_bytes;
  const uint8_t* corner = above + first - pixel_bytes;
  row += first;
  above += first;
  const size_t size = end - first;
  for (size_t i = 0; i < size; ++i) out[i] = Residual<Filter>(row[i], left[i], above[i], corner[i]);
}

uint32_t SumOfMagnitudes(const uint8_t* residuals, size_t size) {
  uint32_t sum = 0;
  for (size_t i = 0; i < size; ++i) {
    const auto negated = static_cast<uint8_t>(-residuals[i]);
    sum += std::min(residuals[i], negated);
  }
  return sum;
}

using FilterFunction = void (*)(const uint8_t*, const uint8_t*, size_t, size_t, size_t, uint8_t*);
constexpr FilterFunction kFilters[kNumFilters] = {FilterBytes<None>, FilterBytes<Left>, FilterBytes<Above>,
                                                  FilterBytes<Average>, FilterBytes<Paeth>};

}  // namespace

void FilterRow(const uint8_t* row, const uint8_t* above, size_t row_bytes, size_t pixel_bytes, uint8_t* out) {
  uint64_t sums[kNumFilters] = {};
  uint8_t residuals[kBlock];
  for (size_t begin = 0; begin < row_bytes; begin += kBlock) {
    const size_t end = std::min(row_bytes, begin + kBlock);
    for (uint8_t filter = 0; filter < kNumFilters; ++filter) {
      kFilters[filter](row, above, begin, end, pixel_bytes, residuals);
      sums[filter] += SumOfMagnitudes(residuals, end - begin);
    }
  }
  const auto best = static_cast<uint8_t>(std::min_element(sums, sums + kNumFilters) - sums);
  out[0] = best;
  kFilters[best](row, above, 0, row_bytes, pixel_bytes, out + 1);
}

}  // namespace jxlpool::tools
