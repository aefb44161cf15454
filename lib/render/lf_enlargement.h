// Enlarges the LF image by 8, for groups of a VarDCT frame of which nothing else is known.
//
// It is the format's upsampling by 8 (ISO/IEC 18181-1 "Upsampling") of a plane of the LF image. A group is enlarged for
// itself; since it sees the samples around it, no border shows where groups meet.
#ifndef LIB_RENDER_LF_ENLARGEMENT_H_
#define LIB_RENDER_LF_ENLARGEMENT_H_

#include <cstddef>
#include <cstdint>

#include "lib/base/rect.h"
#include "lib/pool/matrix.h"
#include "lib/pool/ring_matrix.h"
#include "lib/render/upsampling.h"

namespace jxlpool {

// Columns and rows around a part that count.
inline constexpr int64_t kLfBorder = 2;

// A group's part of one plane of the LF image.
struct LfPart {
  static constexpr int64_t kMaxSize = 32;

  RingView<const float> plane;
  int64_t plane_width = 0;
  int64_t plane_height = 0;
  Rect rect;  // at most kMaxSize x kMaxSize
  // Whether the image goes on in the parts above, beside and below this one (rows first; [1][1] is this part). Where it
  // does not, the samples at the edge of this part are repeated. What lies outside the plane is mirrored.
  bool goes_on[3][3] = {{true, true, true}, {true, true, true}, {true, true, true}};
};

// Writes 8 * rect.width x 8 * rect.height samples to the top left of `out`, whose rows may be unaligned. It reads the
// part and kLfBorder samples around it, as far as they are in the plane, so these rows must be kept. REQUIRES: kernels
// of factor 8.
void EnlargeLf(const UpsamplingKernels& kernels, const LfPart& part, const View2D<float>& out);

}  // namespace jxlpool

#endif  // LIB_RENDER_LF_ENLARGEMENT_H_
