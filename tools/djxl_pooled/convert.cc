#include "tools/djxl_pooled/convert.h"

#include <chrono>
#include <exception>
#include <memory>
#include <string>
#include <utility>

#include "tools/djxl_pooled/progress.h"
#include "tools/writers/error.h"

namespace jxlpool::tools {
namespace {

using Clock = std::chrono::steady_clock;

double SecondsSince(Clock::time_point begin) { return std::chrono::duration<double>(Clock::now() - begin).count(); }

// One writer as an output of a decode. Exceptions must not cross the decoder: they wait here.
struct WriterOutput {
  PixelLayout layout;
  std::unique_ptr<ImageWriter> writer;
  std::exception_ptr exception;
  double seconds = 0;            // spent writing
  Progress* progress = nullptr;  // told about rows; may be null

  JxlpoolOutput Describe() {
    auto write = [](void* opaque, uint32_t y, uint32_t num_rows, const void* rows, size_t stride) {
      return static_cast<WriterOutput*>(opaque)->Write(y, num_rows, rows, stride) ? 0 : 1;
    };
    auto output = Make<JxlpoolOutput>();
    output.channels = layout.channels;
    output.extra_channel = layout.extra_channel;
    output.sample_type = layout.type;
    output.endianness = layout.endianness;
    output.bits_per_sample = layout.bits;
    output.rows = write;
    output.rows_opaque = this;
    return output;
  }

  bool Write(uint32_t y, uint32_t num_rows, const void* rows, size_t stride) {
    const Clock::time_point begin = Clock::now();
    try {
      writer->WriteRows(y, num_rows, static_cast<const uint8_t*>(rows), stride);
      if (progress != nullptr) progress->Rows(y + num_rows);
    } catch (...) {
      exception = std::current_exception();
    }
    seconds += SecondsSince(begin);
    return exception == nullptr;
  }
};

// ".pgm" for the plane of an extra channel beside a PPM file.
std::string PlaneExtension(const std::string& output_format) { return output_format == "ppm" ? "pgm" : output_format; }

class FrameConverter {
 public:
  FrameConverter(const Options& options, FileFormat format, const ImageDescription& image, Session* session,
                 OutputSet* outputs, Progress* progress)
      : options_(options), format_(format), image_(image), session_(session), outputs_(outputs), progress_(progress) {}

  // Decodes the session's current frame (or the preview) as the index-th of the output. True if it is only partial.
  bool Convert(const FrameDescription& frame, uint32_t index, bool preview) {
    if (index == 0 || !image_.animation) OpenFiles(index);
    std::vector<JxlpoolOutput> requests;
    for (const auto& output : writers_) {
      output->writer->BeginFrame(frame);
      requests.push_back(output->Describe());
    }
    progress_->BeginFrame(index, frame.height);
    const Clock::time_point begin = Clock::now();
    const JxlpoolStatus status = session_->Await(preview ? "the preview" : "a frame", [&] {
      return preview ? session_->decoder().DecodePreview(requests[0])
                     : session_->decoder().DecodeFrame(requests.data(), requests.size());
    });
    decode_seconds_ += SecondsSince(begin);
    for (const auto& output : writers_) {
      decode_seconds_ -= std::exchange(output->seconds, 0.0);
      if (output->exception != nullptr) std::rethrow_exception(output->exception);
    }
    session_->Check(status);
    for (const auto& output : writers_) output->writer->EndFrame();
    if (!image_.animation) Finish();
    return status == JXLPOOL_PARTIAL;
  }

  void Finish() {
    for (const auto& output : writers_) output->writer->Finish();
    writers_.clear();
  }

  // The preview goes to a file of its own.
  void OpenPreviewFile() {
    const PixelLayout layout = LayoutFor(format_, image_, Request());
    AddWriter(layout, outputs_->Add(options_.preview_out, AccessFor(format_, false)));
  }

  double decode_seconds() const { return decode_seconds_; }

  // Of all files that a frame goes to.
  uint32_t PixelBytes() const {
    const PixelLayout layout = LayoutFor(format_, image_, Request());
    size_t bytes = layout.pixel_bytes();
    for (const uint32_t i : ExtraFiles(layout))
      bytes += LayoutForExtraChannel(format_, image_, i, Request()).pixel_bytes();
    return static_cast<uint32_t>(bytes);
  }

