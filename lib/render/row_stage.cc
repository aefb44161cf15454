#include "lib/render/row_stage.h"

#include <algorithm>

namespace jxlpool {

Rect RowStage::InputRect(const Rect& out) const {
  const Rect whole = {0, 0, input.width, input.height};
  const int64_t round_x = (int64_t{1} << shift_x) - 1;
  const int64_t round_y = (int64_t{1} << shift_y) - 1;
  const int64_t x0 = (out.x0 >> shift_x) - border_x;
  const int64_t y0 = (out.y0 >> shift_y) - border_y;
  const int64_t x1 = ((out.x1() + round_x) >> shift_x) + border_x;
  const int64_t y1 = ((out.y1() + round_y) >> shift_y) + border_y;
  return Rect{x0, y0, x1 - x0, y1 - y0}.Intersection(whole);
}

size_t RowStage::MaxWidth(int64_t tile_width) const {
  return static_cast<size_t>(std::min<int64_t>(output.width, (tile_width >> total_shift_x) + extra_x));
}

float* const* StageRun::InPlace(int64_t y) const {
  for (uint32_t c = 0; c < stage->num_channels; ++c) row_pointers[c] = InputRing(c).At(rect.x0, y);
  return row_pointers;
}

}  // namespace jxlpool
