// TilePipeline: the row stages of one frame, from reconstructed samples to the samples before the color transform
// (ISO/IEC 18181-1: chroma upsampling, Gaborish, edge-preserving filter, patches, splines, upsampling, noise).
//
// The list of stages (StageList) is built once per frame and shared by all threads. Render runs it over any rectangle
// of the frame: a tile or the whole; the samples are the same bit for bit whatever the rectangles. Each stage keeps
// only the few rows that the next stage reads, so a tile's intermediate results stay in the cache.
//
//   JXLPOOL_ASSIGN_OR_RETURN(TilePipeline pipeline, TilePipeline::Create(memory, spec));      // once per frame
//   RenderScratch scratch;                                                                    // once per worker
//   JXLPOOL_RETURN_IF_ERROR(pipeline.PrepareScratch(memory, max_width, &scratch));
//   ...
//   TileInput input;  // samples of every channel that cover pipeline.InputRect(channel, rect)
//   JXLPOOL_RETURN_IF_ERROR(pipeline.Render(input, rect, [&](const OutputRow& row) { ...; return OkStatus(); },
//                                           &scratch));
//
// Channels: 0..2 color (a grey frame passes the same samples three times), 3 + e extra channel e. Coordinates: a
// channel's input lives in its own plane of ChannelSize(channel), without the padding of VarDCT; output lives in the
// frame after upsampling. Stages mirror at the edges of the planes; input outside the plane is never read.
#ifndef LIB_RENDER_TILE_PIPELINE_H_
#define LIB_RENDER_TILE_PIPELINE_H_

#include <cstddef>
#include <cstdint>
#include <type_traits>

#include "lib/base/rect.h"
#include "lib/base/status.h"
#include "lib/pool/matrix.h"
#include "lib/pool/ring_matrix.h"
#include "lib/pool/scratch_arena.h"
#include "lib/render/render_spec.h"
#include "lib/render/stage_list.h"

namespace jxlpool {

// A rectangle of input samples of one channel: `view` starts at (x0, y0) of the channel's plane. Alignment is free.
struct InputPiece {
  View2D<const float> view;
  int64_t x0 = 0;
  int64_t y0 = 0;
};

// The input of one channel: pieces that together cover InputRect; where they overlap they agree. More than one piece
// lets a group's samples and the borders kept from its neighbours stay where they are.
struct ChannelInput {
  static constexpr size_t kMaxPieces = 4;
  InputPiece pieces[kMaxPieces];
  size_t num_pieces = 0;
};

struct TileInput {
  const ChannelInput* channels = nullptr;  // 3 + num_extra
  // Per 8x8 block of the coded frame: the inverse sigma of the edge-preserving filter times
  // 4 * (sqrt(0.5) - 1), a negative number; covers the blocks of the output rectangle and its border. Empty: all blocks
  // have epf_constant_sigma. Not read if the filter is off.
  RingView<const float> epf_sigma;
  float epf_constant_sigma = 0.0f;  // modular frames: kEpfSigmaNumerator / epf_sigma_for_modular
};
inline constexpr float kEpfSigmaNumerator = -1.1715728752538099f;

// One finished row: rows[c][0] is the sample at (x0, y) of channel c, c < 3 + num_extra, all at the size of the frame.
// The samples may be changed in place and are valid during the call. rows[c] - x0 % 16 is aligned to 64 bytes; from
// there up to x0 + width rounded up to a multiple of 16 whole vectors may be read and written.
struct OutputRow {
  int64_t y = 0;
  int64_t x0 = 0;
  size_t width = 0;
  float* const* rows = nullptr;
};

// Non-owning reference to a callable `Status(const OutputRow&)`; rows come in ascending order. An error ends Render.
class RowSink {
 public:
  template <typename F, typename = std::enable_if_t<!std::is_same_v<std::decay_t<F>, RowSink>>>
  // NOLINTNEXTLINE(google-explicit-constructor,bugprone-forwarding-reference-overload): a lambda is passed.
  RowSink(F&& f)
      : object_(const_cast<void*>(static_cast<const void*>(&f))), call_([](void* object, const OutputRow& row) {
          return (*static_cast<std::remove_reference_t<F>*>(object))(row);
        }) {}
  Status operator()(const OutputRow& row) const { return call_(object_, row); }

 private:
  void* object_;
  Status (*call_)(void*, const OutputRow&);
};

// Memory of one worker for Render; reusable for any pipeline and rectangle that it is large enough for.
struct RenderScratch {
  ScratchArena arena;
  NoiseRows noise_rows;  // keeps from tile to tile what equal tiles need again
};

class TilePipeline {
 public:
  TilePipeline() = default;
  TilePipeline(TilePipeline&&) noexcept = default;
  TilePipeline& operator=(TilePipeline&&) noexcept = default;

  // Errors: kMemoryLimit; kCorrupt if patches come with extra channels that are not upsampled like color. `memory`
  // must outlive the pipeline. REQUIRES: the spec's numbers are as described there.
  static Result<TilePipeline> Create(Memory* memory, const RenderSpec& spec);

  size_t num_channels() const { return list_.num_channels(); }
  // True if no stage does anything: the input is the output.
  bool IsIdentity() const { return list_.stages().size() == num_channels(); }
  // Size of the input plane of a channel.
  Rect ChannelRect(size_t channel) const;
  // The input samples that `output_rect` needs, clipped to the plane.
  Rect InputRect(size_t channel, const Rect& output_rect) const;
  // Input columns and rows that are read around a pixel, at most, in samples of the channel: after upsampling and
  // subsampling InputRect exceeds the scaled rectangle by no more than this on each side.
  uint32_t BorderX(size_t channel) const { return Border(channel, &RowStage::shift_x, &RowStage::border_x); }
  uint32_t BorderY(size_t channel) const { return Border(channel, &RowStage::shift_y, &RowStage::border_y); }

  // Makes `scratch` large enough for rectangles of up to `max_width` columns, so that Render need not allocate.
  Status PrepareScratch(Memory* memory, int64_t max_width, RenderScratch* scratch) const;
  size_t ScratchBytes(int64_t max_width) const;

  // Renders `output_rect` (inside the frame, not empty). Thread-safe with one scratch per thread. Errors: those of the
  // sink; kInvalidArgument if the scratch is too small, the rectangle is not inside the frame, or a channel's only
  // piece does not cover InputRect.
  Status Render(const TileInput& input, const Rect& output_rect, RowSink sink, RenderScratch* scratch) const;

 private:
  uint32_t Border(size_t channel, uint8_t RowStage::*shift, uint8_t RowStage::*border) const;

  RenderSpec spec_;
  StageList list_;
};

}  // namespace jxlpool

#endif  // LIB_RENDER_TILE_PIPELINE_H_
