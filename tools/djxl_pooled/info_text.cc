// The description of a file as text. What a line says comes from the JSON description, so that both always agree.
#include <cstdio>
#include <iterator>
#include <nlohmann/json.hpp>

#include "tools/djxl_pooled/info.h"

namespace jxlpool::tools {
namespace {

using Json = nlohmann::ordered_json;

// A number, word or truth value as text.
std::string Plain(const Json& value) {
  if (value.is_string()) return value.get<std::string>();
  if (value.is_boolean()) return value.get<bool>() ? "yes" : "no";
  if (value.is_number_float()) {
    char text[32];
    std::snprintf(text, sizeof(text), "%.6g", value.get<double>());
    return text;
  }
  return value.dump();
}

// Names come from the file: nothing in them may reach a terminal as a command.
std::string Printable(const Json& name) {
  std::string text;
  for (const char c : name.get<std::string>()) text += (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) ? '?' : c;
  return text;
}

// Four letters, filled up with spaces.
std::string Signature(const Json& signature) {
  const std::string text = Printable(signature);
  return text.substr(0, text.find_last_not_of(' ') + 1);
}

std::string QuotedType(const Json& box) {
  std::string text(1, '\'');
  return text.append(Printable(box["type"])).append(1, '\'');
}

std::string SizeOf(const Json& json) { return Plain(json["width"]) + " x " + Plain(json["height"]); }

std::string SamplesOf(const Json& samples) { return Plain(samples["bits"]) + "-bit " + Plain(samples["type"]); }

std::string Joined(const Json& list) {
  std::string text;
  for (const Json& value : list) text += (text.empty() ? "" : ", ") + Plain(value);
  return text;
}

std::string BlendingOf(const Json& blending) {
  std::string text = Plain(blending["mode"]);
  if (text != "replace") text += " on slot " + Plain(blending["source"]);
  if (blending.contains("alpha_channel")) text += ", alpha is extra channel " + Plain(blending["alpha_channel"]);
  if (blending.value("clamp", false)) text += ", clamped";
  return text;
}

// "custom" is followed by the chromaticities.
std::string PointsOf(const Json& name, const Json& xy) {
  return Plain(name) + (name == "custom" ? " " + Joined(xy) : "");
}

std::string EncodingOf(const Json& encoding) {
  std::string line = Plain(encoding["name"]) + " (" + Plain(encoding["color_space"]);
  if (encoding.contains("white_point")) {
    line += ", white point " + PointsOf(encoding["white_point"], encoding["white_xy"]);
  }
  if (encoding.contains("primaries")) {
    line += ", primaries " + PointsOf(encoding["primaries"], encoding["primaries_xy"]);
  }
  if (encoding.contains("transfer")) line += ", transfer " + Plain(encoding["transfer"]);
  if (encoding.contains("gamma")) line += " " + Plain(encoding["gamma"]);
  return line + ", intent " + Plain(encoding["rendering_intent"]) + ")";
}

// What has to be done to the coded image.
const char* OrientationOf(const Json& orientation) {
  static constexpr const char* kNames[] = {"upright",    "mirrored",  "turned by 180 degrees", "flipped",
                                           "transposed", "clockwise", "anti-transposed",       "counterclockwise"};
  const uint32_t index = orientation.get<uint32_t>() - 1;
  return index < std::size(kNames) ? kNames[index] : "unknown";
}

class TextReport {
 public:
  explicit TextReport(bool verbose) : verbose_(verbose) {}

  std::string Write(const Json& json) {
    Line(0, "", Printable(json["file"]) + ":");
    if (!json.contains("file_size")) return text_;
    WriteFile(json);
    WriteImage(json["image"]);
    WriteMetadata(json);
    if (json.contains("memory_estimate")) {
      const Json& memory = json["memory_estimate"];
      Line(1, "memory to decode",
           Plain(memory["parallel_bytes"]) + " bytes in parallel, " + Plain(memory["streaming_bytes"]) +
               " streaming, " + Plain(memory["one_thread_bytes"]) +
               " with one thread; bounds for files as encoders write them");
    }
    if (json.contains("preview_frame")) WriteFrame("preview frame", json["preview_frame"]);
    if (!json.contains("frames")) return text_;
    WriteAnimationLength(json);
    for (size_t i = 0; i < json["frames"].size(); ++i) WriteFrame("frame " + std::to_string(i), json["frames"][i]);
    return text_;
  }

 private:
  void Line(int level, const std::string& name, const std::string& value) {
    text_.append(2 * static_cast<size_t>(level), ' ');
    text_ += name + (name.empty() ? "" : ": ") + value + "\n";
  }

