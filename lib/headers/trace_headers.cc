#include "lib/headers/trace_headers.h"

#ifdef JXLPOOL_TRACE

#include <cstdio>
#include <string>

#include "lib/headers/frame_dimensions.h"

namespace jxlpool {
namespace {

// One JSON object.
class Object {
 public:
  Object& Add(const char* key, const std::string& json) {
    text_ += (text_.size() == 1 ? "\"" : ",\"") + std::string(key) + "\":" + json;
    return *this;
  }
  std::string Json() const { return text_ + "}"; }

 private:
  std::string text_ = "{";
};

std::string Json(double value) {
  char text[40];
  std::snprintf(text, sizeof(text), "%.9g", value);
  return text;
}
std::string JsonInteger(int64_t value) { return std::to_string(value); }
std::string JsonBool(bool value) { return value ? "true" : "false"; }
std::string JsonText(const char* text, size_t size) {
  std::string json = "\"";
  for (size_t i = 0; i < size; ++i) {
    const char c = text[i];
    if (c == '"' || c == '\\') json += '\\';
    if (static_cast<unsigned char>(c) >= 32) json += c;
  }
  return json + "\"";
}
template <typename T>
std::string JsonList(const T* values, size_t count) {
  std::string json = "[";
  for (size_t i = 0; i < count; ++i) json += (i == 0 ? "" : ",") + Json(static_cast<double>(values[i]));
  return json + "]";
}

std::string BitDepthJson(const BitDepth& depth) {
  return Object()
      .Add("float_sample", JsonBool(depth.float_sample))
      .Add("bits_per_sample", JsonInteger(depth.bits_per_sample))
      .Add("exp_bits", JsonInteger(depth.exp_bits))
      .Json();
}

std::string ExtraChannelsJson(const PoolVector<ExtraChannelInfo>& infos) {
  std::string json = "[";
  for (const ExtraChannelInfo& info : infos) {
    if (json.size() > 1) json += ",";
    Object object;
    object.Add("type", JsonInteger(static_cast<int>(info.type)))
        .Add("bit_depth", BitDepthJson(info.bit_depth))
        .Add("dim_shift", JsonInteger(info.dim_shift))
        .Add("name", JsonText(info.name.data(), info.name.size()));
    if (info.type == ExtraChannelType::kAlpha) object.Add("alpha_associated", JsonBool(info.alpha_associated));
    if (info.type == ExtraChannelType::kSpotColor) object.Add("spot_color", JsonList(info.spot_color, 4));
    json += object.Json();
  }
  return json + "]";
}

std::string ColorEncodingJson(const ColorEncoding& encoding) {
  Object object;
  object.Add("all_default", JsonBool(encoding.all_default))
      .Add("want_icc", JsonBool(encoding.want_icc))
      .Add("colour_space", JsonInteger(static_cast<int>(encoding.color_space)));
  if (encoding.want_icc || encoding.color_space == ColorSpace::kXyb) return object.Json();
  const Chromaticity white = WhiteChromaticity(encoding);
  const double white_xy[2] = {white.x, white.y};
  object.Add("white_point", JsonInteger(static_cast<int>(encoding.white_point))).Add("white_xy", JsonList(white_xy, 2));
  if (encoding.color_space != ColorSpace::kGrey) {
    object.Add("primaries", JsonInteger(static_cast<int>(encoding.primaries)));
  }
  object.Add("have_gamma", JsonBool(encoding.have_gamma));
  if (encoding.have_gamma) {
    object.Add("gamma", Json(encoding.gamma * 1e-7));
  } else {
    object.Add("transfer_function", JsonInteger(static_cast<int>(encoding.transfer_function)));
  }
  return object.Add("rendering_intent", JsonInteger(static_cast<int>(encoding.rendering_intent))).Json();
}

std::string BlendingJson(const BlendingInfo& info) {
  return Object()
      .Add("mode", JsonInteger(static_cast<int>(info.mode)))
      .Add("alpha_channel", JsonInteger(info.alpha_channel))
      .Add("clamp", JsonBool(info.clamp))
      .Add("source", JsonInteger(info.source))
      .Json();
}

std::string PassesJson(const Passes& passes) {
  std::string ranges = "[";
  for (uint32_t p = 0; p < passes.num_passes; ++p) {
    const ShiftRange range = PassShiftRange(passes, p);
    const int32_t values[2] = {range.min_shift, range.max_shift};
    ranges += (p == 0 ? "" : ",") + JsonList(values, 2);
  }
  return Object()
      .Add("num_passes", JsonInteger(passes.num_passes))
      .Add("num_ds", JsonInteger(passes.num_ds))
      .Add("shift", JsonList(passes.shift, passes.num_passes))
      .Add("downsample", JsonList(passes.downsample, passes.num_ds))
      .Add("last_pass", JsonList(passes.last_pass, passes.num_ds))
      .Add("min_max_shift", ranges + "]")
      .Json();
}

std::string FilterJson(const RestorationFilter& filter) {
  const float weights[6] = {filter.gab_weight1[0], filter.gab_weight2[0], filter.gab_weight1[1],
                            filter.gab_weight2[1], filter.gab_weight1[2], filter.gab_weight2[2]};
  return Object()
      .Add("all_default", JsonBool(filter.all_default))
      .Add("gab", JsonBool(filter.gab))
      .Add("gab_custom", JsonBool(filter.gab_custom))
      .Add("gab_weights", JsonList(weights, 6))
      .Add("epf_iters", JsonInteger(filter.epf_iters))
      .Add("epf_sharp_custom", JsonBool(filter.epf_sharp_custom))
      .Add("epf_sharp_lut", JsonList(filter.epf_sharp_lut, 8))
      .Add("epf_weight_custom", JsonBool(filter.epf_weight_custom))
      .Add("epf_channel_scale", JsonList(filter.epf_channel_scale, 3))
      .Add("epf_sigma_custom", JsonBool(filter.epf_sigma_custom))
      .Add("epf_quant_mul", Json(filter.epf_quant_mul))
      .Add("epf_pass0_sigma_scale", Json(filter.epf_pass0_sigma_scale))
      .Add("epf_pass2_sigma_scale", Json(filter.epf_pass2_sigma_scale))
      .Add("epf_border_sad_mul", Json(filter.epf_border_sad_mul))
      .Add("epf_sigma_for_modular", Json(filter.epf_sigma_for_modular))
      .Json();
}

std::string DerivedJson(const FrameDimensions& d) {
  Object object;
  const auto add = [&object](const char* key, uint64_t value) {
    object.Add(key, JsonInteger(static_cast<int64_t>(value)));
  };
  add("xsize", d.xsize);
  add("ysize", d.ysize);
  add("xpadded", d.xpadded);
  add("ypadded", d.ypadded);
  add("xblocks", d.xblocks);
  add("yblocks", d.yblocks);
  add("group_dim", d.group_dim);
  add("lf_group_dim", d.lf_group_dim);
  add("groups_x", d.groups_x);
  add("groups_y", d.groups_y);
  add("lf_groups_x", d.lf_groups_x);
  add("lf_groups_y", d.lf_groups_y);
  add("num_groups", d.num_groups);
  add("num_lf_groups", d.num_lf_groups);
  return object.Json();
}

TraceContext InSection(const char* section) {
  TraceContext context = CurrentTraceContext();
  context.section = section;
  return context;
}

std::string SectionName(const Toc& toc, size_t index) {
  if (toc.IsSingleSection()) return "All";
  if (index == toc.LfGlobal()) return "LfGlobal";
  if (index < toc.HfGlobal()) return "LfGroup " + std::to_string(index - toc.LfGroup(0));
  if (index == toc.HfGlobal()) return "HfGlobal";
  const size_t at = index - toc.PassGroup(0, 0);
  return "PassGroup pass " + std::to_string(at / toc.num_groups) + " group " + std::to_string(at % toc.num_groups);
}

std::string Crc32OfBytes(std::span<const uint8_t> bytes) {
  uint32_t crc = ~uint32_t{0};
  for (const uint8_t byte : bytes) {
    crc ^= byte;
    for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1) ^ (0xEDB88320u & (0u - (crc & 1)));
  }
  char text[12];
  std::snprintf(text, sizeof(text), "%08x", ~crc);
  return text;
}

void TraceDefaultM(const ImageHeader& header, uint64_t position, uint64_t end_position) {
  const OpsinInverseMatrix& opsin = header.opsin_inverse_matrix;
  TraceEvent event("image_header_default_m");
  event.Integer("pos_before", static_cast<int64_t>(position));
  event.Raw("default_m", JsonBool(header.default_m));
  event.Raw("opsin_inverse_matrix", Object()
                                        .Add("all_default", JsonBool(opsin.all_default))
                                        .Add("inv_mat", JsonList(&opsin.inv_mat[0][0], 9))
                                        .Add("opsin_bias", JsonList(opsin.opsin_bias, 3))
                                        .Add("quant_bias", JsonList(opsin.quant_bias, 3))
                                        .Add("quant_bias_numerator", Json(opsin.quant_bias_numerator))
                                        .Json());
  event.Integer("cw_mask", header.upsampling_weights.cw_mask);
  event.Integer("pos_after", static_cast<int64_t>(end_position));
}

}  // namespace

