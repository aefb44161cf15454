// Row kernels of blending (Highway, dynamic dispatch). For users: blending.h.
#ifndef LIB_FEATURES_BLENDING_KERNELS_H_
#define LIB_FEATURES_BLENDING_KERNELS_H_

#include <cstddef>
#include <cstdint>

namespace jxlpool {

// One channel of a row. Unused pointers may be null; `out` may be equal to any of them. "top" covers "bottom".
struct BlendKernelArguments {
  const float* bottom = nullptr;
  const float* bottom_alpha = nullptr;
  const float* top = nullptr;
  const float* top_alpha = nullptr;
  float* out = nullptr;
  size_t size = 0;
  bool clamp = false;
};

// out = bottom + top.
void BlendAddRow(const float* bottom, const float* top, float* out, size_t size);
// out = bottom * clamped(top).
void BlendMulRow(const BlendKernelArguments& arguments);
// out = top over bottom, straight or premultiplied alpha; top_alpha is clamped.
void BlendOverRow(const BlendKernelArguments& arguments, bool premultiplied);
// out = 1 - (1 - clamped(top_alpha)) * (1 - bottom_alpha).
void BlendMixRow(const BlendKernelArguments& arguments);
// out = bottom + top * clamped(top_alpha).
void BlendMulAddRow(const BlendKernelArguments& arguments);

}  // namespace jxlpool

#endif  // LIB_FEATURES_BLENDING_KERNELS_H_
