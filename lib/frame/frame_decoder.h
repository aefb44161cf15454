// FrameDecoder: one frame, from its sections to composed rows.
//
//   FrameDecoder decoder;
//   decoder.Begin(context, role, ...);   // header, dimensions and TOC are in decoder.state()
//   decoder.Decode(settings, &saved);    // everything else
//
// Sections are read in an order of our own: LfGlobal, HfGlobal, then the LF groups and groups from top to bottom, with
// all passes of a group back to back. Independent groups give their rows to the composer as soon as they are decoded,
// and no frame-sized memory exists; otherwise the frame's LF image and planes are completed first and rendered tile by
// tile.
#ifndef LIB_FRAME_FRAME_DECODER_H_
#define LIB_FRAME_FRAME_DECODER_H_

#include <cstddef>
#include <cstdint>

#include "lib/base/status.h"
#include "lib/compose/frame_composer.h"
#include "lib/compose/frame_output.h"
#include "lib/frame/frame_renderer.h"
#include "lib/frame/frame_samples.h"
#include "lib/frame/frame_state.h"
#include "lib/frame/group_schedule.h"
#include "lib/frame/group_tiles.h"
#include "lib/pool/size_recorder.h"
#include "lib/vardct/lf_coefficients.h"

namespace jxlpool {

// Where a frame's pixels go.
struct FrameDelivery {
  SizeHeader canvas;                      // the image, or the preview
  const OutputTarget* targets = nullptr;  // none: the frame is only decoded for later frames
  size_t num_targets = 0;
  // A rehearsal of a frame that will have targets: none are given, but the bytes per pixel that a sink will get, 0 if
  // there will be none.
  bool is_rehearsal = false;
  uint64_t streamed_pixel_bytes = 0;
};

class FrameDecoder {
 public:
  FrameDecoder() = default;
  FrameDecoder(const FrameDecoder&) = delete;
  FrameDecoder& operator=(const FrameDecoder&) = delete;

  // The caller fills context, role, counters, header, dimensions, toc, sections_offset and slots before Decode.
  FrameState& state() { return state_; }
  const FrameState& state() const { return state_; }

  // Whether the groups of the frame are independent of each other, by a look at its first section; false also if that
  // would take more than a look. Before Decode.
  bool HasIndependentGroups();

  // Decodes and delivers the frame. `*saved` receives what later frames may refer to; empty if nothing.
  // Errors: all.
  Status Decode(const FrameDelivery& delivery, SharedFrame* saved);

  // Instead of Decode: acquires what Decode acquires and decodes a few groups in the calling thread, so that the
  // recorder learns what memory the frame takes. REQUIRES: the budget reports to the recorder; the frame refers to no
  // others; targets are not given. Errors: all.
  Status Rehearse(const FrameDelivery& delivery, SizeRecorder* recorder);

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

  // What Decode begins with: workers, everything before the groups.
  Status Begin();

  // frame_sections.cc: everything before the groups.
  Result<OpenSection> Open(size_t section);
  Status CheckReferences() const;
  Status BeginVarDct();
  // All sections but the groups; also the LF groups unless they can wait.
  Status ReadSections();
  Status ReadHfGlobal();
  Status AllocateLf();
  // Fails if the file ends before all LF groups.
  Status CheckLfGroups() const;
  Status ReadOneLfGroup(uint32_t lf_group);
  Status ReadLfGroups();
  // The first `rows` rows of LF groups have been read.
  void SmoothLfRows(uint32_t rows);
  // Makes the tables for the varblock types that have occurred so far.
  Status PrepareTables();
  // Tells the input's owner that the sections [first, first + count) have been used.
  void ReleaseSections(size_t first, size_t count);
  void ReleaseGroups(uint32_t first, uint32_t count);

