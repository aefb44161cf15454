// Memory estimates and pre-warming of the C interface.
#include "lib/api/decoder.h"
#include "lib/api/struct_io.h"

using namespace jxlpool;  // NOLINT(google-build-using-namespace): this file defines functions of the C interface.

JxlpoolStatus jxlpool_decoder_estimate_memory(JxlpoolDecoder* decoder, uint32_t streamed_pixel_bytes,
                                              JxlpoolMemoryEstimate* estimate) {
  if (decoder == nullptr) return JXLPOOL_INVALID_ARGUMENT;
  if (decoder->state == DecoderState::kClosed) return decoder->Misuse("no image is open");
  const auto bytes = decoder->image.EstimateMemory(streamed_pixel_bytes);
  if (!bytes.ok()) return decoder->Report(bytes.status());
  JxlpoolMemoryEstimate result;
  JXLPOOL_INIT(result);
  result.parallel = bytes.value().parallel;
  result.streaming = bytes.value().streaming;
  result.one_thread = bytes.value().one_thread;
  return WriteStruct(result, estimate);
}

JxlpoolStatus jxlpool_decoder_prewarm(JxlpoolDecoder* decoder, uint32_t streamed_pixel_bytes) {
  if (decoder == nullptr) return JXLPOOL_INVALID_ARGUMENT;
  if (decoder->state == DecoderState::kClosed) return decoder->Misuse("no image is open");
  const MemoryProfile::StageScope stage(&decoder->profile, "prewarm");
  const Status status = decoder->image.Prewarm(streamed_pixel_bytes);
  return status.ok() ? JXLPOOL_OK : decoder->Report(status);
}
