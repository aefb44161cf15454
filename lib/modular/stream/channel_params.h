// What the channels of one sub-bitstream have in common.
#ifndef LIB_MODULAR_STREAM_CHANNEL_PARAMS_H_
#define LIB_MODULAR_STREAM_CHANNEL_PARAMS_H_

#include <cstdint>

#include "lib/modular/stream/ma_tree.h"
#include "lib/modular/stream/weighted_predictor.h"
#include "lib/pool/memory.h"

namespace jxlpool {

// Which loops may decode samples; the result never depends on it.
enum class ChannelLoops : uint8_t {
  kFastest,      // specialised loops where one applies and pays
  kSpecialised,  // specialised loops wherever one applies; for tests
  kGeneric,      // one plain loop for everything; the oracle of the tests
};

struct ChannelDecoderParams {
  const MaTreeAndCode* tree = nullptr;
  WeightedParams weighted;
  uint32_t stream_index = 0;
  ChannelLoops loops = ChannelLoops::kFastest;
  Memory* memory = nullptr;
};

}  // namespace jxlpool

#endif  // LIB_MODULAR_STREAM_CHANNEL_PARAMS_H_
