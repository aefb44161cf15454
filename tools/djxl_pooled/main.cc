// djxl-pooled: decodes JPEG XL files with libjxlpool. Uses the public interface only.
#include <cstdio>
#include <exception>
#include <optional>
#include <string>

#include "tools/djxl_pooled/benchmark.h"
#include "tools/djxl_pooled/convert.h"
#include "tools/djxl_pooled/info.h"
#include "tools/djxl_pooled/interrupt.h"
#include "tools/djxl_pooled/memory_profile.h"
#include "tools/djxl_pooled/metadata.h"
#include "tools/djxl_pooled/options.h"
#include "tools/djxl_pooled/output_set.h"
#include "tools/djxl_pooled/progressive.h"
#include "tools/djxl_pooled/reconstruct.h"
#include "tools/djxl_pooled/session.h"
#include "tools/djxl_pooled/side_files.h"
#include "tools/djxl_pooled/stats.h"
#include "tools/writers/error.h"
#include "tools/writers/jpeg_writer.h"

namespace jxlpool::tools {
namespace {

std::string_view AsText(const std::vector<uint8_t>& bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

FileFormat ImageFormatFor(const Options& options, const std::string& name) {
  if (const auto format = FormatFromName(name)) return *format;
  throw Error(options.output + ": unknown output format '" + name + "'");
}

// What is to be said about memory at the end.
void Report(const Options& options, Session* session) {
  PrintStats(options.stats, session);
  if (!options.memory_profile.empty()) WriteMemoryProfile(options.memory_profile, session);
}

int ExtractBox(const Options& options, const char* type) {
  Session session(options, false);
  session.Open();
  const bool is_exif = type == std::string("Exif");
  const Metadata metadata = is_exif ? ReadExif(&session) : ReadBox(&session, type);
  if (metadata.bytes.empty()) {
    throw Error(options.input + ": contains no " + options.output_format + " metadata" +
                (metadata.problem.empty() ? "" : " that can be read: " + metadata.problem));
  }
  OutputSet outputs;
  outputs.AddWhole(options.output, AsText(metadata.bytes));
  outputs.Commit();
  Report(options, &session);
  return kExitComplete;
}

bool IsJpeg(const Options& options) { return options.output_format == "jpg" || options.output_format == "jpeg"; }

FileFormat PreviewFormatFor(const Options& options) {
  const auto format = FormatFromName(ExtensionOf(options.preview_out));
  return format ? *format : ImageFormatFor(options, options.output_format);
}

// What is to be known about the open image for its own file, if there will be one in `format`, and for its preview.
ImageDescription Describe(const Options& options, std::optional<FileFormat> format, Session* session) {
  ImageDescription image = session->Describe();
  const bool writes_preview = !options.preview_out.empty() && image.info.have_preview;
  if ((format && CarriesMetadata(*format)) || (writes_preview && CarriesMetadata(PreviewFormatFor(options)))) {
    session->AddMetadata(&image);
  }
  return image;
}

void WritePreview(const Options& options, const ImageDescription& image, Session* session, OutputSet* outputs) {
  if (!options.preview_out.empty()) ConvertPreview(options, PreviewFormatFor(options), image, session, outputs);
}

void PrintSummary(const Options& options, const ImageDescription& image, const ConversionResult& result,
                  const Session& session) {
  if (options.quiet) return;
  const double megapixels = static_cast<double>(result.pixels) * 1e-6;
  std::fprintf(stderr, "%u x %u, %.3f MP/s, %u threads\n", image.info.width, image.info.height,
               megapixels / (result.decode_seconds > 0 ? result.decode_seconds : 1e-9), session.num_threads());
}

void PrintDescription(const Options& options, const ImageDescription& image) {
  if (options.verbose == 0 || options.quiet) return;
  const JxlpoolImageInfo& info = image.info;
  std::fprintf(stderr, "%s: %s, %u x %u, %u color and %u extra channels, %u-bit %s%s, %s\n", options.input.c_str(),
               info.is_container ? "container" : "bare codestream", info.width, info.height, info.num_color_channels,
               info.num_extra_channels, info.bits_per_sample, info.exponent_bits != 0 ? "float" : "integer",
               info.have_animation ? ", animation" : "",
               image.encoding ? image.encoding->name : "color described by an ICC profile only");
}

// What else is wanted, where the pixels are not decoded.
void WriteBesideJpeg(const Options& options, Session* session, OutputSet* outputs) {
  const ImageDescription image = Describe(options, std::nullopt, session);
  WriteSideFiles(options, session, outputs);
  WritePreview(options, image, session, outputs);
  if (options.metadata_out.empty()) return;
  std::vector<FrameRecord> frames;
  auto frame = Make<JxlpoolFrameInfo>();
  const auto next_frame = [&] { return session->decoder().NextFrame(&frame); };
  while (session->Check(session->Await(nullptr, next_frame)) == JXLPOOL_OK) frames.push_back(RecordOf(frame));
  outputs->AddWhole(options.metadata_out, DescribeAsJson(image, frames));
}

int Decode(const Options& options) {
  const bool write_image = !options.disable_output;
  const FileFormat format = write_image ? ImageFormatFor(options, options.output_format) : FileFormat::kNpy;
  Session session(options, write_image && WantsStraightAlpha(format));
  // What is decoded more than once cannot come from a pipe.
  if (options.num_reps > 1 || (!write_image && (KeepsAll(options) || options.input == "-"))) session.LoadInput();
  session.Open();
  if (write_image && format == FileFormat::kJpeg && !options.pixels_to_jpeg) {
    OutputSet outputs;
    if (const auto speed = ReconstructJpeg(options, &session, &outputs)) {
      WriteBesideJpeg(options, &session, &outputs);
      outputs.Commit();
      if (!options.quiet) std::fprintf(stderr, "%s\n", speed->c_str());
      Report(options, &session);
      return kExitComplete;
    }
  }
  if (write_image && format != FileFormat::kNpy) session.ConvertIfNotRgb();

  ImageDescription image = Describe(options, write_image ? std::optional(format) : std::nullopt, &session);
  image.animation = write_image && image.info.have_animation && HoldsAnimation(format) && !options.layers;
  PrintDescription(options, image);
  if (write_image && format == FileFormat::kJpeg) {
    for (const std::string& lost : LostInJpeg(image)) {
      session.Warn("JPEG cannot hold " + lost + "; left out");
    }
  }
  OutputSet outputs;
  WriteSideFiles(options, &session, &outputs);
  WritePreview(options, image, &session, &outputs);

  ConversionResult conversion;
  std::optional<BenchmarkResult> benchmark;
  if (options.num_reps > 1 || !write_image) {
    benchmark = RunBenchmark(options, &session);
    session.Open();
  }
  if (write_image) conversion = ConvertFrames(options, format, image, &session, &outputs);
  const bool partial = write_image ? conversion.partial : benchmark->partial;
  if (!options.metadata_out.empty()) {
    outputs.AddWhole(options.metadata_out, DescribeAsJson(image, write_image ? conversion.frames : benchmark->frames));
  }
  outputs.Commit();
  if (benchmark) {
    PrintBenchmark(options, *benchmark, session.num_threads());
  } else {
    PrintSummary(options, image, conversion, session);
  }
  Report(options, &session);
  if (!partial) return kExitComplete;
  session.Warn("the file ends early; what is missing was approximated");
  return kExitPartial;
}

void ShowProgression(const Options& options) {
  constexpr uint64_t kPiece = 4096;
  Options fed = options;
  if (fed.feed == 0) fed.feed = kPiece;
  Session session(fed, true);
  WriteProgression(fed, &session);
}

int Run(const Options& options) {
  if (!options.progressive_out.empty()) {
    ShowProgression(options);
    if (options.output.empty()) return kExitComplete;
  }
  if (options.info != InfoFormat::kNone) return PrintInfo(options);
  if (options.reconstruct_jpeg && !options.disable_output && !IsJpeg(options)) {
    // Whatever OUTPUT is called.
    Options jpeg = options;
    jpeg.output_format = "jpg";
    return Decode(jpeg);
  }
  const char* box = options.disable_output ? nullptr : BoxTypeOf(options.output_format);
  return box != nullptr ? ExtractBox(options, box) : Decode(options);
}

}  // namespace
}  // namespace jxlpool::tools

int main(int argc, char** argv) {
  using namespace jxlpool::tools;  // NOLINT(google-build-using-namespace): main cannot be in it.
  Options options;
  try {
    if (const auto status = ParseOptions(argc, argv, &options)) return *status;
    InstallSignalHandlers();
    const int status = Run(options);
    SetInterruptTarget(nullptr);
    return status;
  } catch (const std::bad_alloc&) {
    std::fprintf(stderr, "djxl-pooled: out of memory\n");
  } catch (const std::exception& error) {
    std::fprintf(stderr, "djxl-pooled: %s\n", error.what());
  }
  return kExitError;
}
