// JPEG reconstruction of the C interface.
#include "lib/api/decoder.h"
#include "lib/jpeg/byte_sink.h"
#include "lib/jpeg/reconstruct_jpeg.h"

using namespace jxlpool;  // NOLINT(google-build-using-namespace): this file defines functions of the C interface.

namespace {

class CallbackSink : public ByteSink {
 public:
  CallbackSink(JxlpoolBytesCallback write, void* opaque) : write_(write), opaque_(opaque) {}
  Status Write(const uint8_t* data, size_t size) override {
    if (size == 0 || write_(opaque_, data, size) == 0) return OkStatus();
    return Status(ErrorCode::kCancelled, "the receiver of the JPEG asked to stop");
  }

 private:
  JxlpoolBytesCallback write_;
  void* opaque_;
};

}  // namespace

JxlpoolStatus jxlpool_decoder_reconstruct_jpeg(JxlpoolDecoder* decoder, JxlpoolBytesCallback write, void* opaque) {
  const Call call(decoder, Needs::kImage);
  if (!call.ok()) return call.status();
  if (write == nullptr) return decoder->Misuse("no receiver of the JPEG given");
  const Container& container = decoder->image.container();
  const Status known = decoder->Await([&] {
    const bool may_come = container.MayStillCome(kJpegReconstructionBox);
    return may_come ? Waiting("the JPEG reconstruction data has not come") : OkStatus();
  });
  if (!known.ok()) return decoder->Report(known);
  if (!container.has_jpeg_reconstruction()) return JXLPOOL_END;
  // Metadata of the JPEG may be in boxes behind the image.
  const Status whole =
      decoder->Await([&] { return container.is_growing() ? Waiting("the file has not come to its end") : OkStatus(); });
  if (!whole.ok()) return decoder->Report(whole);
  CallbackSink sink(write, opaque);
  const FrameScope scope(*decoder->scope);
  const Status status = ReconstructJpeg(&decoder->image, &decoder->cancelled, &decoder->memory, &sink);
  return status.ok() ? JXLPOOL_OK : decoder->Report(status);
}
