#include "lib/features/splines.h"

#include <algorithm>
#include <cmath>

#include "lib/base/bits.h"
#include "lib/base/work_budget.h"
#include "lib/entropy/entropy_decoder.h"
#include "lib/features/entropy_symbols.h"
#include "lib/features/spline_path.h"

namespace jxlpool {
namespace {

enum Context : size_t {
  kAdjustmentContext = 0,
  kStartContext = 1,
  kNumCurvesContext = 2,
  kNumPointsContext = 3,
  kDeltaContext = 4,
  kCoefficientContext = 5,
};

// What takes how much work (see WorkBudget).
constexpr uint64_t kUnitsPerCurve = 200;  // to read its 128 coefficients and to make use of them
constexpr uint64_t kUnitsPerSplat = 16;
constexpr uint64_t kUnitsPerStep = 4;        // of the walk along a curve
constexpr uint64_t kDrawnPixelsPerUnit = 4;  // of a row of a splat

bool IsCoordinate(int64_t value) { return value > -(int64_t{1} << 23) && value < int64_t{1} << 23; }
bool IsSecondDifference(int64_t value) { return value > -(int64_t{1} << 30) && value < int64_t{1} << 30; }

int32_t ReadSigned(SymbolSource* symbols, Context context) { return UnpackSigned(symbols->Next(context)); }

// What the format allows; SplineSplats asks for less.
uint64_t AreaLimit(uint64_t frame_area) {
  constexpr uint64_t kMost = uint64_t{1} << 42;
  return frame_area > kMost / 1024 ? kMost : std::min(1024 * frame_area + (uint64_t{1} << 32), kMost);
}

}  // namespace

Result<Splines> Splines::Read(BitReader* reader, Memory* memory, uint64_t num_pixels, uint64_t frame_area) {
  JXLPOOL_ASSIGN_OR_RETURN(EntropyCode code, EntropyCode::Read(reader, memory, kNumSplineContexts));
  JXLPOOL_ASSIGN_OR_RETURN(EntropyDecoder decoder, EntropyDecoder::Create(code, reader, memory));
  EntropySymbols symbols(&decoder, reader);
  JXLPOOL_ASSIGN_OR_RETURN(Splines splines, Parse(&symbols, memory, num_pixels, frame_area));
  JXLPOOL_RETURN_IF_ERROR(decoder.Finish(reader));
  return splines;
}

Result<Splines> Splines::Parse(SymbolSource* symbols, Memory* memory, uint64_t num_pixels, uint64_t frame_area) {
  const uint64_t max_points = std::min(uint64_t{1} << 20, num_pixels / 2);
  Splines splines;
  splines.curves_ = PoolVector<Curve>(memory, Category::kOther);
  splines.points_ = PoolVector<Point>(memory, Category::kOther);
  PoolVector<Point> starts(memory, Category::kOther);

  const uint64_t num_curves = uint64_t{symbols->Next(kNumCurvesContext)} + 1;
  if (num_curves > max_points) return Corrupt("too many splines", symbols->Position());
  int64_t x = 0;
  int64_t y = 0;
  for (uint64_t i = 0; i < num_curves; ++i) {
    if (i % 1024 == 0) JXLPOOL_RETURN_IF_ERROR(symbols->Check());
    const uint32_t dx = symbols->Next(kStartContext);
    const uint32_t dy = symbols->Next(kStartContext);
    x += i == 0 ? int64_t{dx} : UnpackSigned(dx);
    y += i == 0 ? int64_t{dy} : UnpackSigned(dy);
    if (!IsCoordinate(x) || !IsCoordinate(y)) {
      return Corrupt("a spline starts too far from the frame", symbols->Position());
    }
    JXLPOOL_RETURN_IF_ERROR(starts.PushBack(Point{static_cast<int32_t>(x), static_cast<int32_t>(y)}));
  }
  splines.adjustment_ = ReadSigned(symbols, kAdjustmentContext);

  uint64_t num_points = num_curves;
  for (const Point& start : starts) {
    JXLPOOL_RETURN_IF_ERROR(symbols->Check());
    const uint64_t num_deltas = symbols->Next(kNumPointsContext);
    num_points += num_deltas;
    if (num_points > max_points) return Corrupt("splines have too many control points", symbols->Position());
    JXLPOOL_RETURN_IF_ERROR(memory->work()->Charge(kUnitsPerCurve));
    Curve curve;
    JXLPOOL_RETURN_IF_ERROR(
        splines.ParseCurve(symbols, start, static_cast<uint32_t>(num_deltas), AreaLimit(frame_area), &curve));
    JXLPOOL_RETURN_IF_ERROR(splines.curves_.PushBack(curve));
  }
  return splines;
}

Status Splines::ParseCurve(SymbolSource* symbols, Point start, uint32_t num_deltas, uint64_t area_limit, Curve* curve) {
  curve->first_point = static_cast<uint32_t>(points_.size());
  curve->num_points = num_deltas + 1;
  JXLPOOL_RETURN_IF_ERROR(points_.PushBack(start));
  int64_t dx = 0;
  int64_t dy = 0;
  for (uint32_t i = 0; i < num_deltas; ++i) {
    if (i % 1024 == 1023) JXLPOOL_RETURN_IF_ERROR(symbols->Check());
    const int32_t ddx = ReadSigned(symbols, kDeltaContext);
    const int32_t ddy = ReadSigned(symbols, kDeltaContext);
    dx += ddx;
    dy += ddy;
    const int64_t x = points_.back().x + dx;
    const int64_t y = points_.back().y + dy;
    if (!IsSecondDifference(ddx) || !IsSecondDifference(ddy) || !IsCoordinate(dx) || !IsCoordinate(dy) ||
        !IsCoordinate(x) || !IsCoordinate(y)) {
      return Corrupt("a spline strays too far from the frame", symbols->Position());
    }
    if (dx == 0 && dy == 0) return Corrupt("a spline has two equal control points", symbols->Position());
    curve->manhattan += static_cast<uint64_t>(std::abs(dx)) + static_cast<uint64_t>(std::abs(dy));
    if (curve->manhattan > area_limit) return Corrupt("a spline is too long", symbols->Position());
    JXLPOOL_RETURN_IF_ERROR(points_.PushBack(Point{static_cast<int32_t>(x), static_cast<int32_t>(y)}));
  }
  for (size_t c = 0; c < 4; ++c) {
    int32_t* coefficients = c < 3 ? curve->color[c] : curve->sigma;
    for (size_t k = 0; k < kSplineCoefficients; ++k) {
      coefficients[k] = ReadSigned(symbols, kCoefficientContext);
      if (coefficients[k] == INT32_MIN) return Corrupt("a spline has an impossible coefficient", symbols->Position());
    }
  }
  return OkStatus();
}

float Splines::InverseQuantization() const {
  const float adjustment = 0.125f * static_cast<float>(adjustment_);
  return adjustment_ >= 0 ? 1.0f / (1.0f + adjustment) : 1.0f - adjustment;
}

DequantizedCurve DequantizeCurve(const Splines::Curve& curve, float inverse_quantization, float base_correlation_x,
                                 float base_correlation_b) {
  constexpr float kWeights[4] = {0.0042f, 0.075f, 0.07f, 0.3333f};
  DequantizedCurve result;
  for (size_t k = 0; k < kSplineCoefficients; ++k) {
    const float first = k == 0 ? 0.70710678f : 1.0f;
    const auto dequantize = [&](int32_t value, size_t kind) {
      return static_cast<float>(value) * first * kWeights[kind] * inverse_quantization;
    };
    for (size_t c = 0; c < 3; ++c) result.color[c][k] = dequantize(curve.color[c][k], c);
    result.sigma[k] = dequantize(curve.sigma[k], 3);
    result.color[0][k] += base_correlation_x * result.color[1][k];
    result.color[2][k] += base_correlation_b * result.color[1][k];
  }
  return result;
}

namespace {

// |value| * scale, rounded up; limited so that sums stay exact.
uint64_t CeilScaled(int32_t value, float scale) {
  return static_cast<uint64_t>(std::min(std::ceil(std::abs(static_cast<float>(value)) * scale), 1e12f));
}

// The area that drawing the curve is estimated to touch; ~0 if it exceeds any limit.
uint64_t EstimateArea(const Splines::Curve& curve, float inverse_quantization, float base_correlation_x,
                      float base_correlation_b, uint64_t limit) {
  uint64_t strength[3] = {0, 0, 0};
  for (size_t c = 0; c < 3; ++c) {
    for (const int32_t value : curve.color[c]) strength[c] += CeilScaled(value, inverse_quantization);
  }
  const auto ceil_factor = [](float factor) {
    return static_cast<uint64_t>(std::min(std::ceil(std::abs(factor)), 65536.0f));
  };
  strength[0] += ceil_factor(base_correlation_x) * strength[1];
  strength[2] += ceil_factor(base_correlation_b) * strength[1];
  const uint64_t log_strength = std::max<uint64_t>(1, CeilLog2(1 + std::max({strength[0], strength[1], strength[2]})));
  const float max_sigma = std::ceil(std::sqrt(static_cast<float>(limit) / static_cast<float>(log_strength) /
                                              static_cast<float>(std::max<uint64_t>(1, curve.manhattan))));
  uint64_t squares = 0;
  for (const int32_t value : curve.sigma) {
    const float sigma = std::max(1.0f, std::ceil(std::abs(static_cast<float>(value)) * inverse_quantization));
    const uint64_t side = static_cast<uint64_t>(std::min(max_sigma, sigma));
    squares += side * side;
  }
  uint64_t area = 0;
  if (__builtin_mul_overflow(log_strength * squares, curve.manhattan, &area)) return ~uint64_t{0};
  return area;
}

Status CheckArea(const Splines& splines, float base_correlation_x, float base_correlation_b, uint64_t frame_area) {
  const uint64_t limit = AreaLimit(frame_area);
  // What is sensible, so that a small file cannot keep a machine busy.
  const uint64_t sensible = std::min(8 * std::min(frame_area, limit) + (uint64_t{1} << 25), uint64_t{1} << 30);
  uint64_t total = 0;
  for (size_t i = 0; i < splines.num_curves(); ++i) {
    const uint64_t area =
        EstimateArea(splines.curve(i), splines.InverseQuantization(), base_correlation_x, base_correlation_b, limit);
    if (__builtin_add_overflow(total, area, &total) || total > limit) return Corrupt("splines cover too large an area");
    if (total > sensible) return Status(ErrorCode::kSizeLimit, "splines cover too large an area");
  }
  return OkStatus();
}

// Rounds to the nearest integer, ties away from zero; limited to what fits.
int32_t RoundToPixel(float value) { return static_cast<int32_t>(std::round(std::clamp(value, -1e9f, 1e9f))); }

// Evaluates the 32-term cosine series of a curve.
class CosineSeries {
 public:
  explicit CosineSeries(const DequantizedCurve& curve) : curve_(curve) {
    for (size_t k = 0; k < kSplineCoefficients; ++k) {
      if (curve.sigma[k] != 0 || curve.color[0][k] != 0 || curve.color[1][k] != 0 || curve.color[2][k] != 0) {
        num_terms_ = k + 1;
      }
    }
  }
  // At `t` in [0, 31].
  void Evaluate(float t, float color[3], float* sigma) const {
    const double angle = (3.14159265358979323846 / 32) * (static_cast<double>(t) + 0.5);
    const double twice_cosine = 2 * std::cos(angle);
    double cosine = 1;
    double previous = twice_cosine * 0.5;  // cos(-angle)
    double sums[4] = {};
    for (size_t k = 0; k < num_terms_; ++k) {
      for (size_t c = 0; c < 3; ++c) sums[c] += cosine * curve_.color[c][k];
      sums[3] += cosine * curve_.sigma[k];
      const double next = twice_cosine * cosine - previous;
      previous = cosine;
      cosine = next;
    }
    constexpr double kSqrt2 = 1.41421356237309504880;
    for (size_t c = 0; c < 3; ++c) color[c] = static_cast<float>(kSqrt2 * sums[c]);
    *sigma = static_cast<float>(kSqrt2 * sums[3]);
  }