  // frame_decoder.cc: groups.
  Status OpenGroup(uint32_t group, GroupReaders* readers);
  Status DecodeVarDctGroup(uint32_t group, uint32_t worker, GroupReaders* readers, View2D<float> (&planes)[3]);
  // Streams of groups are decoded side by side, which is faster.
  static constexpr uint32_t kMaxGroupsAtATime = FrameModular::kMaxGroupsAtATime;
  uint32_t ModularGroupsAtATime() const;
  // The modular data of the groups [first, first + count). `images` is null if they go into the frame's channels.
  Status DecodeModularPasses(uint32_t first, uint32_t count, GroupReaders* readers, ModularImage* images);
  // Their final samples. REQUIRES: groups are independent.
  Status DecodeModularGroups(uint32_t first, uint32_t count, GroupReaders* readers, ModularImage* images);
  Status DecodeJpegGroup(uint32_t group, uint32_t worker);
  // All groups, rows of groups one after another.
  Status DecodeJpegRows();
  Status DecodeVarDctGroupIntoPlanes(uint32_t group, uint32_t worker, GroupReaders* readers);
  // Decodes the groups [first, first + count) into the planes and channels of the frame.
  Status DecodeGroupsIntoFrame(uint32_t first, uint32_t count, uint32_t worker);
  Status AllocatePlanes();
  Status DecodeAllGroups();
  // Decodes a group into its tile of float planes.
  Status DecodeGroupIntoTile(uint32_t gx, uint32_t gy, uint32_t worker, GroupTiles* tiles);
  // The final samples of the groups [first, first + count) of a Modular frame.
  Status ModularGroups(uint32_t first, uint32_t count, ModularImage* images);

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
  Status ForEachTile(uint32_t tile_width, uint32_t tile_height, uint32_t rows_per_band, TaskFunction deliver);
  Status BeginGroups(const FrameDelivery& delivery);
  Status DeliverGroups(const FrameDelivery& delivery);
  Status BeginFrame(const FrameDelivery& delivery, uint32_t tile_width, uint32_t tile_height, FrameRenderer* renderer);
  Status DeliverFrame(const FrameDelivery& delivery);
  void EmitGroup(const ModularImage& image, const Rect& rect, uint32_t worker);
  template <typename T>
  void EmitIntegers(const ModularImage& image, const Rect& rect, uint32_t worker);
  void EmitFloats(const ModularImage& image, const Rect& rect, uint32_t worker);

  // group_delivery.cc: group by group through the pipeline.
  struct GroupDelivery;
  GroupGrid MakeGroupGrid() const;
  Status DeliverGroupTiles(const FrameDelivery& delivery);
  Status BeginGroupTiles(const FrameDelivery& delivery, GroupDelivery* groups);
  void RunGroupTasks(uint32_t worker, GroupDelivery* groups);
  Status RunGroupTask(const GroupTask& task, uint32_t worker, GroupDelivery* groups);
  Status RunLfGroupTask(const GroupTask& task, GroupDelivery* groups);
  Status RenderGroup(const GroupTask& task, uint32_t worker, GroupDelivery* groups);
  // Hands out all rows that are complete; then `*version` is for GroupSchedule::Wait.
  Status DeliverRows(GroupDelivery* groups, uint64_t* version);

  // frame_rehearsal.cc.
  Status RehearseIndependentGroups(const FrameDelivery& delivery, SizeRecorder* recorder);
  Status RehearseGroupTiles(const FrameDelivery& delivery, SizeRecorder* recorder);  // group_delivery.cc
  Status RehearseLfGroups(SizeRecorder* recorder);
  Status RehearseFrame(const FrameDelivery& delivery, SizeRecorder* recorder);

  FrameState state_;
  FrameSamples samples_;
  LfSmoother lf_smoother_;
  FrameComposer composer_;
  FrameOutput output_;
  OpenSection single_;  // frames of one section: where the parts follow each other
  bool has_hf_global_ = false;
  bool lf_groups_wait_ = false;  // LF groups are read with the groups that need them
  bool emits_integers_ = false;
};

}  // namespace jxlpool

#endif  // LIB_FRAME_FRAME_DECODER_H_
