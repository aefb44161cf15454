// Modular channels: predictors, MA trees, and the inverse transforms. Items are samples.
#include <benchmark/benchmark.h>

#include <cstdint>
#include <string>
#include <vector>

#include "lib/entropy/entropy_decoder.h"
#include "lib/modular/stream/channel_decoder.h"
#include "lib/modular/transforms/rct.h"
#include "lib/modular/transforms/squeeze.h"
#include "tools/bench/bench_memory.h"
#include "tools/bench/synthetic_stream.h"

namespace jxlpool {
namespace {

constexpr uint32_t kDim = 256;

// ---- Trees ----

using Nodes = std::vector<MaNode>;

struct Level {
  int16_t property;
  int32_t spread;  // thresholds lie within +-spread
};

// A complete tree: every level asks for one property, nodes of a level have different thresholds. Breadth-first.
Nodes CompleteTree(const std::vector<Level>& levels, Predictor predictor) {
  Nodes nodes;
  for (size_t depth = 0; depth < levels.size(); ++depth) {
    const int32_t count = 1 << depth;
    for (int32_t i = 0; i < count; ++i) {
      MaNode node;
      node.property = levels[depth].property;
      node.value = (2 * i + 1 - count) * levels[depth].spread / count;
      node.child = static_cast<uint32_t>(2 * count - 1 + 2 * i);
      nodes.push_back(node);
    }
  }
  const uint32_t leaves = 1u << levels.size();
  for (uint32_t i = 0; i < leaves; ++i) {
    MaNode leaf;
    leaf.predictor = predictor;
    leaf.child = i;
    nodes.push_back(leaf);
  }
  return nodes;
}

// A complete search tree on one property: 2^depth intervals of equal width within +-spread.
Nodes SearchTree(int16_t property, int32_t spread, size_t depth, Predictor predictor) {
  Nodes nodes = CompleteTree(std::vector<Level>(depth, Level{property, 0}), predictor);
  struct Interval {
    int32_t low, high;
  };
  std::vector<Interval> intervals = {{-spread, spread}};
  for (size_t i = 0; !nodes[i].is_leaf(); ++i) {
    const Interval interval = intervals[i];
    nodes[i].value = (interval.low + interval.high) / 2;
    intervals.push_back({nodes[i].value, interval.high});
    intervals.push_back({interval.low, nodes[i].value});
  }
  return nodes;
}

Nodes SingleLeaf(Predictor predictor) { return CompleteTree({}, predictor); }

// As the trees that encoders learn at high effort: many properties, leaves with different predictors.
Nodes LearntTree(Predictor first, Predictor second) {
  Nodes nodes = CompleteTree(
      {{kPropertyGradient, 8}, {kPropertyWeighted, 16}, {10, 12}, {12, 12}, {11, 8}, {6, 64}, {kPropertyY, 128}},
      first);
  for (size_t i = 0; i < nodes.size(); i += 2) {
    if (nodes[i].is_leaf()) nodes[i].predictor = second;
  }
  return nodes;
}

// Looks at the channel before: 18 is the difference of its sample from its own neighbour.
Nodes ReferenceTree() {
  return CompleteTree({{kFirstReferenceProperty + 2, 8}, {kFirstReferenceProperty, 64}, {kPropertyGradient, 8}},
                      Predictor::kGradient);
}

// ---- Decoding a channel ----

struct ChannelCase {
  SampleType type = SampleType::kInt16;
  Spread spread = Spread::kNarrow;
  Coding coding = Coding::kAns;
};

// Two channels of 256x256, of which the second one is decoded.
template <typename T>
const char* MakeImage(Memory* memory, ModularImage* image) {
  *image = ModularImage(memory, sizeof(T) == 2 ? SampleType::kInt16 : SampleType::kInt32);
  for (int c = 0; c < 2; ++c) {
    if (!image->Add(ChannelShape{kDim, kDim, 0, 0}).ok()) return "out of memory";
  }
  if (!image->Allocate(Fill::kZero).ok()) return "out of memory";
  for (uint32_t y = 0; y < kDim; ++y) {
    for (uint32_t x = 0; x < kDim; ++x) (*image)[0].Row<T>(y)[x] = static_cast<T>((x * x + 3 * y) % 251);
  }
  return nullptr;
}

const char* DecodeChannels(const Nodes& nodes, const ChannelCase& test, benchmark::State* state) {
  BenchMemory bench;
  auto tree = MaTree::FromNodes(nodes.data(), nodes.size(), &bench.memory);
  if (!tree.ok()) return tree.status().message();
  auto stream = MakeSyntheticStream(test.coding, test.spread, Runs::kNone, tree.value().num_leaves(),
                                    size_t{kDim} * kDim, &bench.memory);
  if (!stream) return "cannot make the stream";
  const MaTreeAndCode tree_and_code = {std::move(tree).value(), std::move(stream->code)};
  ModularImage image;
  const char* error = test.type == SampleType::kInt16 ? MakeImage<int16_t>(&bench.memory, &image)
                                                      : MakeImage<int32_t>(&bench.memory, &image);
  if (error != nullptr) return error;
  ChannelStream channels;
  channels.tree = &tree_and_code;
  channels.image = &image;
  for (auto _ : *state) {
    BitReader reader = stream->Reader();
    auto decoder = EntropyDecoder::Create(tree_and_code.code, &reader, &bench.memory, kDim, stream->num_integers);
    if (!decoder.ok()) return decoder.status().message();
    channels.decoder = &decoder.value();
    channels.reader = &reader;
    Status status = ChannelDecoder(channels, 1).Decode();
    if (status.ok()) status = decoder.value().Finish(&reader);
    if (!status.ok()) return status.message();
    benchmark::ClobberMemory();
  }
  state->SetItemsProcessed(state->iterations() * kDim * kDim);
  return nullptr;
}

void Channel(benchmark::State& state, const Nodes& nodes, const ChannelCase& test) {
  if (const char* error = DecodeChannels(nodes, test, &state)) state.SkipWithError(error);
}

void RegisterChannel(const std::string& name, const Nodes& nodes, const ChannelCase& test = ChannelCase()) {
  benchmark::RegisterBenchmark(("modular/" + name).c_str(),
                               [=](benchmark::State& state) { Channel(state, nodes, test); });
}

[[maybe_unused]] const bool kRegistered = [] {
  static constexpr const char* kPredictorNames[kNumPredictors] = {
      "zero",       "west",       "north",     "average_w_n",  "select",       "gradient",     "weighted",
      "north_east", "north_west", "west_west", "average_w_nw", "average_n_nw", "average_n_ne", "average_all"};
  for (uint32_t p = 0; p < kNumPredictors; ++p) {
    RegisterChannel(std::string("predictor/") + kPredictorNames[p], SingleLeaf(static_cast<Predictor>(p)));
  }
  const ChannelCase int32 = {SampleType::kInt32, Spread::kNarrow, Coding::kAns};
  RegisterChannel("predictor/gradient/int32", SingleLeaf(Predictor::kGradient), int32);
  RegisterChannel("predictor/weighted/int32", SingleLeaf(Predictor::kWeighted), int32);
  const ChannelCase prefix = {SampleType::kInt16, Spread::kNarrow, Coding::kPrefix};
  RegisterChannel("predictor/gradient/prefix", SingleLeaf(Predictor::kGradient), prefix);
  const ChannelCase wide = {SampleType::kInt16, Spread::kWide, Coding::kAns};
  RegisterChannel("predictor/gradient/wide", SingleLeaf(Predictor::kGradient), wide);
  RegisterChannel("tree/gradient_16", SearchTree(kPropertyGradient, 64, 4, Predictor::kGradient));
  RegisterChannel("tree/weighted_16", SearchTree(kPropertyWeighted, 64, 4, Predictor::kWeighted));
  RegisterChannel("tree/weighted_16/int32", SearchTree(kPropertyWeighted, 64, 4, Predictor::kWeighted), int32);
  RegisterChannel("tree/weighted_16/wide", SearchTree(kPropertyWeighted, 64, 4, Predictor::kWeighted), wide);
  RegisterChannel("tree/learnt_128", LearntTree(Predictor::kWeighted, Predictor::kGradient));
  RegisterChannel("tree/learnt_128/int32", LearntTree(Predictor::kWeighted, Predictor::kGradient), int32);
  RegisterChannel("tree/reference_8", ReferenceTree());
  return true;
}();

// ---- Inverse transforms ----

template <typename T>
void Rct(benchmark::State& state) {
  AlignedArray<T> c0(1024), c1(1024), c2(1024);
  c0.Randomise(0, 255, 1);
  c1.Randomise(-255, 255, 2);
  c2.Randomise(-255, 255, 3);
  for (auto _ : state) {
    UndoRctRow(static_cast<uint32_t>(state.range(0)), c0.data(), c1.data(), c2.data(), 1024);
    benchmark::ClobberMemory();
  }
  state.SetItemsProcessed(state.iterations() * 3 * 1024);
}
BENCHMARK(Rct<int16_t>)->Name("modular/rct/int16")->ArgName("type")->DenseRange(0, 6);
BENCHMARK(Rct<int32_t>)->Name("modular/rct/int32")->ArgName("type")->DenseRange(0, 6);

template <typename T>
void UnsqueezeVertically(benchmark::State& state) {
  AlignedArray<T> average(1024), residual(1024), previous(1024), next(1024), even(1024), odd(1024);
  for (AlignedArray<T>* row : {&average, &previous, &next}) row->Randomise(0, 255);
  residual.Randomise(-8, 8, 2);
  for (auto _ : state) {
    const SqueezedRows<T> in = {average.data(), residual.data(), previous.data(), next.data()};
    UnsqueezeRow(in, 1024, even.data(), odd.data());
    benchmark::ClobberMemory();
  }
  state.SetItemsProcessed(state.iterations() * 2 * 1024);
}
BENCHMARK(UnsqueezeVertically<int16_t>)->Name("modular/unsqueeze_vertical/int16");
BENCHMARK(UnsqueezeVertically<int32_t>)->Name("modular/unsqueeze_vertical/int32");

template <typename T>
void UnsqueezeHorizontally(benchmark::State& state) {
  constexpr size_t kHalf = kDim / 2;
  AlignedArray<T> average(kDim * kHalf), residual(kDim * kHalf), out(kDim * kDim);
  average.Randomise(0, 255, 1);
  residual.Randomise(-8, 8, 2);
  const View2D<const T> average_view = {average.data(), kHalf, kHalf, kDim};
  const View2D<const T> residual_view = {residual.data(), kHalf, kHalf, kDim};
  const View2D<T> out_view = {out.data(), kDim, kDim, kDim};
  for (auto _ : state) {
    UnsqueezeColumns(average_view, residual_view, out_view, 0, kDim);
    benchmark::ClobberMemory();
  }
  state.SetItemsProcessed(state.iterations() * kDim * kDim);
}
BENCHMARK(UnsqueezeHorizontally<int16_t>)->Name("modular/unsqueeze_horizontal/int16");
BENCHMARK(UnsqueezeHorizontally<int32_t>)->Name("modular/unsqueeze_horizontal/int32");

}  // namespace
}  // namespace jxlpool
