#include "lib/frame/global_sections.h"

#include <algorithm>

#include "lib/base/bits.h"
#include "lib/frame/lf_group.h"
#include "lib/modular/stream/modular_stream.h"
#include "lib/vardct/hf_pass.h"

namespace jxlpool {
namespace {

Status ReadPatches(BitReader* reader, FrameState* state) {
  PatchEnvironment environment;
  std::copy_n(state->reference_shapes, kNumReferenceSlots, environment.slots);
  environment.padded_width = state->dimensions.xpadded;
  environment.padded_height = state->dimensions.ypadded;
  environment.width = state->dimensions.xsize;
  environment.height = state->dimensions.ysize;
  environment.num_extra = state->num_extra();
  JXLPOOL_ASSIGN_OR_RETURN(state->patches, PatchDictionary::Read(reader, state->memory(), environment));

  const size_t num_planes = 3 + size_t{state->num_extra()};
  state->patch_planes = PoolVector<View2D<const float>>(state->memory(), Category::kOther);
  JXLPOOL_RETURN_IF_ERROR(state->patch_planes.Resize(kNumReferenceSlots * num_planes));
  for (size_t i = 0; i < kNumReferenceSlots; ++i) {
    View2D<const float>* planes = state->patch_planes.data() + i * num_planes;
    state->patch_references[i].channels = planes;
    const SharedFrame& slot = state->slots.reference[i];
    for (size_t c = 0; !slot.empty() && c < num_planes; ++c) planes[c] = slot->planes.Plane(c);
  }
  return OkStatus();
}

Status DescribeExtraChannels(FrameState* state) {
  state->extra_blending = PoolVector<BlendExtraChannel>(state->memory(), Category::kOther);
  for (const ExtraChannelInfo& info : state->image().ec_info) {
    const bool is_alpha = info.type == ExtraChannelType::kAlpha;
    JXLPOOL_RETURN_IF_ERROR(
        state->extra_blending.PushBack(BlendExtraChannel{is_alpha, is_alpha && info.alpha_associated}));
  }
  return OkStatus();
}

Status ListModularChannels(const FrameState& state, PoolVector<ChannelShape>* shapes) {
  const FrameDimensions& dimensions = state.dimensions;
  const uint32_t num_color = state.header.is_modular ? dimensions.num_color_channels : 0;
  for (uint32_t c = 0; c < num_color; ++c) {
    const uint32_t hshift = dimensions.hshift[c];
    const uint32_t vshift = dimensions.vshift[c];
    JXLPOOL_RETURN_IF_ERROR(
        shapes->PushBack(ChannelShape{static_cast<uint32_t>(CeilDiv<uint64_t>(dimensions.xsize, uint64_t{1} << hshift)),
                                      static_cast<uint32_t>(CeilDiv<uint64_t>(dimensions.ysize, uint64_t{1} << vshift)),
                                      static_cast<int32_t>(hshift), static_cast<int32_t>(vshift)}));
  }
  for (uint32_t e = 0; e < state.num_extra(); ++e) {
    const ChannelSize size = ExtraChannelSize(dimensions, state.header, e);
    const int32_t shift = static_cast<int32_t>(ExtraChannelShift(state.header, e));
    JXLPOOL_RETURN_IF_ERROR(shapes->PushBack(
        ChannelShape{static_cast<uint32_t>(size.width), static_cast<uint32_t>(size.height), shift, shift}));
  }
  return OkStatus();
}

Status InitModular(FrameState* state) {
  const FrameDimensions& dimensions = state->dimensions;
  const ImageHeader& image = state->image();
  PoolVector<ChannelShape> shapes(state->memory(), Category::kModular);
  JXLPOOL_RETURN_IF_ERROR(ListModularChannels(*state, &shapes));

  ModularFrameInfo info;
  info.channels = {shapes.data(), shapes.size()};
  info.dimensions = &dimensions;
  info.passes = &state->header.passes;
  info.bit_depth = image.bit_depth.bits_per_sample;
  const bool one_color_channel =
      image.NumColorChannels() == 1 && state->header.color_transform == FrameColorTransform::kNone;
  info.tree_samples =
      dimensions.xsize * dimensions.ysize * ((one_color_channel ? 1 : 3) + uint64_t{state->num_extra()});
  info.int16_samples = image.modular_16bit_buffers;
  info.may_be_incomplete = state->context->allow_partial || state->num_passes < info.passes->num_passes;
  return state->modular.Init(info, state->memory());
}

Status CheckModularSamples(const FrameState& state, uint64_t position) {
  const ImageHeader& image = state.image();
  if (state.header.is_modular && !image.xyb_encoded && !image.bit_depth.float_sample &&
      image.bit_depth.bits_per_sample >= 32) {
    return Corrupt("32-bit integer color samples are not allowed", position);
  }
  return OkStatus();
}

uint64_t FrameArea(const FrameState& state) { return state.dimensions.width * state.dimensions.height; }

Status DrawSplines(FrameState* state) {
  const LfChannelCorrelation modular_correlation;
  const LfChannelCorrelation& correlation = state->header.is_modular ? modular_correlation : state->vardct.correlation;
  const uint32_t width = static_cast<uint32_t>(state->dimensions.xsize);
  const uint32_t height = static_cast<uint32_t>(state->dimensions.ysize);
  JXLPOOL_ASSIGN_OR_RETURN(state->splats, SplineSplats::Create(state->memory(), state->splines, correlation.base_x,
                                                               correlation.base_b, width, height, FrameArea(*state)));
  return OkStatus();
}

// Decodes raw quantisation tables for ReadHfGlobal, one after another.
struct RawTableReader {
  FrameState* state = nullptr;
  ModularImage image;