 private:
  LayoutRequest Request() const { return {options_.bits_per_sample, options_.output_extra_channels}; }

  void AddWriter(const PixelLayout& layout, OutputFile* file) {
    writers_.push_back(std::make_unique<WriterOutput>());
    writers_.back()->layout = layout;
    const WriterOptions writer_options{options_.png_compression, session_->num_threads(), options_.jpeg_quality};
    writers_.back()->writer = MakeWriter(format_, image_, layout, file, writer_options);
    writers_.back()->progress = writers_.size() == 1 ? progress_ : nullptr;
  }

  // The extra channels that get files of their own.
  std::vector<uint32_t> ExtraFiles(const PixelLayout& layout) const {
    std::vector<uint32_t> channels;
    if (!options_.output_extra_channels || layout.channels == JXLPOOL_CHANNELS_ALL) return channels;
    for (uint32_t i = 0; i < image_.info.num_extra_channels; ++i) {
      if (!layout.has_alpha || static_cast<int32_t>(i) != image_.info.alpha_channel) channels.push_back(i);
    }
    return channels;
  }

  void OpenFiles(uint32_t index) {
    if (!writers_.empty()) return;
    const OutputFile::Access access = AccessFor(format_, image_.animation);
    const PixelLayout layout = LayoutFor(format_, image_, Request());
    AddWriter(layout, outputs_->AddNumbered(options_.output, options_.output_format, index, "", access));
    for (const uint32_t i : ExtraFiles(layout)) {
      const std::string suffix = "-ec" + std::to_string(i + 1) + "." + PlaneExtension(options_.output_format);
      AddWriter(LayoutForExtraChannel(format_, image_, i, Request()),
                outputs_->AddNumbered(options_.output, options_.output_format, index, suffix, access));
    }
  }

  const Options& options_;
  const FileFormat format_;
  const ImageDescription& image_;
  Session* session_;
  OutputSet* outputs_;
  Progress* progress_;
  std::vector<std::unique_ptr<WriterOutput>> writers_;
  double decode_seconds_ = 0;
};

}  // namespace

ConversionResult ConvertFrames(const Options& options, FileFormat format, const ImageDescription& image,
                               Session* session, OutputSet* outputs) {
  ConversionResult result;
  Progress progress(options);
  FrameConverter converter(options, format, image, session, outputs, &progress);
  session->PrewarmIfAsked(converter.PixelBytes());
  const bool all_frames = image.animation || options.output_frames || options.layers;
  const bool list_frames = !options.metadata_out.empty();
  auto frame = Make<JxlpoolFrameInfo>();
  uint32_t index = 0;
  for (;; ++index) {
    const Clock::time_point begin = Clock::now();
    const auto next_frame = [&] { return session->decoder().NextFrame(&frame); };
    const JxlpoolStatus status = session->Check(session->Await("the header of a frame", next_frame));
    result.partial |= status == JXLPOOL_PARTIAL;
    if (status != JXLPOOL_OK) break;
    result.decode_seconds += SecondsSince(begin);
    result.frames.push_back(RecordOf(frame));
    if (index != 0 && !all_frames) continue;
    result.partial |= converter.Convert({frame.width, frame.height, frame.duration}, index, false);
    result.pixels += uint64_t{frame.width} * frame.height;
    if (result.partial || (!all_frames && !list_frames)) break;
  }
  if (result.frames.empty()) throw Error(options.input + ": there is no frame to show");
  if (image.animation) converter.Finish();
  result.decode_seconds += converter.decode_seconds();
  return result;
}

void ConvertPreview(const Options& options, FileFormat format, ImageDescription image, Session* session,
                    OutputSet* outputs) {
  if (!image.info.have_preview) return;
  image.animation = false;
  Progress progress(options);
  FrameConverter converter(options, format, image, session, outputs, &progress);
  converter.OpenPreviewFile();
  converter.Convert({image.info.preview_width, image.info.preview_height, 0}, 0, true);
}

}  // namespace jxlpool::tools
