#include "tools/djxl_pooled/memory_profile.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "tools/djxl_pooled/options.h"
#include "tools/djxl_pooled/output_set.h"
#include "tools/writers/error.h"

namespace jxlpool::tools {
namespace {

struct Profile {
  std::vector<JxlpoolMemorySample> samples;
  std::vector<JxlpoolMemoryStage> stages;
  JxlpoolMemorySample peak = Make<JxlpoolMemorySample>();
  std::vector<std::string> categories;  // names of those in use, in the order of `used`
  std::vector<uint32_t> used;           // their indices
  uint64_t end_ns = 1;
};

Profile ReadProfile(Session* session) {
  const JxlpoolDecoder* decoder = session->decoder().get();
  Profile profile;
  auto sample = Make<JxlpoolMemorySample>();
  for (uint32_t i = 0; jxlpool_decoder_get_profile_sample(decoder, i, &sample) == JXLPOOL_OK; ++i) {
    profile.samples.push_back(sample);
  }
  auto stage = Make<JxlpoolMemoryStage>();
  for (uint32_t i = 0; jxlpool_decoder_get_profile_stage(decoder, i, &stage) == JXLPOOL_OK; ++i) {
    profile.stages.push_back(stage);
    profile.end_ns = std::max(profile.end_ns, stage.end_ns);
  }
  (void)jxlpool_decoder_get_profile_peak(decoder, &profile.peak);
  if (!profile.samples.empty()) profile.end_ns = std::max(profile.end_ns, profile.samples.back().time_ns);
  for (uint32_t i = 0; i < JXLPOOL_MAX_CATEGORIES && *jxlpool_category_name(i) != '\0'; ++i) {
    const auto uses = [i](const JxlpoolMemorySample& s) { return s.category_bytes[i] != 0; };
    if (!std::any_of(profile.samples.begin(), profile.samples.end(), uses)) continue;
    profile.used.push_back(i);
    profile.categories.emplace_back(jxlpool_category_name(i));
  }
  return profile;
}

std::string Format(const char* format, double a, double b = 0, double c = 0, double d = 0) {
  char text[256];
  std::snprintf(text, sizeof(text), format, a, b, c, d);
  return text;
}

// ---- Trace events ----

std::string ToTrace(const Profile& profile) {
  using Json = nlohmann::ordered_json;
  const auto microseconds = [](uint64_t ns) { return static_cast<double>(ns) / 1000; };
  Json events = Json::array();
  events.push_back({{"name", "process_name"}, {"ph", "M"}, {"pid", 1}, {"args", {{"name", "djxl-pooled"}}}});
  for (const JxlpoolMemoryStage& stage : profile.stages) {
    events.push_back({{"name", stage.name},
                      {"cat", "stage"},
                      {"ph", "X"},
                      {"ts", microseconds(stage.begin_ns)},
                      {"dur", microseconds(stage.end_ns - stage.begin_ns)},
                      {"pid", 1},
                      {"tid", 1},
                      {"args", {{"frame", stage.frame}}}});
  }
  for (const JxlpoolMemorySample& sample : profile.samples) {
    Json bytes = Json::object();
    for (size_t i = 0; i < profile.used.size(); ++i)
      bytes[profile.categories[i]] = sample.category_bytes[profile.used[i]];
    events.push_back({{"name", "live bytes"},
                      {"ph", "C"},
                      {"ts", microseconds(sample.time_ns)},
                      {"pid", 1},
                      {"args", std::move(bytes)}});
  }
  events.push_back({{"name", Format("peak: %.0f bytes", static_cast<double>(profile.peak.total_bytes))},
                    {"cat", "peak"},
                    {"ph", "i"},
                    {"s", "p"},
                    {"ts", microseconds(profile.peak.time_ns)},
                    {"pid", 1},
                    {"tid", 1}});
  return Json{{"traceEvents", std::move(events)}, {"displayTimeUnit", "ms"}}.dump() + "\n";
}

// ---- Chart ----

constexpr double kLeft = 80, kTop = 50, kWidth = 900, kHeight = 360, kStageHeight = 18, kLegendWidth = 190;
constexpr const char* kColors[] = {"#4e79a7", "#f28e2b", "#e15759", "#76b7b2", "#59a14f",
                                   "#edc948", "#b07aa1", "#ff9da7", "#9c755f", "#bab0ac"};

std::string Bytes(double bytes) {
  if (bytes >= 1 << 20) return Format("%.4g MiB", bytes / (1 << 20));
  return bytes >= 1024 ? Format("%.4g KiB", bytes / 1024) : Format("%.0f B", bytes);
}

// Steps that make some five of `range`: powers of two, and 1, 2 or 5 times a power of ten.
double ByteStep(double range) {
  double step = 1024;
  while (step * 6 < range) step *= 2;
  return step;
}
double TimeStep(double range_ms) {
  double step = 0.001;
  for (int i = 0; step * 6 < range_ms; ++i) step *= i % 3 == 1 ? 2.5 : 2;
  return step;
}

class Chart {
 public:
  explicit Chart(const Profile& profile) : profile_(profile) {
    max_bytes_ = std::max<double>(1024, 1.15 * static_cast<double>(profile.peak.total_bytes));
    depths_.resize(profile.stages.size());
    for (size_t i = 0; i < profile.stages.size(); ++i) depths_[i] = DepthOf(i);
  }

