// Tone mapping to another peak luminance and gamut mapping, on request only (no decode does it by default).
#ifndef LIB_COLOR_TONE_MAPPING_H_
#define LIB_COLOR_TONE_MAPPING_H_

#include <cstddef>

#include "lib/base/status.h"
#include "lib/color/colour_description.h"
#include "lib/color/colour_matrix.h"

namespace jxlpool {

// The curve of ITU-R BT.2408 annex 5 between two luminance ranges, in nits.
struct Bt2408Curve {
  Bt2408Curve(double source_min, double source_max, double target_min, double target_max);
  // Scale for a colour whose luminance is `luminance` (1.0 = source_max): the factor for linear values such that 1.0
  // becomes target_max nits. For luminance 0, *offset is the grey to add instead.
  float Factor(float luminance, float* offset) const;

  double source_max = 0;
  double target_max = 0;
  double pq_min = 0;
  double pq_range = 1;
  double min_level = 0;
  double max_level = 1;
  double knee = 1;
};

// Brings out-of-gamut linear colours back by mixing with grey of equal luminance. `keep_saturation` 0..1.
void GamutMap(const LuminanceWeights& luminance, float keep_saturation, float rgb[3]);

// Maps linear light whose 1.0 is the image's intensity target to linear light whose 1.0 is the display's.
class ToneMapper {
 public:
  // Does nothing.
  ToneMapper() = default;
  // `image` is the signalled encoding, `output` the one whose linear light is mapped. Errors: kCorrupt,
  // kInvalidArgument (luminances not positive).
  static Result<ToneMapper> Create(const ColourDescription& image, const ColourDescription& output,
                                   float image_intensity_target, float display_intensity_target);

  // False: Apply does nothing.
  bool active() const { return mode_ != Mode::kNone; }
  // In place; g and b null for grey. Thread-safe.
  void Apply(float* r, float* g, float* b, size_t n) const;

 private:
  enum class Mode : unsigned char { kNone, kBt2408, kOotf };
  Mode mode_ = Mode::kNone;
  bool gamut_map_ = false;
  float ootf_exponent_ = 0;
  LuminanceWeights luminance_;
  Bt2408Curve curve_{0, 255, 0, 255};
};

}  // namespace jxlpool

#endif  // LIB_COLOR_TONE_MAPPING_H_
