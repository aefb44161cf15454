// The pool against plain aligned allocation: matrices, concurrency, mixed sizes, latencies, whole decodes.
//
// usage: bench_pool [--benchmark_...] [FILE]...      files to decode; without any there are no decodes
//
// Benchmarks whose names end in /direct and /pool are pairs; at the end there is a table of them. An operation is an
// acquisition and its release.
//  - matrix: nothing else. The C heap caches, too, once a program has freed blocks of that size (glibc's threshold for
//    mappings rises), so in such a loop it hands out the same warm pages again and again.
//  - matrix, decoder with threads: the same with a budget that many threads may charge.
//  - matrix, used: writes to each page in between.
//  - matrix, fresh pages: what an allocation costs where the C heap has nothing cached: direct maps blocks from 128
//    KiB on and touches their pages; the pool does what it does under `matrix`.
//  - mixed sizes, used: the C heap keeps everything; the pool holds little more than what was in use at most, and
//    spends a third of the time on giving pages back and getting others.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <random>
#include <string>
#include <vector>

#if defined(__GLIBC__)
#include <malloc.h>
#endif

#include "lib/pool/decode_scope.h"
#include "lib/pool/matrix.h"
#include "tools/bench/bench_memory.h"
#include "tools/bench/bench_pool_decodes.h"
#include "tools/bench/count_heap.h"

#if defined(__x86_64__)
#include <x86intrin.h>
#endif

