// FrameState: everything about the frame that is being decoded. Plain data: FrameDecoder's owner fills what stands
// before the sections, the functions of global_sections.h and lf_group.h what the sections say, in their order.
#ifndef LIB_FRAME_FRAME_STATE_H_
#define LIB_FRAME_FRAME_STATE_H_

#include <atomic>
#include <cstdint>

#include "lib/compose/image_color.h"
#include "lib/compose/shared_frame.h"
#include "lib/features/noise.h"
#include "lib/features/patches.h"
#include "lib/features/splines.h"
#include "lib/frame/frame_start.h"
#include "lib/headers/image_header.h"
#include "lib/modular/frame_modular.h"
#include "lib/pool/memory.h"
#include "lib/pool/pool_vector.h"
#include "lib/vardct/vardct_frame.h"

namespace jxlpool {

class CoefficientSink;

// What frames of one image share.
struct FrameContext {
  FrameSource source;
  const ImageColor* color = nullptr;
  bool render_spot_colors = true;
  bool coalescing = true;
  Orientation orientation = Orientation::kIdentity;  // to be applied to delivered pixels
  bool allow_partial = false;
  // What has come so far is decoded, as if the input were over, beside a decode that goes on: nothing is left for later
  // frames. REQUIRES: allow_partial.
  bool provisional = false;
  uint32_t downsampling = 1;
};

struct FrameState : FrameStart {
  // Before the sections.
  const FrameContext* context = nullptr;
  uint32_t visible_frames = 0;  // counters after counting this frame
  uint32_t invisible_frames = 0;
  FrameSlots slots;  // as they are before this frame
  // The shapes of slots.reference; if only the sections are to be looked at, those that the slots will have.
  PatchEnvironment::Slot reference_shapes[kNumReferenceSlots];
  // No section is there, and will be: an LF frame is shown instead (lf_picture.h).
  bool lf_only = false;
  // Receives the quantised coefficients if they are wanted instead of pixels, else null.
  CoefficientSink* coefficients = nullptr;

  // LfGlobal.
  PatchDictionary patches;
  PoolVector<View2D<const float>> patch_planes;  // 3 + num_extra views for each slot
  PatchReference patch_references[kNumReferenceSlots];
  PoolVector<BlendExtraChannel> extra_blending;
  Splines splines;
  SplineSplats splats;
  NoiseParameters noise;
  LfChannelDequantization lf_dequantization;  // of Modular frames; VarDCT frames keep theirs in `vardct`
  FrameModular modular;
  VarDctFrame vardct;
  // HfGlobal was read. False also if the file ends before it.
  bool has_hf_global = false;

  // Passes to be decoded; fewer than the frame has for a reduced or partial image.
  uint32_t num_passes = 1;
  // Per LF group: 1 if the file ends before it (partial VarDCT images only).
  PoolVector<uint8_t> lf_group_missing;
  // The sections will be read once more, or are none: they are not released.
  bool keeps_sections = false;
  // Some section was left out because the file ends early.
  std::atomic<bool> incomplete{false};

  // Sets `slots` and their shapes.
  void SetSlots(const FrameSlots& new_slots) {
    slots = new_slots;
    for (size_t i = 0; i < kNumReferenceSlots; ++i) {
      const SharedFrame& slot = slots.reference[i];
      reference_shapes[i] = PatchEnvironment::Slot();
      if (slot.empty()) continue;
      reference_shapes[i] = {true, slot->before_color_transform, slot->width(), slot->height()};
    }
  }

  Memory* memory() const { return context->source.memory; }
  const ImageHeader& image() const { return *context->source.image; }
  uint32_t num_extra() const { return image().num_extra_channels; }
  Status CheckCancelled() const {
    const std::atomic<bool>* cancelled = context->source.cancelled;
    if (cancelled != nullptr && cancelled->load(std::memory_order_relaxed)) {
      return Status(ErrorCode::kCancelled, "the decode was cancelled");
    }
    return OkStatus();
  }
};

}  // namespace jxlpool

#endif  // LIB_FRAME_FRAME_STATE_H_
