// FrameProgress: how much of a frame has come, and what could be shown of it.
#ifndef LIB_FRAME_FRAME_PROGRESS_H_
#define LIB_FRAME_FRAME_PROGRESS_H_

#include <cstdint>

#include "lib/bitstream/codestream.h"
#include "lib/frame/frame_start.h"

namespace jxlpool {

struct FrameProgress {
  bool has_globals = false;  // LfGlobal has come: before that, nothing can be shown
  bool has_lf = false;       // all LF groups have come as well
  uint64_t num_groups = 0;
  uint64_t complete_groups = 0;  // all passes of which have come
  uint32_t num_passes = 0;
  uint32_t complete_passes = 0;  // the first so many passes of all groups have come
  // Grows with everything that makes a better picture: LfGlobal, the LF image, each pass of as many groups as a row
  // has; or each eighth of a Modular frame of a single section.
  uint32_t steps = 0;
  // What has come suffices for the image reduced by this factor, 1 to 8; 0: for none, or not known.
  uint32_t reduction = 0;
};

// Looks at all sections of the frame.
FrameProgress ProgressOf(const FrameStart& frame, const Codestream& codestream);

}  // namespace jxlpool

#endif  // LIB_FRAME_FRAME_PROGRESS_H_