void TraceImageHeader(const ImageHeader& header, uint64_t metadata_position, uint64_t default_m_position,
                      uint64_t end_position) {
  const TraceScope scope(InSection("ImageHeader"));
  {
    TraceEvent event("image_header");
    event.Integer("pos_before_image_metadata", static_cast<int64_t>(metadata_position));
    event.Integer("pos_before_default_m", static_cast<int64_t>(default_m_position));
    event.Integer("width", header.size.width);
    event.Integer("height", header.size.height);
    event.Raw("all_default", JsonBool(header.all_default));
    event.Integer("orientation", static_cast<int>(header.orientation));
    event.Raw("have_intr_size", JsonBool(header.have_intr_size));
    event.Raw("have_preview", JsonBool(header.have_preview));
    event.Raw("have_animation", JsonBool(header.have_animation));
    event.Raw("bit_depth", BitDepthJson(header.bit_depth));
    event.Raw("modular_16bit_buffers", JsonBool(header.modular_16bit_buffers));
    event.Integer("num_extra", header.num_extra_channels);
    event.Raw("ec_info", ExtraChannelsJson(header.ec_info));
    event.Raw("xyb_encoded", JsonBool(header.xyb_encoded));
    event.Raw("colour_encoding", ColorEncodingJson(header.color_encoding));
    event.Raw("tone_mapping", Object()
                                  .Add("intensity_target", Json(header.tone_mapping.intensity_target))
                                  .Add("min_nits", Json(header.tone_mapping.min_nits))
                                  .Add("relative_to_max_display", JsonBool(header.tone_mapping.relative_to_max_display))
                                  .Add("linear_below", Json(header.tone_mapping.linear_below))
                                  .Json());
  }
  TraceDefaultM(header, default_m_position, end_position);
}

