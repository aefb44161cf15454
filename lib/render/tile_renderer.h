// TileRenderer: one run of a TilePipeline over one rectangle. For users: tile_pipeline.h.
//
// Rows are pulled: to make a row, a stage first lets the stages before it advance to the last row it needs. So every
// ring holds just the rows that its reader looks at.
#ifndef LIB_RENDER_TILE_RENDERER_H_
#define LIB_RENDER_TILE_RENDERER_H_

#include <cstddef>
#include <cstdint>

#include "lib/render/tile_pipeline.h"

namespace jxlpool {

class TileRenderer {
 public:
  static size_t ScratchBytes(const TilePipeline& pipeline, int64_t width);

  // REQUIRES: the arguments fulfil what TilePipeline::Render checks, and no other renderer uses the scratch memory.
  TileRenderer(const TilePipeline& pipeline, const TileInput& input, const Rect& output_rect, RenderScratch* scratch);

  // Takes its working memory from the scratch memory. Errors: kMemoryLimit if that does not suffice.
  Status Prepare();
  // REQUIRES: Prepare succeeded.
  Status Run(RowSink sink);

 private:
  // The state of one ring in this run.
  struct Ring {
    float* data = nullptr;
    size_t stride = 0;
    int64_t origin = 0;  // the plane's column at data[0], a multiple of 16
    uint32_t num_rows = 1;
    float* At(int64_t x, int64_t y) const {
      return data + (static_cast<uint32_t>(y) % num_rows) * stride + static_cast<size_t>(x - origin);
    }
  };
  // The state of one stage in this run.
  struct Progress {
    Rect rect;         // what it has to make
    int64_t next = 0;  // its next row
  };

  // Only to measure.
  explicit TileRenderer(const TilePipeline& pipeline) : pipeline_(pipeline) {}
  // `source`: a ScratchArena or a ScratchMeter.
  template <typename Source>
  Status Allocate(int64_t width, Source* source);
  void StartStages();
  // Makes the rows of a stage up to `end`, at most to the end of its rectangle.
  void Advance(uint32_t stage, int64_t end);
  void AdvanceInputs(const ChannelLink* links, size_t count, int64_t end);
  void MakeRow(uint32_t stage, int64_t y);
  void MirrorColumns(uint32_t ring, const RowStage& stage, const Rect& rect, int64_t y);

  void Load(const RowStage& stage, const Progress& progress, int64_t y);
  void ChromaHorizontal(const RowStage& stage, const Progress& progress, int64_t y);
  void ChromaVertical(const RowStage& stage, const Progress& progress, int64_t y);
  void Gaborish(const RowStage& stage, const Progress& progress, int64_t y);
  template <int kPass>
  void Epf(const RowStage& stage, const Progress& progress, int64_t y);
  void Upsample(const RowStage& stage, const Progress& progress, int64_t y);
  void Patches(const RowStage& stage, const Progress& progress, int64_t y);
  void Splines(const RowStage& stage, const Progress& progress, int64_t y);
  void Noise(const RowStage& stage, const Progress& progress, int64_t y);

  // Column x of rows y - kBorder .. y + kBorder, mirrored into the plane, of input channel i of a stage.
  template <int kBorder>
  void Input(const RowStage& stage, uint32_t i, int64_t x, int64_t y, const float** rows) const;
  // The ring of input channel i of a stage.
  const Ring& InputRing(const RowStage& stage, uint32_t i) const {
    return rings_[pipeline_.links_[stage.first_link + i].ring];
  }
  // Column x of output channel i of a stage.
  float* Output(const RowStage& stage, uint32_t i, int64_t x, int64_t y) const {
    return rings_[stage.first_ring + i].At(x, y);
  }
  // Column x of channel i of a stage in place.
  float* InPlace(const RowStage& stage, uint32_t i, int64_t x, int64_t y) const;

  const TilePipeline& pipeline_;
  const TileInput* input_ = nullptr;
  Rect output_rect_;
  RenderScratch* scratch_ = nullptr;
  Ring* rings_ = nullptr;
  Progress* progress_ = nullptr;
  Rect* channel_rects_ = nullptr;
  float** row_pointers_ = nullptr;  // per channel
  float* epf_memory_[3] = {};
  float* upsampling_memory_ = nullptr;
  float* noise_memory_ = nullptr;
  float* patch_memory_ = nullptr;
};

}  // namespace jxlpool

#endif  // LIB_RENDER_TILE_RENDERER_H_
