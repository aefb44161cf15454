#include "lib/features/trace_features.h"

#include <algorithm>

#include "lib/base/trace.h"

namespace jxlpool {

#ifdef JXLPOOL_TRACE
namespace {

std::string Joined(size_t count, const auto& item) {
  std::string json = "[";
  for (size_t i = 0; i < count; ++i) json += (i == 0 ? "" : ",") + item(i);
  return json + "]";
}
std::string Text(auto value) { return std::to_string(value); }
std::string Real(float value) {
  char text[32];
  std::snprintf(text, sizeof(text), "%.9g", static_cast<double>(value));
  return text;
}
std::string Field(const char* key, const std::string& value) { return std::string("\"") + key + "\":" + value; }

std::string BlendingJson(const ChannelBlending& blending) {
  return "{" + Field("mode", Text(static_cast<int>(blending.operation))) + "," + Field("alpha", Text(blending.alpha)) +
         "," + Field("clamp", blending.clamp ? "true" : "false") + "}";
}

std::string PointJson(int64_t x, int64_t y) { return "[" + Text(x) + "," + Text(y) + "]"; }

std::string CurveJson(const Splines& splines, const Splines::Curve& curve) {
  const Splines::Point* p = splines.points() + curve.first_point;
  const auto second_difference = [&](size_t i) {
    const int64_t dx = int64_t{p[i + 1].x} - p[i].x - (i == 0 ? 0 : p[i].x - p[i - 1].x);
    const int64_t dy = int64_t{p[i + 1].y} - p[i].y - (i == 0 ? 0 : p[i].y - p[i - 1].y);
    return PointJson(dx, dy);
  };
  const auto integers = [](const int32_t* values) {
    return Joined(kSplineCoefficients, [&](size_t k) { return Text(values[k]); });
  };
  return "{" + Field("start_xy", PointJson(p[0].x, p[0].y)) + "," +
         Field("ddx_ddy", Joined(curve.num_points - 1, second_difference)) + "," +
         Field("qc", Joined(3, [&](size_t c) { return integers(curve.color[c]); })) + "," +
         Field("qs", integers(curve.sigma)) + "}";
}

std::string DequantizedJson(const Splines& splines, const Splines::Curve& curve, float base_x, float base_b) {
  const DequantizedCurve values = DequantizeCurve(curve, splines.InverseQuantization(), base_x, base_b);
  const Splines::Point* p = splines.points() + curve.first_point;
  const auto reals = [](const float* list) {
    return Joined(kSplineCoefficients, [&](size_t k) { return Real(list[k]); });
  };
  return "{" + Field("P", Joined(curve.num_points, [&](size_t i) { return PointJson(p[i].x, p[i].y); })) + "," +
         Field("C", Joined(3, [&](size_t c) { return reals(values.color[c]); })) + "," +
         Field("S", reals(values.sigma)) + "}";
}

std::string SplatJson(const Splat& splat) {
  return "{" + Field("cx", Real(splat.center_x)) + "," + Field("cy", Real(splat.center_y)) + "," +
         Field("R", Real(splat.radius)) + "," + Field("inv_sigma", Real(splat.inverse_sigma)) + "," +
         Field("quarter_sigma_g", Real(splat.quarter_sigma_weight)) + "," +
         Field("colour", Joined(3, [&](size_t c) { return Real(splat.color[c]); })) + "}";
}

}  // namespace

void TracePatches(const PatchDictionary& patches, uint32_t num_extra, uint64_t pos_before, uint64_t pos_after) {
  TraceEvent event("patch_dictionary");
  event.Integer("pos_before", static_cast<int64_t>(pos_before));
  event.Integer("pos_after", static_cast<int64_t>(pos_after));
  event.Integer("num_ref", static_cast<int64_t>(patches.num_sources()));
  event.Integer("num_positions", static_cast<int64_t>(patches.num_positions()));
  event.Raw("patches", Joined(std::min<size_t>(100, patches.num_sources()), [&](size_t i) {
              const PatchDictionary::Source& source = patches.source(i);
              return "{" + Field("ref", Text(source.slot)) + "," + Field("rx", Text(source.x)) + "," +
                     Field("ry", Text(source.y)) + "," + Field("pw", Text(source.width)) + "," +
                     Field("ph", Text(source.height)) + "}";
            }));
  event.Raw("positions", Joined(std::min<size_t>(200, patches.num_positions()), [&](size_t i) {
              const PatchDictionary::Position& position = patches.position(i);
              const auto blending = [&](size_t j) { return BlendingJson(patches.blending(i)[j]); };
              return "{" + Field("patch", Text(position.source)) + "," + Field("x", Text(position.x)) + "," +
                     Field("y", Text(position.y)) + "," + Field("blending", Joined(1 + num_extra, blending)) + "}";
            }));
}

void TraceSplines(const Splines& splines, uint64_t pos_before, uint64_t pos_after) {
  TraceEvent event("splines");
  event.Integer("pos_before", static_cast<int64_t>(pos_before));
  event.Integer("pos_after", static_cast<int64_t>(pos_after));
  event.Integer("num_splines", static_cast<int64_t>(splines.num_curves()));
  event.Integer("adjust", splines.quantization_adjustment());
  event.Raw("splines", Joined(splines.num_curves(), [&](size_t i) { return CurveJson(splines, splines.curve(i)); }));
}

void TraceSplats(const Splines& splines, const SplineSplats& splats, float base_correlation_x,
                 float base_correlation_b) {
  TraceEvent event("spline_rendering");
  event.Raw("dequantised", Joined(splines.num_curves(), [&](size_t i) {
              return DequantizedJson(splines, splines.curve(i), base_correlation_x, base_correlation_b);
            }));
  event.Integer("num_splats", static_cast<int64_t>(splats.num_splats()));
  event.Raw("splats",
            Joined(std::min<size_t>(24, splats.num_splats()), [&](size_t i) { return SplatJson(splats.splat(i)); }));
}

void TraceNoise(const NoiseParameters& parameters, uint64_t pos_before, uint64_t pos_after) {
  TraceEvent event("noise_parameters");
  event.Integer("pos_before", static_cast<int64_t>(pos_before));
  event.Integer("pos_after", static_cast<int64_t>(pos_after));
  event.List("lut", parameters.lut, 8);
}

#else

void TracePatches(const PatchDictionary& /*patches*/, uint32_t /*num_extra*/, uint64_t /*pos_before*/,
                  uint64_t /*pos_after*/) {}
void TraceSplines(const Splines& /*splines*/, uint64_t /*pos_before*/, uint64_t /*pos_after*/) {}
void TraceSplats(const Splines& /*splines*/, const SplineSplats& /*splats*/, float /*base_correlation_x*/,
                 float /*base_correlation_b*/) {}
void TraceNoise(const NoiseParameters& /*parameters*/, uint64_t /*pos_before*/, uint64_t /*pos_after*/) {}

#endif

}  // namespace jxlpool
