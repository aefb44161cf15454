// Proves: an image is the same on every SIMD target that this CPU runs and without SIMD. Lossless samples have the same
// bits. Others round differently, by at most kBound, or where the transfer function is so steep that this is less, by
// kLinearBound in linear light: some units in the last place of what the sample is a difference of. No bound on signals
// would hold for all images, as PQ, HLG and power functions are infinitely steep at 0, and the latter jump at a cut-off
// that the format prescribes. Both bounds are relative to the brightest component of the pixel if that exceeds 1.
//
// usage: targets_test FOLDER...
#include "tests/targets.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <optional>
#include <string>
#include <vector>

#include "lib/color/transfer_functions.h"
#include "tests/memory/decode_file.h"

namespace jxlpool {
namespace {

using memory_test::FindFiles;
using memory_test::ReadFile;
using memory_test::TestFile;

constexpr int kSkipped = 77;
constexpr double kBound = 1e-5;
constexpr double kLinearBound = 2e-6;
constexpr double kGammaCutOff = 1e-5;  // linear light

using Transfer = ColorDescription::Transfer;

struct Picture {
  bool lossless = true;
  Transfer transfer = Transfer::kLinear;
  double gamma = 1;
  double nits = 255;
  uint32_t num_colors = 0;
  uint32_t num_channels = 0;
  std::vector<float> samples;  // pixels of all frames with all their channels

  // Power functions are 0 up to kGammaCutOff.
  double Linear(float signal) const {
    const double linear = DecodeSample(transfer, gamma, nits, signal);
    const bool is_power = transfer == Transfer::kGamma || transfer == Transfer::kDci;
    return is_power ? std::max(linear, kGammaCutOff) : linear;
  }
};

// Whether the samples of all frames are the coded integers or floats, unfiltered.
bool IsLossless(Decoder* decoder) {
  const auto image = decoder->ImageInfo();
  if (image->xyb_encoded) return false;
  for (uint32_t c = 0; c < image->num_extra_channels; ++c) {
    if (decoder->ExtraChannel(c)->dim_shift != 0) return false;
  }
  auto frame = Make<JxlpoolFrameHeader>();
  for (uint32_t i = 0; jxlpool_decoder_get_frame_header(decoder->get(), i, &frame) == JXLPOOL_OK; ++i) {
    if (frame.encoding != JXLPOOL_ENCODING_MODULAR || frame.upsampling != 1) return false;
    if (frame.gaborish || frame.epf_iterations != 0 || frame.has_noise || frame.has_splines) return false;
  }
  return true;
}

void DescribeColors(Decoder* decoder, Picture* picture) {
  const auto image = decoder->ImageInfo();
  picture->num_colors = image->num_color_channels;
  picture->num_channels = image->num_color_channels + image->num_extra_channels;
  picture->nits = image->intensity_target;
  const auto encoding = decoder->ColorEncoding(JXLPOOL_PROFILE_DATA);
  if (!encoding || encoding->transfer == JXLPOOL_TRANSFER_UNKNOWN) return;
  picture->transfer = static_cast<Transfer>(encoding->transfer);
  picture->gamma = picture->transfer == Transfer::kDci ? 1 / 2.6 : encoding->gamma;
}

// Nothing if the file cannot be decoded.
std::optional<Picture> Decode(const TestFile& file, int64_t target) {
  const ForcedTarget forced(target);
  auto options = Make<JxlpoolDecoderOptions>();
  options.num_threads = 1;
  Decoder decoder(&options);
  if (decoder.OpenMemory(file.bytes.data(), file.bytes.size()) != JXLPOOL_OK) return std::nullopt;
  Picture picture;
  picture.lossless = IsLossless(&decoder);
  DescribeColors(&decoder, &picture);
  auto output = Make<JxlpoolOutput>();
  output.channels = JXLPOOL_CHANNELS_ALL;
  output.sample_type = JXLPOOL_FLOAT32;
  auto frame = Make<JxlpoolFrameInfo>();
  JxlpoolStatus status = JXLPOOL_OK;
  while ((status = decoder.NextFrame(&frame)) == JXLPOOL_OK) {
    const size_t bytes = decoder.PixelSize(output) * frame.width * frame.height;
    const size_t before = picture.samples.size();
    picture.samples.resize(before + bytes / sizeof(float));
    output.pixels = picture.samples.data() + before;
    output.pixels_size = bytes;
    if (decoder.DecodeFrame(output) != JXLPOOL_OK) return std::nullopt;
  }
  if (status != JXLPOOL_END) return std::nullopt;
  return picture;
}

// The pixel's brightest component, at least 1.
double Brightness(const Picture& picture, size_t sample) {
  const float* pixel = picture.samples.data() + sample / picture.num_channels * picture.num_channels;
  double brightness = 1;
  for (uint32_t c = 0; c < picture.num_colors; ++c) brightness = std::max(brightness, std::abs(double{pixel[c]}));
  return brightness;
}

struct Comparison {
  double largest = 0;  // difference of two samples, relative to the brightness
  size_t at = 0;
  size_t num_beyond = 0;  // kBound
  bool good = true;

