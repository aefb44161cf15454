// Tone mapping to another peak luminance and gamut mapping, on request only (no decode does it by default).
#ifndef LIB_COLOR_TONE_MAPPING_H_
#define LIB_COLOR_TONE_MAPPING_H_

#include <cstddef>
#include <cstdint>

#include "lib/base/status.h"
#include "lib/color/encoding_matrix.h"
#include "lib/headers/color_description.h"

namespace jxlpool {

// The luminance curve of ITU-R BT.2408 (annex 5) from 0..source_peak to 0..target_peak nits.
class Bt2408Curve {
 public:
  Bt2408Curve() : Bt2408Curve(10000, 10000) {}
  Bt2408Curve(double source_peak, double target_peak);

  // Maps a linear color whose 1.0 is source_peak nits to one whose 1.0 is target_peak nits.
  void Apply(const LuminanceWeights& luminance, float rgb[3]) const;

 private:
  double source_peak_;
  double target_peak_;
  double source_signal_;  // PQ signal of source_peak
  double max_level_;      // that of target_peak, relative to source_signal
  double knee_;
};

// Brings an out-of-gamut linear color back by mixing it with the grey of equal luminance. keep_saturation 0..1:
// tells whether luminance (0) or saturation (1) of bright colors is kept.
void GamutMap(const LuminanceWeights& luminance, float keep_saturation, float rgb[3]);

// Takes linear light of the output primaries, where 1.0 is the image's intensity target, to that of a display,
// where 1.0 is the display's. It is a plain value; Apply is thread-safe.
class ToneMapper {
 public:
  // Does nothing.
  ToneMapper() = default;
  // `image` is the signalled encoding, `output` the one whose linear light is mapped. PQ images are mapped down to a
  // dimmer display; HLG images that are not delivered as HLG get the OOTF of the display; all else is left alone.
  // Errors: kCorrupt, kInvalidArgument (luminances not positive).
  static Result<ToneMapper> Create(const ColorDescription& image, const ColorDescription& output,
                                   float image_intensity_target, float display_intensity_target);

  // False: Apply does nothing, and linear 1.0 still means the image's intensity target.
  bool active() const { return mode_ != Mode::kNone; }
  // In place; g and b are null for grey.
  void Apply(float* r, float* g, float* b, size_t n) const;

 private:
  enum class Mode : uint8_t { kNone, kBt2408, kOotf };
  Mode mode_ = Mode::kNone;
  bool gamut_map_ = false;
  float ootf_exponent_ = 0;
  LuminanceWeights luminance_;
  Bt2408Curve curve_;
};

}  // namespace jxlpool

#endif  // LIB_COLOR_TONE_MAPPING_H_
