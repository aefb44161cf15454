// Pictures of frames that have not come to their end, of the C interface.
#include <algorithm>

#include "lib/api/decoder.h"
#include "lib/api/struct_io.h"
#include "lib/api/targets.h"
#include "lib/frame/frame_progress.h"
#include "lib/headers/image_header.h"

using namespace jxlpool;  // NOLINT(google-build-using-namespace): this file defines functions of the C interface.

namespace {

// Rows come from top to bottom, and provisional ones follow those that are final, only if nothing is turned.
bool IsUpright(const JxlpoolDecoder& decoder) {
  return decoder.options.keep_orientation || decoder.image.header().orientation == Orientation::kIdentity;
}

bool HasRows(const Targets& targets) {
  return std::any_of(targets.data(), targets.data() + targets.size(),
                     [](const OutputTarget& target) { return target.sink != nullptr; });
}

}  // namespace

JxlpoolStatus jxlpool_decoder_get_progress(JxlpoolDecoder* decoder, JxlpoolProgress* progress) {
  const Call call(decoder, Needs::kFrames);
  if (!call.ok()) return call.status();
  const FrameProgress now = decoder->image.Progress();
  JxlpoolProgress result = {};
  result.steps = now.steps;
  result.reduction = now.reduction;
  result.num_groups = now.num_groups;
  result.complete_groups = now.complete_groups;
  result.num_passes = now.num_passes;
  result.complete_passes = now.complete_passes;
  result.has_lf = now.has_lf ? 1 : 0;
  result.final_rows = IsUpright(*decoder) ? decoder->image.final_rows() : 0;
  return WriteStruct(result, progress);
}

JxlpoolStatus jxlpool_decoder_flush(JxlpoolDecoder* decoder, const JxlpoolOutput* outputs, size_t num_outputs) {
  const Call call(decoder, Needs::kFrames);
  if (!call.ok()) return call.status();
  Targets targets(&decoder->memory);
  const bool at_frame = decoder->state == DecoderState::kAtFrame;
  const ImageSize size = at_frame ? ImageSize{decoder->frame_width, decoder->frame_height}
                                  : ImageSize{decoder->image.width(), decoder->image.height()};
  Status status = targets.Set(*decoder, outputs, num_outputs, size);
  if (status.ok() && HasRows(targets) && !IsUpright(*decoder)) {
    status = Unsupported("rows of a turned image cannot be flushed: give pixels");
  }
  if (!status.ok()) return decoder->Report(status);
  const MemoryProfile::StageScope stage(&decoder->profile, "flush", decoder->frame_index);
  status = decoder->image.Flush(targets.data(), targets.size());
  return status.ok() ? JXLPOOL_OK : decoder->Report(status);
}