  void WriteFile(const Json& json) {
    const bool boxed = json["format"] == "container";
    Line(1, "file",
         Plain(json["file_size"]) + " bytes, " +
             (boxed ? "container, level " + Plain(json["level"]) : std::string("bare codestream")));
    for (const Json& box : json["boxes"]) {
      std::string line = QuotedType(box) + " at " + Plain(box["offset"]) + ", " + Plain(box["size"]) + " bytes";
      if (box.contains("compressed_type")) line += ", compressed '" + Printable(box["compressed_type"]) + "'";
      if (box.contains("unbounded")) line += ", to the end of the file";
      if (box.contains("truncated")) line += ", truncated";
      Line(1, "box", line);
    }
    if (json.contains("box_error")) Line(1, "boxes", Plain(json["box_error"]));
    if (boxed) Line(1, "codestream", Plain(json["codestream_size"]) + " bytes");
  }

  void WriteColor(const Json& color) {
    if (color.contains("encoding")) {
      Line(1, "color", EncodingOf(color["encoding"]));
    }
    if (color.contains("icc")) {
      const Json& icc = color["icc"];
      std::string line = Plain(icc["bytes"]) + " bytes";
      if (icc.contains("description")) line += ", \"" + Printable(icc["description"]) + "\"";
      if (icc.contains("color_space")) {
        line += ", " + Signature(icc["color_space"]) + " -> " + Signature(icc["connection_space"]) + ", intent " +
                Plain(icc["rendering_intent"]);
        if (icc["color_management_module"] != "") line += ", made for " + Signature(icc["color_management_module"]);
      }
      Line(1, "ICC profile", line);
    }
    if (color.contains("decoded_to") && color["kind"] == "icc") Line(1, "decoded to", Plain(color["decoded_to"]));
  }

  void WriteExtraChannels(const Json& channels) {
    for (size_t i = 0; i < channels.size(); ++i) {
      const Json& channel = channels[i];
      std::string line = Plain(channel["type"]) + ", " + SamplesOf(channel["samples"]);
      if (channel["name"] != "") line += ", \"" + Printable(channel["name"]) + "\"";
      if (channel.value("associated", false)) line += ", color is premultiplied";
      if (channel["dim_shift"] != 0) line += ", coded at 1/" + std::to_string(1 << channel["dim_shift"].get<int>());
      if (channel.contains("spot_color")) line += ", color and solidity " + Joined(channel["spot_color"]);
      Line(1, "extra channel " + std::to_string(i), line);
    }
  }

  void WriteImage(const Json& image) {
    std::string size = SizeOf(image);
    if (image["orientation"] != 1) {
      size += " (coded as " + Plain(image["coded_width"]) + " x " + Plain(image["coded_height"]) + ", orientation " +
              Plain(image["orientation"]) + ", " + OrientationOf(image["orientation"]) + ")";
    }
    Line(1, "image",
         size + ", " + SamplesOf(image["samples"]) + ", " + Plain(image["num_color_channels"]) + " color and " +
             std::to_string(image["extra_channels"].size()) + " extra channels, " +
             (image["xyb_encoded"] == true ? "lossy (XYB)" : "possibly lossless"));
    if (image["intrinsic_width"] != image["width"] || image["intrinsic_height"] != image["height"]) {
      Line(1, "intrinsic size", Plain(image["intrinsic_width"]) + " x " + Plain(image["intrinsic_height"]));
    }
    WriteExtraChannels(image["extra_channels"]);
    WriteColor(image["color"]);
    const Json& tone = image["tone_mapping"];
    if (verbose_ || tone["intensity_target"] != 255.0 || tone["min_nits"] != 0.0 || tone["linear_below"] != 0.0) {
      Line(1, "tone mapping",
           "intensity target " + Plain(tone["intensity_target"]) + " nits, minimum " + Plain(tone["min_nits"]) +
               " nits, linear below " + Plain(tone["linear_below"]) +
               (tone["relative_to_max_display"] == true ? " of the display's maximum" : " nits"));
    }
    if (image.contains("preview")) Line(1, "preview", SizeOf(image["preview"]));
    if (image.contains("animation")) {
      const Json& animation = image["animation"];
      Line(1, "animation",
           Plain(animation["ticks_per_second_numerator"]) + "/" + Plain(animation["ticks_per_second_denominator"]) +
               " ticks per second, loops " +
               (animation["num_loops"] == 0 ? "forever" : Plain(animation["num_loops"]) + " times") +
               (animation["have_timecodes"] == true ? ", with time codes" : ""));
    }
    if (image["jpeg_reconstruction"] == true) Line(1, "JPEG", "there is data to reconstruct the original file from");
  }

  void WriteMetadata(const Json& json) {
    for (const Json& box : json["metadata"]) {
      std::string line = QuotedType(box) + ", ";
      line += box.contains("error") ? "unreadable: " + Plain(box["error"]) : Plain(box["contents_bytes"]) + " bytes";
      if (box["compressed"] == true) line += ", compressed to " + Plain(box["bytes"]);
      Line(1, "metadata", line);
    }
    if (json.contains("frame_index")) WriteFrameIndex(json["frame_index"]);
    if (!json.contains("gain_map")) return;
    const Json& map = json["gain_map"];
    if (map.contains("error")) {
      Line(1, "gain map", "unreadable: " + Plain(map["error"]));
      return;
    }
    Line(1, "gain map",
         "image of " + Plain(map["codestream_bytes"]) + " bytes, metadata of " + Plain(map["metadata_bytes"]) +
             " bytes, ICC profile of " + Plain(map["icc_bytes"]) + " bytes" +
             (map.contains("encoding") ? ", " + Plain(map["encoding"]["name"]) : ""));
  }

