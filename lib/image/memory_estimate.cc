#include "lib/image/memory_estimate.h"

#include <algorithm>
#include <bit>

#include "lib/base/bits.h"
#include "lib/color/color_engine.h"
#include "lib/features/blending.h"
#include "lib/frame/frame_renderer.h"
#include "lib/image/frame_table.h"
#include "lib/render/tile_pipeline.h"
#include "lib/vardct/vardct_frame.h"

namespace jxlpool {
namespace {

constexpr uint64_t kKiB = 1024;

// Everything that is small whatever the image is.
constexpr uint64_t kBookkeeping = 96 * kKiB;
// Alias tables, cluster maps and prefix tables: so much per byte of the section that they are coded in (less if that
// holds everything else as well), at most so much per code.
constexpr uint64_t kEntropyPerByte = 40;
constexpr uint64_t kEntropyPerByteOfSingleSection = 8;
constexpr uint64_t kMaxEntropyCode = 1536 * kKiB;
constexpr uint64_t kMaxLz77Integers = uint64_t{1} << 20;
// Of a section.
constexpr uint64_t kMaxTreeOfVarDctGroup = kKiB;
// Tree, tables of leaves and the self-correcting predictor of one channel.
constexpr uint64_t kModularLoop = 288 * kKiB;

// A Matrix2D.
uint64_t PlaneBytes(uint64_t rows, uint64_t columns, uint64_t sample_bytes) {
  return RoundUp(columns * sample_bytes, uint64_t{kRowAlignment}) * rows + kBufferAlignment;
}

uint64_t EntropyBytes(uint64_t section_bytes, uint64_t bytes_per_byte, uint64_t num_codes) {
  return std::min(num_codes * kMaxEntropyCode, 24 * kKiB + section_bytes * bytes_per_byte);
}

// Of a stream of so many integers.
uint64_t WindowBytes(uint64_t integers) {
  return sizeof(uint32_t) * std::bit_ceil(std::clamp<uint64_t>(integers, 32, kMaxLz77Integers));
}

class FrameEstimate {
 public:
  FrameEstimate(const FrameOutline& frame, const EstimateSettings& settings)
      : frame_(frame),
        settings_(settings),
        dimensions_(*frame.dimensions),
        workers_(settings.num_workers),
        num_extra_(settings.image->num_extra_channels),
        whole_planes_(!frame.independent_groups && (frame.header->is_modular || num_extra_ != 0)) {
    grid_.groups_x = static_cast<uint32_t>(dimensions_.groups_x);
    grid_.groups_y = static_cast<uint32_t>(dimensions_.groups_y);
    limits_ = LimitsFor(grid_, settings.num_workers, settings.mode);
  }

  Result<uint64_t> Total(Memory* memory) const {
    JXLPOOL_ASSIGN_OR_RETURN(const TilePipeline pipeline, MakePipeline(memory));
    const uint64_t toc = frame_.toc->entries.size() * sizeof(TocEntry);
    uint64_t bytes = kBookkeeping + 2 * toc + Rendering(pipeline) + Composition(pipeline) + LfGlobal();
    if (!frame_.header->is_modular) bytes += VarDct();
    if (frame_.header->is_modular || num_extra_ != 0) bytes += Modular();
    return bytes;
  }

 private:
  uint64_t SectionSize(size_t section) const { return frame_.toc->entries[section].size; }
  bool single() const { return frame_.toc->IsSingleSection(); }

  Result<TilePipeline> MakePipeline(Memory* memory) const {
    const FrameHeader& header = *frame_.header;
    PoolVector<uint32_t> extra_upsampling(memory, Category::kOther);
    for (const uint8_t factor : header.ec_factor) JXLPOOL_RETURN_IF_ERROR(extra_upsampling.PushBack(factor));
    RenderSpec spec = SpecOfHeaders(*settings_.image, header, dimensions_);
    spec.extra_upsampling = extra_upsampling.data();
    const NoiseParameters noise;
    if (header.HasFlag(kFlagNoise)) spec.noise = &noise;
    return TilePipeline::Create(memory, spec);
  }

