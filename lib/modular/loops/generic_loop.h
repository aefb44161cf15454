// GenericLoop decodes any channel with any tree. It is short and plain, not fast: tiny channels and first rows use it,
// and tests compare the specialised loops with it.
#ifndef LIB_MODULAR_LOOPS_GENERIC_LOOP_H_
#define LIB_MODULAR_LOOPS_GENERIC_LOOP_H_

#include <cstddef>
#include <cstdint>

#include "lib/base/status.h"
#include "lib/modular/modular_image.h"
#include "lib/modular/stream/channel_stream.h"
#include "lib/modular/stream/properties.h"
#include "lib/modular/stream/weighted_predictor.h"

namespace jxlpool {

class GenericLoop {
 public:
  // For channel `index`. The stream must outlive the loop. REQUIRES: the channel has samples.
  GenericLoop(const ChannelStream& stream, size_t index);

  // Spares the state of the self-correcting predictor. REQUIRES: the result does not depend on it; no row is decoded.
  void LeaveOutWeighted() { uses_weighted_ = false; }

  // Decodes rows [begin, end). REQUIRES: calls continue where the last one ended, at first at 0.
  // Errors: kNeedMoreInput, kMemoryLimit.
  Status DecodeRows(size_t begin, size_t end);

  // Returns the state of the self-correcting predictor. REQUIRES: the tree uses it; LeaveOutWeighted was not called.
  const WeightedPredictor& weighted() const { return weighted_; }

 private:
  template <typename T>
  void DecodeRow(size_t y);
  template <typename T>
  void SetReferenceProperties(size_t x, size_t y);
  const MaNode& FindLeaf() const;

  const ChannelStream& stream_;
  ModularChannel& channel_;
  bool uses_weighted_;
  WeightedPredictor weighted_;
  int32_t properties_[kNumProperties] = {};
  const References references_;
};

}  // namespace jxlpool

#endif  // LIB_MODULAR_LOOPS_GENERIC_LOOP_H_
