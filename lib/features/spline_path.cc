#include "lib/features/spline_path.h"

#include <cmath>

namespace jxlpool {

float SplinePath::Length(Vec2 a) { return std::sqrt(a.x * a.x + a.y * a.y); }

// The pyramid of Barry and Goldman: interpolates between successive points, then between successive results, until one
// is left. `parameter` is 0 at the first of the four points.
SplinePath::Vec2 SplinePath::CurvePoint(const Segment& segment, float parameter) {
  // From `from`, where the parameter is `start`, to `to`, where it is `start + interval`.
  const auto interpolate = [parameter](Vec2 from, Vec2 to, float start, float interval) {
    return from + ((parameter - start) / interval) * (to - from);
  };
  const Vec2* points = segment.points;
  const float* intervals = segment.intervals;
  const float knots[3] = {0, intervals[0], intervals[0] + intervals[1]};
  Vec2 between_two[3];
  for (size_t i = 0; i < 3; ++i) between_two[i] = interpolate(points[i], points[i + 1], knots[i], intervals[i]);
  Vec2 between_three[2];
  for (size_t i = 0; i < 2; ++i) {
    between_three[i] = interpolate(between_two[i], between_two[i + 1], knots[i], intervals[i] + intervals[i + 1]);
  }
  return interpolate(between_three[0], between_three[1], knots[1], intervals[1]);
}

// The ends of the curve get neighbours by reflection.
void SplinePath::BeginSegment() {
  const size_t first = segment_index_;
  const Vec2 begin = ControlPoint(first);
  const Vec2 end = ControlPoint(first + 1);
  segment_.points[0] = first == 0 ? 2 * begin - end : ControlPoint(first - 1);
  segment_.points[1] = begin;
  segment_.points[2] = end;
  segment_.points[3] = first + 2 == points_.size() ? 2 * end - begin : ControlPoint(first + 2);
  for (size_t i = 0; i < 3; ++i) {
    segment_.intervals[i] = std::sqrt(Length(segment_.points[i + 1] - segment_.points[i]));
  }
  piece_ = 0;
}

bool SplinePath::NextPiece() {
  if (piece_ == kPiecesPerSegment) {
    if (segment_index_ + 1 == points_.size()) return false;
    BeginSegment();
  }
  ++piece_;
  if (piece_ < kPiecesPerSegment) {
    const float fraction = static_cast<float>(piece_) / kPiecesPerSegment;
    target_ = CurvePoint(segment_, segment_.intervals[0] + fraction * segment_.intervals[1]);
  } else {
    target_ = segment_.points[2];
    ++segment_index_;
  }
  return true;
}

bool SplinePath::Next(SplineSample* sample) {
  if (stage_ == Stage::kEnd) return false;
  if (stage_ == Stage::kStart) {
    stage_ = Stage::kOnTheWay;
    position_ = target_ = ControlPoint(0);
    *sample = {position_.x, position_.y, 1.0f};
    return true;
  }
  for (;;) {
    const Vec2 way = target_ - position_;
    const float distance = Length(way);
    if (walked_ + distance >= 1.0f) {
      position_ = position_ + ((1.0f - walked_) / distance) * way;
      walked_ = 0;
      *sample = {position_.x, position_.y, 1.0f};
      return true;
    }
    walked_ += distance;
    position_ = target_;
    if (NextPiece()) continue;
    stage_ = Stage::kEnd;
    *sample = {position_.x, position_.y, walked_};
    return true;
  }
}

}  // namespace jxlpool