  // Features and trees grow with the section.
  uint64_t LfGlobal() const {
    const FrameHeader& header = *frame_.header;
    uint64_t bytes = 0;
    if (header.HasFlag(kFlagPatches) || header.HasFlag(kFlagSplines)) bytes += 32 * SectionSize(0) + 1024 * kKiB;
    return bytes;
  }

  uint64_t VarDct() const {
    const VarDctParameters parameters = MakeVarDctParameters(*settings_.image, *frame_.header, dimensions_);
    const VarDctGeometry geometry = MakeVarDctGeometry(parameters);
    const uint64_t all_rows = RoundUp(uint64_t{geometry.block_rows}, uint64_t{kGroupDimInBlocks});
    const uint64_t columns = geometry.block_columns;
    const uint64_t kept_rows =
        whole_planes_ || single() ? all_rows : std::min(all_rows, uint64_t{limits_.lf_rows} * kGroupDimInBlocks);
    const uint64_t rows = std::min(kept_rows, uint64_t{geometry.block_rows});
    uint64_t bytes = 3 * PlaneBytes(rows, columns, 1);
    if (parameters.epf_iterations != 0) bytes += PlaneBytes(rows, columns, sizeof(float));
    for (size_t c = 0; c < 3 && !parameters.use_lf_frame; ++c) {
      bytes += PlaneBytes(rows >> parameters.vshift[c], columns >> parameters.hshift[c], sizeof(float));
    }
    bytes += 2 * PlaneBytes(CeilDiv(uint64_t{geometry.block_rows}, uint64_t{8}), CeilDiv(columns, uint64_t{8}), 1);
    bytes += PlaneBytes(6, columns, sizeof(float));

    // Per worker: an LF group, or a group.
    const uint64_t lf_blocks = std::min<uint64_t>(geometry.block_rows, 256) * std::min<uint64_t>(columns, 256);
    const uint64_t lf_workers = std::min<uint64_t>(workers_, geometry.num_lf_groups());
    bytes += lf_workers * (lf_blocks * 24 + kModularLoop);
    const uint64_t group_workers = std::min<uint64_t>(workers_, geometry.num_groups());
    const uint64_t largest = std::min<uint64_t>(64, std::bit_ceil(columns * kBlockDim)) *
                             std::min<uint64_t>(64, std::bit_ceil(uint64_t{geometry.block_rows} * kBlockDim));
    uint64_t group = 40 * kKiB + largest * 5 * sizeof(float);
    if (parameters.num_passes > 1) group += 3 * kGroupDim * kGroupDim * sizeof(int32_t);
    bytes += group_workers * group;
    if (whole_planes_) {
      bytes += 3 * PlaneBytes(8 * uint64_t{geometry.block_rows}, 8 * columns, sizeof(float));
    }

    if (single()) return bytes + EntropyBytes(SectionSize(0), kEntropyPerByteOfSingleSection, 2);
    return bytes + EntropyBytes(SectionSize(frame_.toc->HfGlobal()), kEntropyPerByte, parameters.num_passes) +
           EntropyBytes(SectionSize(0), kEntropyPerByte, 1);
  }

  // A tree and its codes.
  uint64_t TreeBytes(uint64_t section_bytes) const {
    const uint64_t per_byte = single() ? kEntropyPerByteOfSingleSection : kEntropyPerByte;
    return EntropyBytes(section_bytes, per_byte, 1) +
           std::min(sizeof(uint32_t) * kMaxLz77Integers, per_byte * section_bytes);
  }

