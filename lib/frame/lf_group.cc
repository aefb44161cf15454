#include "lib/frame/lf_group.h"

#include <algorithm>

#include "lib/base/bits.h"
#include "lib/modular/modular_image.h"
#include "lib/modular/modular_stream.h"
#include "lib/vardct/hf_metadata.h"
#include "lib/vardct/hf_pass.h"
#include "lib/vardct/lf_coefficients.h"

namespace jxlpool {
namespace {

ModularStreamParams StreamParams(const FrameState& state, uint32_t stream_index) {
  ModularStreamParams params;
  params.stream_index = stream_index;
  params.bit_depth = state.image().bit_depth.bits_per_sample;
  params.global = state.modular.global_tree();
  return params;
}

Status ReadLfCoefficients(uint32_t lf_group, BitReader* reader, FrameState* state) {
  const uint32_t num_lf_groups = static_cast<uint32_t>(state->dimensions.num_lf_groups);
  const uint32_t extra_precision = reader->Read(2);
  static constexpr size_t kCodedOrder[3] = {1, 0, 2};
  ModularImage image(state->memory(), SampleType::kInt32);
  for (const size_t c : kCodedOrder) {
    const LfChannelSize size = LfChannelSizeOf(state->vardct, lf_group, c);
    JXLPOOL_RETURN_IF_ERROR(image.Add(ChannelShape{size.width, size.height, 0, 0}));
  }
  JXLPOOL_RETURN_IF_ERROR(
      DecodeModularStream(StreamParams(*state, LfCoefficientsStream(num_lf_groups, lf_group)), reader, &image));
  const ModularImage& decoded = image;
  const View2D<const int32_t> quantized[3] = {decoded[1].View<int32_t>(), decoded[0].View<int32_t>(),
                                              decoded[2].View<int32_t>()};
  if (state->jpeg != nullptr) StoreJpegLf(*state, lf_group, extra_precision, quantized, state->jpeg);
  DequantizeLf(lf_group, extra_precision, quantized, &state->vardct);
  return OkStatus();
}

// As many columns as there are varblocks: what is coded decides about the size.
Result<ModularChannel> NewVarblockChannel(Memory* memory, uint32_t num_varblocks) {
  const size_t row_bytes = RepeatableSize(num_varblocks * sizeof(int32_t));
  const ChannelShape room{static_cast<uint32_t>(row_bytes / sizeof(int32_t)), 2, 0, 0};
  return ModularChannel::CreateWithRoom(memory, ChannelShape{num_varblocks, 2, 0, 0}, room, SampleType::kInt32);
}

Status ReadHfMetadata(uint32_t lf_group, BitReader* reader, FrameState* state) {
  const uint32_t num_lf_groups = static_cast<uint32_t>(state->dimensions.num_lf_groups);
  const BlockRect rect = state->vardct.geometry.LfGroupRect(lf_group);
  const uint32_t num_varblocks = ReadNumVarblocks(reader, state->vardct, lf_group);
  JXLPOOL_RETURN_IF_ERROR(reader->Check());
  const uint32_t tile_columns = CeilDiv(rect.columns, 8u);
  const uint32_t tile_rows = CeilDiv(rect.rows, 8u);
  ModularImage image(state->memory(), SampleType::kInt32);
  JXLPOOL_RETURN_IF_ERROR(image.Add(ChannelShape{tile_columns, tile_rows, 3, 3}));
  JXLPOOL_RETURN_IF_ERROR(image.Add(ChannelShape{tile_columns, tile_rows, 3, 3}));
  JXLPOOL_ASSIGN_OR_RETURN(ModularChannel varblocks, NewVarblockChannel(state->memory(), num_varblocks));
  JXLPOOL_RETURN_IF_ERROR(image.Add(std::move(varblocks)));
  JXLPOOL_RETURN_IF_ERROR(image.Add(ChannelShape{rect.columns, rect.rows, 0, 0}));
  JXLPOOL_RETURN_IF_ERROR(
      DecodeModularStream(StreamParams(*state, HfMetadataStream(num_lf_groups, lf_group)), reader, &image));
  const ModularImage& decoded = image;
  const HfMetadata metadata{decoded[0].View<int32_t>(), decoded[1].View<int32_t>(), decoded[2].View<int32_t>(),
                            decoded[3].View<int32_t>()};
  return ProcessHfMetadata(lf_group, metadata, &state->vardct).At(reader->Position());
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
    ModularStreamParams params = StreamParams(*state, RawQuantTableStream(num_lf_groups, table));
    params.bit_depth = 8;
    JXLPOOL_RETURN_IF_ERROR(DecodeModularStream(params, reader, &self->image));
    const ModularImage& decoded = self->image;
    for (size_t c = 0; c < 3; ++c) planes[c] = decoded[c].View<int32_t>();
    return OkStatus();
  }
};

}  // namespace

Status ReadLfGroup(uint32_t lf_group, BitReader* reader, FrameState* state) {
  const bool is_vardct = !state->header.is_modular;
  if (is_vardct && !state->header.HasFlag(kFlagUseLfFrame)) {
    JXLPOOL_RETURN_IF_ERROR(ReadLfCoefficients(lf_group, reader, state));
  }
  JXLPOOL_RETURN_IF_ERROR(state->modular.DecodeLfGroup(lf_group, reader));
  if (is_vardct) JXLPOOL_RETURN_IF_ERROR(ReadHfMetadata(lf_group, reader, state));
  return reader->Check();
}

Status FillMissingLfGroup(uint32_t lf_group, FrameState* state) {
  VarDctFrame* vardct = &state->vardct;
  const BlockRect rect = vardct->geometry.LfGroupRect(lf_group);
  for (size_t c = 0; c < 3 && !state->header.HasFlag(kFlagUseLfFrame); ++c) {
    const LfChannelSize size = LfChannelSizeOf(*vardct, lf_group, c);
    const uint32_t x0 = rect.x0 >> vardct->parameters.hshift[c];
    const uint32_t y0 = rect.y0 >> vardct->parameters.vshift[c];
    for (uint32_t y = 0; y < size.height; ++y) std::fill_n(vardct->lf_storage[c].Row(y0 + y) + x0, size.width, 0.0f);
  }
  for (uint32_t y = 0; y < rect.rows && !vardct->lf_index.empty(); ++y) {
    std::fill_n(vardct->lf_index.Row(rect.y0 + y) + rect.x0, rect.columns, uint8_t{0});
  }
  // One row of zeros serves as every row of every channel.
  const uint32_t num_blocks = rect.columns * rect.rows;
  JXLPOOL_ASSIGN_OR_RETURN(const Matrix2D<int32_t> zeros,
                           Matrix2D<int32_t>::Create(state->memory(), Category::kLf, 1, num_blocks, Fill::kZero));
  const auto channel = [&](uint32_t width, uint32_t height) {
    return View2D<const int32_t>{zeros.Row(0), 0, width, height};
  };
  const View2D<const int32_t> factors = channel(CeilDiv(rect.columns, 8u), CeilDiv(rect.rows, 8u));
  const HfMetadata metadata{factors, factors, channel(num_blocks, 2), channel(rect.columns, rect.rows)};
  return ProcessHfMetadata(lf_group, metadata, vardct);
}

Status ReadHfGlobalSection(BitReader* reader, FrameState* state) {
  RawTableReader tables{state, {}};
  const RawTableSource source{&tables, &RawTableReader::Read};
  JXLPOOL_RETURN_IF_ERROR(ReadHfGlobal(reader, source, state->memory(), &state->vardct));
  return reader->Check();
}

}  // namespace jxlpool
