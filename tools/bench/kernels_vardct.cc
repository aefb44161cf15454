// Inverse transforms and dequantisation over one channel of a 256x256 group. Items are samples.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <cstring>
#include <string>

#include "lib/vardct/dequantize.h"
#include "lib/vardct/inverse_dct.h"
#include "lib/vardct/transform_types.h"
#include "tools/bench/bench_memory.h"

namespace jxlpool {
namespace {

constexpr const char* kTypeNames[kNumTransformTypes] = {
    "dct8x8",     "hornuss",   "dct2x2",    "dct4x4",     "dct16x16",   "dct32x32",  "dct16x8",
    "dct8x16",    "dct32x8",   "dct8x32",   "dct32x16",   "dct16x32",   "dct4x8",    "dct8x4",
    "afv0",       "afv1",      "afv2",      "afv3",       "dct64x64",   "dct64x32",  "dct32x64",
    "dct128x128", "dct128x64", "dct64x128", "dct256x256", "dct256x128", "dct128x256"};

// Which coefficients are not zero.
enum class Content { kAll, kTwiceLfCorner, kLfCorner };
constexpr const char* kContentNames[] = {"all", "low", "lf"};

CoefficientBounds BoundsOf(const TransformShape& shape, Content content) {
  if (content == Content::kAll) {
    return {static_cast<uint32_t>(shape.StoredRows()), static_cast<uint32_t>(shape.StoredColumns())};
  }
  const uint32_t factor = content == Content::kLfCorner ? 1 : 2;
  return {factor * static_cast<uint32_t>(shape.StoredRows() / kBlockDim),
          factor * static_cast<uint32_t>(shape.StoredColumns() / kBlockDim)};
}

void FillCoefficients(const TransformShape& shape, CoefficientBounds bounds, AlignedArray<float>* coefficients) {
  coefficients->Randomise(-1, 1);
  for (size_t i = 0; i < coefficients->size(); ++i) {
    const size_t in_block = i % shape.size();
    if (in_block / shape.StoredColumns() >= bounds.rows || in_block % shape.StoredColumns() >= bounds.columns) {
      (*coefficients)[i] = 0;
    }
  }
}

// The coefficients are copied before each transform, which may change them: as if they had just been dequantised.
void InverseTransform(benchmark::State& state, TransformType type, Content content) {
  const TransformShape& shape = ShapeOf(type);
  const CoefficientBounds bounds = BoundsOf(shape, content);
  AlignedArray<float> coefficients(kMaxVarblockSize), work(shape.size()), scratch(InverseTransformScratch(type)),
      samples(kMaxVarblockSize);
  FillCoefficients(shape, bounds, &coefficients);
  const InverseTransformFunction transform = InverseTransforms()[static_cast<size_t>(type)];
  const size_t rows = size_t{kBlockDim} * shape.block_rows;
  const size_t columns = size_t{kBlockDim} * shape.block_columns;
  for (auto _ : state) {
    const float* next = coefficients.data();
    for (size_t y = 0; y < kGroupDim; y += rows) {
      for (size_t x = 0; x < kGroupDim; x += columns, next += shape.size()) {
        std::memcpy(work.data(), next, shape.size() * sizeof(float));
        transform(work.data(), bounds, scratch.data(), samples.data() + y * kGroupDim + x, kGroupDim);
      }
    }
    benchmark::DoNotOptimize(samples.data());
    benchmark::ClobberMemory();
  }
  state.SetItemsProcessed(state.iterations() * static_cast<int64_t>(kMaxVarblockSize));
}

// The quantised values are cleared by the kernel; they are set again each time.
template <typename T>
void Dequantize(benchmark::State& state) {
  constexpr size_t kCount = 4096;
  AlignedArray<T> quantized(kCount), work(kCount);
  AlignedArray<float> table(kCount), out(kCount);
  quantized.Randomise(-3, 3);
  table.Randomise(0.001, 0.1);
  const QuantBias bias = {0.94f, 0.145f};
  for (auto _ : state) {
    std::memcpy(work.data(), quantized.data(), kCount * sizeof(T));
    DequantizeCoefficients(work.data(), table.data(), 0.5f, bias, kCount, out.data());
    benchmark::DoNotOptimize(out.data());
    benchmark::ClobberMemory();
  }
  state.SetItemsProcessed(state.iterations() * static_cast<int64_t>(kCount));
}
BENCHMARK(Dequantize<int16_t>)->Name("vardct/dequantize/int16");
BENCHMARK(Dequantize<int32_t>)->Name("vardct/dequantize/int32");

void ChromaFromLuma(benchmark::State& state) {
  constexpr size_t kCount = 4096;
  AlignedArray<float> in(kCount), out(kCount);
  in.Randomise(-1, 1);
  for (auto _ : state) {
    AddScaled(in.data(), 1e-6f, kCount, out.data());
    benchmark::DoNotOptimize(out.data());
    benchmark::ClobberMemory();
  }
  state.SetItemsProcessed(state.iterations() * static_cast<int64_t>(kCount));
}
BENCHMARK(ChromaFromLuma)->Name("vardct/chroma_from_luma");

[[maybe_unused]] const bool kRegistered = [] {
  for (size_t i = 0; i < kNumTransformTypes; ++i) {
    const TransformType type = static_cast<TransformType>(i);
    for (const Content content : {Content::kAll, Content::kTwiceLfCorner, Content::kLfCorner}) {
      const std::string name =
          std::string("vardct/inverse/") + kTypeNames[i] + "/" + kContentNames[static_cast<size_t>(content)];
      benchmark::RegisterBenchmark(name.c_str(),
                                   [=](benchmark::State& state) { InverseTransform(state, type, content); });
    }
  }
  return true;
}();

}  // namespace
}  // namespace jxlpool