  uint64_t Modular() const {
    const bool is_modular = frame_.header->is_modular;
    const uint64_t num_channels = (is_modular ? dimensions_.num_color_channels : 0) + num_extra_;
    const uint64_t sample_bytes = settings_.image->modular_16bit_buffers ? 2 : 4;
    const uint64_t at_a_time = is_modular ? ModularGroupsAtATime(dimensions_.num_groups, dimensions_.group_dim,
                                                                 static_cast<uint32_t>(workers_), settings_.mode)
                                          : 1;
    // What is in a single section is decoded at once, as a whole.
    const uint64_t streams = single() ? 0 : std::min(at_a_time * workers_, uint64_t{dimensions_.num_groups});
    const uint64_t group_width = std::min<uint64_t>(dimensions_.group_dim, dimensions_.xsize);
    const uint64_t group_height = std::min<uint64_t>(dimensions_.group_dim, dimensions_.ysize);
    const uint64_t group = num_channels * PlaneBytes(group_height, group_width, sample_bytes);
    uint64_t largest_group = 0;
    for (size_t i = 1; i < frame_.toc->entries.size(); ++i) largest_group = std::max(largest_group, SectionSize(i));
    // Nearly all of a VarDCT group is coefficients.
    if (!is_modular) largest_group = std::min(largest_group, kMaxTreeOfVarDctGroup);
    // Undoing transforms makes channels out of others; sections have trees and codes of their own. A worker that reads
    // an LF group, which VarDct() counts, does not decode a group.
    const uint64_t loops = is_modular ? 2 * streams : streams - std::min(streams, dimensions_.num_lf_groups);
    const uint64_t bytes =
        streams * (2 * group + WindowBytes(num_channels * group_width * group_height) + TreeBytes(largest_group)) +
        loops * kModularLoop + TreeBytes(SectionSize(0));
    if (!whole_planes_) return bytes;
    // The worst of all transforms is a global Squeeze: it makes a plane out of two halves, whose rows are padded.
    uint64_t planes = 0;
    uint64_t samples = 0;
    for (uint64_t c = 0; c < num_channels; ++c) {
      ChannelSize size{dimensions_.xsize, dimensions_.ysize};
      const uint64_t num_color = num_channels - num_extra_;
      if (c >= num_color) {
        size = ExtraChannelSize(dimensions_, *frame_.header, static_cast<uint32_t>(c - num_color));
      }
      planes += PlaneBytes(size.height + 8, size.width + 64, sample_bytes);
      samples += size.width * size.height;
    }
    return bytes + (is_modular ? kModularLoop : 0) + planes + planes / 2 + WindowBytes(samples);
  }

  // How far tiles lag behind groups, before upsampling.
  static uint64_t LagX(const TilePipeline& pipeline) {
    uint64_t lag = 0;
    for (size_t p = 0; p < pipeline.num_channels(); ++p) lag = std::max<uint64_t>(lag, 2 * pipeline.BorderX(p));
    return RoundUp(lag, uint64_t{16});
  }
  static uint64_t LagY(const TilePipeline& pipeline) {
    uint64_t lag = 0;
    for (size_t p = 0; p < pipeline.num_channels(); ++p) lag = std::max<uint64_t>(lag, 2 * pipeline.BorderY(p));
    return lag;
  }
  // Columns of the widest tile.
  uint64_t MaxSegment(const TilePipeline& pipeline) const {
    const uint64_t group = (dimensions_.group_dim + LagX(pipeline)) * frame_.header->upsampling;
    return std::max<uint64_t>(group, FrameRenderer::kTileWidth);
  }

  // Tiles, what is kept between them, scratch memory.
  uint64_t Rendering(const TilePipeline& pipeline) const {
    const uint64_t group_dim = dimensions_.group_dim;
    const uint64_t planes = pipeline.num_channels();
    const uint64_t lag_x = LagX(pipeline);
    const uint64_t lag_y = LagY(pipeline);
    const uint64_t max_width = std::min<uint64_t>(MaxSegment(pipeline), dimensions_.width);
    uint64_t bytes = workers_ * pipeline.ScratchBytes(static_cast<int64_t>(max_width));
    // Rows of floats of the input of a tile.
    const uint64_t tile_height = std::min<uint64_t>(FrameRenderer::kTileHeight, dimensions_.ysize);
    const uint64_t tile_width = std::min<uint64_t>(FrameRenderer::kTileWidth, dimensions_.xsize);
    if (whole_planes_) bytes += workers_ * planes * PlaneBytes(tile_height + 16, tile_width + 32, sizeof(float));
    const uint64_t tiles = std::min<uint64_t>(limits_.groups_in_flight, dimensions_.num_groups);
    if (frame_.header->is_modular && pipeline.IsIdentity()) return bytes;
    if (whole_planes_ && single()) return bytes;
    bytes += tiles * planes * PlaneBytes(group_dim, group_dim, sizeof(float));
    if (grid_.groups_x > 1) bytes += (tiles + 1) * planes * PlaneBytes(group_dim, lag_x + lag_x / 2, sizeof(float));
    if (grid_.groups_y > 1) {
      bytes += (limits_.rows_in_flight + 1) * planes * PlaneBytes(2 * lag_y, dimensions_.xsize, sizeof(float));
    }
    return bytes;
  }