namespace jxlpool {
namespace {

enum class Source { kDirect, kPool };

struct Shape {
  const char* name;
  size_t planes, rows, columns;
};
constexpr Shape kShapes[] = {
    {"3x256x256", 3, 256, 256}, {"1x10x10", 1, 10, 10}, {"1x100x100", 1, 100, 100}, {"1x1000x1000", 1, 1000, 1000}};

size_t BytesOf(const Shape& shape) {
  size_t stride = 0;
  (void)PaddedStride<float>(shape.columns, &stride);
  return shape.planes * shape.rows * stride * sizeof(float);
}

enum class Touch { kNothing, kAllPages, kFreshPages };

void TouchPages(void* data, size_t bytes) {
  for (size_t i = 0; i < bytes; i += 4096) static_cast<volatile uint8_t*>(data)[i] = 1;
}

void DirectOnce(const Shape& shape, Touch touch) {
  const size_t bytes = BytesOf(shape);
  void* data = std::aligned_alloc(kBufferAlignment, RoundUp(bytes, kBufferAlignment));
  benchmark::DoNotOptimize(data);
  if (touch != Touch::kNothing) TouchPages(data, bytes);
  benchmark::ClobberMemory();
  std::free(data);
}

void PoolOnce(const Shape& shape, Touch touch, Memory* memory) {
  auto matrix = Matrix3D<float>::Create(memory, Category::kTile, shape.planes, shape.rows, shape.columns);
  float* data = matrix.value().Row(0, 0);
  benchmark::DoNotOptimize(data);
  if (touch == Touch::kAllPages) TouchPages(data, BytesOf(shape));
  benchmark::ClobberMemory();
}

void CountOperations(const HeapUse& before, size_t bytes, benchmark::State* state) {
  const HeapUse after = CountedHeapUse();
  // Each thread counts the calls of all.
  const auto operations =
      static_cast<double>(std::max<int64_t>(1, static_cast<int64_t>(state->iterations()))) * state->threads();
  state->SetItemsProcessed(static_cast<int64_t>(state->iterations()));
  state->counters["bytes/op"] = benchmark::Counter(static_cast<double>(bytes), benchmark::Counter::kAvgThreads);
  state->counters["heap/op"] =
      benchmark::Counter(static_cast<double>(after.calls - before.calls) / operations, benchmark::Counter::kAvgThreads);
}

// Whether the C heap maps large blocks each time.
void UseFreshPages([[maybe_unused]] bool fresh) {
#if defined(__GLIBC__)
  mallopt(M_MMAP_THRESHOLD, fresh ? 128 << 10 : 32 << 20);
  mallopt(M_TRIM_THRESHOLD, fresh ? 128 << 10 : 64 << 20);
#endif
}

// One pool for all threads, with a budget per thread, as decoders of one thread that share a pool have.
BenchMemory& SharedPool() {
  static BenchMemory bench;
  return bench;
}

void MatrixBench(benchmark::State& state, Shape shape, Source source, Touch touch, Budget::Users users) {
  Budget budget(Budget::kUnlimited, users);
  Memory memory(&SharedPool().pool, &budget);
  for (int i = 0; i < 10; ++i) PoolOnce(shape, Touch::kAllPages, &memory);
  const HeapUse before = CountedHeapUse();
  if (source == Source::kDirect) {
    UseFreshPages(touch == Touch::kFreshPages);
    for (auto _ : state) DirectOnce(shape, touch);
  } else {
    for (auto _ : state) PoolOnce(shape, touch, &memory);
  }
  CountOperations(before, BytesOf(shape), &state);
}

// Blocks of many sizes, some 60 live at a time, given back in random order: the same sequence for both.
void MixedBench(benchmark::State& state, Source source) {
  constexpr size_t kLive = 64;
  constexpr size_t kSteps = 4096;
  std::mt19937 random(5);
  std::vector<size_t> sizes(kSteps);
  std::vector<size_t> slots(kSteps);
  for (size_t i = 0; i < kSteps; ++i) {
    sizes[i] = kBufferAlignment * (1 + random() % 24) << random() % 9;  // 128 bytes to 768 KiB, 100 or so sizes
    slots[i] = random() % kLive;
  }
  UseFreshPages(false);
  BenchMemory bench;
  Buffer buffers[kLive];
  void* blocks[kLive] = {};
  size_t bytes = 0;
  for (const size_t size : sizes) bytes += size;
  const auto run = [&] {
    const DecodeScope scope(&bench.pool, 1);
    for (size_t i = 0; i < kSteps; ++i) {
      void* data;
      if (source == Source::kPool) {
        buffers[slots[i]].Release();
        auto buffer = bench.memory.Acquire(sizes[i], Category::kOther, ElementType::kOther, Fill::kUninitialized);
        buffers[slots[i]] = std::move(buffer).value();
        data = buffers[slots[i]].data();
      } else {
        std::free(blocks[slots[i]]);
        data = blocks[slots[i]] = std::aligned_alloc(kBufferAlignment, sizes[i]);
      }
      TouchPages(data, sizes[i]);
    }
  };
  for (int i = 0; i < 3; ++i) run();
  const HeapUse before = CountedHeapUse();
  for (auto _ : state) run();
  CountOperations(before, bytes / kSteps, &state);
  state.SetItemsProcessed(static_cast<int64_t>(state.iterations()) * static_cast<int64_t>(kSteps));
  state.counters["heap/op"].value /= static_cast<double>(kSteps);
  for (void* block : blocks) std::free(block);
}

uint64_t Ticks() {
#if defined(__x86_64__)
  unsigned processor;
  return __rdtscp(&processor);
#else
  return static_cast<uint64_t>(std::chrono::steady_clock::now().time_since_epoch().count());
#endif
}

double TicksPerNanosecond() {
  const auto begin = std::chrono::steady_clock::now();
  const uint64_t ticks = Ticks();
  while (std::chrono::steady_clock::now() - begin < std::chrono::milliseconds(20)) {
  }
  const uint64_t elapsed = Ticks() - ticks;
  const double ns = std::chrono::duration<double, std::nano>(std::chrono::steady_clock::now() - begin).count();
  return static_cast<double>(elapsed) / ns;
}

// Nanoseconds of single operations, the cost of reading the clock subtracted.
void LatencyBench(benchmark::State& state, Shape shape, Source source) {
  Budget budget(Budget::kUnlimited, Budget::Users::kOneThread);
  Memory memory(&SharedPool().pool, &budget);
  for (int i = 0; i < 10; ++i) PoolOnce(shape, Touch::kAllPages, &memory);
  uint64_t clock = ~uint64_t{0};
  for (int i = 0; i < 1000; ++i) {
    const uint64_t begin = Ticks();
    clock = std::min(clock, Ticks() - begin);
  }
  std::vector<uint64_t> ticks(1 << 17);
  size_t count = 0;
  for (auto _ : state) {
    const uint64_t begin = Ticks();
    source == Source::kDirect ? DirectOnce(shape, Touch::kNothing) : PoolOnce(shape, Touch::kNothing, &memory);
    const uint64_t elapsed = Ticks() - begin;
    ticks[count++ % ticks.size()] = elapsed > clock ? elapsed - clock : 0;
  }
  ticks.resize(std::min(count, ticks.size()));
  std::sort(ticks.begin(), ticks.end());
  const double per_ns = TicksPerNanosecond();
  const auto percentile = [&](double fraction) {
    return static_cast<double>(ticks[static_cast<size_t>(fraction * static_cast<double>(ticks.size() - 1))]) / per_ns;
  };
  state.counters["p50_ns"] = percentile(0.5);
  state.counters["p90_ns"] = percentile(0.9);
  state.counters["p99_ns"] = percentile(0.99);
  state.counters["p99.9_ns"] = percentile(0.999);
  state.counters["max_ns"] = percentile(1);
}

void RegisterAll() {
  for (const Source source : {Source::kDirect, Source::kPool}) {
    const std::string end = source == Source::kDirect ? "/direct" : "/pool";
    for (const Shape& shape : kShapes) {
      const auto name = [&](const char* kind) {
        std::string text = kind;
        text += shape.name;
        text += end;
        return text;
      };
      for (const Touch touch : {Touch::kNothing, Touch::kAllPages, Touch::kFreshPages}) {
        const char* kind = touch == Touch::kNothing    ? "matrix/"
                           : touch == Touch::kAllPages ? "matrix, used/"
                                                       : "matrix, fresh pages/";
        benchmark::RegisterBenchmark(name(kind).c_str(), MatrixBench, shape, source, touch, Budget::Users::kOneThread)
            ->MinTime(0.1);
      }
      benchmark::RegisterBenchmark(name("matrix, decoder with threads/").c_str(), MatrixBench, shape, source,
                                   Touch::kNothing, Budget::Users::kManyThreads)
          ->MinTime(0.1);
      benchmark::RegisterBenchmark(name("latency/").c_str(), LatencyBench, shape, source)->MinTime(0.05);
    }
    for (const int threads : {1, 2, 4, 8}) {
      benchmark::RegisterBenchmark(("concurrent, used/3x256x256" + end).c_str(), MatrixBench, kShapes[0], source,
                                   Touch::kAllPages, Budget::Users::kOneThread)
          ->Threads(threads)
          ->UseRealTime()
          ->MinTime(0.1);
      benchmark::RegisterBenchmark(("concurrent/1x100x100" + end).c_str(), MatrixBench, kShapes[2], source,
                                   Touch::kNothing, Budget::Users::kOneThread)
          ->Threads(threads)
          ->UseRealTime()
          ->MinTime(0.1);
    }
    benchmark::RegisterBenchmark(("mixed sizes, used" + end).c_str(), MixedBench, source)->MinTime(0.1);
  }
}

// As the console reporter, and a table of the pairs at the end.
class PairReporter : public benchmark::ConsoleReporter {
 public:
  PairReporter() : ConsoleReporter(OO_Tabular) {}
  void ReportRuns(const std::vector<Run>& runs) override {
    ConsoleReporter::ReportRuns(runs);
    for (const Run& run : runs) {
      if (run.error_occurred || (run.run_type == Run::RT_Aggregate && run.aggregate_name != "median")) continue;
      std::string name = run.run_name.str();
      if (const size_t at = name.find("/min_time"); at != std::string::npos)
        name.erase(at, name.find('/', at + 1) - at);
      for (const std::string end : {"/direct", "/pool"}) {
        const size_t at = name.find(end);
        if (at == std::string::npos) continue;
        name.erase(at, end.size());
        const auto items = run.counters.find("items_per_second");
        const auto heap = run.counters.find("heap/op");
        if (items == run.counters.end() || heap == run.counters.end()) continue;
        if (pairs_.count(name) == 0) order_.push_back(name);
        Side& side = end == "/pool" ? pairs_[name].pool : pairs_[name].direct;
        // Of all threads together; the time of one operation is that of one thread.
        side.rate = items->second.value;
        side.ns = static_cast<double>(run.threads) * 1e9 / items->second.value;
        side.heap = heap->second.value;
      }
    }
  }
  void Finalize() override {
    if (order_.empty()) return;
    std::printf("\n| | direct ns | pool ns | times | direct Mop/s | pool Mop/s | heap calls/op direct | pool |\n");
    std::printf("| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |\n");
    for (const std::string& name : order_) {
      const Pair& pair = pairs_[name];
      if (pair.direct.rate == 0 || pair.pool.rate == 0) continue;
      std::printf("| %s | %.1f | %.1f | %.1f | %.2f | %.2f | %.2f | %.2f |\n", name.c_str(), pair.direct.ns,
                  pair.pool.ns, pair.direct.ns / pair.pool.ns, pair.direct.rate * 1e-6, pair.pool.rate * 1e-6,
                  pair.direct.heap, pair.pool.heap);
    }
  }

 private:
  struct Side {
    double ns = 0;
    double rate = 0;
    double heap = 0;
  };
  struct Pair {
    Side direct;
    Side pool;
  };
  std::map<std::string, Pair> pairs_;
  std::vector<std::string> order_;
};

}  // namespace
}  // namespace jxlpool

int main(int argc, char** argv) {
  benchmark::Initialize(&argc, argv);
  jxlpool::RegisterAll();
  jxlpool::PairReporter reporter;
  benchmark::RunSpecifiedBenchmarks(&reporter);
  benchmark::Shutdown();
  for (int i = 1; i < argc; ++i) {
    if (!jxlpool::BenchDecodes(argv[i])) return 1;
  }
  return 0;
}
