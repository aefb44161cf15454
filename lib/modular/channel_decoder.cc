#include "lib/modular/channel_decoder.h"

#include "lib/modular/generic_loop.h"

namespace jxlpool {

Status DecodeChannel(const ChannelDecoderParams& params, ModularImage* image, size_t index, EntropyDecoder* decoder,
                     BitReader* reader) {
  return DecodeChannelGeneric(params, image, index, decoder, reader);
}

}  // namespace jxlpool
