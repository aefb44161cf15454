// Color conversion and sample conversion of one row of 1024 pixels. Items are pixels. Kernels that work in place get a
// fresh copy of their rows each time; the copy is part of the time.
#include <benchmark/benchmark.h>

#include <cstring>

#include "lib/color/color_transform.h"
#include "lib/color/sample_conversion.h"
#include "tools/bench/bench_memory.h"

namespace jxlpool {
namespace {

constexpr size_t kPixels = 1024;

struct Rows {
  Rows() {
    // Plausible X, Y and B; as good as any other numbers for the rest.
    source[0].Randomise(-0.015, 0.028, 1);
    source[1].Randomise(0, 0.85, 2);
    source[2].Randomise(0, 0.85, 3);
    Restore();
  }
  void Restore() {
    for (size_t c = 0; c < 3; ++c) std::memcpy(row[c].data(), source[c].data(), kPixels * sizeof(float));
  }
  AlignedArray<float> source[3] = {AlignedArray<float>(kPixels), AlignedArray<float>(kPixels),
                                   AlignedArray<float>(kPixels)};
  AlignedArray<float> row[3] = {AlignedArray<float>(kPixels), AlignedArray<float>(kPixels),
                                AlignedArray<float>(kPixels)};
};

ColorTransform XybTo(ColorDescription::Transfer transfer) {
  ColorDescription output = ColorDescription::Srgb();
  output.transfer = transfer;
  auto transform = ColorTransform::Xyb(OpsinInverseMatrix(), 255, output);
  return transform.ok() ? transform.value() : ColorTransform();
}

void Apply(benchmark::State& state, const ColorTransform& transform) {
  Rows rows;
  for (auto _ : state) {
    rows.Restore();
    transform.Apply(rows.row[0].data(), rows.row[1].data(), rows.row[2].data(), kPixels);
    benchmark::ClobberMemory();
  }
  state.SetItemsProcessed(state.iterations() * static_cast<int64_t>(kPixels));
}
using Transfer = ColorDescription::Transfer;
BENCHMARK_CAPTURE(Apply, srgb, XybTo(Transfer::kSrgb))->Name("color/xyb_to_float/srgb");
BENCHMARK_CAPTURE(Apply, linear, XybTo(Transfer::kLinear))->Name("color/xyb_to_float/linear");
BENCHMARK_CAPTURE(Apply, 709, XybTo(Transfer::k709))->Name("color/xyb_to_float/709");
BENCHMARK_CAPTURE(Apply, pq, XybTo(Transfer::kPq))->Name("color/xyb_to_float/pq");
BENCHMARK_CAPTURE(Apply, hlg, XybTo(Transfer::kHlg))->Name("color/xyb_to_float/hlg");
BENCHMARK_CAPTURE(Apply, ycbcr, ColorTransform::Ycbcr())->Name("color/ycbcr_to_float");

OutputRowFormat FormatOf(OutputSample type, uint32_t num_channels) {
  OutputRowFormat format;
  format.type = type;
  format.bits = type == OutputSample::kUint8 ? 8 : 16;
  format.num_channels = num_channels;
  return format;
}

// The whole way from the decoder's planes to what the caller gets.
void ApplyAndStore(benchmark::State& state, const ColorTransform& transform, OutputSample type) {
  Rows rows;
  const OutputRowFormat format = FormatOf(type, 3);
  AlignedArray<uint8_t> out(kPixels * format.PixelBytes());
  const float* channels[3] = {rows.row[0].data(), rows.row[1].data(), rows.row[2].data()};
  for (auto _ : state) {
    rows.Restore();
    transform.Apply(rows.row[0].data(), rows.row[1].data(), rows.row[2].data(), kPixels);
    StoreRow(format, channels, kPixels, OutputRowPosition(), out.data());
    benchmark::ClobberMemory();
  }
  state.SetItemsProcessed(state.iterations() * static_cast<int64_t>(kPixels));
}
BENCHMARK_CAPTURE(ApplyAndStore, srgb8, XybTo(Transfer::kSrgb), OutputSample::kUint8)->Name("color/xyb_to_srgb/uint8");
BENCHMARK_CAPTURE(ApplyAndStore, srgb16, XybTo(Transfer::kSrgb), OutputSample::kUint16)
    ->Name("color/xyb_to_srgb/uint16");
BENCHMARK_CAPTURE(ApplyAndStore, ycbcr8, ColorTransform::Ycbcr(), OutputSample::kUint8)
    ->Name("color/ycbcr_to_rgb/uint8");

void Store(benchmark::State& state, OutputSample type) {
  Rows rows;
  const OutputRowFormat format = FormatOf(type, static_cast<uint32_t>(state.range(0)));
  AlignedArray<uint8_t> out(kPixels * format.PixelBytes());
  const float* channels[4] = {rows.row[0].data(), rows.row[1].data(), rows.row[2].data(), nullptr};
  for (auto _ : state) {
    StoreRow(format, channels, kPixels, OutputRowPosition(), out.data());
    benchmark::ClobberMemory();
  }
  state.SetItemsProcessed(state.iterations() * static_cast<int64_t>(kPixels));
}
BENCHMARK_CAPTURE(Store, u8, OutputSample::kUint8)->Name("color/store/uint8")->ArgName("channels")->DenseRange(1, 4);
BENCHMARK_CAPTURE(Store, u16, OutputSample::kUint16)->Name("color/store/uint16")->ArgName("channels")->Arg(1)->Arg(3);
BENCHMARK_CAPTURE(Store, f16, OutputSample::kFloat16)->Name("color/store/float16")->ArgName("channels")->Arg(1)->Arg(3);
BENCHMARK_CAPTURE(Store, f32, OutputSample::kFloat32)->Name("color/store/float32")->ArgName("channels")->Arg(1)->Arg(3);

// Lossless images: integers straight to integers.
template <typename T>
void StoreIntegers(benchmark::State& state) {
  const OutputRowFormat format = FormatOf(OutputSample::kUint8, static_cast<uint32_t>(state.range(0)));
  AlignedArray<T> in(kPixels);
  AlignedArray<uint8_t> out(kPixels * format.PixelBytes());
  in.Randomise(0, 255);
  const T* channels[4] = {in.data(), in.data(), in.data(), in.data()};
  const uint32_t factor = IntegerRowFactor(8, format);
  const uint32_t factors[4] = {factor, factor, factor, factor};
  for (auto _ : state) {
    StoreIntegerRow(format, channels, factors, kPixels, false, out.data());
    benchmark::ClobberMemory();
  }
  state.SetItemsProcessed(state.iterations() * static_cast<int64_t>(kPixels));
}
BENCHMARK(StoreIntegers<int16_t>)->Name("color/store_integers/int16_to_uint8")->ArgName("channels")->Arg(1)->Arg(3);
BENCHMARK(StoreIntegers<int32_t>)->Name("color/store_integers/int32_to_uint8")->ArgName("channels")->Arg(1)->Arg(3);

template <typename T>
void ToFloat(benchmark::State& state) {
  AlignedArray<T> in(kPixels);
  AlignedArray<float> out(kPixels);
  in.Randomise(0, 255);
  const SampleScale scale = SampleScale::ForBits(8);
  for (auto _ : state) {
    IntegersToFloat(in.data(), kPixels, scale, out.data());
    benchmark::ClobberMemory();
  }
  state.SetItemsProcessed(state.iterations() * static_cast<int64_t>(kPixels));
}
BENCHMARK(ToFloat<int16_t>)->Name("color/to_float/int16");
BENCHMARK(ToFloat<int32_t>)->Name("color/to_float/int32");

void Transpose(benchmark::State& state) {
  constexpr size_t kDim = 256;
  const size_t pixel_bytes = static_cast<size_t>(state.range(0));
  AlignedArray<uint8_t> in(kDim * kDim * pixel_bytes), out(kDim * kDim * pixel_bytes);
  for (auto _ : state) {
    TransposePixels(in.data(), kDim * pixel_bytes, kDim, kDim, pixel_bytes, out.data(), kDim * pixel_bytes);
    benchmark::ClobberMemory();
  }
  state.SetItemsProcessed(state.iterations() * static_cast<int64_t>(kDim * kDim));
}
BENCHMARK(Transpose)->Name("color/transpose")->ArgName("pixel_bytes")->Arg(1)->Arg(3)->Arg(4)->Arg(8);

}  // namespace
}  // namespace jxlpool
