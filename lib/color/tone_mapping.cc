#include "lib/color/tone_mapping.h"

#include <algorithm>
#include <cmath>

#include "lib/color/transfer_functions.h"

namespace jxlpool {
namespace {

constexpr double kDarkestNits = 1e-6;
constexpr float kKeepSaturation = 0.1f;
// OOTF exponents and factors beyond these count as none or as infinite.
constexpr double kSmallOotf = 0.01;
constexpr float kLargestOotf = 1e9f;

float Luminance(const LuminanceWeights& weights, const float rgb[3]) {
  return weights.r * rgb[0] + weights.g * rgb[1] + weights.b * rgb[2];
}

}  // namespace

Bt2408Curve::Bt2408Curve(double source_peak, double target_peak)
    : source_peak_(source_peak), target_peak_(target_peak), source_signal_(PqFromNits(source_peak)) {
  max_level_ = PqFromNits(target_peak) / source_signal_;
  knee_ = 1.5 * max_level_ - 0.5;
}

void Bt2408Curve::Apply(const LuminanceWeights& luminance, float rgb[3]) const {
  const double nits = source_peak_ * Luminance(luminance, rgb);
  const double level = std::min(1.0, PqFromNits(nits) / source_signal_);
  double mapped = level;
  if (level >= knee_) {
    // A Hermite spline from the knee, where it is the identity, to the level of the target's peak.
    const double t = (level - knee_) / std::max(1e-6, 1 - knee_);
    const double t2 = t * t;
    const double t3 = t2 * t;
    mapped = (2 * t3 - 3 * t2 + 1) * knee_ + (t3 - 2 * t2 + t) * (1 - knee_) + (3 * t2 - 2 * t3) * max_level_;
  }
  const double target_nits = std::clamp(NitsFromPq(mapped * source_signal_), 0.0, target_peak_);
  if (nits <= kDarkestNits) {
    rgb[0] = rgb[1] = rgb[2] = static_cast<float>(target_nits / target_peak_);
    return;
  }
  const float factor = static_cast<float>(target_nits / nits * source_peak_ / target_peak_);
  for (int c = 0; c < 3; ++c) rgb[c] *= factor;
}

void GamutMap(const LuminanceWeights& luminance, float keep_saturation, float rgb[3]) {
  const float grey = Luminance(luminance, rgb);
  // The shares of grey that bring all components above 0, and below 1 as well.
  float mix_low = 0;
  float mix_all = 0;
  for (int c = 0; c < 3; ++c) {
    const float difference = rgb[c] - grey;
    const float inverse = 1 / (difference == 0 ? 1 : difference);
    const float mix_to_zero = rgb[c] * inverse;
    if (difference < 0) mix_low = std::max(mix_low, mix_to_zero);
    mix_all = std::max(mix_all, difference <= 0 ? mix_low : mix_to_zero - inverse);
  }
  const float mix = std::clamp(keep_saturation * (mix_low - mix_all) + mix_all, 0.0f, 1.0f);
  float largest = 1;
  for (int c = 0; c < 3; ++c) {
    rgb[c] += mix * (grey - rgb[c]);
    largest = std::max(largest, rgb[c]);
  }
  for (int c = 0; c < 3; ++c) rgb[c] /= largest;
}

Result<ToneMapper> ToneMapper::Create(const ColorDescription& image, const ColorDescription& output,
                                      float image_intensity_target, float display_intensity_target) {
  using Transfer = ColorDescription::Transfer;
  if (!(image_intensity_target > 0) || !(display_intensity_target > 0)) {
    return InvalidArgument("intensity target must be positive");
  }
  ToneMapper mapper;
  if (image_intensity_target == display_intensity_target) return mapper;
  JXLPOOL_ASSIGN_OR_RETURN(mapper.luminance_, LuminanceOf(output));
  if (image.transfer == Transfer::kPq && display_intensity_target < image_intensity_target) {
    mapper.mode_ = Mode::kBt2408;
    mapper.gamut_map_ = true;
    mapper.curve_ = Bt2408Curve(image_intensity_target, display_intensity_target);
  } else if (image.transfer == Transfer::kHlg && output.transfer != Transfer::kHlg) {
    const double ratio = static_cast<double>(display_intensity_target) / image_intensity_target;
    const double exponent = std::pow(1.111, std::log2(ratio)) - 1;
    if (std::abs(exponent) <= kSmallOotf) return mapper;
    mapper.mode_ = Mode::kOotf;
    mapper.gamut_map_ = exponent < 0;
    mapper.ootf_exponent_ = static_cast<float>(exponent);
  }
  return mapper;
}

void ToneMapper::Apply(float* r, float* g, float* b, size_t n) const {
  if (mode_ == Mode::kNone) return;
  const bool grey = g == nullptr;
  for (size_t i = 0; i < n; ++i) {
    float rgb[3] = {r[i], grey ? r[i] : g[i], grey ? r[i] : b[i]};
    if (mode_ == Mode::kBt2408) {
      curve_.Apply(luminance_, rgb);
    } else {
      const float luminance = std::max(Luminance(luminance_, rgb), 0.0f);
      const float factor = std::min(std::pow(luminance, ootf_exponent_), kLargestOotf);
      for (float& v : rgb) v *= factor;
    }
    if (gamut_map_) GamutMap(luminance_, kKeepSaturation, rgb);
    r[i] = rgb[0];
    if (grey) continue;
    g[i] = rgb[1];
    b[i] = rgb[2];
  }
}

}  // namespace jxlpool