  // Bands on their way out, canvas rows.
  uint64_t Composition(const TilePipeline& pipeline) const {
    const bool on_canvas = frame_.header->IsNormalFrame() && settings_.coalescing;
    const uint64_t width = on_canvas ? settings_.canvas.width : dimensions_.width;
    const uint64_t height = on_canvas ? settings_.canvas.height : dimensions_.height;
    const bool swaps = SwapsDimensions(settings_.orientation);
    const bool streams = KeepsRowOrder(settings_.orientation);
    const uint64_t tile = uint64_t{dimensions_.group_dim} * frame_.header->upsampling;
    const uint64_t tiles_x = CeilDiv<uint64_t>(dimensions_.width, whole_planes_ ? 256 : tile);
    const uint64_t rows_in_flight = std::max<uint64_t>(
        limits_.rows_in_flight, workers_ == 1 ? 1 : CeilDiv<uint64_t>(uint64_t{4} * workers_, tiles_x));
    const uint64_t band = std::min(height, rows_in_flight * tile + 64 * frame_.header->upsampling);
    const uint64_t pixel = settings_.streamed_pixel_bytes;
    const uint64_t segment = MaxSegment(pipeline);
    const uint64_t scratch = std::max(BlendScratchFloats(num_extra_), ColorEngine::kScratchFloats);
    uint64_t bytes = (2 + pipeline.num_channels()) * PlaneBytes(1, segment, sizeof(float));
    bytes += workers_ * (PlaneBytes(3, segment, sizeof(float)) + PlaneBytes(1, scratch, sizeof(float)));
    if (swaps) bytes += workers_ * PlaneBytes(1, segment * pixel, 1);
    bytes += streams ? PlaneBytes(band, width * pixel, 1)
                     : PlaneBytes(swaps ? width : height, (swaps ? height : width) * pixel, 1);
    return bytes;
  }

  const FrameOutline frame_;
  const EstimateSettings& settings_;
  const FrameDimensions& dimensions_;
  uint64_t workers_;
  uint32_t num_extra_;
  bool whole_planes_;
  GroupGrid grid_;
  ScheduleLimits limits_;
};

}  // namespace

Result<uint64_t> EstimateFrame(const FrameOutline& frame, const EstimateSettings& settings, Memory* memory) {
  return FrameEstimate(frame, settings).Total(memory);
}

uint64_t StreamedPixelBytes(const OutputTarget* targets, size_t num_targets, uint32_t num_extra) {
  uint64_t bytes = 0;
  for (size_t i = 0; i < num_targets; ++i) {
    const OutputTarget& target = targets[i];
    if (target.sink == nullptr) continue;
    uint64_t channels = 4;
    if (target.channels == ChannelSet::kExtra) channels = 1;
    if (target.channels == ChannelSet::kColor || target.channels == ChannelSet::kRgb) channels = 3;
    if (target.channels == ChannelSet::kAll) channels = 3 + uint64_t{num_extra};
    bytes += channels * (target.type == OutputType::kUint8 ? 1 : target.type == OutputType::kFloat32 ? 4 : 2);
  }
  return bytes;
}

uint64_t SavedBytes(const FrameOutline& frame, const EstimateSettings& settings) {
  const FrameHeader& header = *frame.header;
  if (SlotWritten(header) == 0) return 0;
  const bool is_lf = header.frame_type == FrameType::kLFFrame;
  const bool composed = !is_lf && !header.save_before_ct;
  const uint64_t width = composed ? settings.canvas.width : frame.dimensions->width;
  const uint64_t height = composed ? settings.canvas.height : frame.dimensions->height;
  const uint64_t planes = is_lf ? 3 : 3 + uint64_t{settings.image->num_extra_channels};
  return planes * PlaneBytes(height, width, sizeof(float)) + kKiB;
}

}  // namespace jxlpool
