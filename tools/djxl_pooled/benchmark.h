// Decoding for its own sake: how fast is it?
#ifndef TOOLS_DJXL_POOLED_BENCHMARK_H_
#define TOOLS_DJXL_POOLED_BENCHMARK_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "tools/djxl_pooled/metadata.h"
#include "tools/djxl_pooled/options.h"
#include "tools/djxl_pooled/session.h"

namespace jxlpool::tools {

// Of repetitions.
struct Speed {
  double mean = 0;  // geometric
  double slowest = 0;
  double fastest = 0;
  size_t count = 0;

  // "12.345 MP/s"; of several repetitions "geomean: 12.345 MP/s [11.000, 13.000]".
  std::string AsText(const char* unit) const;
};
// REQUIRES: there is one.
Speed Summarize(const std::vector<double>& speeds);

struct BenchmarkResult {
  bool partial = false;
  std::vector<FrameRecord> frames;  // of one repetition
  uint32_t width = 0;               // of the image
  uint32_t height = 0;
  Speed megapixels;  // per second, over all frames
};

// Decodes the whole image options.num_reps times from memory into one buffer that is allocated (and touched) once:
// color and alpha interleaved, in the smallest type that holds the coded samples. The clock runs from opening the
// image to its last frame. With options.feed and a single repetition, rows go nowhere and the file is read while it is
// decoded: so little memory does it take.
BenchmarkResult RunBenchmark(const Options& options, Session* session);

// Whether a benchmark keeps its input and its output in memory.
bool KeepsAll(const Options& options);

// One line on standard error.
void PrintBenchmark(const Options& options, const BenchmarkResult& result, uint32_t num_threads);

}  // namespace jxlpool::tools

#endif  // TOOLS_DJXL_POOLED_BENCHMARK_H_
