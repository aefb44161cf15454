// RingMatrix: the rows of a plane of which only the latest are kept. Row y lies where row y + kept_rows will lie.
//
// A plane that is used from top to bottom needs memory for its width and for the rows that are in use at a time; with
// kept_rows >= rows it is an ordinary matrix. Which rows are still there is the user's business.
#ifndef LIB_POOL_RING_MATRIX_H_
#define LIB_POOL_RING_MATRIX_H_

#include <algorithm>
#include <cstddef>

#include "lib/base/status.h"
#include "lib/pool/matrix.h"
#include "lib/pool/memory.h"

namespace jxlpool {

// Non-owning view of a RingMatrix, or of an ordinary plane.
template <typename T>
struct RingView {
  View2D<T> kept;  // row y of the plane is row y % kept.height

  RingView() = default;
  // NOLINTNEXTLINE(google-explicit-constructor): a plane is a ring that keeps everything.
  RingView(const View2D<T>& plane) : kept(plane) {}

  bool empty() const { return kept.empty(); }
  T* Row(size_t y) const { return kept.Row(y % kept.height); }
  // A rectangle as an ordinary view. REQUIRES: its rows are not separated: if y + height exceeds the height of `kept`,
  // y / kept.height == (y + height - 1) / kept.height.
  View2D<T> Band(size_t x, size_t y, size_t width, size_t height) const {
    return kept.Sub(x, y % kept.height, width, height);
  }
  // NOLINTNEXTLINE(google-explicit-constructor): a mutable view is a constant one.
  operator RingView<const T>() const { return RingView<const T>(View2D<const T>(kept)); }
};

template <typename T>
class RingMatrix {
 public:
  RingMatrix() = default;
  RingMatrix(RingMatrix&&) noexcept = default;
  RingMatrix& operator=(RingMatrix&&) noexcept = default;

  // A plane of `rows` rows of which `kept_rows` are kept. Errors: kMemoryLimit.
  static Result<RingMatrix> Create(Memory* memory, Category category, size_t rows, size_t columns, size_t kept_rows) {
    RingMatrix ring;
    JXLPOOL_ASSIGN_OR_RETURN(ring.kept_, Matrix2D<T>::Create(memory, category, std::min(rows, kept_rows), columns));
    return ring;
  }

  static uint64_t Bytes(uint64_t rows, uint64_t columns, uint64_t kept_rows) {
    return Matrix2D<T>::Bytes(std::min(rows, kept_rows), columns);
  }

  bool empty() const { return kept_.empty(); }
  T* Row(size_t y) { return kept_.Row(y % kept_.rows()); }
  const T* Row(size_t y) const { return kept_.Row(y % kept_.rows()); }
  RingView<T> View() { return kept_.View(); }
  RingView<const T> View() const { return kept_.View(); }
  void Release() { kept_.Release(); }

 private:
  Matrix2D<T> kept_;
};

}  // namespace jxlpool

#endif  // LIB_POOL_RING_MATRIX_H_
