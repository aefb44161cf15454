// Decodes whole files through the public interface: speed, calls into the heap, and what the pool did.
//
// usage: bench_decode [--benchmark_...] [FILE | FOLDER]...
// Without files: the folder that JXLPOOL_BENCH_FILES names, else testdata/images. README.md explains the counters.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "jxlpool/jxlpool.hpp"
#include "tools/bench/count_heap.h"

namespace jxlpool {
namespace {

namespace fs = std::filesystem;

struct InputFile {
  std::string name;
  std::vector<uint8_t> bytes;
};

// kWarm: one decoder decodes the file again and again. kCold: each decode has a decoder and a pool of its own.
enum class Warmth { kWarm, kCold };

Decoder MakeDecoder(uint32_t num_threads, JxlpoolPool* pool) {
  auto options = Make<JxlpoolDecoderOptions>();
  options.num_threads = num_threads;
  options.pool = pool;
  return Decoder(&options);
}

// Interleaved pixels of the file's own depth.
JxlpoolOutput NaturalOutput(const JxlpoolImageInfo& info) {
  auto output = Make<JxlpoolOutput>();
  output.channels = info.alpha_channel >= 0 ? JXLPOOL_CHANNELS_COLOR_ALPHA : JXLPOOL_CHANNELS_COLOR;
  output.sample_type = info.exponent_bits != 0 || info.bits_per_sample > 16 ? JXLPOOL_FLOAT32
                       : info.bits_per_sample > 8                           ? JXLPOOL_UINT16
                                                                            : JXLPOOL_UINT8;
  return output;
}

struct Pixels {
  std::vector<uint8_t> buffer;  // grows when it has to
  uint64_t decoded = 0;         // pixels so far
};

// All frames of the file into the same buffer. Returns what went wrong, or null.
const char* DecodeFile(const InputFile& file, Decoder* decoder, Pixels* pixels) {
  if (decoder->OpenMemory(file.bytes.data(), file.bytes.size()) != JXLPOOL_OK) return decoder->LastError().message;
  JxlpoolOutput output = NaturalOutput(*decoder->ImageInfo());
  auto frame = Make<JxlpoolFrameInfo>();
  JxlpoolStatus status;
  while ((status = decoder->NextFrame(&frame)) == JXLPOOL_OK) {
    const size_t bytes = size_t{frame.width} * frame.height * decoder->PixelSize(output);
    if (bytes > pixels->buffer.size()) pixels->buffer.resize(bytes);
    output.pixels = pixels->buffer.data();
    output.pixels_size = pixels->buffer.size();
    status = decoder->DecodeFrame(output);
    if (status != JXLPOOL_OK) break;
    pixels->decoded += uint64_t{frame.width} * frame.height;
  }
  benchmark::DoNotOptimize(pixels->buffer.data());
  return status == JXLPOOL_END ? nullptr : decoder->LastError().message;
}

void ReportMemory(const JxlpoolDecoderStatistics& decoder, const JxlpoolPoolStatistics& pool, benchmark::State* state) {
  const double requests = static_cast<double>(std::max<uint64_t>(1, pool.hits + pool.misses));
  state->counters["pool_hit_rate"] = static_cast<double>(pool.hits) / requests;
  state->counters["pool_misses"] = static_cast<double>(pool.misses);
  state->counters["peak_bytes"] = static_cast<double>(decoder.total.peak_bytes);
  for (uint32_t i = 0; i < decoder.num_categories; ++i) {
    state->counters[std::string("peak_") + jxlpool_category_name(i)] =
        static_cast<double>(decoder.categories[i].peak_bytes);
  }
}

// Counts between its construction and Report, per iteration.
class HeapCounter {
 public:
  HeapCounter() : start_(CountedHeapUse()) {}
  void Report(benchmark::State* state) const {
    if (!HeapUseIsCounted()) return;
    const HeapUse use = CountedHeapUse();
    using benchmark::Counter;
    state->counters["heap_calls"] = Counter(static_cast<double>(use.calls - start_.calls), Counter::kAvgIterations);
    state->counters["heap_bytes"] = Counter(static_cast<double>(use.bytes - start_.bytes), Counter::kAvgIterations);
  }