 private:
  const DequantizedCurve& curve_;
  size_t num_terms_ = 0;
};

// Half the side of the square in which a splat of this strength and sigma shows.
float SplatRadius(float strength, float sigma) {
  constexpr float kLog10th = -2.3025851f;
  return std::sqrt(-2 * sigma * sigma * (5 * kLog10th - std::log(std::max(0.01f, strength))));
}

// No splat of the curve has a larger radius.
float LargestRadius(const DequantizedCurve& curve) {
  constexpr float kSqrt2 = 1.41421356f;
  float strength = 0;
  for (const auto& coefficients : curve.color) {
    float sum = 0;
    for (const float value : coefficients) sum += std::abs(value);
    strength = std::max(strength, kSqrt2 * sum);
  }
  float sigma = 0;
  for (const float value : curve.sigma) sigma += kSqrt2 * std::abs(value);
  return SplatRadius(strength, sigma);
}

// False if the sample leaves no trace in a plane of `height` rows.
bool MakeSplat(const SplineSample& sample, const CosineSeries& series, float t, uint32_t height, Splat* splat) {
  float sigma = 0;
  series.Evaluate(t, splat->color, &sigma);
  splat->inverse_sigma = 1.0f / sigma;
  if (sigma == 0 || !std::isfinite(sigma) || !std::isfinite(splat->inverse_sigma) || !std::isfinite(sample.weight)) {
    return false;
  }
  splat->center_x = sample.x;
  splat->center_y = sample.y;
  splat->quarter_sigma_weight = 0.25f * sigma * sample.weight;
  float strength = 0;
  for (const float value : splat->color) strength = std::max(strength, std::abs(value * sample.weight));
  splat->radius = SplatRadius(strength, sigma);
  if (std::isnan(splat->radius)) return false;
  splat->x0 = RoundToPixel(sample.x - splat->radius);
  splat->x1 = RoundToPixel(sample.x + splat->radius);
  splat->y0 = std::max(0, RoundToPixel(sample.y - splat->radius));
  splat->y1 = std::min(static_cast<int32_t>(height) - 1, RoundToPixel(sample.y + splat->radius));
  return splat->y0 <= splat->y1;
}

// The length of a path through control points whose distances add up to `manhattan`, by walking it. Errors: kCorrupt,
// kSizeLimit.
Status MeasurePath(SplinePath path, uint64_t manhattan, WorkBudget* work, float* length) {
  constexpr uint64_t kStretch = 4096;
  // More than any path has that gets somewhere.
  const uint64_t max_samples = 64 + 8 * manhattan;
  SplineSample sample = {};
  uint64_t num_samples = 0;
  while (path.Next(&sample)) {
    if (++num_samples > max_samples) return Corrupt("a spline is too far from the frame to be drawn");
    if (num_samples % kStretch == 0) JXLPOOL_RETURN_IF_ERROR(work->Charge(kStretch * kUnitsPerStep));
  }
  *length = static_cast<float>(num_samples - 2) + sample.weight;
  return work->Charge(num_samples % kStretch * kUnitsPerStep);
}

uint64_t DrawingWork(const Splat& splat, uint32_t width) {
  const int64_t columns = std::min<int64_t>(splat.x1, int64_t{width} - 1) - std::max(splat.x0, 0) + 1;
  const int64_t rows = int64_t{splat.y1} - splat.y0 + 1;
  if (columns <= 0) return kUnitsPerSplat;
  return kUnitsPerSplat + static_cast<uint64_t>(rows) * (1 + static_cast<uint64_t>(columns) / kDrawnPixelsPerUnit);
}

}  // namespace

Result<SplineSplats> SplineSplats::Create(Memory* memory, const Splines& splines, float base_correlation_x,
                                          float base_correlation_b, uint32_t width, uint32_t height,
                                          uint64_t frame_area) {
  JXLPOOL_RETURN_IF_ERROR(CheckArea(splines, base_correlation_x, base_correlation_b, frame_area));
  SplineSplats result;
  result.splats_ = PoolVector<Splat>(memory, Category::kOther);
  result.row_start_ = PoolVector<uint32_t>(memory, Category::kOther);
  result.row_splats_ = PoolVector<uint32_t>(memory, Category::kOther);
  for (size_t i = 0; i < splines.num_curves(); ++i) {
    const Splines::Curve& curve = splines.curve(i);
    const DequantizedCurve dequantized =
        DequantizeCurve(curve, splines.InverseQuantization(), base_correlation_x, base_correlation_b);
    JXLPOOL_RETURN_IF_ERROR(result.AddCurve(memory, splines, curve, dequantized, Size{width, height}));
  }
  JXLPOOL_RETURN_IF_ERROR(result.BuildIndex(width, height));
  return result;
}

Status SplineSplats::AddCurve(Memory* memory, const Splines& splines, const Splines::Curve& curve,
                              const DequantizedCurve& dequantized, Size plane) {
  SplinePath path({splines.points() + curve.first_point, curve.num_points});
  float length = 0;
  JXLPOOL_RETURN_IF_ERROR(MeasurePath(path, curve.manhattan, memory->work(), &length));
  if (!(length > 0)) return OkStatus();
  const CosineSeries series(dequantized);
  const float inverse_length = 1.0f / length;
  // Rounding to pixels adds less than one.
  const float reach = LargestRadius(dequantized) + 1;
  const float right = static_cast<float>(plane.width) + reach;
  const float bottom = static_cast<float>(plane.height) + reach;
  SplineSample sample = {};
  for (uint64_t j = 0; path.Next(&sample); ++j) {
    // Most of a long curve lies outside the plane.
    if (sample.x < -reach || sample.y < -reach || sample.x > right || sample.y > bottom) continue;
    const float t = 31.0f * std::min(1.0f, static_cast<float>(j) * inverse_length);
    Splat splat;
    if (!MakeSplat(sample, series, t, plane.height, &splat)) continue;
    JXLPOOL_RETURN_IF_ERROR(memory->work()->Charge(DrawingWork(splat, plane.width)));
    JXLPOOL_RETURN_IF_ERROR(splats_.PushBack(splat));
  }
  return OkStatus();
}

// A counting sort of (row, splat) pairs, which keeps splats in drawing order.
Status SplineSplats::BuildIndex(uint32_t width, uint32_t height) {
  const auto is_visible = [&](const Splat& splat) { return splat.x1 >= 0 && splat.x0 < static_cast<int32_t>(width); };
  JXLPOOL_RETURN_IF_ERROR(row_start_.Resize(size_t{height} + 1));
  uint64_t total = 0;
  // Unsigned differences wrap and come out right in the sum.
  for (const Splat& splat : splats_) {
    if (!is_visible(splat)) continue;
    ++row_start_[splat.y0];
    --row_start_[splat.y1 + 1];
    total += static_cast<uint64_t>(splat.y1 - splat.y0 + 1);
  }
  if (total > 0xFFFFFFFF) return Status(ErrorCode::kMemoryLimit, "the index of splines is too large");
  uint32_t live = 0;
  uint32_t start = 0;
  for (uint32_t y = 0; y <= height; ++y) {
    live += row_start_[y];
    row_start_[y] = start;
    start += live;
  }
  JXLPOOL_RETURN_IF_ERROR(row_splats_.ResizeUninitialized(total));
  for (size_t i = 0; i < splats_.size(); ++i) {
    if (!is_visible(splats_[i])) continue;
    for (int32_t y = splats_[i].y0; y <= splats_[i].y1; ++y) row_splats_[row_start_[y]++] = static_cast<uint32_t>(i);
  }
  // Now row_start_[y] is where row y ends, that is, where row y + 1 starts.
  std::copy_backward(row_start_.begin(), row_start_.begin() + height, row_start_.begin() + height + 1);
  row_start_[0] = 0;
  return OkStatus();
}

void SplineSplats::DrawRow(uint32_t y, uint32_t x0, uint32_t x1, float* const rows[3]) const {
  for (uint32_t i = row_start_[y]; i < row_start_[y + 1]; ++i) {
    const Splat& splat = splats_[row_splats_[i]];
    const int32_t begin = std::max(static_cast<int32_t>(x0), splat.x0);
    const int32_t end = std::min(static_cast<int32_t>(x1), splat.x1 + 1);
    if (begin >= end) continue;
    const int32_t offset = begin - static_cast<int32_t>(x0);
    float* const at[3] = {rows[0] + offset, rows[1] + offset, rows[2] + offset};
    AddSplatToRow(splat, static_cast<int32_t>(y), begin, static_cast<size_t>(end - begin), at);
  }
}

}  // namespace jxlpool
