// Trace events of modular sub-bitstreams. Empty in builds without traces.
#ifndef LIB_MODULAR_TRACE_MODULAR_H_
#define LIB_MODULAR_TRACE_MODULAR_H_

#include <cstddef>
#include <cstdint>

#include "lib/base/trace.h"
#include "lib/modular/ma_tree.h"
#include "lib/modular/modular_image.h"
#include "lib/modular/modular_stream.h"
#include "lib/modular/transform.h"

#ifdef JXLPOOL_TRACE
#include <string>
#endif

namespace jxlpool {

// The thread's trace label with `suffix` appended, for a scope.
class TraceLabel {
 public:
#ifdef JXLPOOL_TRACE
  explicit TraceLabel(const char* suffix);

 private:
  std::string label_;
  TraceScope scope_;
#else
  explicit TraceLabel(const char* /*suffix*/) {}
  ~TraceLabel() {}
#endif
};

void TraceHasGlobalTree(bool value, uint64_t position);
void TraceMaTree(const MaTree& tree, uint64_t begin, uint64_t end);
void TraceModularHeader(uint32_t stream, const ModularHeader& header, const ShapeList& list, uint64_t begin,
                        uint64_t end);
// The transformed list, of which the first `count` channels are decoded here.
void TraceModularChannels(uint32_t stream, const ShapeList& list, size_t count);
void TraceModularChannel(uint32_t stream, size_t index, const ModularChannel& channel, uint64_t begin, uint64_t end);
void TraceImageBeforeInverse(const ModularImage& image);
void TraceModularInverse(size_t transform, const ModularImage& image);
void TraceSqueezeStep(size_t index, const SqueezeStep& step, const ModularImage& image);

}  // namespace jxlpool

#endif  // LIB_MODULAR_TRACE_MODULAR_H_
