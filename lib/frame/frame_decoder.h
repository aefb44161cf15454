// FrameDecoder: one frame, from its sections to composed rows.
//
//   FrameDecoder decoder;
//   decoder.Begin(context, role, ...);   // header, dimensions and TOC are in decoder.state()
//   decoder.Decode(settings, &saved);    // everything else
//
// Sections are read in an order of our own: LfGlobal, LF groups, HfGlobal, then group by group with all passes of a
// group back to back. Independent groups give their rows to the composer as soon as they are decoded, and no
// frame-sized memory exists; otherwise the frame's planes are completed first and rendered tile by tile.
#ifndef LIB_FRAME_FRAME_DECODER_H_
#define LIB_FRAME_FRAME_DECODER_H_

#include <cstddef>
#include <cstdint>

#include "lib/base/status.h"
#include "lib/frame/frame_composer.h"
#include "lib/frame/frame_output.h"
#include "lib/frame/frame_renderer.h"
#include "lib/frame/frame_samples.h"
#include "lib/frame/frame_state.h"
#include "lib/frame/group_tiles.h"

namespace jxlpool {

// Where a frame's pixels go.
struct FrameDelivery {
  SizeHeader canvas;                      // the image, or the preview
  const OutputTarget* targets = nullptr;  // none: the frame is only decoded for later frames
  size_t num_targets = 0;
};

class FrameDecoder {
 public:
  FrameDecoder() = default;
  FrameDecoder(const FrameDecoder&) = delete;
  FrameDecoder& operator=(const FrameDecoder&) = delete;

  // The caller fills context, role, counters, header, dimensions, toc, sections_offset and slots before Decode.
  FrameState& state() { return state_; }
  const FrameState& state() const { return state_; }

  // Decodes and delivers the frame. `*saved` receives what later frames may refer to; empty if nothing.
  // Errors: all.
  Status Decode(const FrameDelivery& delivery, SharedFrame* saved);

  // Instead of Decode: the quantised coefficients of a recompressed JPEG with 1 or 3 components. Errors: all;
  // kUnsupported if the frame is something else.
  Status DecodeJpegCoefficients(uint32_t num_components, JpegCoefficients* jpeg);

 private:
  // A section's bits; `reader` is unusable if the file ends before it and partial images are allowed.
  struct OpenSection {
    SectionData data;
    BitReader reader;
    bool available = true;
  };
  struct GroupReaders;

  // frame_decoder.cc: reading.
  Result<OpenSection> Open(size_t section);
  Status CheckReferences() const;
  Status BeginVarDct();
  Status ReadSections();
  Status ReadLfGroups();
  Status OpenGroup(uint32_t group, GroupReaders* readers);
  Status DecodeVarDctGroup(uint32_t group, uint32_t worker, GroupReaders* readers, View2D<float> (&planes)[3]);
  // The final samples of one group of a frame whose groups are independent.
  Result<ModularImage> DecodeModularGroup(uint32_t group, GroupReaders* readers);
  Status DecodeJpegGroup(uint32_t group, uint32_t worker);
  // Decodes a group into the planes of the frame.
  Status DecodeGroupIntoFrame(uint32_t group, uint32_t worker);
  Status DecodeAllGroups();
  // Decodes a group into a tile of float planes.
  Result<Matrix3D<float>> DecodeGroupIntoTile(const GroupTiles& tiles, uint32_t group, uint32_t worker);
  // The final samples of one group of a Modular frame.
  Result<ModularImage> ModularGroup(uint32_t group);

  // How a frame's rows come into being.
  enum class Plan : uint8_t {
    kGroups,      // Modular without stages: group by group
    kGroupTiles,  // group by group through the pipeline; borders are kept
    kFrame,       // the planes of the whole frame first, then tile by tile
  };
  Plan ChoosePlan() const;

  // frame_delivery.cc: writing.
  // Rows come in segments of at most `max_segment` pixels; `band_rows` rows at most are unfinished at a time.
  Status BeginDelivery(const FrameDelivery& delivery, uint32_t max_segment, uint32_t band_rows);
  // Rows of tiles that are worked on together, so that every worker has something to do.
  uint32_t TileRowsPerBand(uint32_t tile_width) const;
  // Calls deliver(tile, worker) for all tiles of the frame in raster order, band by band if that is needed.
  Status ForEachTile(uint32_t tile_width, uint32_t tile_height, TaskFunction deliver);
  Status DeliverGroups(const FrameDelivery& delivery);
  Status DeliverGroupTiles(const FrameDelivery& delivery);
  Status DeliverRowOfGroups(uint32_t gy, GroupTiles* tiles, FrameRenderer* renderer, uint32_t* missing);
  Status DeliverFrame(const FrameDelivery& delivery);
  template <typename T>
  void EmitIntegers(const ModularImage& image, const Rect& rect, uint32_t worker);
  void EmitFloats(const ModularImage& image, const Rect& rect, uint32_t worker);

  FrameState state_;
  FrameSamples samples_;
  FrameComposer composer_;
  FrameOutput output_;
  OpenSection single_;  // frames of one section: where the parts follow each other
  bool emits_integers_ = false;
};

}  // namespace jxlpool

#endif  // LIB_FRAME_FRAME_DECODER_H_
