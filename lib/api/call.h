// Call and LookUp: how every function of the C interface on a decoder begins.
//
//   const Call call(decoder, Needs::kImage);
//   if (!call.ok()) return call.status();
//
// A decoder runs one Call at a time. Another one that begins meanwhile, from a callback of the first or from a thread
// that must not call, is refused and changes nothing: neither the state of the decoder nor the error that the running
// call will leave. A LookUp only reads what stays as it is while a Call runs, so it is allowed then, too. Callbacks may
// come on other threads than the call did.
#ifndef LIB_API_CALL_H_
#define LIB_API_CALL_H_

#include <cstdint>

#include "jxlpool/jxlpool.h"

namespace jxlpool {

// What a function needs besides a decoder.
enum class Needs : uint8_t {
  kNothing,
  kStream,  // an open stream, whether its headers have come or not
  kImage,   // an open image with its headers, which are read now if they have come
  kFrames,  // an open image whose frames have not failed; if they have, the call repeats that error
};

class Call {
 public:
  Call(JxlpoolDecoder* decoder, Needs needs);
  // For functions that do not change the decoder, and need nothing else.
  explicit Call(const JxlpoolDecoder* decoder);
  ~Call();
  Call(const Call&) = delete;
  Call& operator=(const Call&) = delete;

  bool ok() const { return status_ == JXLPOOL_OK; }
  // JXLPOOL_OK, or why the call must not go on: its result.
  JxlpoolStatus status() const { return status_; }

 private:
  const JxlpoolDecoder* running_ = nullptr;  // the decoder that this call keeps busy, if any
  JxlpoolStatus status_;
};

class LookUp {
 public:
  // Needs an open image with its headers, which are read now if they have come.
  explicit LookUp(JxlpoolDecoder* decoder);

  bool ok() const { return status_ == JXLPOOL_OK; }
  JxlpoolStatus status() const { return status_; }
  // Remembers the caller's mistake for jxlpool_decoder_get_error, unless a Call is running, and returns the code for
  // it. REQUIRES: ok().
  JxlpoolStatus Misuse(const char* message) const;

 private:
  JxlpoolDecoder* decoder_;
  JxlpoolStatus status_;
};

}  // namespace jxlpool

#endif  // LIB_API_CALL_H_
