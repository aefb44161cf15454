#include "tools/djxl_pooled/progressive.h"

#include <algorithm>
#include <cctype>
#include <chrono>
#include <cstdio>
#include <vector>

#include "tools/djxl_pooled/output_set.h"
#include "tools/writers/error.h"

namespace jxlpool::tools {
namespace {

using Clock = std::chrono::steady_clock;

class Progression {
 public:
  Progression(const Options& options, Session* session)
      : options_(options),
        session_(session),
        decoder_(&session->decoder()),
        format_(FormatOf(options.progressive_out)) {}

  void Run() {
    session_->Open();
    Prepare();
    auto frame = Make<JxlpoolFrameInfo>();
    const JxlpoolStatus found = Await([&] { return decoder_->NextFrame(&frame); });
    if (found != JXLPOOL_OK) return;
    steps_ = 0;
    Await([&] { return decoder_->DecodeFrame(output_); });
    Write("complete");
    decoder_->Close();
  }

 private:
  static FileFormat FormatOf(const std::string& pattern) {
    if (const auto format = FormatFromName(ExtensionOf(pattern))) return *format;
    throw Error("--progressive_out: '" + pattern + "' does not end like a file of a known format");
  }

  // Repeats a call with more and more input until it does not wait for that, and shows what has come meanwhile.
  template <typename Call>
  JxlpoolStatus Await(const Call& call) {
    return session_->Check(session_->Await(nullptr, [&] {
      const JxlpoolStatus status = call();
      if (status == JXLPOOL_NEED_MORE_INPUT) ShowIfBetter();
      return status;
    }));
  }

  void Prepare() {
    image_ = session_->Describe();
    layout_ = LayoutFor(format_, image_, {options_.bits_per_sample, false});
    frame_ = {image_.info.width, image_.info.height, 0};
    pixels_.resize(layout_.pixel_bytes() * frame_.width * frame_.height);
    output_ = Make<JxlpoolOutput>();
    output_.channels = layout_.channels;
    output_.sample_type = layout_.type;
    output_.endianness = layout_.endianness;
    output_.bits_per_sample = layout_.bits;
    output_.pixels = pixels_.data();
    output_.pixels_size = pixels_.size();
  }

  void ShowIfBetter() {
    const auto progress = decoder_->Progress();
    if (!progress || progress->steps <= steps_) return;
    steps_ = progress->steps;
    const JxlpoolStatus status = decoder_->Flush(output_);
    if (status == JXLPOOL_NEED_MORE_INPUT) return;
    session_->Check(status);
    Write(std::to_string(progress->complete_groups) + " of " + std::to_string(progress->num_groups) + " groups, " +
          std::to_string(progress->complete_passes) + " of " + std::to_string(progress->num_passes) + " passes");
  }

  void Write(const std::string& what) {
    const std::string name = NameOfStep(options_.progressive_out, written_++);
    OutputSet outputs;
    const WriterOptions writer_options{options_.png_compression, session_->num_threads(), options_.jpeg_quality};
    const auto writer =
        MakeWriter(format_, image_, layout_, outputs.Add(name, AccessFor(format_, false)), writer_options);
    writer->BeginFrame(frame_);
    writer->WriteRows(0, frame_.height, pixels_.data(), layout_.pixel_bytes() * frame_.width);
    writer->EndFrame();
    writer->Finish();
    outputs.Commit();
    if (options_.quiet) return;
    const double seconds = std::chrono::duration<double>(Clock::now() - begin_).count();
    std::fprintf(stderr, "%s: after %llu bytes and %.3f s: %s\n", name.c_str(),
                 static_cast<unsigned long long>(decoder_->InputState()->position), seconds, what.c_str());
  }

  const Options& options_;
  Session* session_;
  Decoder* decoder_;
  const FileFormat format_;
  ImageDescription image_;
  PixelLayout layout_;
  FrameDescription frame_;
  JxlpoolOutput output_ = {};
  std::vector<uint8_t> pixels_;
  uint32_t steps_ = 0;
  unsigned written_ = 0;
  Clock::time_point begin_ = Clock::now();
};

}  // namespace

std::string NameOfStep(const std::string& pattern, unsigned step) {
  size_t begin = pattern.find('%');
  size_t end = begin == std::string::npos ? begin : begin + 1;
  size_t digits = 0;
  while (end < pattern.size() && std::isdigit(static_cast<unsigned char>(pattern[end])) != 0) {
    digits = std::min<size_t>(9, 10 * digits + static_cast<size_t>(pattern[end++] - '0'));
  }
  std::string number = std::to_string(step);
  if (end < pattern.size() && pattern[end] == 'd') {
    if (number.size() < digits) number.insert(0, digits - number.size(), '0');
    return pattern.substr(0, begin) + number + pattern.substr(end + 1);
  }
  if (number.size() < 3) number.insert(0, 3 - number.size(), '0');
  const size_t dot = pattern.rfind('.');
  return pattern.substr(0, dot) + "-" + number + pattern.substr(dot);
}

void WriteProgression(const Options& options, Session* session) { Progression(options, session).Run(); }

}  // namespace jxlpool::tools
