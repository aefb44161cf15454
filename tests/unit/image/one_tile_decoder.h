// A slow and large decode to compare with: the planes of each frame are completed and rendered as one tile.
#ifndef TESTS_UNIT_IMAGE_ONE_TILE_DECODER_H_
#define TESTS_UNIT_IMAGE_ONE_TILE_DECODER_H_

#include <cstdint>
#include <vector>

#include "lib/pool/memory.h"

namespace jxlpool {

// All samples of all displayed frames as floats, with all channels interleaved; nothing after an error.
std::vector<float> DecodeAsOneTile(const std::vector<uint8_t>& bytes, Memory* memory);

}  // namespace jxlpool

#endif  // TESTS_UNIT_IMAGE_ONE_TILE_DECODER_H_
