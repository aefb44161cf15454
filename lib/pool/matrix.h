// Matrix3D and Matrix2D: how pixel data is held. Move-only owners of one pooled buffer, with cheap views to pass down.
//
// Rows are padded so that each starts at a multiple of kRowAlignment bytes and whole vectors may be read and written up
// to the stride. The contents of the padding are unspecified.
#ifndef LIB_POOL_MATRIX_H_
#define LIB_POOL_MATRIX_H_

#include <cstddef>
#include <cstdint>
#include <limits>
#include <type_traits>

#include "lib/base/bits.h"
#include "lib/base/status.h"
#include "lib/pool/memory.h"

namespace jxlpool {

// Widest vector of any target, in bytes.
inline constexpr size_t kRowAlignment = 64;

// Non-owning view of a plane (or of a rectangle of one). Row pointers of a sub-view need not be aligned.
template <typename T>
struct View2D {
  T* data = nullptr;
  size_t stride = 0;  // elements between the starts of successive rows
  size_t width = 0;
  size_t height = 0;

  // REQUIRES: y < height.
  T* Row(size_t y) const { return data + y * stride; }
  bool empty() const { return width == 0 || height == 0; }
  // The part starting at (x, y). REQUIRES: it lies inside this view.
  View2D Sub(size_t x, size_t y, size_t sub_width, size_t sub_height) const {
    return View2D{data + y * stride + x, stride, sub_width, sub_height};
  }
  // NOLINTNEXTLINE(google-explicit-constructor): a mutable view is a constant one.
  operator View2D<const T>() const { return View2D<const T>{data, stride, width, height}; }
};

// Elements per padded row of `columns` elements. False if the size is not representable.
template <typename T>
bool PaddedStride(size_t columns, size_t* stride) {
  constexpr size_t kStep = kRowAlignment / sizeof(T);
  if (columns > std::numeric_limits<size_t>::max() / sizeof(T) - kStep) return false;
  *stride = RoundUp(columns, kStep);
  return true;
}

// Planes x rows x columns of T.
template <typename T>
class Matrix3D {
  static_assert(std::is_trivially_copyable_v<T>);

 public:
  Matrix3D() = default;
  Matrix3D(Matrix3D&&) noexcept = default;
  Matrix3D& operator=(Matrix3D&&) noexcept = default;

  // Errors: kMemoryLimit. A matrix with a zero dimension owns no memory.
  static Result<Matrix3D> Create(Memory* memory, Category category, size_t planes, size_t rows, size_t columns,
                                 Fill fill = Fill::kUninitialized) {
    Matrix3D matrix;
    matrix.planes_ = planes;
    matrix.rows_ = rows;
    matrix.columns_ = columns;
    if (planes == 0 || rows == 0 || columns == 0) return matrix;
    size_t bytes = 0;
    if (!PaddedStride<T>(columns, &matrix.stride_) ||
        __builtin_mul_overflow(matrix.stride_ * sizeof(T), rows, &bytes) ||
        __builtin_mul_overflow(bytes, planes, &bytes)) {
      return Status(ErrorCode::kMemoryLimit, "matrix size overflows");
    }
    auto buffer = memory->AcquireForMatrix(bytes, category, ElementTypeOf<T>(), fill);
    if (!buffer.ok()) return buffer.status();
    matrix.buffer_ = std::move(buffer).value();
    return matrix;
  }

  // What a matrix of this size counts in the budget.
  static uint64_t Bytes(uint64_t planes, uint64_t rows, uint64_t columns) {
    return BufferBytes(planes * rows * RoundUp(columns * sizeof(T), uint64_t{kRowAlignment}));
  }

  size_t planes() const { return planes_; }
  size_t rows() const { return rows_; }
  size_t columns() const { return columns_; }
  size_t stride() const { return stride_; }
  bool empty() const { return buffer_.empty(); }

  // REQUIRES: plane < planes(), row < rows().
  T* Row(size_t plane, size_t row) { return base() + (plane * rows_ + row) * stride_; }
  const T* Row(size_t plane, size_t row) const { return base() + (plane * rows_ + row) * stride_; }
  View2D<T> Plane(size_t plane) { return View2D<T>{base() + plane * rows_ * stride_, stride_, columns_, rows_}; }
  View2D<const T> Plane(size_t plane) const {
    return View2D<const T>{base() + plane * rows_ * stride_, stride_, columns_, rows_};
  }
  // Gives the memory back; the dimensions become 0.
  void Release() { *this = Matrix3D(); }

 private:
  T* base() const { return reinterpret_cast<T*>(buffer_.data()); }

  Buffer buffer_;
  size_t planes_ = 0;
  size_t rows_ = 0;
  size_t columns_ = 0;
  size_t stride_ = 0;
};

// Rows x columns of T: a Matrix3D with one plane and without the plane index.
template <typename T>
class Matrix2D {
 public:
  Matrix2D() = default;
  Matrix2D(Matrix2D&&) noexcept = default;
  Matrix2D& operator=(Matrix2D&&) noexcept = default;

  static Result<Matrix2D> Create(Memory* memory, Category category, size_t rows, size_t columns,
                                 Fill fill = Fill::kUninitialized) {
    auto planes = Matrix3D<T>::Create(memory, category, 1, rows, columns, fill);
    if (!planes.ok()) return planes.status();
    Matrix2D matrix;
    matrix.matrix_ = std::move(planes).value();
    return matrix;
  }

  static uint64_t Bytes(uint64_t rows, uint64_t columns) { return Matrix3D<T>::Bytes(1, rows, columns); }

  size_t rows() const { return matrix_.rows(); }
  size_t columns() const { return matrix_.columns(); }
  size_t stride() const { return matrix_.stride(); }
  bool empty() const { return matrix_.empty(); }
  T* Row(size_t row) { return matrix_.Row(0, row); }
  const T* Row(size_t row) const { return matrix_.Row(0, row); }
  View2D<T> View() { return matrix_.empty() ? View2D<T>{nullptr, 0, columns(), rows()} : matrix_.Plane(0); }
  View2D<const T> View() const {
    return matrix_.empty() ? View2D<const T>{nullptr, 0, columns(), rows()} : matrix_.Plane(0);
  }
  void Release() { matrix_.Release(); }

 private:
  Matrix3D<T> matrix_;
};

}  // namespace jxlpool

#endif  // LIB_POOL_MATRIX_H_
