#include "lib/features/spline_path.h"

#include <cmath>

namespace jxlpool {
namespace {

struct Vec2 {
  float x, y;
};
Vec2 operator+(Vec2 a, Vec2 b) { return {a.x + b.x, a.y + b.y}; }
Vec2 operator-(Vec2 a, Vec2 b) { return {a.x - b.x, a.y - b.y}; }
Vec2 operator*(float s, Vec2 a) { return {s * a.x, s * a.y}; }
float Length(Vec2 a) { return std::sqrt(a.x * a.x + a.y * a.y); }

// Receives a polyline point by point and emits a sample after every unit of length.
class Walker {
 public:
  Walker(PoolVector<SplineSample>* samples, uint64_t max_samples) : samples_(samples), max_samples_(max_samples) {}

  Status Begin(Vec2 point) {
    position_ = point;
    return Emit(1.0f);
  }
  Status MoveTo(Vec2 point) {
    while (true) {
      const Vec2 step = point - position_;
      const float distance = Length(step);
      if (length_ + distance < 1.0f) {
        length_ += distance;
        position_ = point;
        return OkStatus();
      }
      position_ = position_ + ((1.0f - length_) / distance) * step;
      length_ = 0;
      JXLPOOL_RETURN_IF_ERROR(Emit(1.0f));
    }
  }
  Status End() { return Emit(length_); }

 private:
  Status Emit(float weight) {
    // Far from the origin single precision may be too coarse for the walk to get anywhere.
    if (samples_->size() > max_samples_) return Corrupt("a spline is too far from the frame to be drawn");
    return samples_->PushBack(SplineSample{position_.x, position_.y, weight});
  }

  PoolVector<SplineSample>* samples_;
  uint64_t max_samples_;
  Vec2 position_ = {0, 0};
  float length_ = 0;
};

// The curve between p[1] and p[2], both excluded.
Status WalkSegment(const Vec2 p[4], Walker* walker) {
  constexpr int kSteps = 16;
  float d[3];
  float t[4] = {0, 0, 0, 0};
  for (int k = 0; k < 3; ++k) {
    d[k] = std::sqrt(Length(p[k + 1] - p[k]));
    t[k + 1] = t[k] + d[k];
  }
  for (int i = 1; i < kSteps; ++i) {
    const float time = d[0] + (static_cast<float>(i) / kSteps) * d[1];
    Vec2 a[3];
    Vec2 b[2];
    for (int k = 0; k < 3; ++k) a[k] = p[k] + ((time - t[k]) / d[k]) * (p[k + 1] - p[k]);
    for (int k = 0; k < 2; ++k) b[k] = a[k] + ((time - t[k]) / (d[k] + d[k + 1])) * (a[k + 1] - a[k]);
    JXLPOOL_RETURN_IF_ERROR(walker->MoveTo(b[0] + ((time - t[1]) / d[1]) * (b[1] - b[0])));
  }
  return OkStatus();
}

}  // namespace

Status SampleSplinePath(const Splines::Point* points, size_t num_points, uint64_t manhattan,
                        PoolVector<SplineSample>* samples) {
  samples->clear();
  Walker walker(samples, 64 + 8 * manhattan);
  const auto at = [&](size_t i) { return Vec2{static_cast<float>(points[i].x), static_cast<float>(points[i].y)}; };
  JXLPOOL_RETURN_IF_ERROR(walker.Begin(at(0)));
  for (size_t s = 0; s + 1 < num_points; ++s) {
    const Vec2 p1 = at(s);
    const Vec2 p2 = at(s + 1);
    const Vec2 p0 = s == 0 ? 2 * p1 - p2 : at(s - 1);
    const Vec2 p3 = s + 2 == num_points ? 2 * p2 - p1 : at(s + 2);
    const Vec2 p[4] = {p0, p1, p2, p3};
    JXLPOOL_RETURN_IF_ERROR(WalkSegment(p, &walker));
    JXLPOOL_RETURN_IF_ERROR(walker.MoveTo(p2));
  }
  return walker.End();
}

}  // namespace jxlpool
