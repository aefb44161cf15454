// LF picture: a frame of which nothing has come but the LF frame before it. That is shown, enlarged.
#ifndef LIB_FRAME_LF_PICTURE_H_
#define LIB_FRAME_LF_PICTURE_H_

#include <cstdint>

#include "lib/base/status.h"
#include "lib/frame/frame_state.h"

namespace jxlpool {

// Whether images like this one can be shown so: without extra channels, of which LF frames know nothing.
bool MayShowLfFrame(const ImageHeader& image);

// Makes `*frame`, which is new but for its context, the frame for which an LF frame of level `lf_level` + 1 was sent:
// the image itself for 0, else an LF frame. REQUIRES: MayShowLfFrame(). Errors: kMemoryLimit.
Status MakeLfPicture(uint32_t lf_level, FrameState* frame);

}  // namespace jxlpool

#endif  // LIB_FRAME_LF_PICTURE_H_
