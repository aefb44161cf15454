// FrameDecoder: one frame, from its sections to composed rows.
//
//   FrameDecoder decoder;
//   fill what decoder.state() has before the sections (ReadFrameStart, context, counters, slots);
//   decoder.ReadGlobals();                        // LfGlobal and HfGlobal; now it is known how to go on
//   decoder.Needs(request, workforce);            // and what that takes
//   decoder.Decode(request, workforce, &saved);   // everything else; again while it gives kWaiting or kPaused
//
// Sections are read in an order of our own: LfGlobal, HfGlobal, then LF groups and groups as the plan wants them. See
// frame_plan.h for the plans. Not thread-safe; the threads of the workforce are used inside of the calls.
#ifndef LIB_FRAME_FRAME_DECODER_H_
#define LIB_FRAME_FRAME_DECODER_H_

#include <cstdint>

#include "lib/base/status.h"
#include "lib/base/thread_pool.h"
#include "lib/compose/shared_frame.h"
#include "lib/frame/coefficient_sink.h"
#include "lib/frame/frame_delivery.h"
#include "lib/frame/frame_plan.h"
#include "lib/frame/frame_state.h"
#include "lib/frame/section_reader.h"
#include "lib/pool/pooled_object.h"
#include "lib/pool/size_recorder.h"

namespace jxlpool {

class FrameDecoder {
 public:
  FrameDecoder() : sections_(&state_) {}
  FrameDecoder(const FrameDecoder&) = delete;
  FrameDecoder& operator=(const FrameDecoder&) = delete;

  FrameState& state() { return state_; }
  const FrameState& state() const { return state_; }
  SectionReader* sections() { return &sections_; }

  // kWaiting if a section that ReadGlobals reads has not come.
  Status MayReadGlobals() const;
  // Reads LfGlobal up to its samples, and HfGlobal unless LF groups come before it, and chooses a plan. If that fails,
  // Needs still can be asked. Called once, or left to the functions below. Errors: all; kWaiting, as long as the
  // sections have not come, after which it is called again.
  Status ReadGlobals();

  // Bytes that decoding the frame takes, besides what is live now, and with what it leaves for later frames. For files
  // as encoders write them; if ReadGlobals failed, a bound by what its headers say. REQUIRES: ReadGlobals was called.
  Result<uint64_t> Needs(const FrameRequest& request, const Workforce& workforce);

  // Decodes and delivers the frame. `*saved` receives what later frames may refer to; empty if nothing. Errors: all;
  // after kWaiting and kPaused, and after them only, it may be called again, with the same arguments
  // (FramePlan::Advance).
  Status Decode(const FrameRequest& request, const Workforce& workforce, SharedFrame* saved);
  // The same by a plan of the caller. REQUIRES: ReadGlobals succeeded.
  Status DecodeBy(FramePlan* plan, const FrameRequest& request, const Workforce& workforce, SharedFrame* saved);

  // LfGlobal has come, or a part of a Modular frame of a single section: without it, nothing of the frame can be shown.
  bool MayShow() const {
    return (state_.toc.IsSingleSection() && state_.header.is_modular) || sections_.MayOpen(state_.toc.LfGlobal()).ok();
  }
  // Rows that have been delivered for good.
  uint32_t final_rows() const { return plan_ ? plan_->final_rows() : 0; }

  // Instead of Decode: FramePlan::Rehearse. REQUIRES: the frame refers to no others. Errors: all.
  Status Rehearse(const FrameRequest& request, const Workforce& workforce, SizeRecorder* recorder);

  // Instead of Decode: the quantised coefficients. REQUIRES: all of the frame has come, or the input is over. Errors:
  // all, those of the sink included.
  Status DecodeCoefficients(CoefficientSink* sink, ThreadPool* threads);

 private:
  // LfGlobal up to its samples; HfGlobal unless LF groups come before it.
  Status ReadSharedSections();
  Status ReadHfGlobal();
  // The samples in LfGlobal.
  Status ReadGlobalSamples(ModularStorage storage);
  Status AttachLfFrame();
  // Makes plan_ if there is none.
  Status MakePlan();
  // Lets state().modular look at what groups have of their own, once, for Needs.
  void LookAtGroups();
  // ReadGlobals, unless that has been done.
  Status NeedGlobals();

  FrameState state_;
  SectionReader sections_;
  bool has_globals_ = false;
  bool has_global_samples_ = false;
  bool has_looked_ = false;
  PooledObject<FramePlan> plan_;
};

}  // namespace jxlpool

#endif  // LIB_FRAME_FRAME_DECODER_H_
