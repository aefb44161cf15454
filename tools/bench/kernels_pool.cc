// Taking blocks from the pool and giving them back. Items are pairs of acquisition and release.
#include <benchmark/benchmark.h>

#include <cstdlib>

#include "lib/pool/matrix.h"
#include "tools/bench/bench_memory.h"

namespace jxlpool {
namespace {

// As a group's buffers are used: taken and given back by the same thread, all of one size.
void AcquireRelease(benchmark::State& state) {
  static BenchMemory bench;
  const size_t bytes = static_cast<size_t>(state.range(0));
  for (auto _ : state) {
    auto buffer = bench.memory.Acquire(bytes, Category::kTile, ElementType::kFloat, Fill::kUninitialized);
    benchmark::DoNotOptimize(buffer.value().data());
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(AcquireRelease)->Name("pool/acquire_release")->Arg(4096)->Arg(786432)->ThreadRange(1, 2);

// Several live blocks of different sizes, given back in another order.
void AcquireReleaseMixed(benchmark::State& state) {
  BenchMemory bench;
  constexpr size_t kSizes[8] = {512, 4096, 786432, 20480, 4096, 262144, 128, 65536};
  for (auto _ : state) {
    Buffer buffers[8];
    for (size_t i = 0; i < 8; ++i) {
      auto buffer = bench.memory.Acquire(kSizes[i], Category::kTile, ElementType::kFloat, Fill::kUninitialized);
      buffers[i] = std::move(buffer).value();
    }
    for (const size_t i : {3, 1, 4, 0, 7, 5, 2, 6}) buffers[i].Release();
    benchmark::DoNotOptimize(buffers);
  }
  state.SetItemsProcessed(state.iterations() * 8);
}
BENCHMARK(AcquireReleaseMixed)->Name("pool/acquire_release_mixed");

void CreateMatrix(benchmark::State& state) {
  BenchMemory bench;
  const Fill fill = state.range(0) == 0 ? Fill::kUninitialized : Fill::kZero;
  for (auto _ : state) {
    auto matrix = Matrix3D<float>::Create(&bench.memory, Category::kTile, 3, 256, 256, fill);
    benchmark::DoNotOptimize(matrix.value().Row(0, 0));
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(CreateMatrix)->Name("pool/create_matrix_256x256x3")->ArgName("zeroed")->Arg(0)->Arg(1);

// What the same costs without a pool, pages touched as a decode would.
void TouchPages(uint8_t* data, size_t bytes) {
  for (size_t i = 0; i < bytes; i += 4096) data[i] = 1;
  benchmark::ClobberMemory();
}

void PooledAndTouched(benchmark::State& state) {
  BenchMemory bench;
  const size_t bytes = static_cast<size_t>(state.range(0));
  for (auto _ : state) {
    auto buffer = bench.memory.Acquire(bytes, Category::kTile, ElementType::kFloat, Fill::kUninitialized);
    TouchPages(buffer.value().data(), bytes);
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(PooledAndTouched)->Name("pool/touched/pool")->Arg(4096)->Arg(786432);

void MallocAndTouched(benchmark::State& state) {
  const size_t bytes = static_cast<size_t>(state.range(0));
  for (auto _ : state) {
    uint8_t* data = static_cast<uint8_t*>(std::malloc(bytes));
    benchmark::DoNotOptimize(data);
    TouchPages(data, bytes);
    std::free(data);
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(MallocAndTouched)->Name("pool/touched/malloc")->Arg(4096)->Arg(786432);

}  // namespace
}  // namespace jxlpool
