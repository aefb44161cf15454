// The parts of decoding a modular sub-bitstream, so that two of them can be decoded side by side.
#ifndef LIB_MODULAR_STREAM_STREAM_DECODER_H_
#define LIB_MODULAR_STREAM_STREAM_DECODER_H_

#include <cstddef>
#include <cstdint>

#include "lib/base/status.h"
#include "lib/bitstream/bit_reader.h"
#include "lib/entropy/entropy_decoder.h"
#include "lib/modular/modular_image.h"
#include "lib/modular/stream/channel_decoder.h"
#include "lib/modular/stream/ma_tree.h"
#include "lib/modular/stream/modular_stream.h"

namespace jxlpool {

// The tree, the code and then the samples of the non-empty ones among the first channels of an image.
class ChannelSequence {
 public:
  ChannelSequence() = default;
  ChannelSequence(const ChannelSequence&) = delete;
  ChannelSequence& operator=(const ChannelSequence&) = delete;

  // Reads up to the first sample. The arguments must outlive this object. Errors: kCorrupt, kNeedMoreInput,
  // kMemoryLimit.
  Status Begin(const ModularStreamParams& params, const ModularHeader& header, size_t count, BitReader* reader,
               ModularImage* image);
  // A channel is left that has samples to decode; its index, once.
  bool HasNext();
  size_t TakeNext() { return next_++; }
  const ChannelStream& stream() const { return stream_; }
  // Decodes the channels that are left. REQUIRES: Begin. Errors: as Begin.
  Status DecodeAll();

 private:
  MaTreeAndCode local_;
  EntropyDecoder decoder_;
  ChannelStream stream_;
  size_t count_ = 0;
  size_t next_ = 0;
};

// A whole sub-bitstream: Begin, channels().DecodeAll(), Finish. See DecodeModularStream.
class StreamDecoder {
 public:
  StreamDecoder() = default;
  StreamDecoder(const StreamDecoder&) = delete;
  StreamDecoder& operator=(const StreamDecoder&) = delete;

  Status Begin(const ModularStreamParams& params, BitReader* reader, ModularImage* image);
  ChannelSequence& channels() { return channels_; }
  // Undoes the transforms and delivers the channels.
  Status Finish();

 private:
  ModularHeader header_;
  UndoParams undo_;
  ModularImage* image_ = nullptr;
  // The channels of the transformed list, unless it is the list of image_.
  bool has_own_channels_ = false;
  ModularImage transformed_;
  ChannelSequence channels_;
};

}  // namespace jxlpool

#endif  // LIB_MODULAR_STREAM_STREAM_DECODER_H_