  std::string Draw() {
    const size_t lanes = depths_.empty() ? 0 : *std::max_element(depths_.begin(), depths_.end()) + 1;
    const double stages_top = kTop + kHeight + 28;
    const double height = stages_top + kStageHeight * static_cast<double>(lanes) + 20;
    svg_ = Format(R"(<svg xmlns="http://www.w3.org/2000/svg" width="%.0f" height="%.0f" font-family="sans-serif" )",
                  kLeft + kWidth + kLegendWidth, height) +
           "font-size=\"11\">\n<rect width=\"100%\" height=\"100%\" fill=\"white\"/>\n";
    Text(kLeft, 20, "Memory in use by category over the time of the decode", "font-size=\"14\"");
    DrawAxes();
    for (size_t i = profile_.used.size(); i-- > 0;) DrawArea(i);
    DrawPeak();
    for (size_t i = 0; i < profile_.stages.size(); ++i) DrawStage(i, stages_top);
    DrawLegend();
    return svg_ + "</svg>\n";
  }

 private:
  double X(uint64_t ns) const {
    return kLeft + kWidth * static_cast<double>(ns) / static_cast<double>(profile_.end_ns);
  }
  double Y(double bytes) const { return kTop + kHeight - kHeight * bytes / max_bytes_; }

  void Text(double x, double y, const std::string& text, const std::string& attributes = "") {
    svg_ += Format("<text x=\"%.1f\" y=\"%.1f\" ", x, y) + attributes + ">" + text + "</text>\n";
  }
  void Line(double x1, double y1, double x2, double y2, const char* color) {
    svg_ += Format("<line x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\" ", x1, y1, x2, y2) + "stroke=\"" + color +
            "\"/>\n";
  }

  size_t DepthOf(size_t index) const {
    size_t depth = 0;
    for (size_t i = 0; i < index; ++i) {
      if (profile_.stages[i].end_ns > profile_.stages[index].begin_ns) depth = std::max(depth, depths_[i] + 1);
    }
    return depth;
  }

  void DrawAxes() {
    const double step = ByteStep(max_bytes_);
    for (double bytes = 0; bytes <= max_bytes_; bytes += step) {
      Line(kLeft, Y(bytes), kLeft + kWidth, Y(bytes), "#e0e0e0");
      Text(kLeft - 6, Y(bytes) + 4, Bytes(bytes), "text-anchor=\"end\"");
    }
    const double end_ms = static_cast<double>(profile_.end_ns) * 1e-6;
    const double step_ms = TimeStep(end_ms);
    for (double ms = 0; ms <= end_ms; ms += step_ms) {
      const double x = X(static_cast<uint64_t>(ms * 1e6));
      Line(x, kTop + kHeight, x, kTop + kHeight + 4, "black");
      Text(x, kTop + kHeight + 16, Format("%.4g ms", ms), "text-anchor=\"middle\"");
    }
    Line(kLeft, kTop + kHeight, kLeft + kWidth, kTop + kHeight, "black");
  }

