#include "tools/djxl_pooled/reconstruct.h"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <exception>
#include <string>
#include <utility>
#include <vector>

#include "tools/djxl_pooled/benchmark.h"
#include "tools/writers/error.h"

namespace jxlpool::tools {
namespace {

using Clock = std::chrono::steady_clock;

// Takes the bytes of a JPEG. Exceptions must not cross the decoder: they wait here.
class JpegSink {
 public:
  // `file` may be null: then bytes are only counted.
  explicit JpegSink(OutputFile* file) : file_(file) {}

  bool operator()(const uint8_t* data, size_t size) {
    const Clock::time_point begin = Clock::now();
    try {
      if (file_ != nullptr) file_->Write(data, size);
      num_bytes_ += size;
    } catch (...) {
      exception_ = std::current_exception();
    }
    writing_ += Clock::now() - begin;
    return exception_ == nullptr;
  }

  void Rethrow() const {
    if (exception_ != nullptr) std::rethrow_exception(exception_);
  }
  uint64_t num_bytes() const { return num_bytes_; }
  double SecondsWriting() const { return std::chrono::duration<double>(writing_).count(); }

 private:
  OutputFile* file_;
  std::exception_ptr exception_;
  uint64_t num_bytes_ = 0;
  Clock::duration writing_{};
};

double SecondsSince(Clock::time_point begin) {
  return std::max(std::chrono::duration<double>(Clock::now() - begin).count(), 1e-9);
}

// Seconds that each of options.num_reps reconstructions takes, from opening the image on.
std::vector<double> Repeat(const Options& options, Session* session) {
  std::vector<double> seconds;
  session->LoadInput();
  for (int i = 0; i < options.num_reps; ++i) {
    JpegSink nowhere(nullptr);
    const Clock::time_point begin = Clock::now();
    session->Open();
    session->Check(session->Await(nullptr, [&] { return session->decoder().ReconstructJpeg(&nowhere); }));
    seconds.push_back(SecondsSince(begin));
  }
  session->Open();
  return seconds;
}

std::string DescribeSpeed(uint64_t num_bytes, const std::vector<double>& seconds, Session* session) {
  const JxlpoolImageInfo info = *session->decoder().ImageInfo();
  std::string line = std::to_string(info.width) + " x " + std::to_string(info.height) + ", JPEG reconstructed";
  const double pixels = static_cast<double>(info.width) * info.height;
  for (const auto& [amount, unit] : {std::pair(pixels, "MP/s"), std::pair(static_cast<double>(num_bytes), "MB/s")}) {
    std::vector<double> speeds;
    speeds.reserve(seconds.size());
    for (const double s : seconds) speeds.push_back(amount * 1e-6 / s);
    line += ", " + Summarize(speeds).AsText(unit);
  }
  if (seconds.size() > 1) line += ", " + std::to_string(seconds.size()) + " reps";
  return line + ", " + std::to_string(session->num_threads()) + " threads";
}

}  // namespace

std::optional<std::string> ReconstructJpeg(const Options& options, Session* session, OutputSet* outputs) {
  // Nothing must reach standard output before it is known to be a JPEG.
  JpegSink sink(outputs->Add(options.output, OutputFile::Access::kRandom));
  const Clock::time_point begin = Clock::now();
  const JxlpoolStatus status = session->Await("the JPEG", [&] { return session->decoder().ReconstructJpeg(&sink); });
  const double seconds = std::max(SecondsSince(begin) - sink.SecondsWriting(), 1e-9);
  sink.Rethrow();
  if (status == JXLPOOL_OK) {
    const std::vector<double> times = options.num_reps > 1 ? Repeat(options, session) : std::vector<double>{seconds};
    return DescribeSpeed(sink.num_bytes(), times, session);
  }
  if (options.reconstruct_jpeg && status == JXLPOOL_END) {
    throw Error(session->input_name() + ": there is no JPEG reconstruction data");
  }
  const bool no_jpeg = status == JXLPOOL_END || status == JXLPOOL_CORRUPT || status == JXLPOOL_UNSUPPORTED ||
                       status == JXLPOOL_NEED_MORE_INPUT;
  if (options.reconstruct_jpeg || !no_jpeg) session->Check(status);
  if (options.quiet) return std::nullopt;
  const std::string reason =
      status == JXLPOOL_END ? "there is no JPEG reconstruction data" : session->decoder().LastError().message;
  std::fprintf(stderr, "djxl-pooled: %s: %s; encoding the pixels\n", session->input_name().c_str(), reason.c_str());
  return std::nullopt;
}

}  // namespace jxlpool::tools
