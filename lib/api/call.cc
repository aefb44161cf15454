#include "lib/api/call.h"

#include <atomic>

#include "lib/api/decoder.h"

namespace jxlpool {
namespace {

// Whether the decoder has what is needed. REQUIRES: nothing else uses the decoder.
JxlpoolStatus Check(JxlpoolDecoder* decoder, Needs needs) {
  if (needs == Needs::kNothing) return JXLPOOL_OK;
  if (!decoder->is_open()) return decoder->Misuse("no image is open");
  if (needs == Needs::kStream) return decoder->is_stream ? JXLPOOL_OK : decoder->Misuse("the image is no stream");
  if (const JxlpoolStatus status = decoder->ReadHeaders(); status != JXLPOOL_OK) return status;
  if (needs == Needs::kFrames && decoder->state == DecoderState::kFailed) return decoder->RepeatFailure();
  return JXLPOOL_OK;
}

}  // namespace

Call::Call(const JxlpoolDecoder* decoder) : status_(JXLPOOL_INVALID_ARGUMENT) {
  // What the call before wrote is visible to this one, whichever thread it was on.
  if (decoder == nullptr || decoder->busy.exchange(true, std::memory_order_acquire)) return;
  running_ = decoder;
  status_ = JXLPOOL_OK;
}

Call::Call(JxlpoolDecoder* decoder, Needs needs) : Call(decoder) {
  if (ok()) status_ = Check(decoder, needs);
}

Call::~Call() {
  if (running_ != nullptr) running_->busy.store(false, std::memory_order_release);
}

LookUp::LookUp(JxlpoolDecoder* decoder) : decoder_(decoder), status_(JXLPOOL_INVALID_ARGUMENT) {
  if (decoder == nullptr) return;
  if (decoder->is_open() && decoder->has_headers()) {
    status_ = JXLPOOL_OK;
  } else {
    status_ = Call(decoder, Needs::kImage).status();
  }
}

JxlpoolStatus LookUp::Misuse(const char* message) const {
  return decoder_->is_busy() ? JXLPOOL_INVALID_ARGUMENT : decoder_->Misuse(message);
}

}  // namespace jxlpool
