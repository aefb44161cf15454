// Makes ICC profiles for enumerated encodings.
#ifndef LIB_COLOR_ICC_SYNTHESIS_H_
#define LIB_COLOR_ICC_SYNTHESIS_H_

#include <cstdint>

#include "lib/base/status.h"
#include "lib/headers/color_description.h"
#include "lib/pool/memory.h"
#include "lib/pool/pool_vector.h"

namespace jxlpool {

// Makes a version 4.4 profile. It has a few hundred bytes, for PQ and HLG, which get a tone-mapping table, about 4 KiB.
// Errors: kUnsupported if none exists (unknown space or transfer function, XYB with another intent than perceptual),
// kCorrupt for unusable chromaticities, kMemoryLimit.
Result<PoolVector<uint8_t>> SynthesiseIcc(const ColorDescription& description, Memory* memory);

}  // namespace jxlpool

#endif  // LIB_COLOR_ICC_SYNTHESIS_H_
