// ImageColor: what the samples of an image mean before and after decoding, and how to get from one to the other.
#ifndef LIB_COMPOSE_IMAGE_COLOR_H_
#define LIB_COMPOSE_IMAGE_COLOR_H_

#include <cstdint>
#include <optional>

#include "lib/base/status.h"
#include "lib/color/color_engine.h"
#include "lib/color/color_transform.h"
#include "lib/headers/color_description.h"
#include "lib/headers/image_header.h"
#include "lib/pool/memory.h"
#include "lib/pool/pool_vector.h"

namespace jxlpool {

// It is set up once per image and does not change afterwards, so that any thread may read it.
struct ImageColor {
  // The signalled encoding. `original_icc` is the embedded profile, or the synthesised one (empty if none exists).
  std::optional<ColorDescription> original;
  PoolVector<uint8_t> original_icc;
  // The encoding of the delivered pixels.
  std::optional<ColorDescription> data;
  PoolVector<uint8_t> data_icc;
  // Delivered color channels: 1 or 3.
  uint32_t num_color = 3;

  // Of XYB images: `to_working` leads to the encoding that frames are blended and saved in. If `has_direct`, `to_data`
  // leads straight to the delivered encoding, for frames that nothing else depends on.
  ColorTransform to_working;
  ColorTransform to_data;
  bool has_direct = false;
  // If `has_engine`, it leads from the encoding that frames are blended in (of images that are not XYB: the signalled
  // one) to the delivered one.
  bool has_engine = false;
  ColorEngine engine;
  // The extra channel that is the fourth input of the engine (black of CMYK), or -1.
  int32_t black = -1;
};

// `embedded_icc` is moved from; empty unless the header says want_icc. `requested` is a valid encoding name or "".
// Errors: kUnsupported (the image cannot be converted as requested), kCorrupt, kMemoryLimit.
Status SetUpImageColor(const ImageHeader& image, PoolVector<uint8_t> embedded_icc, const char* requested,
                       Memory* memory, ImageColor* color);

}  // namespace jxlpool

#endif  // LIB_COMPOSE_IMAGE_COLOR_H_
