// Unit tests on every instruction set.
#ifndef TESTS_UNIT_EACH_TARGET_H_
#define TESTS_UNIT_EACH_TARGET_H_

#include <gtest/gtest.h>

#include "tests/targets.h"

namespace jxlpool {

// Calls body() once for every target that this CPU can run, with the kernels of that target.
template <class Body>
void ForEachTarget(const Body& body) {
  for (const int64_t target : CompiledTargets()) {
    SCOPED_TRACE(hwy::TargetName(target));
    const ForcedTarget forced(target);
    body();
  }
}

}  // namespace jxlpool

#endif  // TESTS_UNIT_EACH_TARGET_H_