  void Add(const Picture& best, const Picture& other, size_t i) {
    const float a = best.samples[i];
    const float b = other.samples[i];
    if (std::memcmp(&a, &b, sizeof(a)) == 0) return;
    const double brightness = Brightness(best, i);
    const double difference = std::abs(double{a} - b) / brightness;
    const bool in_bound = difference <= kBound;  // NaN is not
    num_beyond += !in_bound;
    if (best.lossless || !(in_bound || IsSameLight(best, i, b, brightness))) good = false;
    if (difference <= largest) return;
    largest = difference;
    at = i;
  }

  static bool IsSameLight(const Picture& best, size_t i, float other, double brightness) {
    const bool is_color = i % best.num_channels < best.num_colors;
    return is_color && std::abs(best.Linear(best.samples[i]) - best.Linear(other)) <= kLinearBound * brightness;
  }
};

// False if `other` is too far from the picture of the best target.
bool Compare(const TestFile& file, int64_t target, const Picture& best, const std::optional<Picture>& other) {
  const char* name = file.name.c_str();
  if (!other || other->samples.size() != best.samples.size()) {
    std::printf("FAIL %s: %s gives no such picture\n", name, hwy::TargetName(target));
    return false;
  }
  Comparison comparison;
  for (size_t i = 0; i < best.samples.size(); ++i) comparison.Add(best, *other, i);
  if (comparison.good && comparison.largest == 0) return true;
  std::printf("%s%s: %s differs by %.2e (%.8g, not %.8g), %zu samples by more than %g\n",
              comparison.good ? "" : "FAIL ", name, hwy::TargetName(target), comparison.largest,
              double{other->samples[comparison.at]}, double{best.samples[comparison.at]}, comparison.num_beyond,
              kBound);
  return comparison.good;
}

int Run(int num_paths, char** paths) {
  const std::vector<int64_t> targets = CompiledTargets();
  int num_files = 0;
  int num_failures = 0;
  for (int i = 0; i < num_paths; ++i) {
    for (const std::string& path : FindFiles(paths[i])) {
      const TestFile file = ReadFile(path);
      const std::optional<Picture> best = Decode(file, targets[0]);
      if (!best) continue;
      ++num_files;
      for (size_t t = 1; t < targets.size(); ++t) {
        num_failures += Compare(file, targets[t], *best, Decode(file, targets[t])) ? 0 : 1;
      }
    }
  }
  if (num_files == 0 || targets.size() == 1) return kSkipped;
  std::printf("%d files on %zu targets, %d failures\n", num_files, targets.size(), num_failures);
  return num_failures == 0 ? 0 : 1;
}

}  // namespace
}  // namespace jxlpool

int main(int argc, char** argv) { return jxlpool::Run(argc - 1, argv + 1); }
