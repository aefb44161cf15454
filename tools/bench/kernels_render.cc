// The row stages: smoothing, edge-preserving filter, upsampling. Items are output samples of one channel.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <cmath>

#include "lib/headers/image_header.h"
#include "lib/headers/restoration_filter.h"
#include "lib/render/chroma_upsampling.h"
#include "lib/render/epf.h"
#include "lib/render/gaborish.h"
#include "lib/render/upsampling.h"
#include "tools/bench/bench_memory.h"

namespace jxlpool {
namespace {

constexpr int64_t kDim = 256;

void Gaborish(benchmark::State& state) {
  constexpr size_t kStride = kDim + 64;
  AlignedArray<float> in(kStride * (kDim + 2)), out(kStride);
  in.Randomise(0, 1);
  const GaborishWeights weights = NormalizeGaborish(0.115169525f, 0.061248592f);
  for (auto _ : state) {
    for (size_t y = 0; y < kDim; ++y) {
      const float* row = in.data() + (y + 1) * kStride + 32;
      GaborishRow(weights, row - kStride, row, row + kStride, kDim, out.data());
      benchmark::DoNotOptimize(out.data());
      benchmark::ClobberMemory();
    }
  }
  state.SetItemsProcessed(state.iterations() * kDim * kDim);
}
BENCHMARK(Gaborish)->Name("render/gaborish");

enum class Sigmas { kAllFiltered, kHalfSkipped, kAllSkipped };

void FillSigmas(Sigmas sigmas, AlignedArray<float>* blocks) {
  constexpr float kFiltered = -0.6f, kSkipped = 2 * kEpfSkipSigma;
  for (size_t i = 0; i < blocks->size(); ++i) {
    // Skipped regions are wide, as in real images.
    const bool skip = sigmas == Sigmas::kAllSkipped || (sigmas == Sigmas::kHalfSkipped && i / 8 % 2 == 0);
    (*blocks)[i] = skip ? kSkipped : kFiltered;
  }
}

// One pass over a tile of 256x256 and three channels.
void Epf(benchmark::State& state, int pass, Sigmas sigmas) {
  constexpr size_t kBorder = 3, kRows = kDim + 2 * kBorder, kStride = kDim + 2 * EpfPass::kMargin + 16;
  constexpr size_t kBlocks = kDim / 8;
  AlignedArray<float> in(3 * kRows * kStride), out(3 * kStride), blocks(kBlocks * kBlocks),
      scratch(EpfPass::ScratchFloats(pass, kDim));
  in.Randomise(0, 0.05);
  FillSigmas(sigmas, &blocks);
  EpfSigma sigma;
  sigma.blocks = View2D<const float>{blocks.data(), kBlocks, kBlocks, kBlocks};
  const RestorationFilter filter;
  EpfChannelOffsets in_channels, out_channels;
  for (ptrdiff_t c = 0; c < 3; ++c) {
    in_channels.offset[c] = c * static_cast<ptrdiff_t>(kRows * kStride);
    out_channels.offset[c] = c * static_cast<ptrdiff_t>(kStride);
  }
  const size_t border = EpfBorder(static_cast<uint32_t>(pass));
  for (auto _ : state) {
    EpfPass epf;
    epf.Start(pass, &filter, sigma, Rect{0, 0, kDim, kDim}, scratch.data());
    for (size_t y = 0; y < kDim; ++y) {
      const float* rows[7] = {};
      for (size_t i = 0; i <= 2 * border; ++i) {
        rows[i] = in.data() + (y + kBorder - border + i) * kStride + EpfPass::kMargin;
      }
      epf.NextRow(rows, in_channels, out.data() + EpfPass::kMargin, out_channels);
      benchmark::DoNotOptimize(out.data());
      benchmark::ClobberMemory();
    }
  }
  state.SetItemsProcessed(state.iterations() * 3 * kDim * kDim);
}
BENCHMARK_CAPTURE(Epf, pass0, 0, Sigmas::kAllFiltered)->Name("render/epf/pass0");
BENCHMARK_CAPTURE(Epf, pass1, 1, Sigmas::kAllFiltered)->Name("render/epf/pass1");
BENCHMARK_CAPTURE(Epf, pass2, 2, Sigmas::kAllFiltered)->Name("render/epf/pass2");
BENCHMARK_CAPTURE(Epf, pass1_half, 1, Sigmas::kHalfSkipped)->Name("render/epf/pass1_half_skipped");
BENCHMARK_CAPTURE(Epf, pass1_none, 1, Sigmas::kAllSkipped)->Name("render/epf/pass1_all_skipped");

void Upsample(benchmark::State& state) {
  const uint32_t factor = static_cast<uint32_t>(state.range(0));
  constexpr size_t kStride = kDim + 64;
  AlignedArray<float> in(5 * kStride), out(8 * 8 * kStride), scratch(UpsamplingScratchFloats(kDim));
  in.Randomise(0, 1);
  UpsamplingKernels kernels;
  MakeUpsamplingKernels(UpsamplingWeights(), factor, &kernels);
  const float* rows[5];
  float* out_rows[8];
  for (size_t i = 0; i < 5; ++i) rows[i] = in.data() + i * kStride + 32;
  for (size_t i = 0; i < 8; ++i) out_rows[i] = out.data() + i * 8 * kStride;
  for (auto _ : state) {
    UpsampleRow(kernels, rows, kDim, out_rows, scratch.data());
    benchmark::DoNotOptimize(out.data());
    benchmark::ClobberMemory();
  }
  state.SetItemsProcessed(state.iterations() * kDim * factor * factor);
}
BENCHMARK(Upsample)->Name("render/upsampling")->Arg(2)->Arg(4)->Arg(8);

void ChromaHorizontally(benchmark::State& state) {
  AlignedArray<float> in(kDim + 64), out(2 * kDim + 64);
  in.Randomise(0, 1);
  for (auto _ : state) {
    ChromaUpsampleRowHorizontally(in.data() + 32, kDim, out.data());
    benchmark::DoNotOptimize(out.data());
    benchmark::ClobberMemory();
  }
  state.SetItemsProcessed(state.iterations() * 2 * kDim);
}
BENCHMARK(ChromaHorizontally)->Name("render/chroma_upsampling/horizontal");

void ChromaVertically(benchmark::State& state) {
  AlignedArray<float> near(kDim), far(kDim), out(kDim);
  near.Randomise(0, 1);
  far.Randomise(0, 1, 2);
  for (auto _ : state) {
    ChromaUpsampleRowVertically(near.data(), far.data(), kDim, out.data());
    benchmark::DoNotOptimize(out.data());
    benchmark::ClobberMemory();
  }
  state.SetItemsProcessed(state.iterations() * kDim);
}
BENCHMARK(ChromaVertically)->Name("render/chroma_upsampling/vertical");

}  // namespace
}  // namespace jxlpool
