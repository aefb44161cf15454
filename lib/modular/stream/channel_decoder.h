// ChannelDecoder: the samples of one channel (ISO/IEC 18181-1, modular channel decoding): properties, tree, symbol,
// prediction. PairDecoder: two channels of different streams at a time.
#ifndef LIB_MODULAR_STREAM_CHANNEL_DECODER_H_
#define LIB_MODULAR_STREAM_CHANNEL_DECODER_H_

#include <cstddef>
#include <cstdint>

#include "lib/base/status.h"
#include "lib/modular/loops/channel_plan.h"
#include "lib/modular/loops/loop_context.h"
#include "lib/modular/stream/channel_stream.h"

namespace jxlpool {

class ChannelDecoder {
 public:
  // For channel `index`, which is not empty. The stream must outlive the decoder.
  ChannelDecoder(const ChannelStream& stream, size_t index);
  ChannelDecoder(const ChannelDecoder&) = delete;
  ChannelDecoder& operator=(const ChannelDecoder&) = delete;

  // Decodes all samples; a channel that has no room for them gets it. REQUIRES: called once; the channels before are
  // decoded. Errors: kNeedMoreInput, kMemoryLimit.
  Status Decode();

 private:
  friend class PairDecoder;

  // The three steps of Decode. Begin decodes the first row, or all there is if no specialised loop is needed.
  Status Plan();
  Status Begin();
  Status Finish();

  const ChannelStream& stream_;
  const size_t index_;
  ChannelPlan plan_;
  LoopContext context_;  // without `channel`: nothing is left to Finish
};

// Decodes two channels side by side, which is faster: what the CPU waits for in one it does for the other. That needs
// one loop for both, and so sets of leaves of one size, which this class sees to.
class PairDecoder {
 public:
  // For a channel each of two independent streams. REQUIRES: as for ChannelDecoder.
  PairDecoder(const ChannelStream& first, size_t first_index, const ChannelStream& second, size_t second_index)
      : channels_{{first, first_index}, {second, second_index}} {}

  // ChannelDecoder::Decode for both. An error of one does not concern the other. REQUIRES: as for ChannelDecoder; the
  // statuses are OK.
  void Decode(Status* first_status, Status* second_status);
  // Some rows were decoded by one loop.
  bool went_together() const { return went_together_; }

 private:
  void AgreeOnSets();

  ChannelDecoder channels_[2];
  bool went_together_ = false;
};

}  // namespace jxlpool

#endif  // LIB_MODULAR_STREAM_CHANNEL_DECODER_H_
