// Input of the C interface that arrives in pieces.
#include <algorithm>

#include "lib/api/decoder.h"
#include "lib/api/struct_io.h"

using namespace jxlpool;  // NOLINT(google-build-using-namespace): this file defines functions of the C interface.

namespace {

constexpr size_t kReadSize = size_t{1} << 16;

// What feeding has led to. If it failed before the headers were there, no image is open afterwards.
JxlpoolStatus AfterFeeding(JxlpoolDecoder* decoder, const Status& status) {
  if (status.ok()) return JXLPOOL_OK;
  if (decoder->has_headers()) return decoder->Fail(status);
  decoder->Close();
  return decoder->Report(status);
}

JxlpoolStatus CheckIsFed(JxlpoolDecoder* decoder) {
  if (decoder->source.is_open()) return decoder->Misuse("the stream reads its source by itself");
  if (decoder->input_has_ended) return decoder->Misuse("the input has ended");
  return JXLPOOL_OK;
}

}  // namespace

Status JxlpoolDecoder::SkipWhatIsNotNeeded(size_t* size) {
  *size = 0;
  // A file that says much about nothing must not make the list of blocks long.
  constexpr uint64_t kMostAtOnce = uint64_t{1} << 26;
  const uint64_t count = std::min(image.SkippableInput(), kMostAtOnce);
  if (!source.can_seek() || count < kReadSize) return OkStatus();
  const uint64_t position = image.bytes_fed();
  JXLPOOL_RETURN_IF_ERROR(source.Seek(position + count));
  JXLPOOL_ASSIGN_OR_RETURN(*size, source.Read(read_buffer.data(), read_buffer.size()));
  // The input may end in what is skipped: where, only reading tells.
  return *size != 0 ? image.SkipInput(count) : source.Seek(position);
}

Status JxlpoolDecoder::ReadOn() {
  if (cancelled.load(std::memory_order_relaxed)) return Status(ErrorCode::kCancelled, "the decode was cancelled");
  if (read_buffer.empty()) {
    read_buffer = PoolVector<uint8_t>(&memory, Category::kInput);
    JXLPOOL_RETURN_IF_ERROR(read_buffer.ResizeUninitialized(kReadSize));
  }
  size_t size = 0;
  JXLPOOL_RETURN_IF_ERROR(SkipWhatIsNotNeeded(&size));
  if (size == 0) {
    JXLPOOL_ASSIGN_OR_RETURN(size, source.Read(read_buffer.data(), read_buffer.size()));
  }
  if (size != 0) return image.Feed({read_buffer.data(), size});
  input_has_ended = true;
  return image.EndInput();
}

JxlpoolStatus jxlpool_decoder_feed(JxlpoolDecoder* decoder, const void* data, size_t size) {
  const Call call(decoder, Needs::kStream);
  if (!call.ok()) return call.status();
  if (data == nullptr && size != 0) return decoder->Misuse("no input given");
  if (const JxlpoolStatus status = CheckIsFed(decoder); status != JXLPOOL_OK) return status;
  const MemoryProfile::StageScope stage(&decoder->profile, "feed");
  return AfterFeeding(decoder, decoder->image.Feed({static_cast<const uint8_t*>(data), size}));
}

JxlpoolStatus jxlpool_decoder_end_input(JxlpoolDecoder* decoder) {
  const Call call(decoder, Needs::kStream);
  if (!call.ok()) return call.status();
  if (const JxlpoolStatus status = CheckIsFed(decoder); status != JXLPOOL_OK) return status;
  decoder->input_has_ended = true;
  return AfterFeeding(decoder, decoder->image.EndInput());
}

JxlpoolStatus jxlpool_decoder_get_input_state(JxlpoolDecoder* decoder, JxlpoolInputState* state) {
  const Call call(decoder, Needs::kStream);
  if (!call.ok()) return call.status();
  JxlpoolInputState result = {};
  result.position = decoder->image.bytes_fed();
  result.has_ended = decoder->input_has_ended ? 1 : 0;
  if (decoder->needed_end != 0 && result.has_ended == 0) {
    const ImageDecoder& image = decoder->image;
    const bool is_box = decoder->needed_end == JxlpoolDecoder::kNextBox;
    const uint64_t end = is_box ? image.BoxEnd() : image.FilePosition(decoder->needed_end - 1) + 1;
    result.needed_bytes = std::max<uint64_t>(end, result.position + 1) - result.position;
  }
  return WriteStruct(result, state);
}
