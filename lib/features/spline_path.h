// SplinePath: points at distance 1 along a spline (ISO/IEC 18181-1 "Splines"): a centripetal Catmull-Rom curve through
// the control points, of which 16 straight pieces for each pair of points are walked.
#ifndef LIB_FEATURES_SPLINE_PATH_H_
#define LIB_FEATURES_SPLINE_PATH_H_

#include <cstddef>
#include <cstdint>
#include <span>

#include "lib/features/splines.h"

namespace jxlpool {

struct SplineSample {
  float x, y;
  float weight;  // 1; of the last sample, the length that was left
};

// A walk along one spline. Needs no memory, so that long paths can be walked twice instead of being kept.
class SplinePath {
 public:
  // `points` must outlive the path. REQUIRES: there is at least one; successive points differ.
  explicit SplinePath(std::span<const Splines::Point> points) : points_(points) {}

  // Gives the next sample, of which there are at least two; false after the last one. Far from the origin single
  // precision may be too coarse to get anywhere: then there is no last one, and the caller has to stop.
  bool Next(SplineSample* sample);

 private:
  static constexpr uint32_t kPiecesPerSegment = 16;

  struct Vec2 {
    float x, y;
    friend Vec2 operator+(Vec2 a, Vec2 b) { return {a.x + b.x, a.y + b.y}; }
    friend Vec2 operator-(Vec2 a, Vec2 b) { return {a.x - b.x, a.y - b.y}; }
    friend Vec2 operator*(float factor, Vec2 a) { return {factor * a.x, factor * a.y}; }
  };
  // What the curve between two control points is made of.
  struct Segment {
    Vec2 points[4];      // the two, with their neighbours
    float intervals[3];  // of the curve's parameter, between successive points
  };
  enum class Stage : uint8_t { kStart, kOnTheWay, kEnd };

  static float Length(Vec2 a);
  static Vec2 CurvePoint(const Segment& segment, float parameter);
  Vec2 ControlPoint(size_t i) const { return {static_cast<float>(points_[i].x), static_cast<float>(points_[i].y)}; }
  void BeginSegment();
  // Makes target_ the end of the next straight piece; false if there is none.
  bool NextPiece();

  std::span<const Splines::Point> points_;
  Stage stage_ = Stage::kStart;
  size_t segment_index_ = 0;  // of the first control point of segment_
  uint32_t piece_ = kPiecesPerSegment;
  Segment segment_ = {};
  Vec2 position_ = {0, 0};
  Vec2 target_ = {0, 0};
  float walked_ = 0;  // since the last sample
};

}  // namespace jxlpool

#endif  // LIB_FEATURES_SPLINE_PATH_H_
