#include "tools/djxl_pooled/benchmark.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <string>

#include "tools/writers/error.h"

namespace jxlpool::tools {
namespace {

using Clock = std::chrono::steady_clock;

JxlpoolOutput NaturalOutput(const JxlpoolImageInfo& info) {
  auto output = Make<JxlpoolOutput>();
  output.channels = info.alpha_channel >= 0 ? JXLPOOL_CHANNELS_COLOR_ALPHA : JXLPOOL_CHANNELS_COLOR;
  output.sample_type = info.exponent_bits != 0 || info.bits_per_sample > 16 ? JXLPOOL_FLOAT32
                       : info.bits_per_sample > 8                           ? JXLPOOL_UINT16
                                                                            : JXLPOOL_UINT8;
  return output;
}

// One repetition. Returns megapixels per second. The first one records the frames.
// `buffer` may be null: then rows go nowhere.
double Repeat(Session* session, std::vector<uint8_t>* buffer, BenchmarkResult* result) {
  uint64_t pixels = 0;
  size_t index = 0;
  const Clock::time_point begin = Clock::now();
  session->Open();
  const JxlpoolImageInfo info = *session->decoder().ImageInfo();
  JxlpoolOutput output = NaturalOutput(info);
  output.rows = [](void*, uint32_t, uint32_t, const void*, size_t) { return 0; };
  auto frame = Make<JxlpoolFrameInfo>();
  const auto next_frame = [&] { return session->decoder().NextFrame(&frame); };
  while (session->Check(session->Await("the header of a frame", next_frame)) == JXLPOOL_OK) {
    if (buffer != nullptr) {
      const uint64_t bytes = uint64_t{frame.width} * frame.height * session->decoder().PixelSize(output);
      if (bytes > buffer->size()) buffer->resize(bytes);
      output.pixels = buffer->data();
      output.pixels_size = buffer->size();
    }
    const auto decode_frame = [&] { return session->decoder().DecodeFrame(output); };
    const JxlpoolStatus status = session->Check(session->Await("a frame", decode_frame));
    pixels += uint64_t{frame.width} * frame.height;
    if (index++ == result->frames.size()) result->frames.push_back(RecordOf(frame));
    if (status == JXLPOOL_PARTIAL) {
      result->partial = true;
      break;
    }
  }
  const double seconds = std::chrono::duration<double>(Clock::now() - begin).count();
  result->width = info.width;
  result->height = info.height;
  return static_cast<double>(pixels) * 1e-6 / std::max(seconds, 1e-9);
}

// The buffer exists before the clock starts.
std::vector<uint8_t> AllocateBuffer(Session* session) {
  session->Open();
  const JxlpoolImageInfo info = *session->decoder().ImageInfo();
  const uint64_t bytes = uint64_t{info.width} * info.height * session->decoder().PixelSize(NaturalOutput(info));
  return std::vector<uint8_t>(bytes);
}

}  // namespace

Speed Summarize(const std::vector<double>& speeds) {
  double sum_of_logs = 0;
  for (const double speed : speeds) sum_of_logs += std::log(std::max(speed, 1e-12));
  const auto [slowest, fastest] = std::minmax_element(speeds.begin(), speeds.end());
  return {std::exp(sum_of_logs / static_cast<double>(speeds.size())), *slowest, *fastest, speeds.size()};
}

std::string Speed::AsText(const char* unit) const {
  char text[128];
  if (count == 1) {
    std::snprintf(text, sizeof(text), "%.3f %s", mean, unit);
  } else {
    std::snprintf(text, sizeof(text), "geomean: %.3f %s [%.3f, %.3f]", mean, unit, slowest, fastest);
  }
  return text;
}

bool KeepsAll(const Options& options) { return options.feed == 0 || options.num_reps > 1; }

BenchmarkResult RunBenchmark(const Options& options, Session* session) {
  const bool to_buffer = KeepsAll(options);
  std::vector<uint8_t> buffer;
  if (to_buffer) {
    session->LoadInput();
    buffer = AllocateBuffer(session);
    session->PrewarmIfAsked(/*streamed_pixel_bytes=*/0);
  }
  BenchmarkResult result;
  std::vector<double> speeds;
  speeds.reserve(static_cast<size_t>(options.num_reps));
  for (int i = 0; i < options.num_reps; ++i) speeds.push_back(Repeat(session, to_buffer ? &buffer : nullptr, &result));
  result.megapixels = Summarize(speeds);
  if (result.frames.empty()) throw Error(options.input + ": there is no frame to show");
  return result;
}

void PrintBenchmark(const Options& options, const BenchmarkResult& result, uint32_t num_threads) {
  if (options.quiet) return;
  std::fprintf(stderr, "%u x %u, %s, %d reps, %u threads.\n", result.width, result.height,
               result.megapixels.AsText("MP/s").c_str(), options.num_reps, num_threads);
}

}  // namespace jxlpool::tools
