// Decoding the samples of one channel: properties, tree, symbol, prediction (ISO/IEC 18181-1, modular channel
// decoding). Chooses the loop that suits the channel's part of the tree.
#ifndef LIB_MODULAR_STREAM_CHANNEL_DECODER_H_
#define LIB_MODULAR_STREAM_CHANNEL_DECODER_H_

#include <cstddef>
#include <cstdint>

#include "lib/base/status.h"
#include "lib/bitstream/bit_reader.h"
#include "lib/entropy/entropy_decoder.h"
#include "lib/modular/loops/channel_loops.h"
#include "lib/modular/loops/channel_plan.h"
#include "lib/modular/loops/loop_context.h"
#include "lib/modular/modular_image.h"
#include "lib/modular/stream/channel_params.h"

namespace jxlpool {

// Decodes one channel: Plan, Begin, Finish. Before Finish, channels of two different streams may be decoded together,
// which is faster: what the CPU waits for in one it does for the other.
class ChannelDecoder {
 public:
  ChannelDecoder() = default;
  ChannelDecoder(const ChannelDecoder&) = delete;
  ChannelDecoder& operator=(const ChannelDecoder&) = delete;

  // For channel `index` of `image`. The arguments must outlive the decoder. REQUIRES: called once; the channel is not
  // empty and has samples. Errors: kMemoryLimit.
  Status Plan(const ChannelDecoderParams& params, ModularImage* image, size_t index);
  // Decodes the first row, or all there is if no loop is needed. Sets of leaves will have at least `min_words` words.
  // REQUIRES: the earlier channels are decoded. Errors: kNeedMoreInput, kMemoryLimit.
  Status Begin(size_t min_words, EntropyDecoder* decoder, BitReader* reader);
  // Decodes some rows of both if that can be done together; whether it could. REQUIRES: Begin was called on both and
  // did not fail.
  static bool DecodeTogether(ChannelDecoder* first, ChannelDecoder* second);
  // What both have to Begin with to that end. REQUIRES: Plan was called on both and did not fail.
  static size_t CommonWords(const ChannelDecoder& first, const ChannelDecoder& second);
  // Decodes what is left. Errors: kNeedMoreInput.
  Status Finish();

 private:
  const ChannelDecoderParams* params_ = nullptr;
  ModularImage* image_ = nullptr;
  size_t index_ = 0;
  ChannelPlan plan_;
  LoopContext context_;
  ChannelRows rows_;  // no context: nothing is left to Finish
};

}  // namespace jxlpool

#endif  // LIB_MODULAR_STREAM_CHANNEL_DECODER_H_
