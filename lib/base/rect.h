// An axis-parallel rectangle of samples.
#ifndef LIB_BASE_RECT_H_
#define LIB_BASE_RECT_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>

namespace jxlpool {

// Columns [x0, x0 + width), rows [y0, y0 + height). Origins may be negative (frames may stick out of the canvas).
struct Rect {
  int64_t x0 = 0;
  int64_t y0 = 0;
  int64_t width = 0;
  int64_t height = 0;

  int64_t x1() const { return x0 + width; }
  int64_t y1() const { return y0 + height; }
  bool empty() const { return width <= 0 || height <= 0; }

  // The common part; width and height are 0 if there is none.
  Rect Intersection(const Rect& other) const {
    const int64_t left = std::max(x0, other.x0);
    const int64_t top = std::max(y0, other.y0);
    return Rect{left, top, std::max<int64_t>(0, std::min(x1(), other.x1()) - left),
                std::max<int64_t>(0, std::min(y1(), other.y1()) - top)};
  }
  friend bool operator==(const Rect&, const Rect&) = default;
};

}  // namespace jxlpool

#endif  // LIB_BASE_RECT_H_
