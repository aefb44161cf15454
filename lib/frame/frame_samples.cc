#include "lib/frame/frame_samples.h"

namespace jxlpool {
namespace {

// Modular XYB frames code Y, X, B - Y.
constexpr size_t kXybChannelOfPlane[3] = {1, 0, 2};

const BitDepth& DepthOf(const ImageHeader& image, size_t plane) {
  return plane < 3 ? image.bit_depth : image.ec_info[plane - 3].bit_depth;
}

}  // namespace

FrameSamples::FrameSamples(const FrameState& state)
    : state_(&state), num_color_(state.header.is_modular ? state.dimensions.num_color_channels : 0) {
  is_xyb_ = state.header.is_modular && state.header.color_transform == FrameColorTransform::kXyb;
  replicates_grey_ = num_color_ == 1;
}

size_t FrameSamples::ChannelOfPlane(size_t plane) const {
  if (plane >= 3) return num_color_ + plane - 3;
  if (num_color_ == 0) return SIZE_MAX;
  if (replicates_grey_) return 0;
  return is_xyb_ ? kXybChannelOfPlane[plane] : plane;
}

bool FrameSamples::plain_integers() const {
  return state_->header.is_modular && state_->header.color_transform == FrameColorTransform::kNone;
}

uint32_t FrameSamples::CodedBits(size_t entry) const {
  const BitDepth& depth = DepthOf(state_->image(), entry == 0 ? 0 : 2 + entry);
  return depth.float_sample ? 0 : depth.bits_per_sample;
}

template <typename T>
void FrameSamples::Convert(const ModularChannel& channel, const ModularChannel* addend, size_t plane, size_t y,
                           size_t x, size_t n, float* out) const {
  const T* in = channel.Row<T>(y) + x;
  const ImageHeader& image = state_->image();
  if (is_xyb_ && plane < 3) {
    const SampleScale scale =
        SampleScale::ForXyb(image.bit_depth.bits_per_sample, state_->lf_dequantization.multiplier[plane]);
    if (addend != nullptr) {
      IntegerSumsToFloat(in, addend->Row<T>(y) + x, n, scale, out);
    } else {
      IntegersToFloat(in, n, scale, out);
    }
    return;
  }
  const BitDepth& depth = DepthOf(image, plane);
  if (depth.float_sample) {
    FloatPatternsToFloat(in, n, depth.bits_per_sample, depth.exp_bits, out);
    return;
  }
  SampleScale scale = SampleScale::ForBits(depth.bits_per_sample);
  scale.in_double = image.bit_depth.bits_per_sample >= 23;
  IntegersToFloat(in, n, scale, out);
}

void FrameSamples::Dispatch(const ModularChannel& channel, const ModularChannel* addend, size_t plane, size_t y,
                            size_t x, size_t n, float* out) const {
  if (channel.type() == SampleType::kInt16) {
    Convert<int16_t>(channel, addend, plane, y, x, n, out);
  } else {
    Convert<int32_t>(channel, addend, plane, y, x, n, out);
  }
}

void FrameSamples::ToFloat(const ModularImage& channels, size_t plane, size_t y, size_t x, size_t n, float* out) const {
  const ModularChannel* addend = is_xyb_ && plane == 2 ? &channels[0] : nullptr;
  Dispatch(channels[ChannelOfPlane(plane)], addend, plane, y, x, n, out);
}

void FrameSamples::ToFloat(const FrameModular& channels, size_t plane, size_t y, size_t x, size_t n, float* out) const {
  const ModularChannel* addend = is_xyb_ && plane == 2 ? &channels.channel(0) : nullptr;
  Dispatch(channels.channel(ChannelOfPlane(plane)), addend, plane, y, x, n, out);
}

}  // namespace jxlpool