void TraceIccStream(std::span<const uint8_t> encoded, uint64_t position, uint64_t end_position) {
  const TraceScope scope(InSection("ICC"));
  TraceEvent event("icc");
  event.Integer("pos_before", static_cast<int64_t>(position));
  event.Integer("enc_size", static_cast<int64_t>(encoded.size()));
  event.Text("encoded_crc32", Crc32OfBytes(encoded).c_str());
  event.Integer("pos_after", static_cast<int64_t>(end_position));
}

void TraceFrameHeader(const ImageHeader& image, FrameRole role, const FrameHeader& frame, uint64_t position,
                      uint64_t end_position) {
  constexpr const char* kTypes[] = {"RegularFrame", "LFFrame", "ReferenceOnly", "SkipProgressive"};
  constexpr const char* kTransforms[] = {"none", "XYB", "YCbCr"};
  const FrameDimensions dimensions = ComputeFrameDimensions(image, frame);
  const TraceScope scope(InSection("FrameHeader"));
  TraceEvent event("frame_header");
  event.Integer("pos_before", static_cast<int64_t>(position));
  event.Raw("is_preview", JsonBool(role == FrameRole::kPreview));
  event.Raw("all_default", JsonBool(frame.all_default));
  event.Text("frame_type", kTypes[static_cast<int>(frame.frame_type)]);
  event.Text("encoding", frame.is_modular ? "Modular" : "VarDCT");
  event.Integer("flags", static_cast<int64_t>(frame.flags));
  event.Text("colour_transform", kTransforms[static_cast<int>(frame.color_transform)]);
  if (frame.do_ycbcr) {
    event.List("hshift", dimensions.hshift, 3);
    event.List("vshift", dimensions.vshift, 3);
  }
  event.Integer("upsampling", frame.upsampling);
  event.List("ecf", frame.ec_factor.data(), frame.ec_factor.size());
  event.Integer("group_size_shift", frame.group_size_shift);
  event.Integer("x_qm_scale", frame.x_qm_scale);
  event.Integer("b_qm_scale", frame.b_qm_scale);
  event.Raw("passes", PassesJson(frame.passes));
  event.Integer("lf_level", frame.lf_level);
  event.Raw("have_crop", JsonBool(frame.have_crop));
  event.Integer("x0", frame.x0);
  event.Integer("y0", frame.y0);
  event.Integer("width", static_cast<int64_t>(dimensions.width));
  event.Integer("height", static_cast<int64_t>(dimensions.height));
  event.Raw("blending_info", BlendingJson(frame.blending_info));
  std::string blending = "[";
  for (const BlendingInfo& info : frame.ec_blending_info) {
    blending += (blending.size() > 1 ? "," : "") + BlendingJson(info);
  }
  event.Raw("ec_blending_info", blending + "]");
  event.Integer("duration", frame.duration);
  event.Integer("timecode", frame.timecode);
  event.Raw("is_last", JsonBool(frame.is_last));
  event.Integer("save_as_reference", frame.save_as_reference);
  event.Raw("save_before_ct", JsonBool(frame.save_before_ct));
  event.Raw("can_reference", JsonBool(frame.CanReference()));
  event.Raw("name", JsonText(frame.name.data(), frame.name.size()));
  event.Raw("restoration_filter", FilterJson(frame.restoration_filter));
  event.Integer("pos_after", static_cast<int64_t>(end_position));
  event.Raw("derived", DerivedJson(dimensions));
}

void TraceToc(const Toc& toc, uint64_t position, uint64_t end_position) {
  const TraceScope scope(InSection("TOC"));
  TraceEvent event("toc");
  event.Integer("pos_before", static_cast<int64_t>(position));
  event.Integer("pos_after", static_cast<int64_t>(end_position));
  event.Raw("permuted", JsonBool(toc.permuted));
  event.Integer("total_size", static_cast<int64_t>(toc.total_size));
  std::string entries = "[";
  for (size_t i = 0; i < toc.entries.size(); ++i) {
    const TocEntry& entry = toc.entries[i];
    entries +=
        (i == 0 ? "" : ",") + Object()
                                  .Add("section", "\"" + SectionName(toc, i) + "\"")
                                  .Add("physical", JsonInteger(entry.physical))
                                  .Add("offset", JsonInteger(static_cast<int64_t>(end_position / 8 + entry.offset)))
                                  .Add("size", JsonInteger(entry.size))
                                  .Json();
  }
  event.Raw("entries", entries + "]");
}

}  // namespace jxlpool

#endif  // JXLPOOL_TRACE
