// From the decoded integers of modular channels to the float rows of a frame's planes (sample interpretation; which
// modular channel is which plane).
#ifndef LIB_FRAME_FRAME_SAMPLES_H_
#define LIB_FRAME_FRAME_SAMPLES_H_

#include <cstddef>
#include <cstdint>

#include "lib/color/sample_conversion.h"
#include "lib/frame/frame_state.h"
#include "lib/modular/modular_image.h"

namespace jxlpool {

// How the samples of a frame's modular channels become floats. Built once per frame, immutable.
class FrameSamples {
 public:
  FrameSamples() = default;
  // REQUIRES: header, dimensions and lf_dequantization of `state` are set; `state` outlives this object.
  explicit FrameSamples(const FrameState& state);

  // Modular channel that holds plane `plane` (0..2 color, then extra channels), or SIZE_MAX if VarDCT provides it.
  size_t ChannelOfPlane(size_t plane) const;
  // Planes 1 and 2 are copies of plane 0.
  bool replicates_grey() const { return replicates_grey_; }
  // True if integers are samples of the delivered encoding: no float formats, no XYB.
  bool plain_integers() const;
  // As FrameOutput::PrepareIntegers wants it: color, then extra channels; 0: not an integer plane.
  uint32_t CodedBits(size_t entry) const;

  // Samples [x, x + n) of row y of `plane`. `channels` are the frame's channels, or one group's of them.
  void ToFloat(const ModularImage& channels, size_t plane, size_t y, size_t x, size_t n, float* out) const;
  void ToFloat(const FrameModular& channels, size_t plane, size_t y, size_t x, size_t n, float* out) const;

 private:
  template <typename T>
  void Convert(const ModularChannel& channel, const ModularChannel* addend, size_t plane, size_t y, size_t x, size_t n,
               float* out) const;
  void Dispatch(const ModularChannel& channel, const ModularChannel* addend, size_t plane, size_t y, size_t x, size_t n,
                float* out) const;

  const FrameState* state_ = nullptr;
  uint32_t num_color_ = 0;  // modular channels that hold color
  bool is_xyb_ = false;
  bool replicates_grey_ = false;
};

}  // namespace jxlpool

#endif  // LIB_FRAME_FRAME_SAMPLES_H_
