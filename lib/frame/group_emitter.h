// GroupEmitter: the samples of a Modular frame without stages, a group at a time, to the composer; straight to the
// caller's pixels where nothing has to become a float.
#ifndef LIB_FRAME_GROUP_EMITTER_H_
#define LIB_FRAME_GROUP_EMITTER_H_

#include <cstdint>

#include "lib/base/rect.h"
#include "lib/base/status.h"
#include "lib/frame/frame_delivery.h"
#include "lib/frame/frame_samples.h"
#include "lib/frame/frame_state.h"
#include "lib/modular/modular_image.h"
#include "lib/pool/matrix.h"

namespace jxlpool {

class GroupEmitter {
 public:
  // All must outlive this object. REQUIRES: the delivery has begun with segments of a group's width. Errors:
  // kMemoryLimit.
  Status Begin(const FrameState& frame, const FrameSamples& samples, uint32_t num_workers, FrameDelivery* delivery);
  // Bytes that Begin acquires, at most.
  static uint64_t Bytes(const FrameState& frame, uint32_t num_workers);

  // Delivers a group whose final channels `image` holds and which covers `rect` of the frame. Different workers may do
  // so at the same time.
  void Emit(const ModularImage& image, const Rect& rect, uint32_t worker);

 private:
  template <typename T>
  void EmitIntegers(const ModularImage& image, const Rect& rect, uint32_t worker);
  void EmitFloats(const ModularImage& image, const Rect& rect, uint32_t worker);

  const FrameState* frame_ = nullptr;
  const FrameSamples* samples_ = nullptr;
  FrameDelivery* delivery_ = nullptr;
  bool emits_integers_ = false;
  PoolVector<Matrix2D<float>> rows_;  // per worker: a row of all planes
};

}  // namespace jxlpool

#endif  // LIB_FRAME_GROUP_EMITTER_H_
