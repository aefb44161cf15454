// Seeking and the frame index of the C interface.
#include <cstring>

#include "lib/api/decoder.h"
#include "lib/api/struct_io.h"
#include "lib/bitstream/frame_index.h"

using namespace jxlpool;  // NOLINT(google-build-using-namespace): this file defines functions of the C interface.

namespace {

Result<const FrameIndex*> Load(JxlpoolDecoder* decoder) {
  const FrameIndex* loaded = nullptr;
  JXLPOOL_RETURN_IF_ERROR(decoder->Await([&]() -> Status {
    JXLPOOL_ASSIGN_OR_RETURN(loaded, decoder->image.LoadFrameIndex());
    return OkStatus();
  }));
  return loaded;
}

}  // namespace

JxlpoolStatus jxlpool_decoder_get_frame_index(JxlpoolDecoder* decoder, JxlpoolFrameIndex* index) {
  const Call call(decoder, Needs::kImage);
  if (!call.ok()) return call.status();
  const Result<const FrameIndex*> loaded = Load(decoder);
  if (!loaded.ok()) return decoder->Report(loaded.status());
  if (loaded.value() == nullptr) return JXLPOOL_END;
  const FrameIndex& frame_index = *loaded.value();
  JxlpoolFrameIndex result = {};
  result.num_entries = frame_index.entries.size();
  result.tick_numerator = frame_index.tick_numerator;
  result.tick_denominator = frame_index.tick_denominator;
  return WriteStruct(result, index);
}

JxlpoolStatus jxlpool_decoder_get_frame_index_entry(JxlpoolDecoder* decoder, uint64_t index,
                                                    JxlpoolFrameIndexEntry* entry) {
  const Call call(decoder, Needs::kImage);
  if (!call.ok()) return call.status();
  const Result<const FrameIndex*> loaded = Load(decoder);
  if (!loaded.ok()) return decoder->Report(loaded.status());
  if (loaded.value() == nullptr || index >= loaded.value()->entries.size()) return JXLPOOL_END;
  const FrameIndexEntry& from = loaded.value()->entries[static_cast<size_t>(index)];
  JxlpoolFrameIndexEntry result = {};
  result.offset = from.offset;
  result.duration = from.duration;
  result.num_frames = from.num_frames;
  result.first_frame = from.first_frame;
  return WriteStruct(result, entry);
}

JxlpoolStatus jxlpool_decoder_seek_frame(JxlpoolDecoder* decoder, uint32_t index, JxlpoolSeek how) {
  const Call call(decoder, Needs::kFrames);
  if (!call.ok()) return call.status();
  // A caller in C may have put any number there.
  uint32_t number;
  std::memcpy(&number, &how, sizeof(number));
  if (number > JXLPOOL_SEEK_USE_INDEX) return decoder->Misuse("unknown way to seek");
  if (decoder->is_stream && !decoder->options.keep_input) return decoder->Misuse("frames of a stream come in order");
  bool found = false;
  const Status status = decoder->Await([&]() -> Status {
    JXLPOOL_ASSIGN_OR_RETURN(found, decoder->image.SeekFrame(index, number == JXLPOOL_SEEK_USE_INDEX));
    return OkStatus();
  });
  if (!status.ok()) return decoder->Fail(status);
  if (!found) return JXLPOOL_END;
  decoder->ForgetTargets();
  decoder->state = DecoderState::kBetweenFrames;
  return JXLPOOL_OK;
}
