// The plain loop that decodes any channel with any tree: short and obviously right, not fast. It is what tiny channels
// use, and the oracle of the specialised loops.
#ifndef LIB_MODULAR_GENERIC_LOOP_H_
#define LIB_MODULAR_GENERIC_LOOP_H_

#include <cstddef>

#include "lib/base/status.h"
#include "lib/modular/channel_decoder.h"

namespace jxlpool {

// As DecodeChannel.
Status DecodeChannelGeneric(const ChannelDecoderParams& params, ModularImage* image, size_t index,
                            EntropyDecoder* decoder, BitReader* reader);

}  // namespace jxlpool

#endif  // LIB_MODULAR_GENERIC_LOOP_H_
