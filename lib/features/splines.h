// Splines: soft curves that are added to the color channels of a frame (ISO/IEC 18181-1 "Splines").
//
// Two steps, because the color correlation is known only after the splines are parsed: Splines holds what the
// bitstream says; SplineSplats holds the curves expanded to round splats, indexed by row, ready for drawing. Both are
// immutable once made; any number of threads draw. Memory comes from the pool, category kOther.
#ifndef LIB_FEATURES_SPLINES_H_
#define LIB_FEATURES_SPLINES_H_

#include <cstddef>
#include <cstdint>

#include "lib/base/status.h"
#include "lib/bitstream/bit_reader.h"
#include "lib/features/symbol_source.h"
#include "lib/pool/pool_vector.h"

namespace jxlpool {

inline constexpr size_t kNumSplineContexts = 6;
inline constexpr size_t kSplineCoefficients = 32;

class Splines {
 public:
  struct Point {
    int32_t x, y;
  };
  // One curve: its control points are points()[first_point .. first_point + num_points).
  struct Curve {
    uint32_t first_point = 0;
    uint32_t num_points = 0;                     // at least 1
    uint64_t manhattan = 0;                      // summed |dx| + |dy| of successive control points
    int32_t color[3][kSplineCoefficients] = {};  // quantised, X, Y, B
    int32_t sigma[kSplineCoefficients] = {};
  };

  Splines() = default;
  Splines(Splines&&) noexcept = default;
  Splines& operator=(Splines&&) noexcept = default;

  // `num_pixels` is xsize * ysize of the coded frame, `frame_area` is width * height after upsampling; both set limits.
  // Errors: kCorrupt, kNeedMoreInput, kMemoryLimit.
  static Result<Splines> Read(BitReader* reader, Memory* memory, uint64_t num_pixels, uint64_t frame_area);
  // The part of Read after the entropy code.
  static Result<Splines> Parse(SymbolSource* symbols, Memory* memory, uint64_t num_pixels, uint64_t frame_area);

  size_t num_curves() const { return curves_.size(); }
  const Curve& curve(size_t i) const { return curves_[i]; }
  const Point* points() const { return points_.data(); }
  // Factor of all dequantised coefficients.
  float InverseQuantization() const;

 private:
  Status ParseCurve(SymbolSource* symbols, Point start, uint32_t num_deltas, uint64_t area_limit, Curve* curve);

  int32_t adjustment_ = 0;
  PoolVector<Curve> curves_;
  PoolVector<Point> points_;
};

// A curve's coefficients in the units of the samples.
struct DequantizedCurve {
  float color[3][kSplineCoefficients];
  float sigma[kSplineCoefficients];
};
DequantizedCurve DequantizeCurve(const Splines::Curve& curve, float inverse_quantization, float base_correlation_x,
                                 float base_correlation_b);

// One round brush impression.
struct Splat {
  float center_x, center_y;
  float radius;                // half the side of the square that is drawn
  float inverse_sigma;         // 1 / pixels; the sign of sigma
  float quarter_sigma_weight;  // 0.25 * sigma * weight of the sample
  float color[3];
  int32_t x0, x1, y0, y1;  // drawn columns and rows, inclusive; rows are clipped to the plane, columns are not
};

class SplineSplats {
 public:
  SplineSplats() = default;
  SplineSplats(SplineSplats&&) noexcept = default;
  SplineSplats& operator=(SplineSplats&&) noexcept = default;

  // Expands the curves for a plane of width x height (xsize x ysize). Charges the work of that and of drawing.
  // Errors: if the estimated drawing area exceeds what the format allows for a frame of `frame_area` samples after
  // upsampling, kCorrupt; if it exceeds what is sensible, or the work exceeds the budget, kSizeLimit; kMemoryLimit.
  static Result<SplineSplats> Create(Memory* memory, const Splines& splines, float base_correlation_x,
                                     float base_correlation_b, uint32_t width, uint32_t height, uint64_t frame_area);

  bool empty() const { return splats_.empty(); }
  size_t num_splats() const { return splats_.size(); }
  // In drawing order; splats without any row in the plane are left out, and those that are far from it.
  const Splat& splat(size_t i) const { return splats_[i]; }

  // Adds the splats to columns [x0, x1) of row y; rows[c][0] is column x0. Nothing outside is changed, but up to one
  // vector (64 bytes) beyond x1 is read and written back. Thread-safe. REQUIRES: x0 < x1 <= width, y < height.
  void DrawRow(uint32_t y, uint32_t x0, uint32_t x1, float* const rows[3]) const;

 private:
  struct Size {
    uint32_t width, height;
  };
  Status AddCurve(Memory* memory, const Splines& splines, const Splines::Curve& curve,
                  const DequantizedCurve& dequantized, Size plane);
  Status BuildIndex(uint32_t width, uint32_t height);

  PoolVector<Splat> splats_;
  PoolVector<uint32_t> row_start_;  // height + 1: first entry of each row in row_splats_
  PoolVector<uint32_t> row_splats_;
};

// Kernel of DrawRow: adds the part of a splat that lies in columns [x0, x0 + size) of row y, all of which belong to it.
// Reads and writes whole vectors from rows[c] on.
void AddSplatToRow(const Splat& splat, int32_t y, int32_t x0, size_t size, float* const rows[3]);

}  // namespace jxlpool

#endif  // LIB_FEATURES_SPLINES_H_
