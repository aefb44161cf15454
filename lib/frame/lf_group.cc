#include "lib/frame/lf_group.h"

#include <algorithm>

#include "lib/base/bits.h"
#include "lib/frame/coefficient_sink.h"
#include "lib/modular/modular_image.h"
#include "lib/modular/stream/modular_stream.h"
#include "lib/vardct/hf_metadata.h"
#include "lib/vardct/lf_coefficients.h"

namespace jxlpool {

ModularStreamParams FrameStreamParams(const FrameState& state, uint32_t stream_index) {
  ModularStreamParams params;
  params.stream_index = stream_index;
  params.bit_depth = state.image().bit_depth.bits_per_sample;
  params.global = state.modular.global_tree();
  return params;
}

namespace {

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
      DecodeModularStream(FrameStreamParams(*state, LfCoefficientsStream(num_lf_groups, lf_group)), reader, &image));
  const ModularImage& decoded = image;
  const View2D<const int32_t> quantized[3] = {decoded[1].View<int32_t>(), decoded[0].View<int32_t>(),
                                              decoded[2].View<int32_t>()};
  if (state->coefficients != nullptr) state->coefficients->TakeLf(*state, lf_group, extra_precision, quantized);
  DequantizeLf(lf_group, extra_precision, quantized, &state->vardct);
  return OkStatus();
}

// What reading one LF group takes.
uint64_t LfGroupScratchBytes(const FrameState& state, const BlockRect& rect, uint64_t section_bytes) {
  const uint64_t blocks = uint64_t{rect.columns} * rect.rows;
  const uint64_t plane = Matrix2D<int32_t>::Bytes(rect.rows, rect.columns);
  const MaTreeAndCode* global = state.modular.global_tree();
  ModularStreamOutline stream;
  stream.samples = 3 * blocks;
  stream.section_bytes = section_bytes / 2;
  stream.widest = rect.columns;
  // Either the LF image, or types and multipliers of varblocks, which are in two rows, and their sharpness.
  const uint64_t lf_bytes = state.header.HasFlag(kFlagUseLfFrame) ? 0 : 3 * plane + ModularStreamBytes(stream, global);
  stream.widest = blocks;
  return std::max(lf_bytes, Matrix2D<int32_t>::Bytes(2, blocks) + plane + ModularStreamBytes(stream, global));
}

// As many columns as there are varblocks: what is coded decides about the size.
Result<ModularChannel> NewVarblockChannel(Memory* memory, uint32_t num_varblocks) {
  const size_t row_bytes = RepeatableSize(num_varblocks * sizeof(int32_t));
  const ChannelShape room{static_cast<uint32_t>(row_bytes / sizeof(int32_t)), 2, 0, 0};
  return ModularChannel::CreateWithRoom(memory, ChannelShape{num_varblocks, 2, 0, 0}, room, SampleType::kInt32);
}

Status ReadHfMetadata(uint32_t lf_group, BitReader* reader, FrameState* state) {
  const uint32_t num_lf_groups = static_cast<uint32_t>(state->dimensions.num_lf_groups);
  const BlockRect rect = state->dimensions.LfGroupBlocks(lf_group);
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
      DecodeModularStream(FrameStreamParams(*state, HfMetadataStream(num_lf_groups, lf_group)), reader, &image));
  const ModularImage& decoded = image;
  const HfMetadata metadata{decoded[0].View<int32_t>(), decoded[1].View<int32_t>(), decoded[2].View<int32_t>(),
                            decoded[3].View<int32_t>()};
  return ProcessHfMetadata(lf_group, metadata, &state->vardct).At(reader->Position());
}

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

uint64_t LfGroupScratchBytes(const FrameState& state, uint32_t at_a_time) {
  if (state.header.is_modular) return 0;
  uint64_t bytes = 0;
  for (uint32_t i = 0; i < std::min<uint64_t>(at_a_time, state.dimensions.num_lf_groups); ++i) {
    const uint64_t section = state.toc.IsSingleSection() ? 0 : state.toc.entries[state.toc.LfGroup(i)].size;
    bytes += LfGroupScratchBytes(state, state.dimensions.LfGroupBlocks(i), section);
  }
  return bytes;
}

Status FillMissingLfGroup(uint32_t lf_group, FrameState* state) {
  VarDctFrame* vardct = &state->vardct;
  const FrameDimensions& dimensions = state->dimensions;
  const BlockRect rect = dimensions.LfGroupBlocks(lf_group);
  for (size_t c = 0; c < 3 && !state->header.HasFlag(kFlagUseLfFrame); ++c) {
    const LfChannelSize size = LfChannelSizeOf(*vardct, lf_group, c);
    const uint32_t x0 = rect.x0 >> dimensions.hshift[c];
    const uint32_t y0 = rect.y0 >> dimensions.vshift[c];
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

}  // namespace jxlpool