  void WriteFrameIndex(const Json& index) {
    if (index.contains("error")) {
      Line(1, "frame index", "unreadable: " + Plain(index["error"]));
      return;
    }
    Line(1, "frame index",
         std::to_string(index["entries"].size()) + " entries, tick " + Plain(index["tick_numerator"]) + "/" +
             Plain(index["tick_denominator"]) + " s");
    if (!verbose_) return;
    for (const Json& entry : index["entries"]) {
      Line(2, "frame " + Plain(entry["first_frame"]),
           "at byte " + Plain(entry["offset"]) + ", " + Plain(entry["num_frames"]) + " frames");
    }
  }

  void WriteAnimationLength(const Json& json) {
    if (!json["image"].contains("animation") || json["frames"].empty()) return;
    double seconds = 0;
    size_t num_shown = 0;
    for (const Json& frame : json["frames"]) {
      if (frame["shown"] == true) ++num_shown;
      seconds += frame.value("duration_seconds", 0.0);
    }
    Line(1, "frames",
         std::to_string(num_shown) + " shown of " + std::to_string(json["frames"].size()) + ", " + Plain(seconds) +
             " seconds");
  }

  void WriteFrame(const std::string& title, const Json& frame) {
    std::string line = Plain(frame["type"]) + ", " + Plain(frame["encoding"]) + ", " + SizeOf(frame);
    if (frame["have_crop"] == true) line += " at (" + Plain(frame["x0"]) + ", " + Plain(frame["y0"]) + ")";
    if (frame.contains("lf_level")) line += ", level " + Plain(frame["lf_level"]);
    if (frame["shown"] == false) line += ", not shown";
    if (frame.contains("page")) line += ", a page";
    if (frame.contains("duration_seconds")) line += ", " + Plain(frame["duration_seconds"]) + " s";
    if (frame.contains("timecode")) line += ", time code " + Plain(frame["timecode"]);
    if (frame["name"] != "") line += ", \"" + Printable(frame["name"]) + "\"";
    Line(1, title, line);
    if (frame["blending"]["mode"] != "replace") Line(2, "blending", BlendingOf(frame["blending"]));
    if (!frame["save_slot"].is_null()) {
      Line(2, "stored",
           "slot " + Plain(frame["save_slot"]) +
               (frame["save_before_color_transform"] == true ? ", before the color transform" : ""));
    }
    WriteFrameCoding(frame);
    if (!verbose_) return;
    for (size_t i = 0; i < frame["extra_channels"].size(); ++i) {
      const Json& channel = frame["extra_channels"][i];
      Line(2, "extra channel " + std::to_string(i),
           BlendingOf(channel["blending"]) + ", upsampling " + Plain(channel["upsampling"]));
    }
  }

  void WriteFrameCoding(const Json& frame) {
    std::string features = Plain(frame["color_transform"]);
    if (frame["chroma_subsampling"] != Json({1, 1})) {
      features +=
          ", chroma at 1/" + Plain(frame["chroma_subsampling"][0]) + " x 1/" + Plain(frame["chroma_subsampling"][1]);
    }
    if (frame["upsampling"] != 1) features += ", upsampling " + Plain(frame["upsampling"]);
    for (const char* flag : {"noise", "patches", "splines", "gaborish"}) {
      if (frame[flag] == true) features += std::string(", ") + flag;
    }
    if (frame["uses_lf_frame"] == true) features += ", LF frame";
    if (frame["adaptive_lf_smoothing"] == true) features += ", LF smoothing";
    features += ", EPF " + Plain(frame["epf_iterations"]);
    if (frame["passes"]["count"] != 1) {
      features += ", " + Plain(frame["passes"]["count"]) + " passes";
      for (const Json& step : frame["passes"]["downsampling"]) {
        features += ", 1/" + Plain(step["factor"]) + " after pass " + Plain(step["last_pass"]);
      }
    }
    Line(2, "coding", features);
    const Json& toc = frame["toc"];
    Line(2, "data",
         Plain(toc["section_bytes"]) + " bytes at " + Plain(frame["offset"]) + ", " + Plain(toc["sections"]) +
             " sections, " + Plain(frame["num_groups"]) + " groups of " + Plain(frame["group_size"]) + ", " +
             Plain(frame["num_lf_groups"]) + " LF groups" + (toc["permuted"] == true ? ", permuted" : "") +
             (toc["complete"] == true ? "" : ", incomplete"));
  }

  const bool verbose_;
  std::string text_;
};

}  // namespace

std::string InfoAsText(const nlohmann::ordered_json& info, bool verbose) { return TextReport(verbose).Write(info); }

}  // namespace jxlpool::tools
