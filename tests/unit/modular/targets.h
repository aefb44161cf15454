// Tests on every instruction set of this CPU.
#ifndef TESTS_UNIT_MODULAR_TARGETS_H_
#define TESTS_UNIT_MODULAR_TARGETS_H_

#include <gtest/gtest.h>
#include <hwy/targets.h>

namespace jxlpool {

template <typename Test>
void ForEachTarget(const Test& test) {
  for (const int64_t target : {HWY_SSSE3, HWY_SSE4, HWY_AVX2, HWY_AVX3, HWY_AVX3_DL, HWY_STATIC_TARGET}) {
    if ((hwy::SupportedTargets() & target) == 0) continue;
    SCOPED_TRACE(hwy::TargetName(target));
    hwy::SetSupportedTargetsForTest(target);
    test();
    hwy::SetSupportedTargetsForTest(0);
  }
}

}  // namespace jxlpool

#endif  // TESTS_UNIT_MODULAR_TARGETS_H_
