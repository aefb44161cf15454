// Decoding the samples of one channel: properties, tree, symbol, prediction (ISO/IEC 18181-1, modular channel
// decoding). Chooses the loop that suits the channel's part of the tree.
#ifndef LIB_MODULAR_CHANNEL_DECODER_H_
#define LIB_MODULAR_CHANNEL_DECODER_H_

#include <cstddef>
#include <cstdint>

#include "lib/base/status.h"
#include "lib/bitstream/bit_reader.h"
#include "lib/entropy/entropy_decoder.h"
#include "lib/modular/ma_tree.h"
#include "lib/modular/modular_image.h"
#include "lib/modular/weighted_predictor.h"
#include "lib/pool/memory.h"

namespace jxlpool {

// Which loops may decode samples; the result never depends on it.
enum class ChannelLoops : uint8_t {
  kFastest,      // specialised loops where one applies and pays
  kSpecialised,  // specialised loops wherever one applies; for tests
  kGeneric,      // one plain loop for everything; the oracle of the tests
};

// What the channels of one sub-bitstream have in common.
struct ChannelDecoderParams {
  const MaTreeAndCode* tree = nullptr;
  WeightedParams weighted;
  uint32_t stream_index = 0;
  ChannelLoops loops = ChannelLoops::kFastest;
  Memory* memory = nullptr;
};

// Decodes channel `index` of `image`, whose earlier channels are decoded. REQUIRES: the channel is not empty and has
// samples. Errors: kNeedMoreInput, kMemoryLimit.
Status DecodeChannel(const ChannelDecoderParams& params, ModularImage* image, size_t index, EntropyDecoder* decoder,
                     BitReader* reader);

}  // namespace jxlpool

#endif  // LIB_MODULAR_CHANNEL_DECODER_H_
