// jxlpool_decoder_prewarm: the first decode of a still finds its memory in the pool, all of its large blocks included;
// the pixels are the same, and neither does the decode take more memory nor the rehearsal more than the decode. With
// the decode's own peak as the limit it does not fail either.
//
// usage: prewarm_test [--verbose] FOLDER_OR_FILE...
#include <cstdio>
#include <cstring>
#include <string>
#include <vector>

#include "tests/memory/decode_file.h"

namespace jxlpool::memory_test {
namespace {

constexpr int kSkipped = 77;

struct Settings {
  bool verbose = false;
};

// Of what a decode without pre-warming misses, so much may remain; and so many small blocks in any case.
constexpr double kMaxMisses = 0.5;
constexpr double kMaxMissedBytesOfVarDct = 0.25;
constexpr uint64_t kFewMisses = 8;
constexpr uint64_t kFewBytes = 64 << 10;

struct Case {
  uint32_t num_threads;
  Sink sink;
};
constexpr Case kCases[] = {
    {1, Sink::kPixels}, {1, Sink::kRows}, {2, Sink::kPixels}, {2, Sink::kRows}, {4, Sink::kRows}};

struct Totals {
  int files = 0;
  int cases = 0;
  int failed = 0;
  uint64_t cold_requests = 0;
  uint64_t cold_misses = 0;
  uint64_t requests = 0;
  uint64_t misses = 0;
};

struct Outcome {
  JxlpoolStatus status = JXLPOOL_OK;
  JxlpoolStatus prewarm_status = JXLPOOL_OK;
  uint64_t checksum = 0;
  uint64_t peak = 0;          // of the decode
  uint64_t prewarm_peak = 0;  // of the rehearsal
  uint64_t estimate = 0;
  JxlpoolPoolStatistics pool = {};
};

// Decodes with a pool and a decoder of its own.
Outcome DecodeCold(const TestFile& file, const Case& test_case, bool prewarm, uint64_t limit) {
  Outcome outcome;
  Pool pool;
  auto options = Make<JxlpoolDecoderOptions>();
  options.pool = pool.get();
  options.num_threads = test_case.num_threads;
  options.memory_limit = limit;
  Decoder decoder(&options);
  Target target;
  target.sink = test_case.sink;
  outcome.status = decoder.OpenMemory(file.bytes.data(), file.bytes.size());
  if (outcome.status != JXLPOOL_OK) return outcome;
  const uint32_t streamed = test_case.sink == Sink::kRows ? PixelBytes(*decoder.ImageInfo()) : 0;
  if (const auto estimate = decoder.EstimateMemory(streamed)) outcome.estimate = estimate->parallel;
  decoder.ResetStatistics();
  if (prewarm) {
    outcome.prewarm_status = decoder.Prewarm(streamed);
    outcome.prewarm_peak = decoder.Statistics().total.peak_bytes;
    decoder.ResetStatistics();
  }
  pool.ResetStatistics();
  outcome.status = DecodeOpen(&decoder, &target);
  outcome.checksum = target.checksum;
  outcome.peak = decoder.Statistics().total.peak_bytes;
  outcome.pool = pool.Statistics();
  return outcome;
}

// One frame that nothing else is needed for. Modular frames have tables that differ from group to group, and only when
// a Squeeze is undone is it known what that takes.
bool IsPlainStill(const TestFile& file, bool* is_vardct) {
  Decoder decoder;
  if (decoder.OpenMemory(file.bytes.data(), file.bytes.size()) != JXLPOOL_OK) return false;
  auto frame = Make<JxlpoolFrameHeader>();
  if (jxlpool_decoder_get_frame_header(decoder.get(), 1, &frame) != JXLPOOL_END) return false;
  if (jxlpool_decoder_get_frame_header(decoder.get(), 0, &frame) != JXLPOOL_OK) return false;
  *is_vardct = frame.encoding == JXLPOOL_ENCODING_VARDCT && decoder.ImageInfo()->num_extra_channels == 0;
  return !frame.has_patches && frame.num_groups > 1;
}

uint64_t MissedBytes(const JxlpoolPoolStatistics& pool) { return pool.total.requested_bytes - pool.total.hit_bytes; }

void TestCase(const TestFile& file, const Case& test_case, const Settings& settings, Totals* totals) {
  const Outcome cold = DecodeCold(file, test_case, false, 0);
  if (cold.status != JXLPOOL_OK) return;
  const Outcome warm = DecodeCold(file, test_case, true, 0);
  const Outcome limited = DecodeCold(file, test_case, true, cold.peak);
  ++totals->cases;
  const char* problem = nullptr;
  if (warm.prewarm_status != JXLPOOL_OK) problem = "pre-warming fails";
  if (warm.status != cold.status || warm.checksum != cold.checksum) problem = "the pixels differ";
  // With several threads it depends on how far each is how much is in use at a time: less than the estimate.
  const uint64_t most = test_case.num_threads == 1 ? cold.peak : cold.estimate;
  if (warm.peak > most) problem = "the decode takes more memory";
  if (warm.prewarm_peak > most + (64 << 10)) problem = "the rehearsal takes more memory than the decode";
  // With the limit another mode may be chosen, and with several threads it may really not suffice.
  if (test_case.num_threads == 1 && (limited.status != cold.status || limited.checksum != cold.checksum)) {
    problem = "a limit that suffices for the decode does not with pre-warming";
  }
  const uint64_t requests = warm.pool.hits + warm.pool.misses;
  bool is_vardct = false;
  if (IsPlainStill(file, &is_vardct)) {
    totals->cold_requests += cold.pool.hits + cold.pool.misses;
    totals->cold_misses += cold.pool.misses;
    totals->requests += requests;
    totals->misses += warm.pool.misses;
    const uint64_t missed_bytes = MissedBytes(warm.pool);
    const double rate = static_cast<double>(warm.pool.hits) / static_cast<double>(requests);
    if (static_cast<double>(warm.pool.misses) > kMaxMisses * static_cast<double>(cold.pool.misses) &&
        warm.pool.misses > kFewMisses) {
      problem = "many misses in spite of pre-warming";
    }
    if (is_vardct && missed_bytes > kFewBytes &&
        static_cast<double>(missed_bytes) > kMaxMissedBytesOfVarDct * static_cast<double>(MissedBytes(cold.pool))) {
      problem = "large misses in spite of pre-warming";
    }
    if (settings.verbose || problem != nullptr) {
      std::printf(
          "%s, %u threads, %s: %.4f of %llu hit (%.4f without), %llu bytes missed; peak %llu, rehearsal %llu, without "
          "%llu\n",
          file.name.c_str(), test_case.num_threads, test_case.sink == Sink::kRows ? "rows" : "pixels", rate,
          static_cast<unsigned long long>(requests),
          static_cast<double>(cold.pool.hits) / static_cast<double>(cold.pool.hits + cold.pool.misses),
          static_cast<unsigned long long>(missed_bytes), static_cast<unsigned long long>(warm.peak),
          static_cast<unsigned long long>(warm.prewarm_peak), static_cast<unsigned long long>(cold.peak));
    }
  }
  if (problem == nullptr) return;
  std::printf("%s, %u threads, %s: %s\n", file.name.c_str(), test_case.num_threads,
              test_case.sink == Sink::kRows ? "rows" : "pixels", problem);
  ++totals->failed;
}

int Run(int argc, char** argv) {
  Settings settings;
  Totals totals;
  for (int i = 1; i < argc; ++i) {
    if (std::strcmp(argv[i], "--verbose") == 0) {
      settings.verbose = true;
      continue;
    }
    for (const std::string& path : FindFiles(argv[i])) {
      const TestFile file = ReadFile(path);
      ++totals.files;
      for (const Case& test_case : kCases) TestCase(file, test_case, settings, &totals);
    }
  }
  if (totals.files == 0) return kSkipped;
  const auto rate = [](uint64_t misses, uint64_t requests) {
    return requests == 0 ? 1.0 : 1.0 - static_cast<double>(misses) / static_cast<double>(requests);
  };
  std::printf("%d files, %d cases: %d failed; hit rate of stills with several groups %.4f, without pre-warming %.4f\n",
              totals.files, totals.cases, totals.failed, rate(totals.misses, totals.requests),
              rate(totals.cold_misses, totals.cold_requests));
  return totals.failed == 0 ? 0 : 1;
}

}  // namespace
}  // namespace jxlpool::memory_test

int main(int argc, char** argv) { return jxlpool::memory_test::Run(argc, argv); }