  static Status Read(void* context, uint32_t table, uint32_t width, uint32_t height, BitReader* reader,
                     View2D<const int32_t> (&planes)[3]) {
    RawTableReader* self = static_cast<RawTableReader*>(context);
    FrameState* state = self->state;
    const uint32_t num_lf_groups = static_cast<uint32_t>(state->dimensions.num_lf_groups);
    self->image = ModularImage(state->memory(), SampleType::kInt32);
    for (int c = 0; c < 3; ++c) JXLPOOL_RETURN_IF_ERROR(self->image.Add(ChannelShape{width, height, 0, 0}));
    ModularStreamParams params = FrameStreamParams(*state, RawQuantTableStream(num_lf_groups, table));
    params.bit_depth = 8;
    JXLPOOL_RETURN_IF_ERROR(DecodeModularStream(params, reader, &self->image));
    const ModularImage& decoded = self->image;
    for (size_t c = 0; c < 3; ++c) planes[c] = decoded[c].View<int32_t>();
    return OkStatus();
  }
};

}  // namespace

Status ReadLfGlobal(BitReader* reader, FrameState* state) {
  const FrameHeader& header = state->header;
  const FrameDimensions& dimensions = state->dimensions;
  JXLPOOL_RETURN_IF_ERROR(InitModular(state));
  JXLPOOL_RETURN_IF_ERROR(DescribeExtraChannels(state));
  if (header.HasFlag(kFlagPatches)) JXLPOOL_RETURN_IF_ERROR(ReadPatches(reader, state));
  if (header.HasFlag(kFlagSplines)) {
    JXLPOOL_ASSIGN_OR_RETURN(
        state->splines, Splines::Read(reader, state->memory(), dimensions.xsize * dimensions.ysize, FrameArea(*state)));
  }
  if (header.HasFlag(kFlagNoise)) state->noise = ReadNoiseParameters(reader);
  if (header.is_modular) {
    JXLPOOL_RETURN_IF_ERROR(ReadLfChannelDequantization(reader, &state->lf_dequantization));
  } else {
    JXLPOOL_RETURN_IF_ERROR(ReadVarDctLfGlobal(reader, state->memory(), &state->vardct));
  }
  if (header.HasFlag(kFlagSplines)) JXLPOOL_RETURN_IF_ERROR(DrawSplines(state));
  JXLPOOL_RETURN_IF_ERROR(reader->Check());
  JXLPOOL_RETURN_IF_ERROR(CheckModularSamples(*state, reader->Position()));
  return state->modular.ReadGlobal(reader);
}

Status InitWithoutLfGlobal(FrameState* state) {
  JXLPOOL_RETURN_IF_ERROR(InitModular(state));
  return DescribeExtraChannels(state);
}

Status ReadHfGlobalSection(BitReader* reader, FrameState* state) {
  RawTableReader tables{state, {}};
  const RawTableSource source{&tables, &RawTableReader::Read};
  JXLPOOL_RETURN_IF_ERROR(ReadHfGlobal(reader, source, state->memory(), &state->vardct));
  return reader->Check();
}

}  // namespace jxlpool
