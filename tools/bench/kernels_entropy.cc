// Decoding entropy-coded integers. Items are integers.
#include <benchmark/benchmark.h>

#include <cstdint>

#include "lib/entropy/entropy_decoder.h"
#include "lib/entropy/symbol_reader.h"
#include "tools/bench/bench_memory.h"
#include "tools/bench/synthetic_stream.h"

namespace jxlpool {
namespace {

constexpr size_t kNumIntegers = 1 << 16;

// As hot loops read: the state in registers, a cluster that changes from integer to integer.
template <class Coder>
[[gnu::noinline]] uint32_t SumIntegers(EntropyDecoder* decoder, BitReader* reader, const uint8_t* clusters,
                                       size_t count) {
  SymbolReader<Coder> symbols(decoder, *reader);
  uint32_t sum = 0;
  for (size_t i = 0; i < count; ++i) sum += symbols.ReadCluster(clusters[i % 8]);
  symbols.Store(reader);
  return sum;
}

void ReadIntegers(benchmark::State& state, Coding coding, Spread spread, Runs runs) {
  BenchMemory bench;
  auto made = MakeSyntheticStream(coding, spread, runs, SyntheticStream::kNumClusters, kNumIntegers, &bench.memory);
  if (!made) return state.SkipWithError("cannot make the stream");
  const SyntheticStream& stream = *made;
  const Copies copies = runs == Runs::kNone      ? Copies::kNone
                        : runs == Runs::kRepeats ? Copies::kRepeat
                                                 : Copies::kWindow;
  if (stream.code.kind(0).copies != copies) return state.SkipWithError("the stream is not what it should be");
  const uint8_t clusters[8] = {0, 3, 1, 5, 2, 6, 4, 0};
  for (auto _ : state) {
    BitReader reader = stream.Reader();
    auto decoder = EntropyDecoder::Create(stream.code, &reader, &bench.memory, 0, stream.num_integers);
    if (!decoder.ok()) return state.SkipWithError(decoder.status().message());
    benchmark::DoNotOptimize(VisitCoder(decoder.value().kind(), [&](auto coder) {
      return SumIntegers<decltype(coder)>(&decoder.value(), &reader, clusters, stream.num_integers);
    }));
    const Status status = decoder.value().Finish(&reader);
    if (!status.ok()) return state.SkipWithError(status.message());
  }
  state.SetItemsProcessed(state.iterations() * static_cast<int64_t>(stream.num_integers));
  state.counters["bits"] =
      static_cast<double>(stream.bytes.size() * 8 - stream.first_bit) / static_cast<double>(stream.num_integers);
}
BENCHMARK_CAPTURE(ReadIntegers, 0, Coding::kAns, Spread::kNarrow, Runs::kNone)->Name("entropy/ans/narrow");
BENCHMARK_CAPTURE(ReadIntegers, 1, Coding::kAns, Spread::kWide, Runs::kNone)->Name("entropy/ans/wide");
BENCHMARK_CAPTURE(ReadIntegers, 2, Coding::kPrefix, Spread::kNarrow, Runs::kNone)->Name("entropy/prefix/narrow");
BENCHMARK_CAPTURE(ReadIntegers, 3, Coding::kPrefix, Spread::kWide, Runs::kNone)->Name("entropy/prefix/wide");
BENCHMARK_CAPTURE(ReadIntegers, 4, Coding::kAns, Spread::kWide, Runs::kRepeats)->Name("entropy/ans/repeats");
BENCHMARK_CAPTURE(ReadIntegers, 5, Coding::kAns, Spread::kWide, Runs::kWindow)->Name("entropy/ans/window");
BENCHMARK_CAPTURE(ReadIntegers, 6, Coding::kPrefix, Spread::kWide, Runs::kRepeats)->Name("entropy/prefix/repeats");
BENCHMARK_CAPTURE(ReadIntegers, 7, Coding::kPrefix, Spread::kWide, Runs::kWindow)->Name("entropy/prefix/window");

// Reading the header of a code and making its tables. Items are clusters.
void ReadCode(benchmark::State& state, Coding coding) {
  BenchMemory bench;
  auto stream =
      MakeSyntheticStream(coding, Spread::kWide, Runs::kNone, SyntheticStream::kNumClusters, 1, &bench.memory);
  if (!stream) return state.SkipWithError("cannot make the stream");
  for (auto _ : state) {
    BitReader reader(stream->bytes.data(), stream->bytes.size());
    auto code = EntropyCode::Read(&reader, &bench.memory, SyntheticStream::kNumClusters);
    benchmark::DoNotOptimize(code.value().tables());
  }
  state.SetItemsProcessed(state.iterations() * SyntheticStream::kNumClusters);
}
BENCHMARK_CAPTURE(ReadCode, ans, Coding::kAns)->Name("entropy/read_code/ans");
BENCHMARK_CAPTURE(ReadCode, prefix, Coding::kPrefix)->Name("entropy/read_code/prefix");

}  // namespace
}  // namespace jxlpool
