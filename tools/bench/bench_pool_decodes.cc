#include "tools/bench/bench_pool_decodes.h"

#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#if defined(__GLIBC__)
#include <malloc.h>
#endif

#include "jxlpool/jxlpool.hpp"
#include "tools/bench/count_heap.h"

namespace jxlpool {
namespace {

constexpr int kRounds = 7;

enum Way { kDirect, kCold, kPrewarmed, kWarm, kNumWays };
constexpr const char* kWayNames[kNumWays] = {"direct", "pool, cold", "pool, pre-warmed", "pool, warm"};

struct Measurement {
  double ms = 0;
  uint64_t heap_calls = 0;
  uint64_t page_faults = 0;
  uint64_t peak_live = 0;
  uint64_t peak_resident = 0;
  double hit_rate = 0;
};

uint64_t PageFaults() {
  struct rusage usage = {};
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<uint64_t>(usage.ru_minflt + usage.ru_majflt);
}

// The peak of the process starts anew from what is resident now.
void ResetPeakResident() {
  std::ofstream file("/proc/self/clear_refs");
  file << "5";
}

uint64_t StatusBytes(const char* key) {
  std::ifstream file("/proc/self/status");
  for (std::string line; std::getline(file, line);) {
    if (line.rfind(key, 0) == 0) return std::stoull(line.substr(std::strlen(key))) * 1024;
  }
  return 0;
}

struct Setup {
  Setup(Way way, uint32_t num_threads) {
    auto pool_options = Make<JxlpoolPoolOptions>();
    pool_options.disable_caching = way == kDirect ? 1 : 0;
    pool = Pool(&pool_options);
    auto options = Make<JxlpoolDecoderOptions>();
    options.pool = pool.get();
    options.num_threads = num_threads;
    decoder = Decoder(&options);
  }
  Pool pool;
  Decoder decoder;
};

bool Open(const std::vector<uint8_t>& file, Decoder* decoder) {
  return decoder->OpenMemory(file.data(), file.size()) == JXLPOOL_OK;
}

// The first frame of the open image, which is closed.
bool Decode(Decoder* decoder, std::vector<uint8_t>* pixels) {
  const auto info = decoder->ImageInfo();
  auto frame = Make<JxlpoolFrameInfo>();
  if (!info || decoder->NextFrame(&frame) != JXLPOOL_OK) return false;
  auto output = Make<JxlpoolOutput>();
  output.sample_type = info->bits_per_sample > 8 ? JXLPOOL_UINT16 : JXLPOOL_UINT8;
  const size_t bytes = size_t{frame.width} * frame.height * decoder->PixelSize(output);
  if (pixels->size() < bytes) pixels->resize(bytes);
  output.pixels = pixels->data();
  output.pixels_size = bytes;
  const bool ok = decoder->DecodeFrame(output) == JXLPOOL_OK;
  decoder->Close();
  return ok;
}

// With or without opening the image, which is open then.
bool Measure(const std::vector<uint8_t>& file, bool is_open, Setup* setup, std::vector<uint8_t>* pixels,
             Measurement* result) {
  setup->decoder.ResetStatistics();
  setup->pool.ResetStatistics();
  ResetPeakResident();
  const uint64_t resident = StatusBytes("VmRSS:");
  const uint64_t faults = PageFaults();
  const uint64_t calls = CountedHeapUse().calls;
  const auto begin = std::chrono::steady_clock::now();
  if (!is_open && !Open(file, &setup->decoder)) return false;
  if (!Decode(&setup->decoder, pixels)) return false;
  result->ms = std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - begin).count();
  result->heap_calls = CountedHeapUse().calls - calls;
  result->page_faults = PageFaults() - faults;
  const uint64_t peak = StatusBytes("VmHWM:");
  result->peak_resident = peak > resident ? peak - resident : 0;
  result->peak_live = setup->decoder.Statistics().total.peak_bytes;
  const JxlpoolPoolStatistics pool = setup->pool.Statistics();
  result->hit_rate =
      static_cast<double>(pool.hits) / static_cast<double>(std::max<uint64_t>(1, pool.hits + pool.misses));
  return true;
}

// One measured decode in a process of its own, as what a C heap has cached would tell on the next one. False if it
// fails.
bool MeasureInChild(const std::vector<uint8_t>& file, Way way, uint32_t num_threads, size_t pixel_bytes,
                    Measurement* result) {
  int ends[2];
  if (pipe(ends) != 0) return false;
  const pid_t child = fork();
  if (child < 0) return false;
  if (child == 0) {
#if defined(__GLIBC__)
    malloc_trim(0);  // or direct allocation would find resident pages that it has not to account for
#endif
    std::vector<uint8_t> pixels(pixel_bytes, 1);
    Setup setup(way, num_threads);
    bool ok = way != kWarm || (Open(file, &setup.decoder) && Decode(&setup.decoder, &pixels));
    ok = ok && (way != kPrewarmed || (Open(file, &setup.decoder) && setup.decoder.Prewarm(0) == JXLPOOL_OK));
    ok = ok && Measure(file, way == kPrewarmed, &setup, &pixels, result);
    ok = ok && write(ends[1], result, sizeof(*result)) == sizeof(*result);
    _exit(ok ? 0 : 1);
  }
  close(ends[1]);
  const bool ok = read(ends[0], result, sizeof(*result)) == sizeof(*result);
  close(ends[0]);
  int status = 0;
  waitpid(child, &status, 0);
  return ok && status == 0;
}

bool BenchWithThreads(const std::vector<uint8_t>& file, uint32_t num_threads, size_t pixel_bytes) {
  std::vector<double> ms[kNumWays];
  Measurement results[kNumWays];
  for (int round = 0; round < kRounds; ++round) {
    for (const Way way : {kDirect, kCold, kPrewarmed, kWarm}) {
      if (!MeasureInChild(file, way, num_threads, pixel_bytes, &results[way])) return false;
      ms[way].push_back(results[way].ms);
    }
  }
  for (int way = 0; way < kNumWays; ++way) {
    const Measurement& result = results[way];
    std::sort(ms[way].begin(), ms[way].end());
    std::printf("| %u | %s | %.1f | %.1f | %.2f %% | %llu | %llu | %.2f | %.2f |\n", num_threads, kWayNames[way],
                ms[way][kRounds / 2], ms[way].front(), 100 * result.hit_rate,
                static_cast<unsigned long long>(result.heap_calls), static_cast<unsigned long long>(result.page_faults),
                static_cast<double>(result.peak_live) / (1 << 20),
                static_cast<double>(result.peak_resident) / (1 << 20));
  }
  return true;
}

}  // namespace

bool BenchDecodes(const char* path) {
  std::ifstream stream(path, std::ios::binary);
  const std::vector<uint8_t> file((std::istreambuf_iterator<char>(stream)), std::istreambuf_iterator<char>());
  std::printf(
      "\n%s\n\n| threads | | ms, median | ms, least | hits | heap calls | page faults | MiB in use at most | "
      "MiB resident beyond the start |\n| ---: | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |\n",
      path);
  // Nothing is decoded in this process, whose heap the others inherit.
  Setup setup(kDirect, 1);
  const bool ok = setup.decoder.OpenMemory(file.data(), file.size()) == JXLPOOL_OK;
  const auto info = ok ? setup.decoder.ImageInfo() : std::nullopt;
  const size_t pixel_bytes = info ? size_t{info->width} * info->height * 2 * info->num_color_channels : 0;
  for (const uint32_t num_threads : {1u, 2u}) {
    if (ok && BenchWithThreads(file, num_threads, pixel_bytes)) continue;
    std::fprintf(stderr, "bench_pool: cannot decode %s\n", path);
    return false;
  }
  return true;
}

}  // namespace jxlpool
