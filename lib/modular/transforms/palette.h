// Undoes palettes (ISO/IEC 18181-1, modular transforms: Palette).
#ifndef LIB_MODULAR_TRANSFORMS_PALETTE_H_
#define LIB_MODULAR_TRANSFORMS_PALETTE_H_

#include <cstddef>
#include <cstdint>

#include "lib/base/status.h"
#include "lib/modular/modular_image.h"
#include "lib/modular/transforms/transform.h"

namespace jxlpool {

// Returns a component of an implicit entry. An entry with index < 0 is a delta. Color j >= 0 is the one whose index is
// j more than the number of explicit entries, and is passed as j.
int32_t ImplicitPaletteValue(int64_t index, uint32_t component, uint32_t bit_depth);

// Replaces channel 0 (the palette) and the index channel by the components. REQUIRES: the image has the list that
// applying `transform` gave. Errors: kMemoryLimit.
Status UndoPalette(const Transform& transform, const UndoParams& params, ModularImage* image);

}  // namespace jxlpool

#endif  // LIB_MODULAR_TRANSFORMS_PALETTE_H_
