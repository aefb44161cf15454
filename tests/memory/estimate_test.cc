// Proves: jxlpool_decoder_estimate_memory is an upper bound of what a decode takes in each mode, and close to it: at
// most 1.6 times as much for VarDCT images above one megapixel, 2 times below, 3 times with extra channels; 2.2 times
// for Modular images above one megapixel, 3.5 times where they take less than a megabyte; a decode with the estimate as
// its limit succeeds. The pixels are the same in all modes, and streamed rows of large
// VarDCT images never take memory of the size of a frame.
//
// usage: estimate_test FOLDER...
#include <algorithm>
#include <cstdio>
#include <cstring>
#include <vector>

#include "tests/memory/decode_file.h"

namespace jxlpool::memory_test {
namespace {

constexpr int kSkipped = 77;

struct Case {
  JxlpoolMode mode;
  uint32_t num_threads;
  Sink sink;
};

struct Totals {
  int files = 0;
  int failures = 0;
  int streamed = 0;                  // decodes of images so large that nothing of the size of a frame may be live
  std::vector<double> ratios[3][2];  // by kind, of images up to and above one megapixel
};

// How tight the bound promises to be.
enum class Kind : uint8_t {
  kVarDct,   // all frames are VarDCT, without patches and splines
  kModular,  // all frames are Modular
  kMixed,    // anything else
};

Kind KindOf(Decoder* decoder) {
  bool is_plain = true;
  uint32_t num_modular = 0;
  uint32_t num_frames = 0;
  auto frame = Make<JxlpoolFrameHeader>();
  for (; jxlpool_decoder_get_frame_header(decoder->get(), num_frames, &frame) == JXLPOOL_OK; ++num_frames) {
    num_modular += frame.encoding == JXLPOOL_ENCODING_MODULAR ? 1 : 0;
    is_plain &= !frame.has_patches && !frame.has_splines;
  }
  if (num_modular == num_frames) return Kind::kModular;
  return num_modular == 0 && is_plain ? Kind::kVarDct : Kind::kMixed;
}

// The most that the estimate may be, as a multiple of the peak; 0: nothing is promised.
double MostAllowed(Kind kind, bool is_large, bool has_extra_channels, uint64_t peak) {
  if (kind == Kind::kVarDct) return has_extra_channels ? 3 : is_large ? 1.6 : 2;
  if (kind != Kind::kModular || !is_large) return 0;
  return peak < 1000000 ? 3.5 : 2.2;
}

uint64_t Choose(const JxlpoolMemoryEstimate& estimate, const Case& test_case) {
  if (test_case.mode == JXLPOOL_MODE_PARALLEL) return estimate.parallel;
  return test_case.num_threads == 1 ? estimate.one_thread : estimate.streaming;
}

// Many groups, of which few may be there at a time: together less than the frame in samples of 8 bits.
bool IsLarge(const JxlpoolImageInfo& image) { return image.height >= 2048 && image.width >= 2048; }

// Returns the checksum of the pixels, 0 if the file cannot be decoded.
uint64_t TestCase(const TestFile& file, const Case& test_case, Totals* totals) {
  auto options = Make<JxlpoolDecoderOptions>();
  options.num_threads = test_case.num_threads;
  options.mode = test_case.mode;
  Decoder decoder(&options);
  if (decoder.OpenMemory(file.bytes.data(), file.bytes.size()) != JXLPOOL_OK) return 0;
  const auto image = decoder.ImageInfo();
  const Kind kind = KindOf(&decoder);
  auto estimate = Make<JxlpoolMemoryEstimate>();
  const uint32_t streamed = test_case.sink == Sink::kRows ? PixelBytes(*image) : 0;
  if (jxlpool_decoder_estimate_memory(decoder.get(), streamed, &estimate) != JXLPOOL_OK) return 0;
  decoder.Close();

  Target target;
  target.sink = test_case.sink;
  jxlpool_decoder_reset_statistics(decoder.get());
  if (DecodeAll(file, &decoder, &target) != JXLPOOL_OK) return 0;
  auto statistics = Make<JxlpoolDecoderStatistics>();
  jxlpool_decoder_get_statistics(decoder.get(), &statistics);
  const bool streams =
      kind == Kind::kVarDct && test_case.mode == JXLPOOL_MODE_STREAMING && test_case.sink == Sink::kRows;
  if (streams && IsLarge(*image)) {
    ++totals->streamed;
    const uint64_t frame_bytes = uint64_t{image->width} * image->height * image->num_color_channels;
    if (statistics.total.peak_bytes >= frame_bytes) {
      std::printf("%s: streaming takes %llu bytes\n", file.name.c_str(),
                  static_cast<unsigned long long>(statistics.total.peak_bytes));
      ++totals->failures;
    }
  }
  const uint64_t bound = Choose(estimate, test_case);
  const double ratio = static_cast<double>(bound) / static_cast<double>(statistics.total.peak_bytes);
  const bool is_large = uint64_t{image->width} * image->height > 1000000;
  const double most = MostAllowed(kind, is_large, image->num_extra_channels != 0, statistics.total.peak_bytes);
  totals->ratios[static_cast<size_t>(kind)][is_large].push_back(ratio);
  if (ratio >= 1 && (most == 0 || ratio <= most)) return target.checksum;
  std::printf("%s: %.2f times the peak of %llu (%u threads, mode %d, %s)\n", file.name.c_str(), ratio,
              static_cast<unsigned long long>(statistics.total.peak_bytes), test_case.num_threads,
              static_cast<int>(test_case.mode), test_case.sink == Sink::kRows ? "rows" : "pixels");
  ++totals->failures;
  return target.checksum;
}

// The estimate as the limit, automatic mode.
void TestLimit(const TestFile& file, Totals* totals) {
  auto options = Make<JxlpoolDecoderOptions>();
  options.num_threads = 4;
  uint64_t checksums[2] = {};
  for (const bool limited : {false, true}) {
    Decoder decoder(&options);
    if (decoder.OpenMemory(file.bytes.data(), file.bytes.size()) != JXLPOOL_OK) return;
    auto estimate = Make<JxlpoolMemoryEstimate>();
    if (jxlpool_decoder_estimate_memory(decoder.get(), 16, &estimate) != JXLPOOL_OK) return;
    decoder.Close();
    Target target;
    target.sink = Sink::kRows;
    const JxlpoolStatus status = DecodeAll(file, &decoder, &target);
    if (!limited && status != JXLPOOL_OK) return;
    options.memory_limit = estimate.one_thread;
    checksums[limited] = status == JXLPOOL_OK ? target.checksum : ~checksums[0];
  }
  if (checksums[0] == checksums[1]) return;
  std::printf("%s: fails or differs with its least estimate as the limit\n", file.name.c_str());
  ++totals->failures;
}

int Run(int num_paths, char** paths) {
  Totals totals;
  for (int i = 0; i < num_paths; ++i) {
    for (const std::string& path : FindFiles(paths[i])) {
      const TestFile file = ReadFile(path);
      ++totals.files;
      for (const Sink sink : {Sink::kPixels, Sink::kRows}) {
        const uint64_t alone = TestCase(file, {JXLPOOL_MODE_PARALLEL, 1, sink}, &totals);
        const uint64_t parallel = TestCase(file, {JXLPOOL_MODE_PARALLEL, 4, sink}, &totals);
        const uint64_t streaming = TestCase(file, {JXLPOOL_MODE_STREAMING, 2, sink}, &totals);
        const uint64_t least = TestCase(file, {JXLPOOL_MODE_STREAMING, 1, sink}, &totals);
        if (parallel == alone && streaming == alone && least == alone) continue;
        std::printf("%s: the pixels depend on the mode\n", file.name.c_str());
        ++totals.failures;
      }
      TestLimit(file, &totals);
    }
  }
  if (totals.files == 0) return kSkipped;
  static constexpr const char* kNames[3] = {"VarDCT", "Modular", "other"};
  for (size_t kind = 0; kind < 3; ++kind) {
    for (size_t is_large = 0; is_large < 2; ++is_large) {
      std::vector<double>& ratios = totals.ratios[kind][is_large];
      std::sort(ratios.begin(), ratios.end());
      if (ratios.empty()) continue;
      std::printf("estimate to peak, %zu %s decodes %s 1 megapixel: %.2f ... %.2f ... %.2f\n", ratios.size(),
                  kNames[kind], is_large ? "above" : "up to", ratios.front(), ratios[ratios.size() / 2], ratios.back());
    }
  }
  std::printf("%d files, %d decodes of large images streamed, %d failures\n", totals.files, totals.streamed,
              totals.failures);
  return totals.failures == 0 ? 0 : 1;
}

}  // namespace
}  // namespace jxlpool::memory_test

int main(int argc, char** argv) { return jxlpool::memory_test::Run(argc - 1, argv + 1); }
