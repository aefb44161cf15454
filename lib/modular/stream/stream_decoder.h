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

// Decodes the tree, the code and then the samples of the first channels of an image.
class ChannelSequence {
 public:
  ChannelSequence() = default;
  ChannelSequence(const ChannelSequence&) = delete;
  ChannelSequence& operator=(const ChannelSequence&) = delete;

  // Reads up to the first sample. The arguments must outlive this object. Errors: kCorrupt, kNeedMoreInput,
  // kMemoryLimit.
  Status Begin(const ModularStreamParams& params, const ModularHeader& header, size_t count, BitReader* reader,
               ModularImage* image);
  // Tells whether a channel is left that is not empty; TakeNext returns its index and moves on. REQUIRES: Begin.
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

// Decodes a whole sub-bitstream: Begin, channels().DecodeAll(), Finish. Errors are those of DecodeModularStream.
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
  bool has_own_channels_ = false;  // the transformed list differs from that of image_
  ModularImage transformed_;       // then the channels of the transformed list
  ChannelSequence channels_;
};

}  // namespace jxlpool

#endif  // LIB_MODULAR_STREAM_STREAM_DECODER_H_