 private:
  HeapUse start_;
};

const char* MeasureWarm(const InputFile& file, uint32_t num_threads, Pixels* pixels, benchmark::State* state) {
  Pool pool;
  Decoder decoder = MakeDecoder(num_threads, pool.get());
  // The first decode finds out what is needed, the second one fills what is cached by thread.
  for (int i = 0; i < 2; ++i) {
    if (const char* error = DecodeFile(file, &decoder, pixels)) return error;
  }
  decoder.ResetStatistics();
  pool.ResetStatistics();
  pixels->decoded = 0;
  const HeapCounter heap;
  for (auto _ : *state) {
    if (const char* error = DecodeFile(file, &decoder, pixels)) return error;
  }
  heap.Report(state);
  ReportMemory(decoder.Statistics(), pool.Statistics(), state);
  return nullptr;
}

const char* MeasureCold(const InputFile& file, uint32_t num_threads, Pixels* pixels, benchmark::State* state) {
  auto decoder_statistics = Make<JxlpoolDecoderStatistics>();
  auto pool_statistics = Make<JxlpoolPoolStatistics>();
  {
    Pool pool;
    Decoder decoder = MakeDecoder(num_threads, pool.get());
    if (const char* error = DecodeFile(file, &decoder, pixels)) return error;
    decoder_statistics = decoder.Statistics();
    pool_statistics = pool.Statistics();
  }
  pixels->decoded = 0;
  const HeapCounter heap;
  for (auto _ : *state) {
    Pool pool;
    Decoder decoder = MakeDecoder(num_threads, pool.get());
    if (const char* error = DecodeFile(file, &decoder, pixels)) return error;
  }
  heap.Report(state);
  ReportMemory(decoder_statistics, pool_statistics, state);
  return nullptr;
}

void MeasureDecode(benchmark::State& state, const InputFile& file, Warmth warmth, uint32_t num_threads) {
  Pixels pixels;
  const char* error = warmth == Warmth::kWarm ? MeasureWarm(file, num_threads, &pixels, &state)
                                              : MeasureCold(file, num_threads, &pixels, &state);
  if (error != nullptr) {
    state.SkipWithError(error);
    return;
  }
  using benchmark::Counter;
  state.counters["MP/s"] = Counter(static_cast<double>(pixels.decoded) * 1e-6, Counter::kIsRate);
  state.counters["file_bytes"] = static_cast<double>(file.bytes.size());
  state.counters["pixel_bytes"] = static_cast<double>(pixels.buffer.size());
}

void AddFiles(const fs::path& path, std::vector<fs::path>* files) {
  if (!fs::is_directory(path)) {
    files->push_back(path);
    return;
  }
  std::vector<fs::path> found;
  for (const auto& entry : fs::directory_iterator(path)) {
    if (entry.path().extension() == ".jxl") found.push_back(entry.path());
  }
  std::sort(found.begin(), found.end());
  files->insert(files->end(), found.begin(), found.end());
}

std::vector<fs::path> FindFiles(int argc, char** argv) {
  std::vector<fs::path> files;
  for (int i = 1; i < argc; ++i) AddFiles(argv[i], &files);
  if (argc > 1) return files;
  const char* folder = std::getenv("JXLPOOL_BENCH_FILES");
  const fs::path path = folder != nullptr ? folder : JXLPOOL_TESTDATA "/images";
  if (fs::exists(path)) AddFiles(path, &files);
  return files;
}

void RegisterFile(const std::shared_ptr<const InputFile>& file, const std::vector<uint32_t>& thread_counts) {
  for (const Warmth warmth : {Warmth::kWarm, Warmth::kCold}) {
    for (const uint32_t num_threads : thread_counts) {
      const std::string name = std::string(warmth == Warmth::kWarm ? "warm/" : "cold/") + file->name +
                               "/num_threads:" + std::to_string(num_threads);
      benchmark::RegisterBenchmark(name.c_str(),
                                   [=](benchmark::State& state) { MeasureDecode(state, *file, warmth, num_threads); })
          ->Unit(benchmark::kMillisecond)
          ->UseRealTime()
          ->MeasureProcessCPUTime();
    }
  }
}

int Run(int argc, char** argv) {
  benchmark::Initialize(&argc, argv);
  std::vector<uint32_t> thread_counts = {1};
  const uint32_t num_cpus = std::thread::hardware_concurrency();
  if (num_cpus > 1) thread_counts.push_back(num_cpus);
  size_t num_files = 0;
  for (const fs::path& path : FindFiles(argc, argv)) {
    std::ifstream stream(path, std::ios::binary);
    if (!stream) {
      std::fprintf(stderr, "bench_decode: cannot read %s\n", path.c_str());
      return 1;
    }
    auto file = std::make_shared<InputFile>();
    file->name = path.stem().string();
    file->bytes.assign(std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>());
    RegisterFile(file, thread_counts);
    ++num_files;
  }
  if (num_files == 0) {
    std::fprintf(stderr, "bench_decode: no files; name some, or a folder\n");
    return 1;
  }
  benchmark::AddCustomContext("jxlpool_version", jxlpool_version_string());
  benchmark::RunSpecifiedBenchmarks();
  benchmark::Shutdown();
  return 0;
}

}  // namespace
}  // namespace jxlpool

int main(int argc, char** argv) { return jxlpool::Run(argc, argv); }
