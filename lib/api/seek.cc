// Seeking and the frame index of the C interface.
#include <cstring>

#include "lib/api/decoder.h"
#include "lib/api/struct_io.h"
#include "lib/bitstream/container.h"

using namespace jxlpool;  // NOLINT(google-build-using-namespace): this file defines functions of the C interface.

namespace {

// Reads the frame index once; false if there is none.
Result<bool> LoadIndex(JxlpoolDecoder* decoder) {
  if (decoder->inspection.has_index) return true;
  const Box* box = decoder->image.container().Find(kFrameIndexBox);
  if (box == nullptr) return false;
  if (box->is_truncated) return NeedMoreInput("the file ends in the frame index");
  JXLPOOL_RETURN_IF_ERROR(ReadFrameIndex(box->contents, &decoder->memory, &decoder->inspection.index));
  decoder->inspection.has_index = true;
  return true;
}

}  // namespace

JxlpoolStatus jxlpool_decoder_get_frame_index(JxlpoolDecoder* decoder, JxlpoolFrameIndex* index) {
  const Call call(decoder, Needs::kImage);
  if (!call.ok()) return call.status();
  const Result<bool> found = LoadIndex(decoder);
  if (!found.ok()) return decoder->Report(found.status());
  if (!found.value()) return JXLPOOL_END;
  const FrameIndex& frame_index = decoder->inspection.index;
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
  const Result<bool> found = LoadIndex(decoder);
  if (!found.ok()) return decoder->Report(found.status());
  if (!found.value() || index >= decoder->inspection.index.entries.size()) return JXLPOOL_END;
  const FrameIndexEntry& from = decoder->inspection.index.entries[static_cast<size_t>(index)];
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
  const Result<bool> found = decoder->image.SeekFrame(index, number == JXLPOOL_SEEK_USE_INDEX);
  if (!found.ok()) return decoder->Fail(found.status());
  if (!found.value()) return JXLPOOL_END;
  decoder->state = DecoderState::kBetweenFrames;
  return JXLPOOL_OK;
}
