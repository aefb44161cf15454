// The instruction sets that kernels are compiled for, for tests that run on each of them.
#ifndef TESTS_TARGETS_H_
#define TESTS_TARGETS_H_

#include <hwy/targets.h>

#include <cstdint>
#include <vector>

namespace jxlpool {

// Those that this CPU runs, the best one first; the last one has no SIMD at all.
inline std::vector<int64_t> CompiledTargets() { return hwy::SupportedAndGeneratedTargets(); }

// While it lives, all kernels of the process are those of one target. At most one at a time; no other thread may be
// decoding when it comes or goes.
class ForcedTarget {
 public:
  explicit ForcedTarget(int64_t target) { hwy::SetSupportedTargetsForTest(target); }
  ~ForcedTarget() { hwy::SetSupportedTargetsForTest(0); }
  ForcedTarget(const ForcedTarget&) = delete;
  ForcedTarget& operator=(const ForcedTarget&) = delete;
};

}  // namespace jxlpool

#endif  // TESTS_TARGETS_H_
