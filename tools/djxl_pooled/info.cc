#include "tools/djxl_pooled/info.h"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <exception>
#include <nlohmann/json.hpp>
#include <vector>

#include "tools/djxl_pooled/info_color.h"
#include "tools/djxl_pooled/metadata.h"
#include "tools/djxl_pooled/session.h"
#include "tools/writers/error.h"

namespace jxlpool::tools {
namespace {

using Json = nlohmann::ordered_json;

template <size_t N>
const char* NameOf(const char* const (&names)[N], uint32_t index) {
  return index < N ? names[index] : "unknown";
}

constexpr const char* kFrameTypes[] = {"regular", "lf", "reference_only", "skip_progressive"};
constexpr const char* kEncodings[] = {"vardct", "modular"};
constexpr const char* kBlendModes[] = {"replace", "add", "blend", "multiply_add", "multiply"};

std::string Text(const char* text, size_t length) { return {text, length}; }

Json DescribeSamples(uint32_t bits, uint32_t exponent_bits) {
  return {{"type", exponent_bits != 0 ? "float" : "integer"}, {"bits", bits}, {"exponent_bits", exponent_bits}};
}

Json DescribeExtraChannel(const JxlpoolExtraChannelInfo& channel) {
  Json json;
  json["type"] = ExtraChannelName(channel.type);
  json["name"] = Text(channel.name, channel.name_length);
  json["samples"] = DescribeSamples(channel.bits_per_sample, channel.exponent_bits);
  json["dim_shift"] = channel.dim_shift;
  if (channel.type == JXLPOOL_EXTRA_ALPHA) json["associated"] = channel.alpha_associated != 0;
  if (channel.type == JXLPOOL_EXTRA_SPOT_COLOR) {
    json["spot_color"] = std::vector<float>(channel.spot_color, channel.spot_color + 4);
  }
  if (channel.type == JXLPOOL_EXTRA_CFA) json["cfa_channel"] = channel.cfa_channel;
  return json;
}

Json DescribeImage(Decoder* decoder) {
  const JxlpoolImageInfo info = *decoder->ImageInfo();
  const bool turned = info.orientation > 4;
  Json json;
  json["width"] = info.width;
  json["height"] = info.height;
  json["orientation"] = info.orientation;
  json["coded_width"] = turned ? info.height : info.width;
  json["coded_height"] = turned ? info.width : info.height;
  json["intrinsic_width"] = info.intrinsic_width;
  json["intrinsic_height"] = info.intrinsic_height;
  json["samples"] = DescribeSamples(info.bits_per_sample, info.exponent_bits);
  json["num_color_channels"] = info.num_color_channels;
  json["extra_channels"] = Json::array();
  for (uint32_t i = 0; i < info.num_extra_channels; ++i) {
    json["extra_channels"].push_back(DescribeExtraChannel(*decoder->ExtraChannel(i)));
  }
  json["xyb_encoded"] = info.xyb_encoded != 0;
  json["color"] = DescribeColor(decoder);
  json["tone_mapping"] = {{"intensity_target", info.intensity_target},
                          {"min_nits", info.min_nits},
                          {"relative_to_max_display", info.relative_to_max_display != 0},
                          {"linear_below", info.linear_below}};
  if (info.have_preview) json["preview"] = {{"width", info.preview_width}, {"height", info.preview_height}};
  if (info.have_animation) {
    json["animation"] = {{"ticks_per_second_numerator", info.ticks_per_second_numerator},
                         {"ticks_per_second_denominator", info.ticks_per_second_denominator},
                         {"num_loops", info.num_loops},
                         {"have_timecodes", info.have_timecodes != 0}};
  }
  json["jpeg_reconstruction"] = info.has_jpeg_reconstruction != 0;
  return json;
}

Json DescribeBlending(uint32_t mode, uint32_t source, uint32_t alpha, int clamp) {
  Json json = {{"mode", NameOf(kBlendModes, mode)}, {"source", source}};
  if (mode == JXLPOOL_BLEND_ALPHA || mode == JXLPOOL_BLEND_MULTIPLY_ADD) json["alpha_channel"] = alpha;
  if (mode != JXLPOOL_BLEND_REPLACE && mode != JXLPOOL_BLEND_ADD) json["clamp"] = clamp != 0;
  return json;
}

Json DescribePasses(const JxlpoolFrameHeader& frame) {
  Json json = {{"count", frame.num_passes},
               {"shifts", std::vector<uint32_t>(frame.pass_shift, frame.pass_shift + frame.num_passes)},
               {"downsampling", Json::array()}};
  for (uint32_t i = 0; i < frame.num_downsample_steps; ++i) {
    json["downsampling"].push_back({{"factor", frame.downsample[i]}, {"last_pass", frame.last_pass[i]}});
  }
  return json;
}

Json DescribeFrame(const JxlpoolImageInfo& image, const JxlpoolFrameHeader& frame) {
  Json json;
  json["type"] = NameOf(kFrameTypes, static_cast<uint32_t>(frame.type));
  json["encoding"] = NameOf(kEncodings, static_cast<uint32_t>(frame.encoding));
  json["shown"] = frame.is_shown != 0;
  if (frame.is_shown) json["shown_index"] = frame.num_shown_before;
  json["offset"] = frame.offset;
  json["name"] = Text(frame.name, frame.name_length);
  json["width"] = frame.width;
  json["height"] = frame.height;
  json["have_crop"] = frame.have_crop != 0;
  json["x0"] = frame.x0;
  json["y0"] = frame.y0;
  json["coded_width"] = frame.coded_width;
  json["coded_height"] = frame.coded_height;
  json["upsampling"] = frame.upsampling;
  if (frame.type == JXLPOOL_FRAME_LF) json["lf_level"] = frame.lf_level;
  json["blending"] = DescribeBlending(frame.blend_mode, frame.blend_source, frame.blend_alpha, frame.blend_clamp);
  if (image.have_animation) {
    json["duration_ticks"] = frame.duration;
    const double ticks = image.ticks_per_second_numerator == 0 ? 1.0 : image.ticks_per_second_numerator;
    if (frame.duration == JXLPOOL_DURATION_PAGE) {
      json["page"] = true;
    } else {
      json["duration_seconds"] = frame.duration * static_cast<double>(image.ticks_per_second_denominator) / ticks;
    }
  }
  if (image.have_timecodes) json["timecode"] = frame.timecode;
  json["is_last"] = frame.is_last != 0;
  json["save_slot"] = frame.is_stored ? Json(frame.save_slot) : Json(nullptr);
  json["save_before_color_transform"] = frame.save_before_color_transform != 0;
  json["color_transform"] = image.xyb_encoded ? "xyb" : frame.ycbcr ? "ycbcr" : "none";
  json["chroma_subsampling"] = {1 << frame.chroma_subsampling_h, 1 << frame.chroma_subsampling_v};
  json["noise"] = frame.has_noise != 0;
  json["patches"] = frame.has_patches != 0;
  json["splines"] = frame.has_splines != 0;
  json["uses_lf_frame"] = frame.uses_lf_frame != 0;
  json["adaptive_lf_smoothing"] = frame.adaptive_lf_smoothing != 0;
  json["gaborish"] = frame.gaborish != 0;
  json["epf_iterations"] = frame.epf_iterations;
  json["passes"] = DescribePasses(frame);
  json["group_size"] = frame.group_size;
  json["num_groups"] = frame.num_groups;
  json["num_lf_groups"] = frame.num_lf_groups;
  json["toc"] = {{"sections", frame.num_sections},
                 {"header_bytes", frame.header_bytes},
                 {"section_bytes", frame.section_bytes},
                 {"permuted", frame.toc_permuted != 0},
                 {"complete", frame.is_complete != 0}};
  return json;
}

// One frame with its extra channels; `number` as for jxlpool_decoder_get_frame_header.
Json DescribeFrameAndChannels(Decoder* decoder, uint32_t number, const JxlpoolFrameHeader& frame) {
  const JxlpoolImageInfo image = *decoder->ImageInfo();
  Json json = DescribeFrame(image, frame);
  json["extra_channels"] = Json::array();
  for (uint32_t i = 0; i < image.num_extra_channels; ++i) {
    const JxlpoolFrameExtraChannel channel = *decoder->FrameExtraChannel(number, i);
    json["extra_channels"].push_back({{"upsampling", channel.upsampling},
                                      {"blending", DescribeBlending(channel.blend_mode, channel.blend_source,
                                                                    channel.blend_alpha, channel.blend_clamp)}});
  }
  return json;
}

Json DescribeBoxes(Decoder* decoder) {
  Json json = Json::array();
  for (uint32_t i = 0;; ++i) {
    const auto box = decoder->RawBox(i);
    if (!box) return json;
    Json entry = {{"type", box->type}, {"offset", box->offset}, {"size", box->size}};
    if (std::strcmp(box->type, box->content_type) != 0) entry["compressed_type"] = box->content_type;
    if (box->is_unbounded) entry["unbounded"] = true;
    if (box->is_truncated) entry["truncated"] = true;
    json.push_back(std::move(entry));
  }
}

Json DescribeMetadata(Decoder* decoder) {
  Json json = Json::array();
  uint64_t room = kMaxDescribedBytes;
  for (uint32_t i = 0;; ++i) {
    const auto box = decoder->Box(i);
    if (!box) return json;
    Json entry = {{"type", box->type}, {"compressed", box->is_compressed != 0}, {"bytes", box->size}};
    ByteView contents;
    uint64_t expanded = 0;
    if (box->is_compressed && room == 0) {
      entry["error"] = "not expanded after much other metadata";
    } else if (decoder->BoxContents(i, &contents) == JXLPOOL_OK) {
      entry["contents_bytes"] = contents.size;
      expanded = contents.size;
    } else {
      entry["error"] = decoder->LastError().message;
      expanded = kMaxDescribedBytes / 4;  // how far it got is not known
    }
    if (box->is_compressed) room -= std::min(room, expanded);
    json.push_back(std::move(entry));
  }
}

// An entry that says why a box cannot be read.
Json Unreadable(const Decoder& decoder) { return {{"error", decoder.LastError().message}}; }

void DescribeFrameIndex(Decoder* decoder, Json* json) {
  auto index = Make<JxlpoolFrameIndex>();
  const JxlpoolStatus status = decoder->FrameIndex(&index);
  if (status == JXLPOOL_END) return;
  if (status != JXLPOOL_OK) {
    (*json)["frame_index"] = Unreadable(*decoder);
    return;
  }
  Json entries = Json::array();
  for (uint64_t i = 0; i < index.num_entries; ++i) {
    const JxlpoolFrameIndexEntry entry = *decoder->FrameIndexEntry(i);
    entries.push_back({{"offset", entry.offset},
                       {"first_frame", entry.first_frame},
                       {"num_frames", entry.num_frames},
                       {"duration_ticks", entry.duration}});
  }
  (*json)["frame_index"] = {{"tick_numerator", index.tick_numerator},
                            {"tick_denominator", index.tick_denominator},
                            {"entries", std::move(entries)}};
}

void DescribeGainMap(Decoder* decoder, Json* json) {
  auto gain_map = Make<JxlpoolGainMap>();
  const JxlpoolStatus status = decoder->GainMap(&gain_map);
  if (status == JXLPOOL_END) return;
  if (status != JXLPOOL_OK) {
    (*json)["gain_map"] = Unreadable(*decoder);
    return;
  }
  Json entry = {{"metadata_bytes", gain_map.metadata_size},
                {"icc_bytes", gain_map.icc_size},
                {"codestream_bytes", gain_map.codestream_size}};
  if (const auto encoding = decoder->GainMapColorEncoding()) entry["encoding"] = DescribeEncoding(*encoding);
  (*json)["gain_map"] = std::move(entry);
}

// What decoding all frames takes into buffers of the caller, by the ways there are to share it between threads.
void DescribeMemory(Decoder* decoder, Json* json) {
  auto estimate = Make<JxlpoolMemoryEstimate>();
  if (jxlpool_decoder_estimate_memory(decoder->get(), 0, &estimate) != JXLPOOL_OK) return;
  (*json)["memory_estimate"] = {{"parallel_bytes", estimate.parallel},
                                {"streaming_bytes", estimate.streaming},
                                {"one_thread_bytes", estimate.one_thread}};
}

// Everything there is to say about the open file. Throws an Error where it cannot go on; what is known by then is in
// *json.
void Describe(Session* session, Json* json) {
  Decoder& decoder = session->decoder();
  session->FeedRest();
  const JxlpoolFileInfo file = *decoder.FileInfo();
  (*json)["file_size"] = file.file_size;
  (*json)["format"] = file.is_container ? "container" : "codestream";
  (*json)["level"] = file.level;
  (*json)["codestream_size"] = file.codestream_size;
  (*json)["boxes"] = DescribeBoxes(&decoder);
  if (file.box_status != JXLPOOL_OK) (*json)["box_error"] = file.box_message;
  (*json)["image"] = DescribeImage(&decoder);
  (*json)["metadata"] = DescribeMetadata(&decoder);
  DescribeFrameIndex(&decoder, json);
  DescribeGainMap(&decoder, json);
  DescribeMemory(&decoder, json);

  auto frame = Make<JxlpoolFrameHeader>();
  if (decoder.FrameHeader(JXLPOOL_PREVIEW_FRAME, &frame) == JXLPOOL_OK) {
    (*json)["preview_frame"] = DescribeFrameAndChannels(&decoder, JXLPOOL_PREVIEW_FRAME, frame);
  }
  Json& frames = (*json)["frames"] = Json::array();
  for (uint32_t i = 0; session->Check(decoder.FrameHeader(i, &frame)) == JXLPOOL_OK; ++i) {
    frames.push_back(DescribeFrameAndChannels(&decoder, i, frame));
    if (!frame.is_complete) throw Error(session->input_name() + ": the file ends in frame " + std::to_string(i));
  }
}

// An error of another file must not end the run.
std::string TryDescribe(const Options& options, Json* json) {
  try {
    Session session(options, false);
    session.Open();
    Describe(&session, json);
    return "";
  } catch (const Error& error) {
    return error.what();
  }
}

void Print(const std::string& text) {
  if (std::fwrite(text.data(), 1, text.size(), stdout) != text.size() || std::fflush(stdout) != 0) {
    throw Error(std::string("standard output: ") + std::strerror(errno));
  }
}

std::string Dump(const Json& json) {
  // Names are whatever the file has: bytes that are not UTF-8 are replaced.
  return json.dump(1, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace

int PrintInfo(const Options& options) {
  int status = kExitComplete;
  Json all = Json::array();
  for (const std::string& input : options.info_inputs) {
    Options one = options;
    one.input = input;
    Json json;
    json["file"] = input == "-" ? "standard input" : input;
    const std::string error = TryDescribe(one, &json);
    if (!error.empty()) json["error"] = error;
    if (options.info == InfoFormat::kText) Print(InfoAsText(json, options.verbose > 0));
    if (!error.empty()) {
      std::fprintf(stderr, "djxl-pooled: %s\n", error.c_str());
      status = kExitError;
    }
    all.push_back(std::move(json));
  }
  if (options.info == InfoFormat::kJson) Print(Dump(all.size() == 1 ? all[0] : all));
  return status;
}

}  // namespace jxlpool::tools
