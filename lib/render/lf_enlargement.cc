#include "lib/render/lf_enlargement.h"

#include <algorithm>
#include <cstring>

#include "lib/features/mirror.h"

namespace jxlpool {
namespace {

constexpr int64_t kFactor = 8;
// UpsampleRow reads so many floats before and beyond a row.
constexpr int64_t kMargin = 16;
// It makes so many columns at a time.
constexpr size_t kColumnStep = 16;

// The part and its border, and one row of the result. All of it has a fixed size, so it may live on the stack.
struct Work {
  alignas(64) float window[LfPart::kMaxSize + 2 * kLfBorder][LfPart::kMaxSize + 2 * kMargin] = {};
  alignas(64) float out[kFactor][kFactor * LfPart::kMaxSize];
  alignas(64) float scratch[UpsamplingScratchFloats(LfPart::kMaxSize)];
};

// 0 before [begin, end), 1 inside, 2 beyond.
size_t Side(int64_t at, int64_t begin, int64_t end) { return at < begin ? 0 : at < end ? 1 : 2; }

// Fills row y of the plane (perhaps outside of it) into out[-kLfBorder .. rect.width + kLfBorder).
void FillRow(const LfPart& part, int64_t y, float* out) {
  const Rect& rect = part.rect;
  const int64_t last_x = rect.x1() - 1;
  const int64_t last_y = rect.y1() - 1;
  const int64_t row = Mirror(y, part.plane_height);
  const size_t side_y = Side(row, rect.y0, rect.y1());
  const float* const own = part.plane.Row(static_cast<size_t>(row));
  const float* const edge = part.plane.Row(static_cast<size_t>(std::clamp(row, rect.y0, last_y)));
  const auto fill = [&](int64_t x) {
    const int64_t column = Mirror(rect.x0 + x, part.plane_width);
    const size_t side_x = Side(column, rect.x0, rect.x1());
    // A corner is taken from beside it, where the image goes on there. So neighbours agree on what they see.
    const bool known = part.goes_on[side_y][side_x];
    const bool clamp_x = !known && !part.goes_on[1][side_x];
    const bool clamp_y = !known && (!clamp_x || !part.goes_on[side_y][1]);
    out[x] = (clamp_y ? edge : own)[clamp_x ? std::clamp(column, rect.x0, last_x) : column];
  };
  const float* const middle = part.goes_on[side_y][1] ? own : edge;
  std::memcpy(out, middle + rect.x0, static_cast<size_t>(rect.width) * sizeof(float));
  for (int64_t x = 1; x <= kLfBorder; ++x) {
    fill(-x);
    fill(rect.width - 1 + x);
  }
}

}  // namespace

void EnlargeLf(const UpsamplingKernels& kernels, const LfPart& part, const View2D<float>& out) {
  Work work;
  const Rect& rect = part.rect;
  for (int64_t y = 0; y < rect.height + 2 * kLfBorder; ++y) {
    FillRow(part, rect.y0 + y - kLfBorder, work.window[y] + kMargin);
  }
  const size_t width = static_cast<size_t>(rect.width);
  // Whole vectors are written, and `out` may end with the part.
  const bool is_padded = width % kColumnStep != 0;
  for (int64_t y = 0; y < rect.height; ++y) {
    const float* rows[2 * kLfBorder + 1];
    for (int64_t i = 0; i <= 2 * kLfBorder; ++i) rows[i] = work.window[y + i] + kMargin;
    float* final_rows[kFactor];
    float* out_rows[kFactor];
    for (int64_t oy = 0; oy < kFactor; ++oy) {
      final_rows[oy] = out.Row(static_cast<size_t>(kFactor * y + oy));
      out_rows[oy] = is_padded ? work.out[oy] : final_rows[oy];
    }
    UpsampleRow(kernels, rows, width, out_rows, work.scratch);
    if (!is_padded) continue;
    for (int64_t oy = 0; oy < kFactor; ++oy) std::memcpy(final_rows[oy], work.out[oy], kFactor * width * sizeof(float));
  }
}

}  // namespace jxlpool
