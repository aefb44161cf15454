// The inner loops, one by one. items_per_second counts samples (of one channel), symbols or calls; see each file.
//
// usage: bench_kernels [--benchmark_...] [--target=NAME]
// NAME is a Highway target such as AVX2: kernels use that one instead of the best that this CPU has.
#include <benchmark/benchmark.h>
#include <hwy/targets.h>

#include <cstdint>
#include <cstdio>
#include <cstring>
#include <string>

namespace jxlpool {
namespace {

// The supported target of this name, or 0.
int64_t FindTarget(const std::string& name) {
  const int64_t supported = hwy::SupportedTargets();
  for (int64_t bits = supported; bits != 0; bits &= bits - 1) {
    const int64_t target = bits & -bits;
    if (name == hwy::TargetName(target)) return target;
  }
  return 0;
}

// Takes "--target=NAME" out of the arguments. False if there is no such target.
bool ChooseTarget(int* argc, char** argv) {
  static constexpr char kFlag[] = "--target=";
  int kept = 1;
  int64_t target = 0;
  for (int i = 1; i < *argc; ++i) {
    if (std::strncmp(argv[i], kFlag, sizeof(kFlag) - 1) != 0) {
      argv[kept++] = argv[i];
      continue;
    }
    target = FindTarget(argv[i] + sizeof(kFlag) - 1);
    if (target == 0) return false;
  }
  *argc = kept;
  if (target != 0) hwy::SetSupportedTargetsForTest(target);
  const int64_t supported = hwy::SupportedTargets();
  benchmark::AddCustomContext("simd_target", hwy::TargetName(supported & -supported));
  return true;
}

}  // namespace
}  // namespace jxlpool

int main(int argc, char** argv) {
  benchmark::Initialize(&argc, argv);
  if (!jxlpool::ChooseTarget(&argc, argv)) {
    std::fprintf(stderr, "bench_kernels: this CPU has no such target\n");
    return 1;
  }
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 1;
  benchmark::RunSpecifiedBenchmarks();
  benchmark::Shutdown();
  return 0;
}
