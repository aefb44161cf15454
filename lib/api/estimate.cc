// Memory estimates and pre-warming of the C interface.
#include "lib/api/decoder.h"
#include "lib/api/struct_io.h"

using namespace jxlpool;  // NOLINT(google-build-using-namespace): this file defines functions of the C interface.

JxlpoolStatus jxlpool_decoder_estimate_memory(JxlpoolDecoder* decoder, uint32_t streamed_pixel_bytes,
                                              JxlpoolMemoryEstimate* estimate) {
  const Call call(decoder, Needs::kImage);
  if (!call.ok()) return call.status();
  ImageMemoryEstimate bytes;
  const Status status = decoder->Await([&]() -> Status {
    JXLPOOL_ASSIGN_OR_RETURN(bytes, decoder->image.EstimateMemory(streamed_pixel_bytes));
    return OkStatus();
  });
  if (!status.ok()) return decoder->Report(status);
  JxlpoolMemoryEstimate result;
  JXLPOOL_INIT(result);
  result.parallel = bytes.parallel;
  result.streaming = bytes.streaming;
  result.one_thread = bytes.one_thread;
  return WriteStruct(result, estimate);
}

JxlpoolStatus jxlpool_decoder_prewarm(JxlpoolDecoder* decoder, uint32_t streamed_pixel_bytes) {
  const Call call(decoder, Needs::kImage);
  if (!call.ok()) return call.status();
  const MemoryProfile::StageScope stage(&decoder->profile, "prewarm");
  const Status status = decoder->Await([&] { return decoder->image.Prewarm(streamed_pixel_bytes); });
  return status.ok() ? JXLPOOL_OK : decoder->Report(status);
}
