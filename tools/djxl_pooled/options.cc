#include "tools/djxl_pooled/options.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cctype>
#include <cstdio>
#include <limits>

#include "jxlpool/jxlpool.h"

namespace jxlpool::tools {
namespace {

constexpr uint64_t kLargestPiece = uint64_t{1} << 30;

std::string ToLower(std::string text) {
  for (char& c : text) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return text;
}

// "64M" -> 67108864. Throws CLI::ValidationError.
uint64_t ParseBytes(const std::string& option, const std::string& text) {
  static constexpr char kUnits[] = "kmg";
  const size_t digits = std::min(text.find_first_not_of("0123456789"), text.size());
  const std::string unit = ToLower(text.substr(digits));
  const size_t index = unit.size() == 1 ? std::string(kUnits).find(unit) : 0;
  if (digits == 0 || digits > 18 || unit.size() > 1 || index == std::string::npos) {
    throw CLI::ValidationError(option, "'" + text + "' is not a number of bytes, such as 800000 or 256M");
  }
  const uint64_t value = std::stoull(text.substr(0, digits));
  const uint64_t factor = unit.empty() ? 1 : uint64_t{1} << (10 * (index + 1));
  if (value == 0 || value > std::numeric_limits<uint64_t>::max() / factor) {
    throw CLI::ValidationError(option, "'" + text + "' is out of range");
  }
  return value * factor;
}

void DefineOutput(CLI::App* app, Options* options) {
  app->add_option("INPUT", options->input, "JPEG XL file; - for standard input");
  app->add_option("OUTPUT", options->output, "output file; - for standard output (needs --output_format)");
  app->add_option("--output_format", options->output_format,
                  "png, apng, ppm, pgm, pnm, pam, pfm, npy, jpg, jpeg (the original of a recompressed JPEG, else made "
                  "from the pixels), exif, xmp, "
                  "xml, jumb, jumbf; default: extension of OUTPUT");
  app->add_flag("-J,--reconstruct_jpeg", options->reconstruct_jpeg,
                "write the original JPEG, whatever OUTPUT is called; fail if the file was not made from one");
  app->add_flag("-j,--pixels_to_jpeg", options->pixels_to_jpeg,
                "write a new JPEG from the pixels even if the original can be reconstructed");
  app->add_option("-q,--jpeg_quality", options->jpeg_quality,
                  "quality of a JPEG made from pixels, 0 to 100; default 95; implies -j")
      ->check(CLI::Range(0, 100));
  app->add_option("--bits_per_sample", options->bits_per_sample,
                  "-1: as the format likes, 0: as coded, else explicit (PNG: up to 8 or 16)")
      ->check(CLI::Range(-1, 16));
  app->add_option("--png_compression", options->png_compression,
                  "0: none, 1: fast ... 9: slow and small; default 4, about the size of zlib's 6 in much less time")
      ->check(CLI::Range(0, 9));
  app->add_flag("--disable_output", options->disable_output, "decode, write no pixels");
  app->add_flag("--output_frames", options->output_frames,
                "all frames to numbered files if the format has no animation");
  app->add_flag("--output_extra_channels", options->output_extra_channels,
                "also write extra channels: into the file if it can hold them, else to files of their own");
  app->add_option("--preview_out", options->preview_out, "write the preview image to this file");
  app->add_option(
      "--progressive_out", options->progressive_out,
      "write what can be shown of the first frame while the input arrives, to a file for each better picture, "
      "e.g. step-%03d.png; --feed tells how large the pieces are (4096)");
  app->add_option("--icc_out", options->icc_out, "write the ICC profile of the decoded pixels to this file");
  app->add_option("--orig_icc_out", options->original_icc_out, "write the ICC profile of the original to this file");
  app->add_option("--metadata_out", options->metadata_out, "write a JSON description of the image to this file");
  app->add_option("--exif_out", options->exif_out, "write Exif metadata to this file");
  app->add_option("--xmp_out", options->xmp_out, "write XMP metadata to this file");
  app->add_option("--jumbf_out", options->jumbf_out, "write JUMBF metadata to this file");
  app->add_option("--gain_map_out", options->gain_map_out, "write the HDR gain map, a JPEG XL image, to this file");
  app->add_option("--gain_map_metadata_out", options->gain_map_metadata_out,
                  "write the gain map's metadata (ISO 21496-1) to this file");
  app->add_option("--gain_map_icc_out", options->gain_map_icc_out, "write the gain map's ICC profile to this file");
}

void DefineDecoding(CLI::App* app, Options* options, std::string* memory_limit, std::string* feed) {
  app->add_option("--num_threads", options->num_threads, "-1: one per CPU, 0: no worker threads, else that many")
      ->check(CLI::Range(-1, 4096));
  app->add_option("--num_reps", options->num_reps, "decode this often and report the speed")
      ->check(CLI::Range(1, 1000000));
  app->add_option("--color_space", options->color_space,
                  "convert to this color encoding, e.g. RGB_D65_SRG_Rel_Lin or DisplayP3");
  app->add_flag("--no_coalescing", options->layers, "write layers instead of composed frames");
  app->add_flag("--norender_spotcolors", options->keep_spot_colors, "leave spot colors unmixed");
  app->add_option("-s,--downsampling", options->downsampling,
                  "1, 2, 4 or 8: decode only what a view of that reduction needs; full size")
      ->check(CLI::IsMember({1, 2, 4, 8}));
  app->add_flag("--allow_partial_files", options->allow_partial,
                "deliver truncated input as far as it goes; exit status 3 then");
  app->add_option("--memory_limit", *memory_limit, "bytes the decoder may use, e.g. 256M");
  app->add_option("--decode_mode", options->decode_mode,
                  "streaming: threads take the least memory; parallel: the least time; auto: by the memory limit")
      ->check(CLI::IsMember({"auto", "streaming", "parallel"}));
  app->add_flag("--prewarm", options->prewarm,
                "get the memory for the first frame ready before the clock and the statistics start");
  app->add_option("--feed", *feed,
                  "feed the input to the decoder in pieces of so many bytes, e.g. 64k, as if it came from a network; "
                  "with -v tells what was needed when");
  app->add_flag("--disable_pool", options->disable_pool, "give memory back to the system at once, for comparison");
}

void DefineReporting(CLI::App* app, Options* options, std::string* stats, std::string* info) {
  app->add_flag(
      "--info{text}", *info,
      "describe the INPUT files instead of decoding one; --info=json as JSON (an array if there are several)");
  app->add_flag("--stats{text}", *stats, "print memory statistics at the end; --stats=json for one line of JSON");
  app->add_option("--memory_profile", options->memory_profile,
                  "draw what the decoder has in use over time: .svg is a chart, .json opens in a trace viewer");
  app->add_flag("--quiet", options->quiet, "print errors only");
  app->add_flag("-v,--verbose", options->verbose, "say more; repeatable");
}

int PrintUsageError(const std::string& message) {
  std::string line(message);
  std::replace(line.begin(), line.end(), '\n', ' ');
  std::fprintf(stderr, "djxl-pooled: %s\n", line.c_str());
  return kExitUsage;
}

bool IsJpeg(const std::string& format) { return format == "jpg" || format == "jpeg"; }

// With --info all file names are inputs.
void CollectInfoInputs(const std::vector<std::string>& more, Options* options) {
  options->info_inputs = {options->input};
  if (!options->output.empty()) options->info_inputs.push_back(options->output);
  options->info_inputs.insert(options->info_inputs.end(), more.begin(), more.end());
  options->output.clear();
}

// The same for names that do not depend on what is to be done.
std::string FindWrongName(const Options& options) {
  const std::string extension = ExtensionOf(options.memory_profile);
  if (options.memory_profile.empty() || extension == "svg" || extension == "json") return "";
  return "--memory_profile: '" + options.memory_profile + "' ends in neither .svg nor .json";
}

// The first thing that is wrong with the combination of options, or "".
std::string FindContradiction(const Options& options) {
  if (options.input.empty()) return "no INPUT given; --help lists the options";
  if (options.info != InfoFormat::kNone) return "";
  if (options.reconstruct_jpeg && options.pixels_to_jpeg) return "-J contradicts -j and -q";
  if (options.disable_output) return "";
  if (!options.progressive_out.empty()) {
    if (options.output.empty()) return "";
    if (options.input == "-") return "--progressive_out uses standard input up: no OUTPUT can be made of it";
  }
  if (options.output.empty()) return "no OUTPUT given (--disable_output decodes without one)";
  if (options.reconstruct_jpeg) return "";
  if (options.output_format.empty()) return "cannot tell the format of " + options.output + ": use --output_format";
  if (options.pixels_to_jpeg && !IsJpeg(options.output_format)) return "-j and -q need a JPEG file as OUTPUT";
  return "";
}

}  // namespace

std::string ExtensionOf(const std::string& path) {
  const size_t dot = path.rfind('.');
  const size_t slash = path.rfind('/');
  if (dot == std::string::npos || (slash != std::string::npos && dot < slash)) return "";
  return ToLower(path.substr(dot + 1));
}

std::optional<int> ParseOptions(int argc, char** argv, Options* options) {
  CLI::App app("Decodes JPEG XL images.", "djxl-pooled");
  bool version = false;
  std::string memory_limit, feed, stats, info;
  std::vector<std::string> more;
  app.add_flag("-V,--version", version, "print the version");
  DefineOutput(&app, options);
  DefineDecoding(&app, options, &memory_limit, &feed);
  DefineReporting(&app, options, &stats, &info);
  app.add_option("FILE", more, "further inputs of --info");
  try {
    app.parse(argc, argv);
    if (!memory_limit.empty()) options->memory_limit = ParseBytes("--memory_limit", memory_limit);
    if (!feed.empty()) options->feed = ParseBytes("--feed", feed);
    if (options->feed > kLargestPiece) throw CLI::ValidationError("--feed", "'" + feed + "' is out of range");
  } catch (const CLI::CallForHelp&) {
    std::printf("%s", app.help().c_str());
    return kExitComplete;
  } catch (const CLI::ParseError& error) {
    return PrintUsageError(error.what());
  }
  if (version) {
    std::printf("djxl-pooled %s\n", jxlpool_version_string());
    return kExitComplete;
  }
  if (stats == "text" || stats == "true") {
    options->stats = StatsFormat::kText;
  } else if (stats == "json") {
    options->stats = StatsFormat::kJson;
  } else if (!stats.empty()) {
    return PrintUsageError("--stats: '" + stats + "' is neither text nor json");
  }
  if (options->jpeg_quality >= 0) options->pixels_to_jpeg = true;
  if (info == "text" || info == "true") {
    options->info = InfoFormat::kText;
  } else if (info == "json") {
    options->info = InfoFormat::kJson;
  } else if (!info.empty()) {
    return PrintUsageError("--info: '" + info + "' is neither text nor json");
  }
  if (options->info != InfoFormat::kNone) {
    CollectInfoInputs(more, options);
  } else if (!more.empty()) {
    return PrintUsageError("unexpected argument: " + more[0]);
  }
  options->output_format =
      ToLower(options->output_format.empty() ? ExtensionOf(options->output) : options->output_format);
  if (const std::string problem = FindWrongName(*options); !problem.empty()) return PrintUsageError(problem);
  if (const std::string problem = FindContradiction(*options); !problem.empty()) return PrintUsageError(problem);
  return std::nullopt;
}

}  // namespace jxlpool::tools