  // The sum of categories 0 to `top` of those in use, as steps; drawn from the top one down, each covers those above
  // it.
  void DrawArea(size_t top) {
    std::string path = Format("<path d=\"M%.1f %.1f", X(0), Y(0));
    double last_y = Y(0);
    for (const JxlpoolMemorySample& sample : profile_.samples) {
      double bytes = 0;
      for (size_t i = 0; i <= top; ++i) bytes += static_cast<double>(sample.category_bytes[profile_.used[i]]);
      const double x = X(sample.time_ns);
      path += Format("L%.1f %.1fL%.1f %.1f", x, last_y, x, Y(bytes));
      last_y = Y(bytes);
    }
    path += Format("L%.1f %.1fL%.1f %.1fZ\" fill=\"", X(profile_.end_ns), last_y, X(profile_.end_ns), Y(0));
    svg_ += path + Color(top) + "\"><title>" + profile_.categories[top] + "</title></path>\n";
  }

  void DrawPeak() {
    const double x = X(profile_.peak.time_ns);
    const double y = Y(static_cast<double>(profile_.peak.total_bytes));
    svg_ += Format("<circle cx=\"%.1f\" cy=\"%.1f\" r=\"3\" fill=\"black\"/>\n", x, y);
    const char* anchor = x > kLeft + kWidth / 2 ? "text-anchor=\"end\"" : "";
    Text(x, y - 8,
         "peak " + Bytes(static_cast<double>(profile_.peak.total_bytes)) +
             Format(" at %.4g ms", static_cast<double>(profile_.peak.time_ns) * 1e-6),
         anchor);
  }

  void DrawStage(size_t index, double top) {
    const JxlpoolMemoryStage& stage = profile_.stages[index];
    const double x = X(stage.begin_ns);
    const double width = std::max(0.5, X(stage.end_ns) - x);
    const double y = top + kStageHeight * static_cast<double>(depths_[index]);
    const std::string name = std::string(stage.name) + (stage.frame != 0 ? Format(" %.0f", stage.frame) : "");
    svg_ += Format("<rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\" ", x, y, width, kStageHeight - 2) +
            "fill=\"#ffe0b0\" stroke=\"#b08040\" stroke-width=\"0.5\"><title>" + name +
            Format(": %.4g ms", static_cast<double>(stage.end_ns - stage.begin_ns) * 1e-6) + "</title></rect>\n";
    if (width > 7.0 * static_cast<double>(name.size())) Text(x + 4, y + 12, name);
  }

  void DrawLegend() {
    double y = kTop;
    for (size_t i = profile_.used.size(); i-- > 0; y += 32) {
      const double x = kLeft + kWidth + 20;
      svg_ += Format("<rect x=\"%.1f\" y=\"%.1f\" width=\"12\" height=\"12\" fill=\"", x, y) + Color(i) + "\"/>\n";
      Text(x + 18, y + 10, profile_.categories[i]);
      Text(x + 18, y + 22, Bytes(static_cast<double>(profile_.peak.category_bytes[profile_.used[i]])) + " at the peak",
           "fill=\"#606060\" font-size=\"9\"");
    }
  }

  std::string Color(size_t i) const { return kColors[profile_.used[i] % std::size(kColors)]; }

  const Profile& profile_;
  double max_bytes_ = 1;
  std::vector<size_t> depths_;  // lanes of the stages
  std::string svg_;
};

}  // namespace

void WriteMemoryProfile(const std::string& path, Session* session) {
  const Profile profile = ReadProfile(session);
  OutputSet outputs;
  outputs.AddWhole(path, ExtensionOf(path) == "json" ? ToTrace(profile) : Chart(profile).Draw());
  outputs.Commit();
}

}  // namespace jxlpool::tools
