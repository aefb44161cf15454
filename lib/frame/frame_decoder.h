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
#include "lib/frame/frame_samples.h"
#include "lib/frame/frame_state.h"

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
  Status DecodeVarDctGroup(uint32_t group, uint32_t worker, GroupReaders* readers);
  // Decodes a group into the planes of the frame.
  Status DecodeFullGroup(uint32_t group, uint32_t worker);
  Status DecodeAllGroups();
  // The final samples of one group of a Modular frame that needs no stages.
  Result<ModularImage> ModularGroup(uint32_t group);

  // frame_delivery.cc: writing.
  Status BeginDelivery(const FrameDelivery& delivery);
  // Calls deliver(tile, worker) for tiles_x * tiles_y tiles of `tile_height` rows, band by band if that is needed.
  Status ForEachTile(uint32_t tiles_x, uint32_t tiles_y, uint32_t tile_height, TaskFunction deliver);
  Status DeliverGroups();
  Status DeliverTiles();
  template <typename T>
  void EmitIntegers(const ModularImage& image, const Rect& rect, uint32_t worker);
  void EmitFloats(const ModularImage& image, const Rect& rect, uint32_t worker);

  FrameState state_;
  FrameSamples samples_;
  FrameComposer composer_;
  FrameOutput output_;
  OpenSection single_;  // frames of one section: where the parts follow each other
  uint32_t tile_rows_per_band_ = 1;
  bool emits_integers_ = false;
};

}  // namespace jxlpool

#endif  // LIB_FRAME_FRAME_DECODER_H_
